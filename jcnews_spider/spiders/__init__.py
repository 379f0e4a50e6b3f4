"""One spider per site, all of one class."""
