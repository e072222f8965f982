"""Servers for tests: small, real, and as strict as the services they replace."""
