"""Head office: the log of every branch, what is handed down to them, and who may speak for them."""
