"""Printed pages: view structs in, PDF bytes out."""
