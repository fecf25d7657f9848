"""Deleted runs and renamed ones: the way back, and references that stay valid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dga import storage
from dga.errors import RunError
from dga.runs import renaming, store, trash
from tests.runs_factory import make_run


def test_two_deleted_runs_of_one_name_are_two(models: Path) -> None:
    trash.delete("tiny", models)
    make_run(models, "tiny", seed=99)
    trash.delete("tiny", models)
    newest, oldest = trash.deleted(models)
    assert newest.when >= oldest.when
    trash.bring_back(oldest)
    with pytest.raises(RunError, match="delete or rename it first"):
        trash.bring_back(newest)


def test_old_ones_are_removed_for_good_and_young_ones_stay(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(models, "other")
    now = trash.time.time()
    with monkeypatch.context() as patch:
        patch.setattr(trash.time, "time", lambda: now - 31 * trash.DAY)
        trash.delete("tiny", models)
        assert trash.deleted(models)[0].days_left == 30
    assert trash.deleted(models)[0].days_left == 0
    trash.delete("other", models)  # empties what is old
    assert [one.name for one in trash.deleted(models)] == ["other"]
    assert trash.empty(models) == 1
    assert not list(models.glob(f"{store.TRASH_PREFIX}*"))


def test_a_folder_of_an_earlier_version_comes_back_too(models: Path) -> None:
    (models / "tiny").rename(models / ".trash-tiny")
    assert trash.restore("tiny", models).name == "tiny"


def test_what_an_interrupted_training_left_is_emptied_but_no_run(models: Path) -> None:
    store.create("broken", models)
    trash.delete("broken", models)
    assert trash.deleted(models) == []
    assert trash.empty(models) == 1


def test_a_renamed_run_is_found_by_both_names(models: Path) -> None:
    store.set_active("tiny", models)
    assert renaming.rename("tiny", "better", models).bundle(threads=1).name == "better"
    assert store.active_name(models) == "better"
    assert store.open_run("tiny", models).name == "better"
    assert [run.name for run in store.list_runs(models)] == ["better"]
    with pytest.raises(RunError, match="was called 'tiny' before"):
        store.create("tiny", models)
    assert renaming.rename("better", "tiny", models).about().formerly == ("better",)
    assert store.active_run(models).name == "tiny"


def test_a_kill_between_the_steps_of_renaming_breaks_no_reference(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    make_run(models, "newer", created="2027-01-01T00:00:00Z")
    store.set_active("tiny", models)
    for owner, step in ((storage, "move"), (store, "write_json")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, step, die)
            with pytest.raises(Killed):
                renaming.rename("tiny", "better", models)
        assert store.active_run(models).name in ("tiny", "better")
        assert store.open_run("tiny", models).bundle(threads=1)


@pytest.mark.parametrize("new", ["../x", "", "a b", ".hidden"])
def test_what_is_no_name_is_refused(models: Path, new: str) -> None:
    with pytest.raises(RunError, match="is not a valid run name"):
        renaming.rename("tiny", new, models)


def test_a_taken_name_and_the_shipped_run_are_refused(models: Path) -> None:
    make_run(models, "other")
    make_run(models, store.SHIPPED)
    with pytest.raises(RunError, match="a run 'other' exists already"):
        renaming.rename("tiny", "other", models)
    with pytest.raises(RunError, match="cannot be renamed"):
        renaming.rename(store.SHIPPED, "mine", models)


def test_a_note_is_kept_through_a_rename(models: Path) -> None:
    renaming.annotate("tiny", "  first try \n", models)
    assert renaming.rename("tiny", "two", models).about().note == "first try"
    with pytest.raises(RunError, match="shorten it"):
        renaming.annotate("two", "x" * 20_000, models)


@pytest.mark.parametrize("text", ["", "[]", '{"note": 3}', '{"formerly": "x"}', "\x00"])
def test_a_damaged_note_is_none(models: Path, text: str) -> None:
    (models / "tiny" / "about.json").write_text(text)
    assert store.open_run("tiny", models).about().note == ""
    assert os.listdir(models) == ["tiny"]
