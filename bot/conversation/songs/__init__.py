"""Songs: asked for as links and files, in batches and playlists, and the buttons and mixes of results."""
