"""What was tried for the default architecture, a command each; results.csv keeps the figures."""
