"""Parse texts into domains and registered names, or a problem; one string or a whole column."""
