"""Files that a user names: pipes and devices do not make anybody wait without end."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from dga import tables
from dga.cli.main import main
from dga.errors import FeedError
from dga.storage import sources
from dga.storage.sources import open_source


def test_a_pipe_that_nobody_writes_to_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PermissionError, match="nobody wrote to"):
        open_source(tmp_path / "pipe", wait=0.05)


@pytest.mark.parametrize("late", [0.0, 0.3])
def test_a_pipe_is_read_to_its_end(tmp_path: Path, late: float) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Timer(late, path.write_bytes, (b"river.org\n" * 20_000,))
    writer.start()
    frames = list(tables.read_chunks(path, name="pipe"))
    writer.join()
    assert sum(map(len, frames)) == 20_000


@pytest.mark.parametrize("command", ["score", "preview", "evaluate"])
def test_no_command_waits_for_a_pipe(
    command: str, tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(open_source, "__defaults__", (0.05,))
    os.mkfifo(tmp_path / "pipe")
    assert main([command, str(tmp_path / "pipe")]) == 1
    assert main(["runs", "--import", str(tmp_path / "pipe")]) == 1


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "/dev/urandom", "/"])
def test_devices_and_folders_are_no_files(path: str) -> None:
    with pytest.raises(OSError, match="device|directory"):
        open_source(Path(path))
    if path != "/":
        with pytest.raises(FeedError, match="give a file"):
            tables.sniff(Path(path))
