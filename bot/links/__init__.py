"""Text to sources: finding links, unwrapping them, and parsing them. Pure."""
