"""What is done with a seat once it is taken."""
