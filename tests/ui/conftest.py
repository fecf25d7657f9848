"""Fixtures of the pages' tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from dga.schema import DOMAIN, FAMILY
from tests.runs_factory import made_up_names
from ui.common import library


@pytest.fixture
def small_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trial set of two hundred made-up names in the place of the one that ships."""
    folder = tmp_path / "shipped" / library.TRIAL
    folder.mkdir(parents=True)
    names = made_up_names(("alpha", "beta"), seed=7)
    label = names[FAMILY].eq("").map({True: "benign", False: "dga"})
    for kind in ("benign", "dga"):
        rows = names[label == kind]
        table = rows.assign(label=kind)[[DOMAIN, "label", FAMILY]]
        table.to_csv(folder / f"{kind}-names.csv", index=False)
    monkeypatch.setattr(library, "SHIPPED_DATA", folder.parent)
    return folder
