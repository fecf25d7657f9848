"""Makes a small run without TensorFlow: a hand-written ONNX network over character codes.

Vowels speak for a chosen name, digits and rare consonants for a generated one. The predictions
are over made-up names, so the figures mean nothing but are consistent with each other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper, numpy_helper

from dga.config import TrainingConfig
from dga.evaluation import metrics
from dga.runs import learnt_names, store
from dga.runs.store import Run
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS
from dga.scoring import bundle
from dga.scoring.calibration import Calibration
from dga.scoring.encoder import ALPHABET, CharEncoder

THRESHOLDS = {"0.01": 0.6, "0.001": 0.8, "0.0001": 0.95}
NAMES = 200
_WORDS = ("river", "cloud", "market", "garden", "stone", "paper", "silver", "orange", "harbor")


def make_run(
    root: Path,
    name: str,
    *,
    families: Sequence[str] = ("alpha", "beta"),
    created: str = "2026-01-02T03:04:05Z",
    status: str = store.COMPLETE,
    seed: int = 23,
    learnt: Sequence[str] | None = (),
    upside_down: bool = False,
) -> Run:
    """Write a finished run into a models folder and open it.

    `learnt`: the registered names that it says it has learnt from; None: it keeps no record.
    `upside_down`: it takes generated names for benign ones.
    """
    work = store.create(name, root)
    encoder = CharEncoder()
    onnx.save(
        network(encoder, families, upside_down), work / store.BUNDLE_FOLDER / bundle.ONNX_FILE
    )
    bundle.save(
        work / store.BUNDLE_FOLDER,
        name=name,
        architecture="cnn",
        task="both" if families else "binary",
        scope="registered",
        encoder=encoder,
        trims=True,
        classes=tuple(families),
        calibration=Calibration(),
        thresholds=THRESHOLDS,
    )
    ready = bundle.load(work / store.BUNDLE_FOLDER, threads=1)
    predictions = _predictions(ready, families, seed)
    predictions.to_parquet(work / store.PREDICTIONS_FILE, index=False)
    store.write_json(work / store.METRICS_FILE, _metrics(predictions))
    store.write_json(work / store.CONFIG_FILE, _config(name, created, status))
    (work / store.HISTORY_FILE).write_text(
        "epoch,loss,accuracy,validation_loss,validation_accuracy\n"
        "1,0.41,0.82,0.35,0.86\n2,0.27,0.90,0.29,0.89\n",
        encoding="utf-8",
    )
    if learnt is not None:
        learnt_names.save(work, learnt)
    return store.finish(work)


def network(
    encoder: CharEncoder, families: Sequence[str], upside_down: bool = False
) -> onnx.ModelProto:
    """A network from codes (rows, columns) to `score` (rows, 1) and `families` (rows, families)."""
    weights = np.zeros((encoder.vocabulary, 1 + len(families)), dtype=np.float32)
    for code, character in enumerate(ALPHABET, start=1):
        weights[code, 0] = -1.5 if character in "aeiou" else 1.2 if character in "0123456789" else 0
        weights[code, 0] += 2.0 if character in "qxzjkwvy" else 0.0
        weights[code, 0] *= -1 if upside_down else 1
        for column in range(len(families)):
            weights[code, 1 + column] = ((code * (column + 3)) % 7) / 3
    constants = {"weights": weights, "last": np.array([1]), "from": np.array([0])}
    constants |= {"one": np.array([1]), "end": np.array([1 + len(families)])}
    constants |= {"steepness": np.array(6.0, np.float32), "zero": np.array(0, np.int32)}
    constants |= {"tiny": np.array(1e-6, np.float32)}
    nodes = [
        helper.make_node("Gather", ["weights", "codes"], ["cells"]),
        helper.make_node("ReduceSum", ["cells", "last"], ["sums"], keepdims=0),
        helper.make_node("Greater", ["codes", "zero"], ["filled"]),
        helper.make_node("Cast", ["filled"], ["ones"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["ones", "last"], ["counts"], keepdims=1),
        helper.make_node("Add", ["counts", "tiny"], ["lengths"]),
        helper.make_node("Div", ["sums", "lengths"], ["means"]),
        helper.make_node("Mul", ["means", "steepness"], ["odds"]),
        helper.make_node("Slice", ["odds", "from", "one", "last"], ["first"]),
        helper.make_node("Sigmoid", ["first"], ["score"]),
    ]
    outputs = [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["rows", 1])]
    if families:
        nodes += [
            helper.make_node("Slice", ["odds", "one", "end", "last"], ["others"]),
            helper.make_node("Softmax", ["others"], ["families"], axis=1),
        ]
        shape = ["rows", len(families)]
        outputs.append(helper.make_tensor_value_info("families", TensorProto.FLOAT, shape))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("codes", TensorProto.INT32, ["rows", "columns"])],
        outputs,
        [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def made_up_names(families: Sequence[str], seed: int = 23) -> pd.DataFrame:
    """A frame of distinct names: half benign compounds, half random letters; domain, family."""
    dice = random.Random(seed)
    names: dict[str, str] = {}
    while len(names) < NAMES // 2:
        words = dice.choices(_WORDS, k=3)
        names.setdefault(f"{words[0]}{words[1]}{dice.choice(('', '7', '24'))}-{words[2]}.com", "")
    while len(names) < NAMES:
        letters = "".join(dice.choices("bcdfghjklmnpqrtvwxyzaeiou0123456789", k=14))
        family = families[len(names) % len(families)] if families else "alpha"
        names.setdefault(f"{letters}.{dice.choice(('com', 'net', 'info'))}", family)
    return pd.DataFrame({DOMAIN: list(names), FAMILY: list(names.values())})


def _predictions(ready: bundle.ModelBundle, families: Sequence[str], seed: int) -> pd.DataFrame:
    frame = made_up_names(families, seed)
    score = ready.score(frame[DOMAIN].tolist()).score
    return pd.DataFrame(
        {
            DOMAIN: frame[DOMAIN],
            TRUE_CLASS: np.where(frame[FAMILY] == "", BENIGN, DGA),
            PRED_CLASS: np.where(score >= 0.5, DGA, BENIGN),
            PRED_PROB: score,
            FAMILY: frame[FAMILY],
        }
    )


def _metrics(predictions: pd.DataFrame) -> dict[str, object]:
    return {
        "test": metrics.metrics(predictions),
        "thresholds": [
            {"fpr_target": float(rate), "threshold": cut, "fpr": float(rate), "resolvable": True}
            for rate, cut in THRESHOLDS.items()
        ],
        "dataset": {"rows": NAMES, "train": 0, "validation": 0, "test": NAMES},
    }


def _config(name: str, created: str, status: str) -> dict[str, object]:
    return {
        "format_version": store.FORMAT_VERSION,
        "name": name,
        "status": status,
        "created": created,
        "seconds": 12.5,
        "batches": 40,
        "parameters": 123,
        "config": TrainingConfig(architecture="cnn", task="both").resolved().to_json(),
        "feeds": [
            {
                "feed": "made-up.csv",
                "format": "csv",
                "label": None,
                "rows": NAMES,
                "names": NAMES,
                "problems": 0,
            }
        ],
        "trial": [],
        "balance": [],
        "environment": {
            "dga": "0",
            "python": "3",
            "device": "cpu",
            "processor": "any",
            "threads": 1,
        },
    }
