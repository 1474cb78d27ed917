"""Rupiah that move between the State, a card, and what is set aside for a provider."""
