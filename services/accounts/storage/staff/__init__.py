"""Loading and saving invitations."""
