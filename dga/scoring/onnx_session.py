"""ONNX graphs: read from a file, checked, and opened as a single-threaded session.

ONNX Runtime's default settings are the fastest for networks of this size: without its memory arena
a batch takes a tenth longer, with fewer graph optimisations a third longer.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import onnxruntime

from dga.errors import BundleError

MAX_GRAPH_BYTES = 512 * 2**20


def read(path: Path, sha256: object, limit: int = MAX_GRAPH_BYTES) -> bytes:
    """Read a file of a bundle, at most `limit` bytes; BundleError where it cannot be read or is
    another than the checksum's."""
    try:
        if path.stat().st_size > limit:
            raise BundleError(f"{path}: larger than {limit // 2**20} MiB; not loaded")
        graph = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error}); train the run again") from None
    if hashlib.sha256(graph).hexdigest() != sha256:
        raise BundleError(f"{path}: does not match its checksum; train or import the run again")
    return graph


def session(graph: bytes) -> onnxruntime.InferenceSession:
    """A session that several threads may share; BundleError if the graph is damaged."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises its own exception classes
        raise BundleError(f"the network of the bundle cannot be loaded: {error}") from None


def shrinking() -> onnxruntime.RunOptions:
    """Options of a run at whose end a session returns the memory of larger runs to the system."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
