"""The calls this service answers."""
