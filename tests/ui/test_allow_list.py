"""The allow list on the Bulk page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga.names import allow_list
from dga.names.allow_list import AllowList


def panel() -> None:
    from ui.bulk import allow_panel

    allow_panel.show()


def test_the_kept_list_is_shown_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DGA_STATE", str(tmp_path))
    AllowList.parse("example.com # ours").save()
    app = AppTest.from_function(panel, default_timeout=60).run()
    assert not app.exception
    assert app.expander[0].label == "Allow list (1 entry)"
    app.button[0].click().run()
    assert not app.exception
    assert allow_list.stored().matches("www.example.com")


def test_a_damaged_list_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DGA_STATE", str(tmp_path))
    (tmp_path / allow_list.FILE_NAME).write_text("co.uk\n")
    app = AppTest.from_function(panel, default_timeout=60).run()
    assert "public suffix" in app.error[0].value
