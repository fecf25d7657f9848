"""Fit the trees of a second look on the validation part.

Boosted trees (Friedman 2001) by scikit-learn, whose histogram trees skl2onnx 1.20 cannot export, as
ONNX's own ensemble of trees. They are fitted on the numbers of bins, since scikit-learn 1.8 and
newer take four fifths of a fit to find the bins of weighted rows. Writes nothing.
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
LEAST_CONTINUED = 2_000  # the same in a run that continues, so that it keeps its second look
BINS = 255  # of a feature, at most
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
    least: int = LEAST_ROWS,
) -> FittedTrees | None:
    """Fit trees on the features (rows, columns) of names in doubt that the network has not learnt
    from; None where there are fewer than `least`, or few of a class.

    `is_dga`, `weights`, `is_listed` (rows,): the trees' log-odds are scaled on the names of the
    lists, where a DGA name weighs `balance` times as much as a benign one.
    """
    if len(features) < least or min(is_dga.sum(), (~is_dga).sum()) < least / 10:
        return None
    told = np.empty(len(features))
    fold = np.random.default_rng(23).integers(0, FOLDS, len(features))
    for part in range(FOLDS):
        trees = BinnedTrees.fit(features[fold != part], is_dga[fold != part], weights[fold != part])
        told[fold == part] = trees.log_odds(features[fold == part])
    scale, offset = _scaled(told[is_listed], is_dga[is_listed], balance)
    graph = BinnedTrees.fit(features, is_dga, weights).exported()
    return FittedTrees(graph, scale, offset, scale * told + offset)


@dataclass(frozen=True)
class BinnedTrees:
    """Boosted trees over the numbers of bins: `edges` holds the upper edges of each feature's bins
    but the last (bins - 1,), which belong to the bin."""

    model: Any
    edges: list[Evidence]

    @classmethod
    def fit(
        cls, features: Float32s, is_dga: npt.NDArray[np.bool_], weights: Evidence
    ) -> BinnedTrees:
        """Fit trees on features (rows, columns) with classes and weights (rows,)."""
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits

        edges = [bin_edges(column, weights) for column in features.T]
        model = HistGradientBoostingClassifier(**TREES)
        each = weights * len(weights) / weights.sum()
        with threadpool_limits(1):  # threads that wait for each other on a busy machine are slow
            model.fit(_bin_numbers(features, edges), is_dga, sample_weight=each)
        return cls(model, edges)

    def log_odds(self, features: Float32s) -> Evidence:
        """What the trees say of features (rows, columns): log-odds (rows,)."""
        found: Evidence = self.model.decision_function(_bin_numbers(features, self.edges))
        return found

    def exported(self) -> bytes:
        """The trees as an ONNX graph: features (rows, columns) to log-odds (rows, 1)."""
        return _exported(self.model, self.edges)


def bin_edges(values: Float32s, weights: Evidence) -> Evidence:
    """The edges between a feature's bins (bins - 1,), each of which is the lower bin's: midpoints
    of few distinct values, else weighted quantiles.

    >>> bin_edges(np.array([3, 1, 1], np.float32), np.ones(3)).tolist()
    [2.0]
    """
    distinct = np.unique(values).astype(np.float64)
    if len(distinct) <= BINS:
        return np.asarray((distinct[1:] + distinct[:-1]) / 2)
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    ranks = np.linspace(0, below[-1], BINS + 1)[1:-1]
    return np.unique(values[order][np.searchsorted(below, ranks)]).astype(np.float64)


def _bin_numbers(features: Float32s, edges: list[Evidence]) -> npt.NDArray[np.uint8]:
    """The bin of each value (rows, columns), from 0."""
    columns = [np.searchsorted(*pair) for pair in zip(edges, features.T, strict=True)]
    return np.column_stack(columns).astype(np.uint8)


def _scaled(told: Evidence, is_dga: npt.NDArray[np.bool_], balance: float) -> tuple[float, float]:
    """Platt's scaling of log-odds, a DGA name weighing `balance` times as much as a benign one."""
    from sklearn.linear_model import LogisticRegression

    share = np.where(is_dga, balance, 1.0)
    model = LogisticRegression(C=1e6).fit(told[:, None], is_dga, share * len(share) / share.sum())
    return float(max(model.coef_[0, 0], 1e-3)), float(model.intercept_[0])


def _exported(model: Any, edges: list[Evidence]) -> bytes:
    """A model over bins as an ONNX graph over features, whose bins have these edges."""
    trees = [predictors[0].nodes for predictors in model._predictors]
    nodes = np.concatenate(trees)
    sizes = [len(tree) for tree in trees]
    tree, node = np.repeat(range(len(trees)), sizes), np.concatenate([*map(np.arange, sizes)])
    leaf = nodes["is_leaf"].astype(bool)
    attributes = {
        "nodes_treeids": tree,
        "nodes_nodeids": node,
        "nodes_featureids": np.where(leaf, 0, nodes["feature_idx"]),
        "nodes_values": _thresholds(nodes, leaf, edges),
        "nodes_truenodeids": np.where(leaf, 0, nodes["left"]),
        "nodes_falsenodeids": np.where(leaf, 0, nodes["right"]),
        "nodes_missing_value_tracks_true": nodes["missing_go_to_left"],
        "target_treeids": tree[leaf],
        "target_nodeids": node[leaf],
        "target_ids": np.zeros(leaf.sum()),
        "target_weights": nodes["value"][leaf].astype(np.float32),
    }
    return _graph(attributes, np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(), model, len(edges))


def _thresholds(
    nodes: npt.NDArray[Any], leaf: npt.NDArray[np.bool_], edges: list[Evidence]
) -> Float32s:
    """Up to which value of its feature a node goes left (nodes,), 0 for leaves; the model states it
    between two numbers of bins."""
    found = np.zeros(len(nodes), dtype=np.float32)
    for place in np.flatnonzero(~leaf):
        feature, bins = nodes["feature_idx"][place], nodes["num_threshold"][place]
        found[place] = edges[feature][int(bins)]
    return found


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
