"""The Look up page: any pasted form, the sentence, examples, history, links, damage."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga import bundle, runs
from tests.runs_factory import THRESHOLDS, make_run
from ui import answer, text

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30
CHOSEN, GENERATED = "aureola.com", "xkqz7jw9v2.net"


@pytest.fixture
def app(models: Path) -> AppTest:
    return AppTest.from_file(APP, default_timeout=WAIT)


def ask(app: AppTest, given: str) -> AppTest:
    app.run()
    app.text_input[0].set_value(given)
    return app.run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return " ".join(element.value for element in [*app.subheader, *app.markdown])


@pytest.mark.parametrize(
    "given",
    [
        GENERATED,
        GENERATED.upper(),
        f"https://www.{GENERATED}/path?q=1",
        GENERATED.replace(".", "[.]"),
        f"someone@{GENERATED}",
        f"  {GENERATED}.  ",
    ],
)
def test_any_pasted_form_gets_the_answer(app: AppTest, given: str) -> None:
    assert "Looks generated" in shown(ask(app, given))
    assert GENERATED in set(app.dataframe[-1].value["value"])
    assert GENERATED.replace(".", "[.]") in app.code[0].value


def test_a_chosen_name_gets_the_other_sentence_with_score_and_threshold(app: AppTest) -> None:
    said = shown(ask(app, CHOSEN))
    assert "Looks chosen by people" in said
    assert text.escape("threshold 60.0 % (1 % of benign names score above)") in said


@pytest.mark.parametrize("given", ["192.0.2.7", "localhost", "two words", "<b>x</b>", "*x*"])
def test_text_that_is_no_domain_gets_its_problem(app: AppTest, given: str) -> None:
    assert "Not scored" in shown(ask(app, given))
    assert not app.error


def test_markdown_in_the_given_text_is_not_rendered(app: AppTest) -> None:
    ask(app, "**bold**[x](http://a.b)")
    assert "`**bold**[x](http://a.b)`" in [element.value for element in app.markdown]


def test_a_link_opens_its_look_up_and_a_look_up_makes_its_link(app: AppTest) -> None:
    app.query_params["domain"] = GENERATED
    app.run()
    assert app.text_input[0].value == GENERATED
    assert "Looks generated" in shown(app)
    assert app.code[1].value.endswith(f"?domain={GENERATED}")


def test_an_example_and_the_history_open_a_look_up(app: AppTest) -> None:
    app.run()
    app.button(key="known_wikipedia.org").click().run()
    assert app.text_input[0].value == "wikipedia.org"
    ask(app, GENERATED)
    assert GENERATED in app.button(key=f"history_{GENERATED}").label
    app.button(key="history_wikipedia.org").click().run()
    assert app.text_input[0].value == "wikipedia.org"


@pytest.mark.parametrize("rate", THRESHOLDS)
def test_a_stored_threshold_can_be_chosen(app: AppTest, rate: str) -> None:
    ask(app, CHOSEN)
    app.selectbox(key="measure").set_value(float(rate)).run()
    assert text.escape(f"threshold {text.percent(THRESHOLDS[rate])}") in shown(app)


def test_any_score_can_be_the_threshold(app: AppTest) -> None:
    ask(app, GENERATED)
    app.selectbox(key="measure").set_value("custom").run()
    app.slider(key="measure_score").set_value(100.0).run()
    said = shown(app)
    assert "May be generated, but scores under the threshold" in said
    assert "chosen by hand" in said


def test_without_a_run_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path))
    assert "No run yet" in shown(AppTest.from_file(APP, default_timeout=WAIT).run())


def test_a_run_without_families_shows_none(app: AppTest, models: Path) -> None:
    make_run(models, "binary", families=())
    runs.set_active("binary")
    assert "Nearest families" not in shown(ask(app, GENERATED))


def test_a_damaged_bundle_is_told_in_the_error_box(app: AppTest, models: Path) -> None:
    (models / "tiny" / runs.BUNDLE_FOLDER / bundle.ONNX_FILE).write_bytes(b"damaged")
    app.query_params["domain"] = GENERATED
    app.run()
    assert not app.exception
    assert "checksum" in app.error[0].value


@pytest.mark.parametrize(
    ("score", "threshold", "close"),
    [(0.81, 0.8, True), (0.6, 0.8, True), (0.999, 0.8, False), (0.1, 0.8, False), (1, 1, True)],
)
def test_a_close_call_is_near_in_odds(score: float, threshold: float, close: bool) -> None:
    assert answer.is_close(score, threshold) is close
