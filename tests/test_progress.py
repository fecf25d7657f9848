from __future__ import annotations

from pathlib import Path

import pytest

from dga import progress
from dga.progress import Progress

SNAPSHOTS = [Progress(phase="training", batch=n, batches=4, loss=1 / (n + 1)) for n in range(5)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "progress.jsonl"
    for snapshot in SNAPSHOTS:
        progress.append(path, snapshot)
    return path


def test_what_is_appended_is_read_back(written: Path) -> None:
    assert progress.read(written) == SNAPSHOTS
    assert progress.read(written, last=2) == SNAPSHOTS[-2:]


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert progress.read(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("damage", ['{"phase": "trai', "[]\n", "null\n", '{"batch": 3}\n', "\xff"])
def test_a_damaged_line_is_passed_over(written: Path, damage: str) -> None:
    with open(written, "a", encoding="latin-1") as file:
        file.write(damage)
    assert progress.read(written) == SNAPSHOTS
    assert progress.read(written, last=1) == SNAPSHOTS[-1:]


def test_any_cut_of_the_file_leaves_the_whole_lines(written: Path) -> None:
    whole = written.read_bytes()
    for length in range(0, len(whole), 29):
        written.write_bytes(whole[:length])
        read = progress.read(written)
        assert read == SNAPSHOTS[: len(read)]
        assert len(read) >= whole[:length].count(b"\n")


def test_a_field_of_another_version_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    path.write_text('{"phase": "done", "from_the_future": 1}\n')
    assert progress.read(path) == [Progress(phase="done")]


def test_share() -> None:
    assert [snapshot.share for snapshot in SNAPSHOTS] == [0, 0.25, 0.5, 0.75, 1]
    assert Progress(phase="feeds").share == 0
