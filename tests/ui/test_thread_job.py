"""Work in a thread of the server: its end, its errors, and who finds it."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from dga.errors import DGAError
from ui.common.thread_job import SHARED, Cancelled, ThreadJob


class Job(ThreadJob):
    def __init__(self, do: Callable[[], None], owner: str = "user-1", key: str = "") -> None:
        super().__init__("a list", owner, key)
        self.do = do

    def _work(self) -> None:
        self.do()


class Other(Job):
    """A job of another page."""


def nothing() -> None:
    pass


def test_a_job_runs_to_its_end() -> None:
    done: list[str] = []
    job = Job(lambda: done.append("done")).start().wait()
    assert done == ["done"] and not job.running and job.error is None


@pytest.mark.parametrize("error", [DGAError("no column"), ValueError("a bug")])
def test_an_error_is_kept_for_the_page(error: Exception) -> None:
    def fail() -> None:
        raise error

    assert Job(fail).start().wait().error is error


def test_a_cancelled_job_is_no_failed_one() -> None:
    def stop() -> None:
        raise Cancelled

    job = Job(stop)
    job.cancel()
    assert job.cancelling and job.start().wait().error is None


def test_a_job_is_found_by_its_key_and_its_owner_alone() -> None:
    job = Job(nothing)
    assert Job.find(job.key, "user-1") is job
    assert Job.find(job.key, "user-2") is None
    assert Job.find(job.key, "") is None
    assert Job.find("another", "user-1") is None
    assert Other.find(job.key, "user-1") is None


def test_a_shared_job_is_found_by_everybody() -> None:
    job = Job(nothing, owner=SHARED, key="example")
    assert Job.find("example", "user-2") is job


def test_a_job_that_nobody_holds_is_gone() -> None:
    key = Job(nothing).key
    gc.collect()  # a job and its thread hold each other
    assert Job.find(key, "user-1") is None
