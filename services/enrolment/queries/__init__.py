"""Reads, straight into what is shown; no rule stands here."""
