"""The Python API: detectors, training and a scikit-learn estimator."""
