"""Runs from elsewhere whose model is a hostile program: refused in a child, in time and memory."""

from __future__ import annotations

import hashlib
import json
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dga.errors import ArchiveError
from dga.runs import archive_contents, operators, quarantine
from dga.scoring import bundle, tried_shapes
from dga.scoring.encoder import CharEncoder
from tests.runs_factory import make_run

OPSET = helper.make_opsetid("", 18)


def graph(*nodes: onnx.NodeProto, **constants: object) -> onnx.ModelProto:
    """A network from codes to `score` that scores by the sum, and does what the nodes do first."""
    values = {"one": np.array([1]), "zero": np.float32(0), **constants}
    tensors = [numpy_helper.from_array(np.asarray(value), key) for key, value in values.items()]
    tail = [
        helper.make_node("Cast", ["codes"], ["cells"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["cells", "one"], ["mean"], keepdims=1),
        helper.make_node("Mul", ["mean", "zero"], ["none"]),
        helper.make_node("Sigmoid", ["none" if not nodes else "odd"], ["score"]),
    ]
    extra = [helper.make_node("Add", ["none", "made"], ["odd"])] if nodes else []
    made = helper.make_graph(
        [*tail[:3], *nodes, *extra, tail[3]],
        "odd",
        [helper.make_tensor_value_info("codes", TensorProto.INT32, ["rows", "columns"])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["rows", 1])],
        tensors,
    )
    return helper.make_model(made, opset_imports=[OPSET], ir_version=10)


