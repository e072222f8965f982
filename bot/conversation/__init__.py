"""All that the product does in a chat, over values: no chat library is imported here."""
