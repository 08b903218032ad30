"""Tests of the journal and the file it lives in."""
