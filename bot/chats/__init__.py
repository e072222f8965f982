"""What is remembered of chats and people: access, preferences, choices, statistics."""
