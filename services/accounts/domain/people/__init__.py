"""People who sign in: their accounts, passwords, sessions and codes, and what they are told."""
