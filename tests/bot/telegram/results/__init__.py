"""Results: how they are sent, their buttons, and mixes."""
