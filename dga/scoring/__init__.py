"""Names in, verdicts out: encoder, bundle, ONNX session, calibration, cache, file to file."""
