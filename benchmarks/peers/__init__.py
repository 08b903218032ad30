"""The programs whose speed stands beside Loket's in the table: the same text, on the same machine, in the same run."""
