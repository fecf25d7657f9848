"""The bundle that ships, since the tests' parameters were fitted to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dga.scoring import bundle as bundles
from dga.scoring.bundle import ModelBundle

SHIPPED = Path(__file__).parents[2] / "models" / "shipped" / "bundle"


@pytest.fixture(scope="session")
def shipped_bundle() -> ModelBundle:
    return bundles.load(SHIPPED, threads=1)
