"""What label cleaning found, kept for the runs that continue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dga.datasets.cleaning import WEIGHT, Cleaning
from dga.datasets.dataset import NAME, Dataset
from dga.runs import cleaned_names, store
from dga.runs.store import Run
from dga.schema import BENIGN, DGA, LABEL


def dataset(kept: dict[str, float], dropped: list[str]) -> Dataset:
    """A cleaned dataset: weights of benign names, names that were dropped, and one DGA name."""
    rows = [(name, BENIGN, weight) for name, weight in kept.items()] + [("xjpwkq.ru", DGA, 1.0)]
    frame = pd.DataFrame(rows, columns=[NAME, LABEL, WEIGHT])
    cleaning = Cleaning(pd.DataFrame({NAME: dropped}), [], [], [])
    counts = dict.fromkeys(("rows", "duplicates", "excluded", "unregistered", "capped"), 0)
    return Dataset(frame=frame, conflicts=pd.DataFrame(), cleaning=cleaning, **counts)


@pytest.fixture
def run(models: Path) -> Run:
    run = store.open_run("tiny", models)
    cleaned_names.save(run.path, dataset({"a.com": 1.0, "b.com": 0.4}, ["c.com"]))
    return run


def weights(run: Run, *names: str) -> list[float]:
    former = cleaned_names.former_cleaning(run)
    assert former is not None
    return former.weights(names).tolist()


def test_a_run_tells_what_its_cleaning_made_of_each_benign_name(run: Run) -> None:
    assert weights(run, "c.com", "b.com", "a.com") == pytest.approx([0, 0.4, 1], abs=0.01)
    assert np.isnan(weights(run, "new.com", "xjpwkq.ru")).all()


def test_a_run_that_continues_keeps_its_bases_record_and_overrides_it(
    run: Run, tmp_path: Path
) -> None:
    cleaned_names.save(tmp_path, dataset({"c.com": 1.0}, ["d.com"]), run)
    further = replace(run, path=tmp_path)
    assert weights(further, "a.com", "c.com", "d.com") == [1, 1, 0]


def test_the_base_scores_what_it_has_not_judged(run: Run) -> None:
    former = cleaned_names.former_cleaning(run)
    assert former is not None
    names = ["paypal.com", "xjpwkqzvbnt.ru"]
    assert np.array_equal(former.scores(names), run.bundle().score(names).score)


def test_a_run_that_cleaned_nothing_has_no_record(tmp_path: Path, run: Run) -> None:
    cleaned_names.save(tmp_path, replace(dataset({"a.com": 1.0}, []), cleaning=None))
    assert cleaned_names.former_cleaning(replace(run, path=tmp_path)) is None


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY"])
def test_a_damaged_record_counts_as_none(run: Run, content: bytes) -> None:
    (run.path / cleaned_names.CLEANED_FILE).write_bytes(content)
    assert cleaned_names.former_cleaning(run) is None


def test_a_zip_of_arrays_and_a_header_that_claims_too_much_count_as_none(run: Run) -> None:
    path = run.path / cleaned_names.CLEANED_FILE
    with path.open("wb") as file:
        np.savez(file, keys=np.zeros(3, dtype=cleaned_names.RECORD))
    assert cleaned_names.former_cleaning(run) is None
    np.save(path, np.zeros(3, dtype=cleaned_names.RECORD))
    claimed = path.read_bytes().replace(b"(3,), }          ", b"(99999999999,), }")
    assert b"99999999999" in claimed
    path.write_bytes(claimed)
    assert cleaned_names.former_cleaning(run) is None


def test_a_record_of_another_form_counts_as_none(run: Run) -> None:
    np.save(run.path / cleaned_names.CLEANED_FILE, np.arange(3))
    assert cleaned_names.former_cleaning(run) is None
