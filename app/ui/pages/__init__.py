"""The pages: one widget each."""
