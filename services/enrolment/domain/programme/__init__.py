"""Waves, rules, and the cards they award."""
