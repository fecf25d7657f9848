"""The graph that is stored does less than the exported one, and scores alike."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from dga.config import ARCHITECTURES
from dga.networks import architectures, ngrams
from dga.networks.heads import outputs_for
from dga.scoring import bundle
from dga.scoring.encoder import CharEncoder
from dga.training import onnx_export, onnx_optimize


def scores(graph: onnx.ModelProto, codes: np.ndarray) -> list[np.ndarray]:
    return onnxruntime.InferenceSession(graph.SerializeToString()).run(None, {"codes": codes})


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_scores_stay_and_operations_go(
    architecture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = CharEncoder(side=ARCHITECTURES[architecture].side)
    outputs = outputs_for("both", ["alpha", "beta"])
    model = architectures.build(architecture, encoder, outputs)
    codes = np.random.default_rng(1).integers(0, encoder.vocabulary, (300, 75), np.int32)
    codes.sort(axis=1)
    codes = codes if encoder.side == "left" else codes[:, ::-1]
    ngrams.choose(model, codes, encoder.vocabulary)
    monkeypatch.setattr(onnx_optimize, "slim", lambda graph: None)
    onnx_export.export(model, tmp_path, encoder)
    graph = onnx.load(tmp_path / bundle.ONNX_FILE)
    before, expected = len(graph.graph.node), scores(graph, codes)
    monkeypatch.undo()
    onnx_optimize.slim(graph.graph)
    onnx.checker.check_model(graph)
    for given, wanted in zip(scores(graph, codes), expected, strict=True):
        np.testing.assert_allclose(given, wanted, rtol=0, atol=1e-6)
    kinds = Counter(node.op_type for node in graph.graph.node)
    if architecture == "hybrid":
        assert kinds["Less"] == 0
        assert kinds["Not"] == 2  # of the log-sum-exp over the families
        assert kinds["BitwiseAnd"] and kinds["GatherElements"] == len(architectures.GRAMS) + 1
        assert before - len(graph.graph.node) >= 110  # those of the n-grams; the heads keep theirs
        assert kinds["Gemm"] == 1
