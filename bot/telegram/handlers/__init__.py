"""What the bot does about each kind of update: free functions of the front, the asker and the message or button."""
