"""Stored data of chats and people: access, preferences, choices, statistics."""
