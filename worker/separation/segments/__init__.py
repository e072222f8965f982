"""Separation by networks that read a song segment by segment: what they share, however the network looks inside."""
