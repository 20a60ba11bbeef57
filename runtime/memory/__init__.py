"""What agents know beside their conversation, looked up for each turn."""
