"""The queue of trainings: order, what survives a kill, what a damaged file says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.errors import DGAError, JobError, RunError
from dga.jobs import job as jobs
from dga.jobs import queue
from dga.jobs.job import Job
from dga.runs import store
from tests.runs_factory import make_run


def plan(name: str) -> TrainingPlan:
    return TrainingPlan(name=name, config=TrainingConfig(), feeds=(FeedSpec(path="feed.csv"),))


def names(root: Path) -> list[str]:
    return [one.name for one in queue.waiting(root)]


@pytest.fixture
def three(tmp_path: Path) -> Path:
    for name in ("one", "two", "three"):
        queue.add(plan(name), tmp_path)
    return tmp_path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that are started; nothing is trained."""
    begun: list[str] = []

    def start(plan: TrainingPlan, root: Path) -> Job:
        job = Job(plan.name, store.create(plan.name, root))
        begun.append(plan.name)
        return job

    monkeypatch.setattr(jobs, "start", start)
    return begun


def test_trainings_wait_in_the_order_in_which_they_came(three: Path) -> None:
    assert names(three) == ["one", "two", "three"]
    assert queue.waiting(three)[0].plan == plan("one")


@pytest.mark.parametrize(
    ("name", "to", "order"),
    [
        ("three", 0, ["three", "one", "two"]),
        ("one", 1, ["two", "one", "three"]),
        ("one", 9, ["two", "three", "one"]),
        ("two", 1, ["one", "two", "three"]),
        ("two", -1, ["two", "one", "three"]),
    ],
)
def test_a_training_is_moved(three: Path, name: str, to: int, order: list[str]) -> None:
    queue.move(queue.find(name, three), to, three)
    assert names(three) == order


def test_a_training_is_taken_out_once(three: Path) -> None:
    two = queue.find("two", three)
    queue.remove(two)
    queue.remove(two)
    assert names(three) == ["one", "three"]
    with pytest.raises(JobError, match="no training 'two' is queued"):
        queue.find("two", three)


def test_a_name_that_is_taken_is_refused(three: Path) -> None:
    make_run(three, "run")
    with pytest.raises(RunError, match="a run 'run' exists already"):
        queue.add(plan("run"), three)
    with pytest.raises(JobError, match="'two' is queued already"):
        queue.add(plan("two"), three)
    with jobs.lock(three, "runs-now"), pytest.raises(JobError, match="'runs-now' is running"):
        queue.add(plan("runs-now"), three)
    with pytest.raises(RunError, match="is not a valid run name"):
        queue.add(plan("../evil"), three)


def test_the_keeper_starts_all_in_order_and_ends(three: Path, started: list[str]) -> None:
    queue.keep(three)
    assert started == ["one", "two", "three"]
    assert queue.waiting(three) == []


def test_the_keeper_waits_for_a_training_that_runs(three: Path, started: list[str]) -> None:
    class EnoughError(Exception):
        pass

    def wait(seconds: float) -> None:
        assert started == []
        raise EnoughError

    with jobs.lock(three, "other"), pytest.raises(EnoughError):
        queue.keep(three, wait)
    assert names(three) == ["one", "two", "three"]


def test_only_one_keeper_lives(three: Path, started: list[str]) -> None:
    with queue._kept(three) as ours:
        assert ours
        queue.keep(three)
    assert started == []


def test_a_training_that_cannot_start_says_why_and_lets_the_next_go(
    three: Path, started: list[str]
) -> None:
    make_run(three, "one")
    queue.keep(three)
    assert started == ["two", "three"]
    (left,) = queue.waiting(three)
    assert left.name == "one"
    assert "a run 'one' exists already" in left.problem


def test_a_keeper_killed_at_any_step_loses_and_repeats_no_training(
    three: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Die before each step that the keeper takes; another one goes on."""

    class Killed(BaseException):
        pass

    for at in range(1, 30):
        steps = 0

        def dying(real, at=at):
            def call(*given, **options):
                nonlocal steps
                steps += 1
                if steps == at:
                    raise Killed
                return real(*given, **options)

            return call

        with monkeypatch.context() as patch:
            patch.setattr(queue, "_write", dying(queue._write))
            patch.setattr(queue, "remove", dying(queue.remove))
            patch.setattr(jobs, "start", dying(jobs.start))
            try:
                queue.keep(three)
            except Killed:
                continue
        break
    assert started == ["one", "two", "three"]
    assert queue.waiting(three) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"format_version": 2}', '{"format_version": 1, "plan": 3, "place": 1}'],
)
def test_a_damaged_file_is_told_and_can_be_taken_out(
    three: Path, started: list[str], text: str
) -> None:
    (three / queue.FOLDER / "0000.json").write_text(text, encoding="utf-8")
    broken = queue.waiting(three)[-1]
    assert "cannot be read" in broken.problem
    queue.move(queue.find("three", three), 0, three)
    with pytest.raises(DGAError, match="remove it from the queue"):
        queue.move(broken, 0, three)
    queue.keep(three)
    assert started == ["three", "one", "two"]
    queue.remove(broken)
    assert queue.waiting(three) == []


def test_a_plan_with_a_bad_name_or_setting_is_damaged(three: Path) -> None:
    path = queue.find("one", three).path
    values = json.loads(path.read_text(encoding="utf-8"))
    for key, bad in (("name", "../evil"), ("config", {"epochs": -1})):
        path.write_text(json.dumps({**values, "plan": {**values["plan"], key: bad}}))
        assert queue.waiting(three)[-1].problem


def test_queueing_again_puts_what_an_interrupted_training_left_aside(three: Path) -> None:
    store.create("broken", three)
    queue.add(plan("broken"), three)
    assert jobs.unfinished(three) == []
