"""Corrections of money, proposed by one person and decided by another; surveys, which earn some."""
