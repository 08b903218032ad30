"""Tests of Loket."""
