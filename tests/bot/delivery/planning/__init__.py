"""Plans of deliveries, and their next step."""
