"""Searches for a song by words: asked of the worker, shown as a list of hits, one of which becomes a request."""
