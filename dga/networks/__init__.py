"""Keras architectures and their parts. Imported only by training processes."""
