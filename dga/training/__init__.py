"""Train a network on a dataset and turn it into a run. Runs in a child process: imports Keras."""
