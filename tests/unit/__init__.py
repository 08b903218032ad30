"""Tests of one module each, laid out as the program is."""
