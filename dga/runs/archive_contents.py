"""Check the files of an imported run before anything loads them.

Reads only headers and structure; builds no network and unpacks no table.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from dga.errors import ArchiveError, FeedError
from dga.runs.operators import (
    MAX_CONFIG_BYTES,
    MAX_CONFIG_CLASSES,
    MAX_NODES,
    MAX_UNITS,
    OPERATORS,
    RANDOM,
    SIZES,
    SIZING,
    TREES,
    layer_allowed,
    operator_allowed,
)
from dga.storage.plain_json import read_plain, without_odd
from dga.tables import parquet_limits

MAX_WEIGHTS_BYTES = 2 * 2**30
WEIGHTS_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
EXTERNAL = 1  # onnx.TensorProto.EXTERNAL


def check_parquet(path: Path) -> None:
    """Refuse a table that would unpack to too much memory."""
    try:
        parquet_limits.unpacked_size(path)
    except FeedError as error:
        raise ArchiveError(str(error)) from None
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ArchiveError(f"{path.name} is not a Parquet file ({error})") from None


def check_trees(path: Path) -> None:
    """Refuse trees of a second look that are more than trees."""
    import onnx

    check_graph(path)
    for node in onnx.load(path, load_external_data=False).graph.node:
        if node.op_type not in TREES:
            raise ArchiveError(f"{path.name} holds the operator {node.op_type}, which is no tree")


def check_graph(path: Path) -> None:
    """Refuse a network with operators that our exports don't use, or with external files."""
    import onnx

    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf raises its own exception classes
        raise ArchiveError(f"{path.name} is not an ONNX network ({error})") from None
    if model.functions or len(model.graph.node) > MAX_NODES:
        raise ArchiveError(f"{path.name} defines functions, or has over {MAX_NODES:,} operators")
    if strange := {one.domain for one in model.opset_import} - OPERATORS.keys():
        names = without_odd(", ".join(sorted(strange)))[:80]
        raise ArchiveError(f"{path.name} needs operators of {names}, which are not trusted")
    for node in model.graph.node:
        if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
            raise ArchiveError(f"{path.name} contains nested graphs, which are not trusted")
        if not operator_allowed(node.domain, node.op_type):
            name = without_odd(f"{node.domain or 'ai.onnx'}.{node.op_type}")[:80]
            raise ArchiveError(f"{path.name} needs the operator {name}, which is not trusted")
    if found := _sized_by_names(model.graph):
        raise ArchiveError(
            f"{path.name}: the size of {found} depends on what a name is, not on how many there "
            "are and how long they are, which is not trusted"
        )
    if any(tensor.data_location == EXTERNAL for tensor in _tensors(model.graph)):
        raise ArchiveError(f"{path.name} refers to external files")


def _sized_by_names(graph: Any) -> str:
    """An operator whose result has a shape that a name's characters say; "" where there is none.

    Some names, on which a run from elsewhere was not tried, would make it take all memory. What
    the shape of a batch alone decides is tried for every shape (`dga.scoring.tried_shapes`).
    """
    told = {value.name for value in graph.input} - {tensor.name for tensor in graph.initializer}
    known = -1
    while known < len(told):  # nodes may stand in any order
        known = len(told)
        for node in graph.node:
            varies = node.op_type in RANDOM or told.intersection(node.input)
            if node.op_type != "Shape" and varies:
                told.update(node.output)
    for node in graph.node:
        sizes = [node.input[place : place + 1] for place in SIZING.get(node.op_type, ())]
        if any(told.intersection(size) for size in sizes):
            return str(node.op_type)
    return ""


def check_weights(path: Path) -> None:
    """Refuse a Keras file with classes other than layers of Keras and of this program."""
    if not path.exists():
        return
    try:
        with zipfile.ZipFile(path) as file:
            config = _keras_config(file, path.name)
        classes = list(islice(_classes(config), MAX_CONFIG_CLASSES + 1))
        largest = _largest(config)
    except (zipfile.BadZipFile, ValueError, RecursionError, NotImplementedError) as error:
        raise ArchiveError(f"{path.name} is not a Keras file ({error})") from None
    if len(classes) > MAX_CONFIG_CLASSES or largest > MAX_UNITS:
        raise ArchiveError(f"{path.name} describes a network larger than any architecture's")
    if strange := sorted({one for one in classes if not layer_allowed(*one)}):
        module, name = map(without_odd, strange[0])
        raise ArchiveError(f"{path.name} holds {module[:80]}.{name[:80]}, which is not trusted")


def _keras_config(file: zipfile.ZipFile, name: str) -> Any:
    """The network's description, read up to its limit."""
    members = {one.filename: one for one in file.infolist()}
    if members.keys() != WEIGHTS_MEMBERS or len(members) != len(file.infolist()):
        raise ArchiveError(f"{name} contains unexpected files")
    if sum(one.file_size for one in members.values()) > MAX_WEIGHTS_BYTES:
        raise ArchiveError(f"{name} unpacks to more than 2 GiB")
    for member in ("config.json", "metadata.json"):
        if members[member].file_size > MAX_CONFIG_BYTES:
            raise ArchiveError(f"{name}: {member} is larger than {MAX_CONFIG_BYTES >> 20} MiB")
    with file.open("config.json") as packed:
        content = packed.read(MAX_CONFIG_BYTES + 1)
    if len(content) > MAX_CONFIG_BYTES:
        raise ArchiveError(f"{name}: config.json is longer than the archive says")
    return read_plain(content.decode("utf-8"))


def _largest(config: Any, sized: bool = False) -> float:
    """The largest size of a layer in a description."""
    if isinstance(config, dict):
        sizes = (_largest(value, name in SIZES) for name, value in config.items())
        return max(sizes, default=0)
    if isinstance(config, list):
        return max((_largest(value, sized) for value in config), default=0)
    return config if sized and isinstance(config, int | float) else 0


def _tensors(graph: Any) -> Iterator[Any]:
    """Every tensor of a graph."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)


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
