"""Playlists: what is known of one, and how it is worked through."""
