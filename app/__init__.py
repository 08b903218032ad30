"""Loket: the counter program of a branch office of BPJS Ketenagakerjaan."""
