"""Fixtures of the Train page: feeds of its own, nothing trained, no count of the feeds, devices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga.config import TrainingPlan
from dga.devices import Device
from dga.jobs import job
from dga.jobs.job import Job
from dga.runs import store
from tests.ui.train.train_page import APP, WAIT, Uncounted
from ui.common import library
from ui.train import forecast, settings

DEVICES = [Device("cpu", "Some CPU", 4, 2**33), Device("gpu:0", "Some GPU", 0, 2**34)]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of a test's own, with a trial set of two files."""
    folder = tmp_path / "data"
    (folder / "trial").mkdir(parents=True)
    (folder / "trial" / "benign.csv").write_text(
        "domain,label\nriver.com,benign\nstone.net,benign\n", encoding="utf-8"
    )
    (folder / "trial" / "generated.csv").write_text(
        "domain,family\nqxzjkwv.com,alpha\nzzqxvw.net,beta\nno domain,beta\n", encoding="utf-8"
    )
    monkeypatch.setattr(library, "SHIPPED_DATA", folder)
    monkeypatch.setenv("DGA_DATA", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "ask_devices", lambda: DEVICES)
    settings._asked.clear()
    yield
    settings._asked.clear()


@pytest.fixture(autouse=True)
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "begin", lambda key, *given: Uncounted(key))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[TrainingPlan]:
    """The plans that the page starts; nothing is trained."""
    plans: list[TrainingPlan] = []

    def start(plan: TrainingPlan) -> Job:
        plans.append(plan)
        return Job(plan.name, store.models_folder() / f"{store.WORK_PREFIX}{plan.name}")

    monkeypatch.setattr(job, "start", start)
    return plans


@pytest.fixture
def app(models: Path, data: Path) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=WAIT)
    return app.switch_page("pages/train.py").run()
