"""The corpus of bad inputs through the pages: an error box or every row; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.bad_inputs import CORPUS, BadInput
from ui.common import session

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.mark.parametrize("given", CORPUS, ids=lambda given: given.name)
def test_bulk_shows_an_error_box_or_scores_every_row(given: BadInput, models: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=30).run()
    app.switch_page("pages/bulk.py").run()
    app.file_uploader[0].set_value((given.file_name, given.content, "text/csv"))
    app.run()
    assert not app.exception
    start = [button for button in app.button if button.label == "Start scoring"]
    if not start or start[0].disabled:
        assert app.error or app.warning
        return
    start[0].click()
    app.run()
    job = app.session_state[session.BULK].job.wait()
    app.run()
    assert not app.exception
    assert app.error or given.rows in (None, job.summary.rows)


@pytest.mark.parametrize(
    "text", [given.content[:3_000].decode("utf-8", "replace") for given in CORPUS[::6]]
)
def test_lookup_answers_any_text(text: str, models: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=30).run()
    app.text_input[0].set_value(text)
    app.run()
    assert not app.exception
