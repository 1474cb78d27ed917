"""Everything needed to run Balai: on one machine for trying it out (`local`), and elsewhere for service."""
