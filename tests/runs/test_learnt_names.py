"""Which names a run has learnt from: kept, found again, handed on to what continues from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dga.datasets.dataset import TRAIN, VALIDATION
from dga.runs import learnt_names
from tests.runs_factory import make_run


def test_learnt_names_are_found_again_and_others_are_not(tmp_path: Path) -> None:
    run = make_run(tmp_path, "one", learnt=["a.com", "b.com"])
    assert learnt_names.seen(run, ["b.com", "c.com"]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("kept", "found"), [([], [False, False]), (["z.com", "b.com", "a.com"], [True, False])]
)
def test_an_empty_record_and_one_out_of_order_are_searched(
    tmp_path: Path, kept: list[str], found: list[bool]
) -> None:
    run = make_run(tmp_path, "one")
    hashes = np.sort(learnt_names.keys(kept))[::-1]
    np.save(run.path / learnt_names.LEARNT_FILE, hashes)
    assert learnt_names.seen(run, ["b.com", "c.com"]).tolist() == found


def test_a_continued_run_knows_what_its_base_has_learnt_from(tmp_path: Path) -> None:
    base = make_run(tmp_path, "base", learnt=["a.com"])
    run = make_run(tmp_path, "next", learnt=None)
    learnt_names.save(run.path, ["b.com"], base)
    assert learnt_names.seen(run, ["a.com", "b.com", "c.com"]).tolist() == [True, True, False]


def test_a_run_continued_from_one_without_a_record_keeps_none(tmp_path: Path) -> None:
    base = make_run(tmp_path, "base", learnt=None)
    run = make_run(tmp_path, "next", learnt=None)
    learnt_names.save(run.path, ["b.com"], base)
    assert learnt_names.seen(run, ["b.com"]) is None


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY"])
def test_a_damaged_record_is_none(tmp_path: Path, content: bytes) -> None:
    run = make_run(tmp_path, "one")
    (run.path / learnt_names.LEARNT_FILE).write_bytes(content)
    assert learnt_names.load(run) is None


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    run = make_run(tmp_path, "one")
    np.save(run.path / learnt_names.LEARNT_FILE, np.array([{}], dtype=object), allow_pickle=True)
    assert learnt_names.load(run) is None


def test_a_continued_run_tells_what_was_validated_on_from_what_was_trained_on(
    tmp_path: Path,
) -> None:
    base = make_run(tmp_path, "base", learnt=None)
    learnt_names.save(base.path, ["a.com", "b.com"], validated=["b.com"])
    run = make_run(tmp_path, "next", learnt=None)
    learnt_names.save(run.path, ["c.com", "d.com"], base, validated=["d.com"])
    former = learnt_names.former(run)
    assert former is not None
    assert former.apart
    assert former.parts(["a.com", "b.com", "c.com", "d.com", "e.com"]).tolist() == [
        TRAIN, VALIDATION, TRAIN, VALIDATION, "",
    ]  # fmt: skip


def test_a_run_of_an_earlier_version_tells_no_validation_names(tmp_path: Path) -> None:
    base = make_run(tmp_path, "base", learnt=["a.com"])
    former = learnt_names.former(base)
    assert former is not None
    assert not former.apart
    assert former.parts(["a.com", "b.com"]).tolist() == [TRAIN, ""]
    assert learnt_names.former(make_run(tmp_path, "none", learnt=None)) is None
