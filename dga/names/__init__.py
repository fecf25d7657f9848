"""From a text to its domain and registered name, or the problem with it; one string or a column."""
