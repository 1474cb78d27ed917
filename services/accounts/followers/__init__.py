"""What accounts does by reading another service's journal."""
