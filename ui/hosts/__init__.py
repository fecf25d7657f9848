"""The Hosts page: a log in, its hosts ranked, one opened with its evidence, reports out."""
