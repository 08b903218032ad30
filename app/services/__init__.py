"""What a clerk can do, one module per job; each returns frozen views, never rows."""
