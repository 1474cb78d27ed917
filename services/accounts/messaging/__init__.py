"""How messages leave the house: what they say in each language, and over which channel (docs/messages.md)."""
