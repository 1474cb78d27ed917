"""Applications, and what they were let do in people's names."""
