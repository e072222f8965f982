"""Separation models, their stems, and gains."""
