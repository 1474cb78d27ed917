"""The catalogue's rules: pure Python over frozen dataclasses, without clock, randomness or I/O."""
