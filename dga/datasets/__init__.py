"""Feeds, downloads and top lists become a labelled, cleaned, split and widened dataset."""
