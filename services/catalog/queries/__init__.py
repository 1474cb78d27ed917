"""Reads, straight into the documents that callers get. No rule stands here."""