def loop() -> onnx.ModelProto:
    """A loop without an end."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["goes"]),
            helper.make_node("Identity", ["x"], ["y"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("n", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, []),
        ],
        [
            helper.make_tensor_value_info("goes", TensorProto.BOOL, []),
            helper.make_tensor_value_info("y", TensorProto.FLOAT, []),
        ],
    )
    node = helper.make_node("Loop", ["", "true", "zero"], ["made"], body=body)
    return graph(node, true=np.array(True))


def branch() -> onnx.ModelProto:
    out = [helper.make_tensor_value_info("z", TensorProto.FLOAT, [])]
    inner = helper.make_graph([helper.make_node("Identity", ["zero"], ["z"])], "b", [], out)
    node = helper.make_node("If", ["true"], ["made"], then_branch=inner, else_branch=inner)
    return graph(node, true=np.array(True))


def function() -> onnx.ModelProto:
    made = graph()
    made.functions.append(
        helper.make_function("own", "F", ["x"], ["y"], [helper.make_node("Neg", ["x"], ["y"])], [])
    )
    return made


def large() -> onnx.ModelProto:
    """Gigabytes out of nothing."""
    return graph(
        helper.make_node("ConstantOfShape", ["shape"], ["huge"]),
        helper.make_node("ReduceMax", ["huge"], ["made"], keepdims=0),
        shape=np.array([2_000_000_000]),
    )


def slow() -> onnx.ModelProto:
    """A product of large matrices, again and again, with operators that are allowed."""
    nodes = [helper.make_node("ConstantOfShape", ["shape"], ["m0"])]
    for step in range(400):
        nodes.append(helper.make_node("MatMul", [f"m{step}", "m0"], [f"p{step}"]))
        nodes.append(helper.make_node("Mul", [f"p{step}", "mean0"], [f"m{step + 1}"]))
    nodes.insert(0, helper.make_node("ReduceMean", ["mean"], ["mean0"], keepdims=0))
    nodes.append(helper.make_node("ReduceMax", ["m400"], ["made"], keepdims=0))
    return graph(*nodes, shape=np.array([2_000, 2_000]))


def sized(*nodes: onnx.NodeProto) -> onnx.ModelProto:
    """A network that makes a tensor whose size is computed from the codes by the nodes."""
    return graph(
        helper.make_node("ReduceMax", ["codes"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["number"], to=TensorProto.INT64),
        *nodes,
        one_float=np.array([1], np.float32),
        start=np.array(0),
        start1=np.array([0]),
        step=np.array(1),
    )


def hidden(*nodes: onnx.NodeProto, **constants: object) -> onnx.ModelProto:
    """A network that makes a product of something with itself, whose size the nodes say."""
    return graph(
        helper.make_node("ReduceMax", ["codes"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["number"], to=TensorProto.INT64),
        helper.make_node("Unsqueeze", ["number", "first"], ["size"]),
        *nodes,
        helper.make_node("MatMul", ["column", "row"], ["square"]),
        helper.make_node("ReduceMax", ["square"], ["made"], keepdims=0),
        first=np.array([0]),
        last=np.array([1]),
        **constants,
    )


COLUMN_AND_ROW = (
    helper.make_node("Unsqueeze", ["part", "last"], ["column"]),
    helper.make_node("Unsqueeze", ["part", "first"], ["row"]),
)
HIDDEN = {
    "Slice": hidden(
        helper.make_node("Slice", ["long", "first", "size", "first"], ["part"]),
        *COLUMN_AND_ROW,
        long=np.ones(50_000, np.float32),
    ),
    "TopK": hidden(
        helper.make_node("TopK", ["long", "size"], ["part", "places"]),
        *COLUMN_AND_ROW,
        long=np.ones(50_000, np.float32),
    ),
    "Reshape": hidden(
        helper.make_node("Concat", ["size", "rest"], ["shape"], axis=0),
        helper.make_node("Reshape", ["long", "shape"], ["column"]),
        helper.make_node("Transpose", ["column"], ["row"]),
        long=np.ones(50_000, np.float32),
        rest=np.array([-1]),
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_network_that_hides_its_size_from_other_names_is_refused(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(HIDDEN[name].SerializeToString())
    with pytest.raises(ArchiveError, match=f"the size of {name} depends on what a name is"):
        archive_contents.check_graph(path)


def test_a_network_that_draws_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    made = graph(
        helper.make_node("Dropout", ["sizes", "half", "always"], ["drawn"]),
        helper.make_node("Cast", ["drawn"], ["size"], to=TensorProto.INT64),
        helper.make_node("ConstantOfShape", ["size"], ["huge"]),
        helper.make_node("ReduceMax", ["huge"], ["made"], keepdims=0),
        sizes=np.array([2e9], np.float32),
        half=np.array(0.5, np.float32),
        always=np.array(True),
    )
    path.write_bytes(made.SerializeToString())
    with pytest.raises(ArchiveError, match="the size of ConstantOfShape depends"):
        archive_contents.check_graph(path)


def at_rows(rows: int) -> onnx.ModelProto:
    """A network that takes gigabytes for so many names, and nothing for any other number."""
    return graph(
        helper.make_node("Shape", ["codes"], ["shape"]),
        helper.make_node("Gather", ["shape", "nought"], ["rows"]),
        helper.make_node("Equal", ["rows", "bad"], ["is_bad"]),
        helper.make_node("Where", ["is_bad", "many", "few"], ["size"]),
        helper.make_node("ConstantOfShape", ["size"], ["huge"]),
        helper.make_node("ReduceMax", ["huge"], ["made"], keepdims=0),
        nought=np.array([0]),
        bad=np.array([rows]),
        many=np.array([3_000_000_000]),
        few=np.array([1]),
    )


def test_a_network_is_tried_with_every_batch_that_it_may_be_given(folder: Path) -> None:
    (folder / "bundle" / bundle.IMPORTED_FILE).touch()
    put(folder, at_rows(64))
    with pytest.raises(ArchiveError, match="memory|network"):
        quarantine.validate(folder)


def test_a_network_from_elsewhere_is_given_no_other_batch(folder: Path) -> None:
    (folder / "bundle" / bundle.IMPORTED_FILE).touch()
    put(folder, at_rows(77))
    quarantine.validate(folder)
    loaded = bundle.load(folder / "bundle", threads=1)
    assert len(loaded.score([f"garden{number}.com" for number in range(77)]).score) == 77


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_a_batch_changes_no_score(folder: Path, side: Any) -> None:
    names = ["garden.com", "xjpwkqzvbnt.ru", "a.de", "x" * 60 + ".org"] * 3
    ours = bundle.load(folder / "bundle", threads=1)
    ours = replace(ours, encoder=replace(ours.encoder, side=side))
    theirs = replace(ours, imported=True)
    np.testing.assert_allclose(theirs.score(names).score, ours.score(names).score, atol=1e-6)
    np.testing.assert_allclose(theirs.score(names).families, ours.score(names).families, atol=1e-6)


def test_every_batch_is_padded_to_a_shape_that_was_tried() -> None:
    encoder = CharEncoder(max_length=75)
    tried = set(tried_shapes.shapes(encoder, trims=True))
    for rows in (1, 2, 3, 77, 511, 512):
        for columns in (1, 7, 8, 9, 64, 65, 75):
            assert tried_shapes.padded(np.ones((rows, columns), np.uint8), encoder).shape in tried


def test_trees_of_a_second_look_may_be_nothing_but_trees(tmp_path: Path) -> None:
    path = tmp_path / "second_look.onnx"
    path.write_bytes(graph().SerializeToString())
    with pytest.raises(ArchiveError, match="which is no tree"):
        archive_contents.check_trees(path)
    shipped = Path(__file__).resolve().parents[2] / "models" / "shipped" / "bundle"
    archive_contents.check_trees(shipped / "second_look.onnx")


SIZED_BY_NAMES = {  # how the number becomes a size; what is made of that size
    "ConstantOfShape": ("Unsqueeze", ["size"]),
    "Expand": ("Unsqueeze", ["one_float", "size"]),
    "Tile": ("Unsqueeze", ["one_float", "size"]),
    "Range": ("Identity", ["start", "size", "step"]),
}


@pytest.mark.parametrize("name", SIZED_BY_NAMES)
def test_a_network_whose_size_a_name_decides_is_refused(name: str, tmp_path: Path) -> None:
    operator, inputs = SIZED_BY_NAMES[name]
    path = tmp_path / "model.onnx"
    made = sized(
        helper.make_node(operator, ["number", "start1"][: 2 - (name == "Range")], ["size"]),
        helper.make_node(name, inputs, ["huge"]),
        helper.make_node("Cast", ["huge"], ["made"], to=TensorProto.FLOAT),
    )
    path.write_bytes(made.SerializeToString())
    with pytest.raises(ArchiveError, match=f"the size of {name} depends on what a name is"):
        archive_contents.check_graph(path)


def test_a_network_may_size_by_how_many_names_there_are(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    made = graph(
        helper.make_node("Shape", ["codes"], ["size"]),
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("ReduceMax", ["zeros"], ["made"], keepdims=0),
    )
    path.write_bytes(made.SerializeToString())
    archive_contents.check_graph(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_run(tmp_path / "models", "tiny").path


def put(folder: Path, made: onnx.ModelProto) -> None:
    """Give a run another network, with the right checksums."""
    (folder / "bundle" / "model.onnx").write_bytes(made.SerializeToString())
    path = folder / "bundle" / "bundle.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values.pop("sha256", None)
    values |= {"task": "binary", "classes": [], "groups": {}}
    values["onnx_sha256"] = hashlib.sha256(made.SerializeToString()).hexdigest()
    path.write_text(json.dumps(values), encoding="utf-8")


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (loop, "nested graphs"),
        (branch, "nested graphs"),
        (function, "defines functions"),
        (large, "model.onnx does not fit|memory"),
        (slow, "seconds"),
    ],
)
def test_a_hostile_network_is_refused_in_the_child(
    folder: Path, made: Callable[[], onnx.ModelProto], told: str
) -> None:
    put(folder, made())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ArchiveError, match=told):
        quarantine.validate(folder, seconds=8)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_the_shipped_run_passes_the_child() -> None:
    quarantine.validate(Path(__file__).resolve().parents[2] / "models" / "shipped")


def test_a_sound_run_passes_the_child(folder: Path) -> None:
    quarantine.validate(folder)
    put(folder, graph())
    quarantine.validate(folder)


@pytest.mark.parametrize("name", ["Loop", "Scan", "If", "SequenceMap", "Optional", "StringSplit"])
def test_operators_that_no_export_has_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(graph(helper.make_node(name, ["none"], ["made"])).SerializeToString())
    with pytest.raises(ArchiveError, match=f"operator ai.onnx.{name}"):
        archive_contents.check_graph(path)


def test_trees_may_be_part_of_a_model() -> None:
    for name in ("TreeEnsembleClassifier", "TreeEnsembleRegressor", "Scaler"):
        assert operators.operator_allowed("ai.onnx.ml", name)
    assert not operators.operator_allowed("com.microsoft", "TreeEnsembleClassifier")
