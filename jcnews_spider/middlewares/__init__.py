"""What a request or a response must pass."""
