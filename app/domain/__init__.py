"""The rules of the counter: pure functions and tables, without Qt, SQL, HTTP, clock or random."""
