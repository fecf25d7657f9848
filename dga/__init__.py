"""Tell domain names that malware generated (DGA) from names that people chose."""

import os

__version__ = "0.1.0"

# ONNX Runtime tells its maker of every process and model unless told not to before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
