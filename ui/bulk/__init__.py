"""The Bulk scoring page."""
