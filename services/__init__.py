"""The services: each with its own database, journal and worker. None imports another."""
