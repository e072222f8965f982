"""Where results go: names, places, and notes of what lies there."""
