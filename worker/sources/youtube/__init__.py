"""Songs from YouTube: two providers behind one gate, playlists, titles."""
