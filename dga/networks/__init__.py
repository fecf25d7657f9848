"""Keras architectures and their parts. Imported in a training process only."""
