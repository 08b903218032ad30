"""What the program says to a person: for the windows, the same sentences as everywhere."""

from app.words import LANGUAGES, messages, refusal, sentence

__all__ = ("LANGUAGES", "messages", "refusal", "sentence")
