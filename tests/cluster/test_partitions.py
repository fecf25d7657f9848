"""Which files a pattern names, and what their results are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from dga.cluster import partitions
from dga.errors import FeedError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", "sub/a.csv", ".hidden.csv", "_done/x.csv", "c d.log"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("domain\na.com\n")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("", ["a.csv", "b.csv", "c d.log", "sub/a.csv"]),
        ("*.csv", ["a.csv", "b.csv"]),
        ("**/*.csv", ["a.csv", "b.csv", "sub/a.csv"]),
        ("b.csv", ["b.csv"]),
    ],
)
def test_folders_patterns_and_files(folder: Path, pattern: str, names: list[str]) -> None:
    found = partitions.find([str(folder / pattern)], ".csv")
    wanted = [f"file://{folder / name}" for name in names]
    assert [p.source for p in found if "/_done/" not in p.source] == wanted


def test_a_file_named_twice_is_scored_once(folder: Path) -> None:
    assert len(partitions.find([str(folder / "a.csv"), str(folder / "*.csv")], ".csv")) == 2


def test_results_of_equal_names_differ_and_hold_no_path(folder: Path) -> None:
    outputs = [part.output for part in partitions.find([str(folder)], ".parquet")]
    assert len(set(outputs)) == len(outputs)
    assert not any(set(output) & set("/ \\") for output in outputs)


def test_a_pattern_that_names_nothing_is_told(folder: Path) -> None:
    with pytest.raises(FeedError, match=r"no such file"):
        partitions.find([str(folder / "*.parquet")], ".csv")
