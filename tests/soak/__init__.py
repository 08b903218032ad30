"""Real processes, real lines, real files: what many computers of one branch do when everything around them fails."""
