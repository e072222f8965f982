"""Mirrors the rooms; `peers/` holds the servers we test against."""
