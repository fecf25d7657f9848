"""Labelled scores in, figures out: metrics, curves, thresholds, slices, family errors."""
