"""Processes and tasks: a private Valkey, supervision, liveness, privacy."""
