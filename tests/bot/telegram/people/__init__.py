"""Who may ask, and what they are told of the state of things."""
