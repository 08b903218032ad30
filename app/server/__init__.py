"""The HTTP services: the hub of a branch, and head office."""
