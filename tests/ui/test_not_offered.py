"""Every widget of every page, given values that were not offered: no page falls over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from dga.runs import store
from tests.runs_factory import make_run
from ui.common import session

ROOT = Path(__file__).resolve().parents[2]
ENDS = ("com", "net", "co.uk")
PAGES = sorted(path.name for path in (ROOT / "pages").glob("*.py"))
TEXTS = (
    "../../../../etc/passwd", "/etc/hostname", "", "\x00", "x" * 20_000, "-1", "1e999", "null",
    "<script>alert(1)</script>", "$(id)", "active.json", "%2e%2e%2f", "none of the options", "0.01",
)  # fmt: skip
NUMBERS = (-1.0, 2.0, 1e18, -1e18, 0.5, 1e-320, 0.0, 3.7)
WHOLE = (-1, 2**53, -(2**53), 0, 10**6)
SELECTIONS = (  # what Streamlit's own protocol can carry
    '{"selection": {"rows": [99999999], "columns": ["x"], "cells": []}}',
    '{"selection": {"rows": [-5], "columns": [], "cells": [[0, "x"]]}}',
    '{"selection": {"rows": [0], "columns": ["none of them"], "cells": []}}',
)
POINTS = (
    '{"selection": {"points": [], "point_indices": [], "box": [], "lasso": []}}',
    '{"selection": {"points": [{"customdata": ["x", "y", "z"]}], "point_indices": [0],'
    ' "box": [], "lasso": []}}',
    '{"selection": {"points": [{"customdata": {"0": "x"}}], "point_indices": [99999],'
    ' "box": [], "lasso": []}}',
    '{"selection": {"points": [{"customdata": [-1e300, 1e300]}], "point_indices": [],'
    ' "box": [], "lasso": []}}',
    '{"selection": {"points": [{"customdata": [-1e300, 1e300, "dga"]}], "point_indices": [],'
    ' "box": [], "lasso": []}}',
    '{"selection": {"points": [{"customdata": {"x": []}}, 7], "point_indices": [],'
    ' "box": [], "lasso": []}}',
    '{"selection": {"points": [7, {"customdata": 7}], "point_indices": [], "box": [],'
    ' "lasso": []}}',
    '{"selection": {"points": [{"customdata": 7}], "point_indices": [], "box": [], "lasso": []}}',
)
BOARDS = (
    "{}",
    '{"chosen": {"threshold": 99, "traffic": "x"}, "outcome": "x", "bar": {"label": "dga"}}',
    '{"chosen": {"threshold": 0.5, "traffic": 1e300, "choice": "none"}, "outcome": "TP"}',
    '{"chosen": [], "outcome": {}, "bar": {"label": "dga", "low": "a", "high": null}}',
    '{"chosen": 3, "outcome": ["x"], "bar": [1]}',
)  # fmt: skip


SELECTED = {"ArrowDataframe": SELECTIONS, "Dataframe": SELECTIONS, "PlotlyChart": POINTS}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("offered")
    make_run(root / "models", "one")
    make_run(root / "models", "two", seed=24)
    store.set_active("one", root / "models")
    (root / "data").mkdir()
    (root / "data" / "list.csv").write_text("domain\nriver.org\n", encoding="utf-8")
    (root / "outside.txt").write_text("secret.example\n", encoding="utf-8")
    return root


@pytest.fixture
def app(root: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("DGA_MODELS", str(root / "models"))
    monkeypatch.setenv("DGA_DATA", str(root / "data"))
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


def elements(app: AppTest) -> Iterator[tuple[str, str]]:
    """The id of each element that takes a value, and what kind of value that is."""
    kinds = {
        state.id: str(state.WhichOneof("value")) for state in app._tree.get_widget_states().widgets
    }
    for node in app._tree:
        proto = getattr(node, "proto", None)
        found = str(getattr(proto, "id", "") or "")
        if found:
            kind = kinds.get(found, "None")
            yield found, type(proto).__name__ if kind == "None" else kind


def state(identity: str, kind: str, turn: int) -> WidgetState | None:
    """A value that no widget offers, of the kind that it takes; None for what takes none."""
    made = WidgetState(id=identity)
    if kind in ("string_value", "Selectbox"):
        made.string_value = TEXTS[turn % len(TEXTS)]
    elif kind == "string_array_value":
        made.string_array_value.data.extend(TEXTS[turn % 5 :][:3])
    elif kind in ("double_value", "NumberInput"):
        made.double_value = NUMBERS[turn % len(NUMBERS)]
    elif kind == "int_value":
        made.int_value = WHOLE[turn % len(WHOLE)]
    elif kind == "double_array_value":
        made.double_array_value.data.extend((NUMBERS[turn % 8], NUMBERS[(turn + 3) % 8]))
    elif kind == "int_array_value":
        made.int_array_value.data.extend((WHOLE[turn % 5], WHOLE[(turn + 1) % 5]))
    elif kind in SELECTED:
        made.string_value = SELECTED[kind][turn % len(SELECTED[kind])]
    elif kind == "BidiComponent":
        made.json_value = BOARDS[turn % len(BOARDS)]
    else:
        return None
    return made


def shown(app: AppTest) -> str:
    """All that the page shows, as text."""
    texts = [str(getattr(node, "value", "")) for node in app._tree]
    return json.dumps(texts, default=str)


@pytest.mark.parametrize("page", PAGES)
def test_values_that_were_not_offered_do_no_harm(app: AppTest, page: str) -> None:
    app.switch_page(f"pages/{page}").run()
    assert not app.exception
    assert problems_of(app) == []


def test_values_that_the_result_of_a_list_did_not_offer_do_no_harm(app: AppTest) -> None:
    app.switch_page("pages/bulk.py").run()
    names = "\n".join(["domain", *(f"xkqz7jw{n}v2.{end}" for n in range(30) for end in ENDS), ""])
    app.file_uploader[0].set_value(("list.csv", names.encode(), "text/csv"))
    app.run()
    next(button for button in app.button if button.label == "Start scoring").click()
    app.run()
    app.session_state[session.BULK].job.wait()
    app.run()
    kinds = [kind for _, kind in elements(app)]
    assert kinds.count("PlotlyChart") >= 2 and not app.exception
    assert problems_of(app) == []


def problems_of(app: AppTest) -> list[Any]:
    """What the page fell over when each of its widgets got values that it had not offered."""
    problems: list[Any] = []
    for turn in range(len(TEXTS)):
        states = WidgetStates()
        for place, (identity, kind) in enumerate(elements(app)):
            made = state(identity, kind, turn + place)
            if made is not None:
                states.widgets.append(made)
        app._run(states)
        problems += [(turn, found.message) for found in app.exception]
        assert "secret.example" not in shown(app) and "root:x:0" not in shown(app)
    return problems


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("value", ["../../etc/passwd", "", "x" * 5_000, "\x1b[31m", "one"])
def test_odd_addresses_do_no_harm(app: AppTest, page: str, value: str) -> None:
    for name in ("domain", "run", "list", "compare", "name"):
        app.query_params[name] = value
    app.switch_page(f"pages/{page}").run()
    assert not app.exception
