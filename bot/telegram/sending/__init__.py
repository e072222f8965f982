"""Calls to Telegram: cards, files and answers, within its limits."""
