"""From a labelled dataset to a finished run. Runs in a child process: it imports Keras."""
