"""The player in a real browser: `make browser`."""
