"""Explain a score: contributions of characters, nearest names, what-if edits, rank."""
