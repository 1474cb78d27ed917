"""What several use cases need. Nothing here is a thing that can be done by itself."""
