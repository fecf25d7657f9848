"""Detect algorithmically generated domain names (DGA), explain each verdict, train new detectors.

    import dga
    dga.score(["paypal.com", "xjpwkqzvbnt.ru"])     # a frame: verdict, score, family, problem
    dga.attribute("plvklpgwivery.com")              # family, seed and dates of its generator
    detector = dga.load()                           # the active run
    detector.score_file("dns.csv", "verdicts.parquet")

What `__all__` lists is imported when it is first used. To export one more, add a row to
`_EXPORTS` and a line to `__init__.pyi`, which type checkers read.
"""

import importlib
import os

__version__ = "0.2.0"

_EXPORTS = {  # name: the module that defines it
    "Detector": "dga.api.detector",
    "DGAClassifier": "dga.api.estimator",
    "DGAError": "dga.errors",
    "attribute": "dga.generators.attribution",
    "generate": "dga.generators",
    "load": "dga.api.detector",
    "register_architecture": "dga.config",
    "register_feed_format": "dga.datasets.feed_formats",
    "register_generator": "dga.generators",
    "score": "dga.api.detector",
    "score_batches": "dga.api.batches",
    "score_file": "dga.api.detector",
    "score_hosts": "dga.api.hosts",
    "train": "dga.api.training",
}
__all__ = ["__version__", *_EXPORTS]

# ONNX Runtime reports each process and model to its vendor unless told not to before its import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def __getattr__(name: str) -> object:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'dga' has no attribute {name!r}")
    value = getattr(importlib.import_module(_EXPORTS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
