"""Rupiah that move between the State, a card, what is set aside for a provider, and what holders are owed."""
