from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dga.errors import BundleError, RunError
from dga.jobs import job
from dga.runs import store, trash
from dga.runs.store import DamagedRun, Run
from tests.runs_factory import make_run


@pytest.mark.parametrize("name", ["a", "LSTM-2026.1", "0", "a" * 64, "a..b"])
def test_names_of_runs(name: str) -> None:
    assert store.check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", ".work-a", "-a", "a" * 65, "a b", "é", "a\n", "a\x00"],
)
@pytest.mark.parametrize("use", [store.create, store.open_run, trash.delete, trash.restore])
def test_what_is_no_name_is_refused_everywhere(
    name: str, use: Callable[[str, Path], Any], tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="is not a valid run name"):
        use(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_appears_when_it_is_finished(tmp_path: Path) -> None:
    work = store.create("one", tmp_path)
    assert store.list_runs(tmp_path) == []
    write(work)
    (work / store.PID_FILE).write_text("1")
    (work / store.CANCEL_FILE).touch()
    run = store.finish(work)
    assert (run.name, run.status) == ("one", "complete")
    assert [found.name for found in store.list_runs(tmp_path)] == ["one"]
    assert {path.name for path in run.path.iterdir()} == {"bundle", "config.json", "metrics.json"}
    assert not work.exists()


def write(work: Path) -> None:
    config = {"format_version": store.FORMAT_VERSION, "config": {}}
    store.write_json(work / store.CONFIG_FILE, config)
    store.write_json(work / store.METRICS_FILE, {"test": {}})


def test_a_taken_name_is_refused(models: Path) -> None:
    with pytest.raises(RunError, match="a run 'tiny' exists already"):
        store.create("tiny", models)


def test_an_interrupted_training_makes_room_for_the_next(tmp_path: Path) -> None:
    (store.create("one", tmp_path) / "left").touch()
    assert not (store.create("one", tmp_path) / "left").exists()


def test_two_trainings_of_one_name_leave_the_first_finished(tmp_path: Path) -> None:
    make_run(tmp_path, "one")
    before = (tmp_path / "one" / store.CONFIG_FILE).read_text()
    work = tmp_path / f"{store.WORK_PREFIX}one"
    work.mkdir()
    write(work)
    with pytest.raises(RunError, match="cannot be stored"):
        store.finish(work)
    assert (tmp_path / "one" / store.CONFIG_FILE).read_text() == before


def test_a_kill_at_any_step_leaves_the_finished_runs(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop before each change that `finish` makes to the disk, one after the other."""
    steps: list[str] = []

    class Killed(BaseException):
        """What no `except Exception` catches, as no handler runs at a kill."""

    def dying(name: str, real: Callable[..., Any], at: int) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            steps.append(name)
            if len(steps) == at:
                raise Killed
            return real(*arguments, **options)

        return call

    for at in range(1, 40):
        work = store.create(f"new{at}", models)
        write(work)
        steps.clear()
        with monkeypatch.context() as patch:
            for owner, name in (
                (os, "fsync"),
                (Path, "rename"),
                (Path, "replace"),
                (Path, "unlink"),
            ):
                patch.setattr(owner, name, dying(name, getattr(owner, name), at))
            try:
                store.finish(work)
            except Killed:
                pass
            else:
                break
        found = {run.name: run for run in store.list_runs(models)}
        assert all(isinstance(run, Run) for run in found.values())
        assert "tiny" in found
        assert store.active_run(models).bundle(threads=1).name == "tiny"
    assert at > 4


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda p: (p / store.CONFIG_FILE).unlink(), "config.json cannot be read"),
        (lambda p: (p / store.CONFIG_FILE).write_text("{"), "config.json cannot be read"),
        (lambda p: (p / store.CONFIG_FILE).write_text("[]"), "config.json holds no JSON object"),
        (lambda p: (p / store.CONFIG_FILE).write_text("{}"), "unknown format version None"),
        (lambda p: (p / store.METRICS_FILE).write_bytes(b"\xff"), "metrics.json cannot be read"),
        (lambda p: (p / store.METRICS_FILE).write_text("{}"), "metrics.json holds no 'test'"),
        (
            lambda p: (p / store.METRICS_FILE).write_text("[" * 200_000),
            "metrics.json cannot be read",
        ),
        (
            lambda p: (p / store.METRICS_FILE).write_text('{"test": {"accuracy": "high"}}'),
            "metrics.json is damaged",
        ),
        (lambda p: [f.unlink() for f in p.glob("*.*")], "config.json cannot be read"),
    ],
)
def test_a_damaged_folder_is_listed_with_its_problem(
    models: Path, damage: Callable[[Path], Any], problem: str
) -> None:
    make_run(models, "good")
    damage(models / "tiny")
    found = {run.name: run for run in store.list_runs(models)}
    assert isinstance(found["good"], Run)
    assert isinstance(found["tiny"], DamagedRun)
    assert problem in found["tiny"].problem
    assert found["tiny"].status == store.DAMAGED


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    for day in (2, 3, 1):
        make_run(tmp_path, f"day{day}", created=f"2026-01-0{day}T00:00:00Z")
    assert [run.name for run in store.list_runs(tmp_path)] == ["day3", "day2", "day1"]


def test_a_missing_run_is_told_with_those_there_are(models: Path) -> None:
    with pytest.raises(RunError, match="no run 'other'; the runs are tiny"):
        store.open_run("other", models)


def test_the_active_run_is_the_chosen_one_else_the_shipped_else_the_newest(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no runs in"):
        store.active_name(tmp_path)
    make_run(tmp_path, "old", created="2025-01-01T00:00:00Z")
    make_run(tmp_path, "new", created="2026-01-01T00:00:00Z")
    assert store.active_name(tmp_path) == "new"
    make_run(tmp_path, store.SHIPPED, created="2024-01-01T00:00:00Z")
    assert store.active_name(tmp_path) == store.SHIPPED
    store.set_active("old", tmp_path)
    assert store.active_run(tmp_path).name == "old"
    trash.delete("old", tmp_path)
    assert store.active_name(tmp_path) == store.SHIPPED


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run": "../x"}', '{"run": 3}', '{"run": "no"}'])
def test_a_damaged_choice_of_the_active_run_is_no_choice(models: Path, text: str) -> None:
    (models / store.ACTIVE_FILE).write_text(text)
    assert store.active_name(models) == "tiny"


def test_only_a_run_that_can_score_is_made_active(models: Path) -> None:
    make_run(models, "other")
    (models / "other" / "bundle" / "model.onnx").write_bytes(b"")
    with pytest.raises(BundleError):
        store.set_active("other", models)
    assert not (models / store.ACTIVE_FILE).exists()


def test_a_deleted_run_can_be_brought_back(models: Path) -> None:
    trash.delete("tiny", models)
    assert store.list_runs(models) == []
    assert trash.restore("tiny", models).bundle(threads=1).name == "tiny"
    with pytest.raises(RunError, match="no deleted run 'tiny'"):
        trash.restore("tiny", models)


def test_a_run_is_not_brought_back_over_a_new_one(models: Path) -> None:
    trash.delete("tiny", models)
    make_run(models, "tiny")
    with pytest.raises(RunError, match="a new run 'tiny' exists"):
        trash.restore("tiny", models)


def test_an_interrupted_training_can_be_deleted_but_is_no_run_to_bring_back(tmp_path: Path) -> None:
    store.create("one", tmp_path)
    trash.delete("one", tmp_path)
    with pytest.raises(RunError, match="no run 'one' to delete"):
        trash.delete("one", tmp_path)
    for name in ("one", "work-one"):
        with pytest.raises(RunError, match="no deleted run"):
            trash.restore(name, tmp_path)


def test_a_training_that_is_running_is_not_deleted(tmp_path: Path) -> None:
    work = store.create("one", tmp_path)
    with job.lock(tmp_path, "one"):
        assert store.holder(tmp_path) == "one"
        with pytest.raises(RunError, match="is running; cancel it first"):
            trash.delete("one", tmp_path)
    assert work.exists()
    assert store.holder(tmp_path) == ""


def test_who_looks_at_the_training_lock_is_not_taken_for_a_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with job.lock(tmp_path, "ended"):
        pass
    answers = iter([False, True])  # another process looks at the same moment
    monkeypatch.setattr(store.storage, "try_lock", lambda file: next(answers))
    assert store.holder(tmp_path) == ""


def test_a_runs_frames_and_settings(tiny_run: Run) -> None:
    assert tiny_run.settings["architecture"] == "cnn"
    assert tiny_run.history()["epoch"].tolist() == [1, 2]
    assert len(tiny_run.predictions()) == tiny_run.metrics["test"]["rows"]


def test_damaged_frames_are_told(models: Path) -> None:
    run = store.open_run("tiny", models)
    run.predictions()[["domain"]].to_parquet(run.path / store.PREDICTIONS_FILE)
    with pytest.raises(RunError, match=r"test_predictions\.parquet lacks family, predClass"):
        run.predictions()
    (run.path / store.PREDICTIONS_FILE).write_bytes(b"PAR1")
    with pytest.raises(RunError, match=r"test_predictions\.parquet cannot be read"):
        run.predictions()
    (run.path / store.HISTORY_FILE).unlink()
    with pytest.raises(RunError, match=r"history\.csv cannot be read"):
        run.history()


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    store.write_json(path, {"a": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text()) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]
