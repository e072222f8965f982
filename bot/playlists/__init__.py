"""Playlists: their state, their cards, and their progress song by song."""
