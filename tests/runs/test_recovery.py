"""What a kill leaves in the models folder: whole trainings become runs, the rest goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dga.cli.main import main
from dga.errors import JobError, RunError
from dga.jobs import job, resuming
from dga.runs import recovery, store
from tests.runs_factory import make_run


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "models"
    monkeypatch.setenv("DGA_MODELS", str(root))
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    return root


def work_of(root: Path, name: str, *extra: str) -> Path:
    """A work folder with all files of a run, and further ones."""
    run = make_run(root, name)
    work = root / f"{store.WORK_PREFIX}{name}"
    run.path.rename(work)
    for file in extra:
        (work / file).write_text("{}", encoding="utf-8")
    return work


@pytest.mark.parametrize(
    "extra",
    [(), (store.PLAN_FILE,), (store.PLAN_FILE, store.CHECKPOINT_FILE, store.PID_FILE)],
)
def test_a_training_that_was_killed_when_whole_is_a_run(root: Path, extra: tuple[str, ...]) -> None:
    work_of(root, "whole", *extra)
    assert job.unfinished(root) == []
    assert [run.name for run in store.list_runs(root)] == ["whole"]
    assert not {*extra} & {*os.listdir(root / "whole")}


@pytest.mark.parametrize(
    "missing",
    [
        store.CONFIG_FILE,
        store.METRICS_FILE,
        store.HISTORY_FILE,
        store.PREDICTIONS_FILE,
        "bundle/bundle.json",
        "bundle/model.onnx",
    ],
)
@pytest.mark.parametrize("emptied", [False, True])
def test_one_that_lacks_a_file_stays_interrupted(root: Path, missing: str, emptied: bool) -> None:
    work = work_of(root, "half", store.PLAN_FILE)
    if emptied:
        (work / missing).write_bytes(b"")
    else:
        (work / missing).unlink()
    recovery.recover(root)
    assert [one.name for one in job.unfinished(root)] == ["half"]
    assert (work / store.PLAN_FILE).is_file()


def test_one_that_is_running_is_left_alone(root: Path) -> None:
    work = work_of(root, "busy")
    with job.lock(root, "busy"):
        recovery.recover(root)
        assert work.is_dir()
    recovery.recover(root)
    assert (root / "busy").is_dir()


def test_a_whole_one_is_completed_before_another_of_its_name_starts(root: Path) -> None:
    work_of(root, "whole")
    with pytest.raises(JobError, match="is the run 'whole' now"), job.lock(root, "whole"):
        resuming.prepare("whole", root, "whole")
    with pytest.raises(RunError, match="a run 'whole' exists already"):
        store.refuse_taken("whole", root)


def test_resuming_a_whole_one_completes_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work_of(root, "whole")
    assert main(["train", "--resume", "whole"]) == 0
    assert "run whole (complete)" in capsys.readouterr().out


def test_what_only_the_training_needed_is_removed_after_a_kill(root: Path) -> None:
    make_run(root, "done")
    for name in (store.PLAN_FILE, store.CHECKPOINT_FILE, store.PID_FILE, store.CANCEL_FILE):
        (root / "done" / name).write_text("{}", encoding="utf-8")
    assert not resuming.can_resume("done", root)
    recovery.recover(root)
    assert not {*os.listdir(root / "done")} & {*recovery.PASSING}


def test_parts_and_unpacked_imports_of_killed_processes_are_swept(
    root: Path, tmp_path: Path
) -> None:
    make_run(root, "kept")
    uploads = tmp_path / "data" / "uploads"
    uploads.mkdir(parents=True)
    (root / ".dga-scratch-import-x").mkdir()
    parts = [root, root / "kept", root / "kept" / "bundle", uploads, uploads.parent]
    for folder in parts:
        (folder / ".a.json.0123abcd.part").write_text("half", encoding="utf-8")
    assert main(["runs"]) == 0
    assert not list(tmp_path.rglob("*.part")) and not (root / ".dga-scratch-import-x").exists()
    assert [run.name for run in store.list_runs(root)] == ["kept"]


@pytest.mark.parametrize(
    "name", ["active.json", "ACTIVE.json", "con", "NUL.txt", "com1", "run.", "..", ".work-x"]
)
def test_a_run_cannot_bear_the_name_of_a_file_of_the_folder(root: Path, name: str) -> None:
    make_run(root, "tiny")
    with pytest.raises(RunError, match="is not a valid run name"):
        store.check_name(name)
    assert main(["runs", "--rename", "tiny", name]) == 1


def test_a_run_that_took_the_name_of_the_active_file_is_renamed(root: Path) -> None:
    make_run(root, "tiny")
    (root / "tiny").rename(root / store.ACTIVE_FILE)
    recovery.recover(root)
    (run,) = store.list_runs(root)
    store.set_active(run.name, root)
    assert store.active_name(root) == run.name
