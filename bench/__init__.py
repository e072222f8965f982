"""The commands that make the figures in the docs."""
