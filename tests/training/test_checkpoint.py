from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from dga.errors import JobError
from dga.training import checkpoint
from dga.training.checkpoint import State

STATE = State(
    {"network": [np.ones((2, 3), np.float32), np.array(7, np.int64)], "best": []},
    {"batches": 3, "history": [{"loss": 0.5}]},
)


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c.npz", STATE)
    found = checkpoint.load(tmp_path / "c.npz")
    assert found is not None
    assert found.facts == STATE.facts
    assert found.groups["best"] == []
    for given, read in zip(STATE.groups["network"], found.groups["network"], strict=True):
        assert read.dtype == given.dtype
        assert (read == given).all()


def test_without_a_checkpoint_there_is_none(tmp_path: Path) -> None:
    assert checkpoint.load(tmp_path / "c.npz") is None


def test_a_write_that_breaks_off_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.npz"
    checkpoint.save(path, STATE)

    def break_off(_: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", break_off)
        with pytest.raises(OSError, match="no space"):
            checkpoint.save(path, State({}, {"batches": 4}))
    found = checkpoint.load(path)
    assert found is not None
    assert found.facts["batches"] == 3


@pytest.mark.parametrize("damage", [b"", b"not a zip", None])
def test_a_damaged_checkpoint_is_told(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "c.npz"
    checkpoint.save(path, STATE)
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    with pytest.raises(JobError, match=r"checkpoint c\.npz is damaged"):
        checkpoint.load(path)


def test_objects_that_would_need_pickle_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    np.savez(path, facts=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(JobError, match="is damaged"):
        checkpoint.load(path)


def test_a_fingerprint_tells_settings_and_names() -> None:
    codes = np.arange(4)
    first = checkpoint.fingerprint({"seed": 1}, codes)
    assert first == checkpoint.fingerprint({"seed": 1}, codes.copy())
    assert first != checkpoint.fingerprint({"seed": 2}, codes)
    assert first != checkpoint.fingerprint({"seed": 1}, codes[::-1])
