"""Processes and tasks: a private Valkey, supervision, and what ends with what."""
