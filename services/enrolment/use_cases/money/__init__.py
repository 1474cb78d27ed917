"""Corrections of money: proposed by one person, decided by another."""
