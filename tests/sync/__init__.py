"""Between the computers: what is sent, over lines that make trouble."""
