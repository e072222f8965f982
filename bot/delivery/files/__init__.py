"""Files brought from a platform, and opened for it."""
