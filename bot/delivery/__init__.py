"""From open requests to delivered files: follow, decide what to send, send it once."""
