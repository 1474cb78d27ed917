"""Applying, and each step of a draw."""
