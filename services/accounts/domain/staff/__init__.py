"""The staff of providers and of the programme: how they are invited, and who may remove whom."""
