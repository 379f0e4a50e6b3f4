"""What an item passes on its way into the archive."""
