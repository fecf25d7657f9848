"""Whether the files of a run from elsewhere are harmless: looked at before anything loads them.

Reads headers and structure alone; builds no network and unpacks no table.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dga.errors import ArchiveError

MAX_ROWS = 50_000_000
MAX_TABLE_BYTES = 8 * 2**30
MAX_WEIGHTS_BYTES = 2 * 2**30
WEIGHTS_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
MODULES = (  # what a network's description may name, and no function of any other place
    "keras.layers",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.src.layers",
    "keras.src.ops",
    "keras.src.models",
    "dga",
)
BARRED = {"Lambda", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer"}
PLAIN = {"__keras_tensor__", "__slice__", "__tuple__", "__ellipsis__", "DTypePolicy"}
EXTERNAL = 1  # onnx.TensorProto.EXTERNAL


def check_parquet(path: Path) -> None:
    """Refuse a table that unpacks to more than memory should hold."""
    try:
        about = pq.read_metadata(path)
        size = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ArchiveError(f"{path.name} is no Parquet file ({error})") from None
    if about.num_rows > MAX_ROWS or size > MAX_TABLE_BYTES:
        raise ArchiveError(f"{path.name} holds more than {MAX_ROWS:,} rows or 8 GiB unpacked")


def check_graph(path: Path) -> None:
    """Refuse a network that names files outside itself, or operators of other libraries."""
    import onnx

    try:
        graph = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf raises classes of its own
        raise ArchiveError(f"{path.name} is no ONNX network ({error})") from None
    if strange := {one.domain for one in graph.opset_import} - {"", "ai.onnx", "ai.onnx.ml"}:
        names = ", ".join(sorted(strange))
        raise ArchiveError(f"{path.name} needs operators of {names}, which are not trusted")
    nodes = [node for function in graph.functions for node in function.node]
    if any(tensor.data_location == EXTERNAL for tensor in _tensors(graph.graph, nodes)):
        raise ArchiveError(f"{path.name} refers to files outside itself")


def check_weights(path: Path) -> None:
    """Refuse a Keras file with anything but layers of Keras and of this program."""
    if not path.exists():
        return
    try:
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
            if {one.filename for one in members} != WEIGHTS_MEMBERS:
                raise ArchiveError(f"{path.name} holds files that no training writes")
            if sum(one.file_size for one in members) > MAX_WEIGHTS_BYTES:
                raise ArchiveError(f"{path.name} unpacks to more than 2 GiB")
            config = json.loads(file.read("config.json"))
        strange = sorted({one for one in _classes(config) if not _trusted(*one)})
    except (zipfile.BadZipFile, ValueError, RecursionError, NotImplementedError) as error:
        raise ArchiveError(f"{path.name} is no Keras file ({error})") from None
    if strange:
        module, name = strange[0]
        raise ArchiveError(f"{path.name} holds {module}.{name}, which is not trusted")


def _tensors(graph: Any, nodes: Iterable[Any] = ()) -> Iterator[Any]:
    """Every tensor of a graph, of the graphs within it, and of further nodes."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in (*graph.node, *nodes):
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            inner = (attribute.g,) if attribute.HasField("g") else ()
            for one in (*inner, *attribute.graphs):
                yield from _tensors(one)


def _trusted(module: str, name: str) -> bool:
    if module in ("None", "keras") and name in PLAIN:
        return True
    known = any(module == one or module.startswith(f"{one}.") for one in MODULES)
    return known and name not in BARRED


def _classes(config: Any) -> Iterator[tuple[str, str]]:
    """Every (module, class) that a Keras config names, at any depth."""
    if isinstance(config, dict):
        if "class_name" in config:
            module = config.get("module") or str(config.get("registered_name")).split(">")[0]
            yield str(module), str(config["class_name"])
        for value in config.values():
            yield from _classes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _classes(value)
