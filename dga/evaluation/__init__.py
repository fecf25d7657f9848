"""Labelled scores to metrics, curves, thresholds, slices and family errors."""
