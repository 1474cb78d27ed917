"""What happens in a training once the seat is taken."""
