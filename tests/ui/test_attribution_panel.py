"""The Look up page says which known generator makes a name, above the score."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga.generators import FAMILIES
from dga.generators.attribution import lookup, open_index, window_of_name
from tests.ui.test_lookup import app as app
from tests.ui.test_lookup import ask


@pytest.fixture
def few_families(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    few = {name: FAMILIES[name] for name in ("padcrypt", "unnamed_downloader")}
    monkeypatch.setattr("dga.generators.FAMILIES", few)
    monkeypatch.setenv("DGA_CACHE", str(tmp_path / "cache"))
    lookup._open.cache_clear()
    yield
    lookup._open.cache_clear()


def test_a_generated_name_is_attributed_above_its_score(few_families: None, app: AppTest) -> None:
    start, end = window_of_name()
    open_index(start, end)
    name = next(iter(FAMILIES["padcrypt"].function(start, 0)))
    ask(app, name)
    assert not app.exception
    (said,) = [element.value.replace("\\", "") for element in app.error]
    assert said.startswith("Made by padcrypt (seed 0x0, ")
    assert "odds of" in said
    ask(app, "aureola.com")
    assert not app.error


def test_without_an_index_the_page_offers_to_build_it(few_families: None, app: AppTest) -> None:
    ask(app, "aureola.com")
    assert not app.exception and not app.error
    assert "Compare with known generators" in [button.label for button in app.button]
