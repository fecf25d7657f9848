"""The data folder: only what it holds can be opened, whatever a browser sends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dga.errors import FeedError
from ui.common import file_input, library


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    (folder / "lists").mkdir(parents=True)
    (folder / "lists" / "a.csv").write_text("river.org\n", encoding="utf-8")
    (folder / "notes.md").write_text("# notes\n", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("secret.org\n", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "gone.txt").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe")
    monkeypatch.setenv("DGA_DATA", str(folder))
    return folder


NOT_OFFERED = [
    "../outside.txt", "/etc/hostname", "lists/../../outside.txt", "lists", "", ".", "notes.md",
    "link.txt", "gone.txt", "pipe", "a\0b", "lists/a.csv\0", "lists//a.csv", "./lists/a.csv",
    "x" * 5_000, "caf\udce9",
]  # fmt: skip


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_what_was_not_offered_is_not_opened(data: Path, name: str) -> None:
    assert library.files() == ["lists/a.csv"]
    with pytest.raises(FeedError, match="no longer in the data folder"):
        library.path_of(name)


def test_what_was_offered_is_opened(data: Path) -> None:
    assert library.path_of("lists/a.csv").read_text(encoding="utf-8") == "river.org\n"


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_the_picker_tells_of_a_file_that_was_not_offered(
    data: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_input.st, "session_state", {"file": name})
    taken: list[object] = []
    refused: list[Exception] = []
    file_input.hand_over("file", lambda *given: taken.append(given), refused.append)
    assert not taken
    assert [type(error) for error in refused] == [FeedError]
