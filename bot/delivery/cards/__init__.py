"""Cards posted and edited: of requests, playlists and searches, and after presses."""
