"""Handlers of the HTTP interface, one module for each part of it."""
