"""Files whole or not at all, private, and swept after a kill; locks; folders."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from dga import storage
from dga.storage import folders, locks, scratch
from dga.tables.writers import TableWriter

LEFT = ".list.csv.0123abcd.part"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow beyond a few bytes; what pytest writes included, so no test ends in it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    storage.write_atomically(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    assert mode_of(path) == 0o600
    path.chmod(0o640)
    storage.write_atomically(path, b"new")
    assert mode_of(path) == 0o640 and os.listdir(tmp_path) == ["notes.json"]


def test_an_error_on_the_way_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a"
    storage.write_atomically(path, "old")
    with pytest.raises(KeyError), storage.replacing(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a"]


def write_text(path: Path) -> None:
    storage.write_atomically(path, "x" * 10_000)


def write_rows(path: Path) -> None:
    with TableWriter(path) as writer:
        writer.write(pd.DataFrame({"domain": ["river.org"] * 20_000}))
        writer.close()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.json", write_text),
        ("a.csv", write_rows),
        ("a.parquet", write_rows),
        ("a.jsonl", write_rows),
    ],
)
def test_a_full_disk_is_told_with_the_files_name_and_leaves_nothing(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    with pytest.raises(OSError, match="File too large") as told, full_disk():
        write(tmp_path / name)
    assert told.value.filename == str(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as told:
        storage.write_atomically(tmp_path / "no" / "a", "")
    assert str(tmp_path / "no") in str(told.value)


def test_parts_of_dead_writers_are_swept_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    for name in (LEFT, ".hidden", "list.part", ".x.part", ".x.0123abcd.part.txt"):
        (tmp_path / name).write_text("half")
    with storage.replacing(tmp_path / "list.csv") as file:
        file.write(b"whole")
        assert storage.sweep_parts(tmp_path) == 1
    assert (tmp_path / "list.csv").read_text() == "whole"
    left = {".hidden", "list.part", ".x.part", ".x.0123abcd.part.txt", "list.csv"}
    assert set(os.listdir(tmp_path)) == left


def test_the_next_writer_of_a_file_sweeps_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / LEFT).write_text("half")
    (tmp_path / ".other.csv.0123abcd.part").write_text("half")
    write_rows(tmp_path / "list.csv")
    assert sorted(os.listdir(tmp_path)) == [".other.csv.0123abcd.part", "list.csv"]
    assert mode_of(tmp_path / "list.csv") == 0o600


def test_scratch_folders_go_with_their_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    program = (
        "import os, sys; from dga.storage import Scratch; s = Scratch('scores');"
        "open(s.path / 'rows', 'w').write('x'); print(s.path, flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        text=True,
    )
    assert child.stdout is not None
    path = Path(child.stdout.readline().strip())
    assert mode_of(path) == 0o700
    with storage.Scratch("own") as own:
        assert storage.sweep_scratch() == 0 and path.is_dir()
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert storage.sweep_scratch() == 1
        assert os.listdir(tmp_path) == [own.name]
    assert os.listdir(tmp_path) == []


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "folder" / ".lock"
    with (
        storage.locked(path),
        pytest.raises(TimeoutError, match="held by another"),
        storage.locked(path, timeout=0),
    ):
        pass
    with storage.locked(path, timeout=0):
        pass


def test_a_lock_ends_with_the_process_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    script = (
        "import sys; from pathlib import Path; from dga.storage.locks import open_lock, try_lock;"
        "file = open_lock(Path(sys.argv[1])); print(try_lock(file), flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child, locks.open_lock(path) as file:
        assert child.stdout.readline() == b"True\n"
        assert not locks.try_lock(file)
        child.kill()
        child.wait()
        assert locks.try_lock(file)


def test_folders_are_the_checkouts_or_the_users_or_those_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DGA_MODELS", "DGA_DATA", "DGA_STATE"):
        monkeypatch.delenv(variable, raising=False)
    root = folders.checkout()
    assert root is not None and storage.models_folder() == root / "models"
    monkeypatch.setattr(folders, "checkout", lambda: None)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert storage.data_folder() == tmp_path / "dga-workbench" / "data"
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "m"))
    assert storage.state_folder() == tmp_path / "m" / ".state"


def test_a_process_can_keep_all_that_it_makes_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        storage.keep_private()
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").touch()
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "folder") == 0o700 and mode_of(tmp_path / "file") == 0o600
