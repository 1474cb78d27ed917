"""Loading and saving accounts, sessions, devices, codes and messages."""
