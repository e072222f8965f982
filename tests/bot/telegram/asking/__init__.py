"""Songs asked for in a chat: links, files, playlists, in private and in groups."""
