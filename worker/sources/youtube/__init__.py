"""YouTube: two providers behind one request gate, playlists, titles."""
