"""Limits, Telegram's troubles, restarts and kills."""
