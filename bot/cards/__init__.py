"""What a person reads and presses: request and progress to a card with buttons. Pure."""
