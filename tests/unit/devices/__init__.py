"""Tests of the things beside the screen."""
