"""Speed and quality, each against the notebook's way in the same run. One command a table."""
