"""Decisions of a delivery, pure: which files to send, in which encoding, and the next step."""
