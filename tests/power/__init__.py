"""The power fails at any moment, on a disk that had not yet written what it was not told to: decision 014."""
