"""A trial on one machine: head office, a hub and three stations, each as it would run in a real office."""
