"""Fit the trees of a second look on the validation part.

Boosted trees (Friedman 2001) by scikit-learn, whose histogram trees skl2onnx 1.20 cannot export, as
ONNX's own ensemble of trees. Writes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dga.scoring.calibration import Evidence, Float32s
from dga.scoring.second_look import Zone

ZONE = Zone(-2.5, 7.5)  # log-odds that a second look can bring over a threshold, or under it
FOLDS = 3
LEAST_ROWS = 5_000  # names in doubt that trees are fitted on at least
TREES: dict[str, Any] = {
    "max_iter": 120, "learning_rate": 0.1, "max_leaf_nodes": 15, "min_samples_leaf": 60,
    "l2_regularization": 5.0, "early_stopping": False, "random_state": 23,
}  # fmt: skip


@dataclass(frozen=True)
class FittedTrees:
    """Trees as an ONNX graph, Platt's scaling of what they say, and the scaled log-odds of the
    names that they were fitted on (rows,), by trees that have not learnt from them."""

    graph: bytes
    scale: float
    offset: float
    odds: Evidence

    def numbers(self) -> dict[str, float]:
        """The numbers that bundle.json states of a second look."""
        return {**asdict(ZONE), "scale": self.scale, "offset": self.offset}


def fit_trees(
    features: Float32s,
    is_dga: npt.NDArray[np.bool_],
    weights: Evidence,
    is_listed: npt.NDArray[np.bool_],
    balance: float,
) -> FittedTrees | None:
    """Fit trees on the features (rows, columns) of names in doubt that the network has not learnt
    from; None where there are too few.

    `is_dga`, `weights`, `is_listed` (rows,): the trees' log-odds are scaled on the names of the
    lists, where a DGA name weighs `balance` times as much as a benign one.
    """
    if len(features) < LEAST_ROWS or min(is_dga.sum(), (~is_dga).sum()) < LEAST_ROWS / 10:
        return None
    told = np.empty(len(features))
    fold = np.random.default_rng(23).integers(0, FOLDS, len(features))
    for part in range(FOLDS):
        model = _trees(features[fold != part], is_dga[fold != part], weights[fold != part])
        told[fold == part] = model.decision_function(features[fold == part])
    scale, offset = _scaled(told[is_listed], is_dga[is_listed], balance)
    graph = _exported(_trees(features, is_dga, weights), features.shape[1])
    return FittedTrees(graph, scale, offset, scale * told + offset)


def _trees(values: Float32s, is_dga: npt.NDArray[np.bool_], weights: Evidence) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # threads that wait for each other on a busy machine take far longer
        model = HistGradientBoostingClassifier(**TREES)
        return model.fit(values, is_dga, sample_weight=weights * len(weights) / weights.sum())


def _scaled(told: Evidence, is_dga: npt.NDArray[np.bool_], balance: float) -> tuple[float, float]:
    """Platt's scaling of log-odds, a DGA name weighing `balance` times as much as a benign one."""
    from sklearn.linear_model import LogisticRegression

    share = np.where(is_dga, balance, 1.0)
    model = LogisticRegression(C=1e6).fit(told[:, None], is_dga, share * len(share) / share.sum())
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
