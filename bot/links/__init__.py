"""Text to sources: where links are, what wraps them, and what each one means. Pure."""
