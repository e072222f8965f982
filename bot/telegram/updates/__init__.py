"""Updates from Telegram: fetched, parsed, and handed to the conversation."""
