"""Delivery of open requests: follow them, decide what to send, send it once."""
