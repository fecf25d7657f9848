"""Fit a second look: n-grams of the training part counted, trees fitted on the validation part.

Boosted trees (Friedman 2001) by scikit-learn, whose histogram trees skl2onnx 1.20 cannot export, as
ONNX's own ensemble of trees. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.config import TrainingConfig
from dga.datasets import augmentation, dataset
from dga.schema import BENIGN, LABEL
from dga.scoring import onnx_session, second_look
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Evidence, Float32s
from dga.scoring.encoder import ALPHABET, CharEncoder
from dga.scoring.second_look import NgramCounts, SecondLook, Zone

ZONE = Zone(-2.5, 7.5)  # log-odds that a second look can bring over a threshold, or under it
FOLDS = 3
LEAST_ROWS = 5_000  # names in doubt that trees are fitted on at least
MADE_UP_NAMES = 150_000
CHUNK_NAMES = 20_000
TREES: dict[str, Any] = {
    "max_iter": 120, "learning_rate": 0.1, "max_leaf_nodes": 15, "min_samples_leaf": 60,
    "l2_regularization": 5.0, "early_stopping": False, "random_state": 23,
}  # fmt: skip


@dataclass(frozen=True)
class Fitted:
    """A second look, the graph of its trees, and the log-odds of the names that it was fitted on
    (names,), those in doubt by trees that have not learnt from them."""

    look: SecondLook
    trees: bytes
    odds: Evidence


def counts(part: pd.DataFrame, config: TrainingConfig, encoder: CharEncoder) -> NgramCounts | None:
    """The n-gram counts of a training part and of made-up names; None where the encoder is another
    than trees were tried with."""
    if encoder.side != "right" or encoder.alphabet != ALPHABET:
        return None
    benign = part.loc[part[LABEL] == BENIGN, dataset.NAME].tolist()
    made = augmentation.made_up(part, config, MADE_UP_NAMES)
    return np.concatenate(
        [
            second_look.counted(_labels(benign, encoder), "benign"),
            second_look.counted(_labels(made, encoder), "made up"),
        ]
    )


def fit(
    ready: ModelBundle,
    names: Sequence[str],
    is_dga: npt.NDArray[np.bool_],
    weights: Evidence,
    held: NgramCounts,
    listed: int,
) -> Fitted | None:
    """Fit trees on names that the network has not learnt from; None where too few are in doubt.

    `ready`: the calibrated bundle. `is_dga`, `weights` (names,). The first `listed` names are of
    the lists; on these, both classes weighing alike, the trees' log-odds are scaled.
    """
    rows, values = ready.doubtful(names, ZONE, held)
    truth, weight = is_dga[rows], weights[rows]
    if len(rows) < LEAST_ROWS or min(truth.sum(), (~truth).sum()) < LEAST_ROWS / 10:
        return None
    told = np.empty(len(rows))
    fold = np.random.default_rng(23).integers(0, FOLDS, len(rows))
    for part in range(FOLDS):
        model = _trees(values[fold != part], truth[fold != part], weight[fold != part])
        told[fold == part] = model.decision_function(values[fold == part])
    scale, offset = _scaled(told, truth, rows < listed, is_dga[:listed])
    graph = _exported(_trees(values, truth, weight), values.shape[1])
    look = SecondLook(
        zone=ZONE, scale=scale, offset=offset, counts=held, trees=onnx_session.session(graph)
    )
    odds = ready.log_odds(names)
    odds[rows] = scale * told + offset
    return Fitted(look, graph, odds)


def _labels(names: Sequence[str], encoder: CharEncoder) -> Iterator[second_look.Labels]:
    for start in range(0, len(names), CHUNK_NAMES):
        part = names[start : start + CHUNK_NAMES]
        width = max(map(len, part))
        yield second_look.Labels.of(encoder.encode(part, width), encoder)


def _trees(values: Float32s, is_dga: npt.NDArray[np.bool_], weights: Evidence) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # threads that wait for each other on a busy machine take far longer
        model = HistGradientBoostingClassifier(**TREES)
        return model.fit(values, is_dga, sample_weight=weights * len(weights) / weights.sum())


def _scaled(
    told: Evidence,
    truth: npt.NDArray[np.bool_],
    is_listed: npt.NDArray[np.bool_],
    whole: npt.NDArray[np.bool_],
) -> tuple[float, float]:
    """Platt's scaling of log-odds on the lists' names, of which `whole` are the classes."""
    from sklearn.linear_model import LogisticRegression

    share = np.where(truth[is_listed], 1 / whole.sum(), 1 / (~whole).sum())
    model = LogisticRegression(C=1e6).fit(
        told[is_listed, None], truth[is_listed], share * len(share) / share.sum()
    )
    return float(max(model.coef_[0, 0], 1e-3)), float(model.intercept_[0])


def _exported(model: Any, columns: int) -> bytes:
    """The trees as an ONNX graph: features (rows, columns) to log-odds (rows, 1)."""
    trees = [predictors[0].nodes for predictors in model._predictors]
    nodes = np.concatenate(trees)
    sizes = [len(tree) for tree in trees]
    tree, node = np.repeat(range(len(trees)), sizes), np.concatenate([*map(np.arange, sizes)])
    leaf = nodes["is_leaf"].astype(bool)
    attributes = {
        "nodes_treeids": tree,
        "nodes_nodeids": node,
        "nodes_featureids": np.where(leaf, 0, nodes["feature_idx"]),
        "nodes_values": np.where(leaf, 0, nodes["num_threshold"]).astype(np.float32),
        "nodes_truenodeids": np.where(leaf, 0, nodes["left"]),
        "nodes_falsenodeids": np.where(leaf, 0, nodes["right"]),
        "nodes_missing_value_tracks_true": nodes["missing_go_to_left"],
        "target_treeids": tree[leaf],
        "target_nodeids": node[leaf],
        "target_ids": np.zeros(leaf.sum()),
        "target_weights": nodes["value"][leaf].astype(np.float32),
    }
    return _graph(attributes, np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(), model, columns)


def _graph(
    attributes: dict[str, npt.NDArray[Any]], modes: list[str], model: Any, columns: int
) -> bytes:
    """A graph of one tree ensemble, by the ONNX operator TreeEnsembleRegressor."""
    from onnx import TensorProto, helper

    plain = {
        name: values.tolist() if values.dtype == np.float32 else values.astype(int).tolist()
        for name, values in attributes.items()
    }
    base = [float(model._baseline_prediction.ravel()[0])]
    ensemble = helper.make_node(
        "TreeEnsembleRegressor", ["features"], ["log_odds"], domain="ai.onnx.ml",
        n_targets=1, base_values=base, nodes_modes=modes, **plain,
    )  # fmt: skip
    given = helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, columns])
    told = helper.make_tensor_value_info("log_odds", TensorProto.FLOAT, [None, 1])
    graph = helper.make_graph([ensemble], "second_look", [given], [told])
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    exported: bytes = helper.make_model(
        graph, opset_imports=opsets, ir_version=10
    ).SerializeToString()
    return exported
