"""Fixtures that several test files share: a small run and its bundle, a models folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dga.runs.store import Run
from dga.scoring.bundle import ModelBundle
from tests.counted import Counting
from tests.runs_factory import make_run

LONGEST_ID = 60  # characters of a parameter that a test's name may hold


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test by its parameter's name where that is bytes or long: packed content holds the
    time, and processes that name a test differently cannot share the tests."""
    held = isinstance(val, bytes) or (isinstance(val, str) and len(val) > LONGEST_ID)
    return argname if held or (isinstance(val, str) and not val.isprintable()) else None


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A cache folder of the tests' own: a built attribution index would change what is printed."""
    os.environ["DGA_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run that no test may change."""
    return make_run(tmp_path_factory.mktemp("models"), "tiny")


@pytest.fixture(scope="session")
def tiny_bundle(tiny_run: Run) -> ModelBundle:
    return tiny_run.bundle(threads=1)


@pytest.fixture
def models(tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder of a test's own, with a run named `tiny`; the program's too, for the test."""
    root = tmp_path / "models"
    shutil.copytree(tiny_run.path, root / "tiny")
    monkeypatch.setenv("DGA_MODELS", str(root))
    return root


@pytest.fixture
def counting(tiny_bundle: ModelBundle) -> Counting:
    bundle = Counting(**vars(tiny_bundle))
    object.__setattr__(bundle, "asked", [])
    return bundle
