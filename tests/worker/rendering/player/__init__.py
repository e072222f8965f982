"""The player: its page as text, and its mixer in node."""
