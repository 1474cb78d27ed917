"""The rules of credentials, keys and tokens: pure, with time and randomness as arguments."""
