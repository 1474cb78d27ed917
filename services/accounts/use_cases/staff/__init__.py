"""Inviting and removing staff."""
