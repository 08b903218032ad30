"""The program is killed at a random moment, and nothing that was confirmed is missing."""
