"""A base run's graph with the weights of the network that continues from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from dga.networks import architectures, heads, learner
from dga.scoring.bundle import ONNX_FILE
from dga.scoring.encoder import CharEncoder
from dga.training import onnx_export, onnx_refill
from dga.training.onnx_refill import Refill

ENCODER = CharEncoder(side="right")
NAMES = ["paypal.com", "xjpwkqzvbnt.ru", "wikipedia.org"]


def network(families: int, seed: int) -> keras.Model:
    """A small network of the shipped architecture with random weights."""
    keras.utils.set_random_seed(seed)
    outputs = heads.outputs_for("both", [f"family {number}" for number in range(families)])
    model = architectures.build("hybrid", ENCODER, outputs)
    codes = ENCODER.encode(NAMES * 10)
    learner.count_tables(model, codes, codes, ENCODER.vocabulary)
    return model


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Refill:
    """An exported network of three families."""
    folder, model = tmp_path_factory.mktemp("base"), network(3, seed=1)
    onnx_export.export(model, folder, ENCODER)
    return Refill(folder / ONNX_FILE, model.get_weights(), 3)


def never(*_: object, **__: object) -> None:
    raise AssertionError("the network was converted")


@pytest.mark.parametrize("families", [3, 5])
def test_the_bases_graph_scores_like_the_network_that_continues(
    base: Refill, families: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = network(families, seed=2)
    monkeypatch.setattr(keras.Model, "export", never)
    onnx_export.export(model, tmp_path, ENCODER, base)
    session = onnxruntime.InferenceSession(tmp_path / ONNX_FILE)
    codes = ENCODER.encode(NAMES).astype(np.int32)
    expected = {name: np.asarray(value) for name, value in model(codes).items()}
    for name, value in zip(expected, session.run(list(expected), {"codes": codes}), strict=True):
        assert value == pytest.approx(expected[name], abs=1e-5)
    sizes = {output.name: output.shape[1:] for output in session.get_outputs()}
    assert sizes["families"] == [families]


def spoilt(base: Refill, folder: Path, change: Callable[[onnx.GraphProto], None]) -> Refill:
    """The base with another graph."""
    graph = onnx.load(base.path)
    change(graph.graph)
    onnx.save(graph, folder / "spoilt.onnx")
    return Refill(folder / "spoilt.onnx", base.weights, base.classes)


def without_a_weight(graph: onnx.GraphProto) -> None:
    """Change a weight, so that it is none of the base's network."""
    table = next(one for one in graph.initializer if len(one.dims) == 2)
    table.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(table) + 1, table.name))


def with_a_weight_twice(graph: onnx.GraphProto) -> None:
    """Hold a weight a second time."""
    table = next(one for one in graph.initializer if len(one.dims) == 2)
    graph.initializer.append(numpy_helper.from_array(numpy_helper.to_array(table), "again"))


def with_another_output(graph: onnx.GraphProto) -> None:
    """Give an output another name."""
    graph.node.append(helper.make_node("Identity", [graph.output[0].name], ["other"]))
    graph.output[0].name = "other"


@pytest.mark.parametrize("change", [without_a_weight, with_a_weight_twice, with_another_output])
def test_a_graph_that_is_not_the_networks_is_converted_anew(
    base: Refill, tmp_path: Path, change: Callable[[onnx.GraphProto], None]
) -> None:
    model, probe = network(5, seed=2), ENCODER.encode(NAMES).astype(np.int32)
    onnx_export._round_tables(model)
    given = {name: np.asarray(value) for name, value in model(probe).items()}
    assert base.graph_of(model, given, probe, 1e-5) is not None
    assert spoilt(base, tmp_path, change).graph_of(model, given, probe, 1e-5) is None


def test_half_precision_holds_no_weights_that_it_would_change() -> None:
    holder = numpy_helper.from_array(np.array([0.5, 2.0], np.float16), "half")
    assert onnx_refill._replace(holder, np.array([0.25, 4.0], np.float32))
    assert not onnx_refill._replace(holder, np.array([0.1, 4.0], np.float32))
