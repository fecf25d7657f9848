"""Runs that were written before a setting, a column or a key was added load and score the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from dga.runs import store
from dga.runs.store import Run
from dga.scoring.scorer import Scorer
from tests.counted import made_up
from tests.runs_factory import make_run

# What the first version of the package wrote; nothing may be asked of a run beyond that.
BUNDLE_KEYS = {
    "format_version", "name", "architecture", "task", "scope", "encoder", "trims", "classes",
    "calibration", "thresholds", "groups", "onnx_sha256",
}  # fmt: skip
CONFIG_KEYS = {"format_version", "name", "status", "created", "config", "feeds", "trial"}
SETTINGS = {
    "architecture": "lstm", "task": "both", "scope": "registered", "split": "registered",
    "seed": 23, "test_size": 0.2, "validation_size": 0.05, "min_family": 50, "max_length": 75,
}  # fmt: skip


def aged(run: Run) -> Run:
    """A run with nothing in its files but what the first version wrote."""
    path = run.path / store.BUNDLE_FOLDER / "bundle.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({key: values[key] for key in BUNDLE_KEYS}), encoding="utf-8")
    path = run.path / store.CONFIG_FILE
    values = json.loads(path.read_text(encoding="utf-8")) | {"config": SETTINGS}
    kept = {key: value for key, value in values.items() if key in CONFIG_KEYS}
    path.write_text(json.dumps(kept), encoding="utf-8")
    return store.open_run(run.name, run.path.parent)


def test_an_old_run_scores_the_same_and_is_shown(tmp_path: Path) -> None:
    names = made_up(200)
    run = make_run(tmp_path, "old")
    before = Scorer(run.bundle(threads=1)).frame(names)
    after = aged(run)
    assert Scorer(after.bundle(threads=1)).frame(names).equals(before)
    assert [found.name for found in store.list_runs(tmp_path)] == ["old"]
    assert after.settings["architecture"] == "lstm"
    assert np.isfinite(after.predictions()["predProb"]).all()
    assert len(after.history())
