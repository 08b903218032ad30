"""What the pages decide and remember, without Qt."""
