"""Seats: taken in batches, given back one at a time."""
