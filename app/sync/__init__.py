"""Exchange of the branch log between stations, the hub and head office."""
