"""Handlers of messages, commands and buttons, over plain values; imports no chat library."""
