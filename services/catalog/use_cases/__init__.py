"""What can be done here, one module each. A use case works in an open transaction and never commits."""
