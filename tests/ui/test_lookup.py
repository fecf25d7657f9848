"""The Look up page: any pasted form, the sentence, what comes near, edits, history, damage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga.evaluation import thresholds
from dga.explain.score_rank import BenignReference, Share, Standing
from dga.runs import reviews, store
from dga.scoring import bundle
from dga.scoring.family_groups import Groups
from dga.scoring.scorer import Verdict
from tests.runs_factory import THRESHOLDS, made_up_names, make_run
from ui.common import session, text, widgets
from ui.common.session import Measure
from ui.lookup import answer, openers, parsed, reasons, several
from ui.lookup.history import LENGTH, Histories, LookedUp

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30
CHOSEN, GENERATED = "aureola.com", "xkqz7jw9v2.net"


@pytest.fixture
def app(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    return AppTest.from_file(APP, default_timeout=WAIT)


def ask(app: AppTest, given: str) -> AppTest:
    app.run()
    app.text_input(key="domain").set_value(given)
    return app.run()


def shown(app: AppTest) -> str:
    assert not app.exception
    elements = [*app.subheader, *app.markdown, *app.caption, *app.info, *app.warning]
    return " ".join(element.value for element in elements)


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
    said = shown(ask(app, given))
    assert "Looks generated" in said
    assert f"| Registered name | `{GENERATED}` |" in said
    assert "| Suffix from | Public Suffix List |" in said
    assert GENERATED.replace(".", "[.]") in app.code[0].value


def test_the_sentence_tells_score_and_rarity_and_the_threshold_its_source(app: AppTest) -> None:
    ask(app, CHOSEN)
    said = app.subheader[0].value
    assert said.startswith("Looks benign")
    assert "Of 100 generated names of the run's test part, none scores this low" in said.replace(
        "\\", ""
    )
    told = shown(app).replace("\\", "")
    assert "Threshold 0.600: chosen so that 1 % of benign names score above." in told
    assert "Counted on the benign names kept aside" in told and "Rarity and threshold" not in told


def verdict(score: float, called: str) -> Verdict:
    return Verdict("a.com", "a.com", "a.com", score, called, "", None, "")


@pytest.mark.parametrize(
    ("score", "called", "said"),
    [
        (0.9, "dga", "Of 1,000 benign names, 1 to 10 score this high."),
        (0.8, "dga", "Of 1,000 benign names, about 10 score this high."),
        (1.0, "dga", "Of 1,000 benign names, at most 1 scores this high."),
        (0.7, "suspicious", "Of 1,000 benign names, more than 10 score this high."),
        (0.1, "benign", "Of 3 generated names, one scores this low."),
        (0.01, "benign", "Of 3 generated names, none scores this low."),
    ],
)
def test_rarity_is_told_among_the_other_class(score: float, called: str, said: str) -> None:
    standing = Standing(benign=np.arange(10_000) / 10_000, dga=np.array([0.1, 0.5, 0.9]))
    reference = BenignReference(((0.8, 0.01), (0.95, 0.001)), 5000)
    assert answer.rarity(verdict(score, called), reference, standing, "names") == said


@pytest.mark.parametrize("rate", [0.01, 0.001])
def test_the_rarity_at_a_threshold_is_the_rate_it_was_chosen_for(rate: float) -> None:
    benign = np.random.default_rng(1).random(20_000)
    cuts = [
        {"fpr_target": r, "threshold": float(np.quantile(benign, 1 - r))} for r in (0.01, 0.001)
    ]
    reference = BenignReference.of(
        {"thresholds": cuts, "benign_scores": thresholds.survival(benign)}
    )
    assert reference is not None
    cut = next(one["threshold"] for one in cuts if one["fpr_target"] == rate)
    assert reference.as_high(cut) == (rate, rate)
    low, high = reference.as_high(cut - 1e-4)
    assert rate <= high and low <= high <= 1.3 * low


def test_a_fitted_threshold_tells_how_many_names_score_above_and_rarity_is_counted() -> None:
    fitted = {
        "fpr_target": 1e-4, "threshold": 0.985, "method": "tail", "false_positives": 3,
        "benign": 10_000,
    }  # fmt: skip
    counted = {"fpr_target": 0.01, "threshold": 0.69, "method": "counted", "benign": 10_000}
    survival = [[0.0003, 0.986], [0.0001, 0.995]]
    reference = BenignReference.of({"thresholds": [counted, fitted], "benign_scores": survival})
    assert reference is not None
    found = answer.benign_rarity(*reference.as_high(0.986))
    assert found == "Of 10,000 benign names, about 3 score this high."
    assert "3 of the names score above" in answer.fitted(Measure(0.985, 1e-4), reference)
    assert answer.fitted(Measure(0.69, 0.01), reference) == ""


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("Please block evil[.]com and bad.org.", ["evil[.]com", "bad.org."]),
        ("a(dot)com, b{.}net", ["a(dot)com", "b{.}net"]),
        ("one.com and nothing else", []),
        ("192.0.2.7 evil.com", ["192.0.2.7", "evil.com"]),
    ],
)
def test_words_between_names_are_no_names(given: str, names: list[str]) -> None:
    assert several.names_in(given) == names


def test_a_ticket_names_no_family_where_none_comes_near() -> None:
    unknown = replace(verdict(0.9, "dga"), family="unknown", family_score=0.6)
    told = parsed.ticket(unknown, Measure(0.69, 0.01), "tiny")
    assert "Nearest family: none comes near" in told and "unknown" not in told


def test_a_family_that_is_not_named_has_no_share_in_tables() -> None:
    rows = pd.DataFrame(
        {"verdict": ["dga"] * 2, "family": ["unknown", "gozi"], "family_score": [0.6, 0.9]}
    )
    shares = widgets.with_chips(rows)["family_score"]
    assert shares.isna().tolist() == [True, False]
    assert shares[1] == pytest.approx(90)


def test_rarity_is_not_made_up_without_names() -> None:
    nobody = Standing(benign=np.array([]), dga=np.array([]))
    assert answer.rarity(verdict(0.9, "dga"), None, nobody, "names") == ""
    assert answer.rarity(verdict(0.1, "benign"), None, nobody, "names") == ""
    assert answer.generated_rarity(Share(1, 1000), "names").startswith(
        "Of 1,000 generated names, one"
    )
    assert BenignReference.of({}) is None


def test_badge_sentence_icon_and_edits_say_the_same_of_a_suspicious_name(app: AppTest) -> None:
    ask(app, GENERATED)
    app.selectbox(key="measure").set_value("custom").run()
    app.number_input(key="measure_score").set_value(1.0).run()
    said = shown(app)
    assert app.subheader[0].value.startswith("Suspicious\\: more likely generated")
    assert "yellow-badge[:material/error: Suspicious]" in said
    assert "Benign]" not in said and "DGA]" not in said
    assert app.button(key=f"history_{GENERATED}").proto.icon == ":material/error:"
    assert ["suspicious"] in [list(one) for one in app.dataframe[-1].value["verdict"]]


def test_families_are_not_named_for_what_is_benign(app: AppTest) -> None:
    assert "Nearest families" not in shown(ask(app, CHOSEN))
    assert "Nearest families" in shown(ask(app, GENERATED))


def test_a_name_that_imitates_a_known_one_is_warned_of_and_not_reassured(app: AppTest) -> None:
    known = str(made_up_names(("alpha", "beta"))["domain"].iloc[0])
    fake = known.replace("o", "\u043e", 1)  # Cyrillic
    assert fake != known
    ask(app, fake)
    assert not any("is itself one of" in box.value for box in app.info)
    warned = " ".join(box.value for box in app.warning)
    assert f"only looks like `{known}`" in warned and "this one is another name" in warned


@pytest.mark.parametrize("given", ["192.0.2.7", "localhost", "two words", "<b>x</b>", "*x*"])
def test_text_that_is_no_domain_gets_its_problem(app: AppTest, given: str) -> None:
    assert "Not scored" in shown(ask(app, given))
    assert not app.error


def test_markdown_in_the_given_text_is_not_rendered(app: AppTest) -> None:
    ask(app, "**bold**[x](http://a.b)")
    assert "`**bold**[x](http://a.b)`" in [element.value for element in app.markdown]


def test_letters_that_deceive_are_warned_of(app: AppTest) -> None:
    said = shown(ask(app, "xn--pypal-4ve.com"))
    assert "This looks like `paypal.com`" in said
    assert "| Shown as | `pаypal.com` |" in said


def test_characters_and_families_are_told_in_words_and_names(app: AppTest) -> None:
    said = shown(ask(app, GENERATED))
    assert "Most for generated" in said
    families = next(element.value for element in app.markdown if "| Family |" in element.value)
    assert "alpha" in families and families.count("`") == 12  # three names of either family


def test_a_family_without_known_names_shows_those_of_its_generator() -> None:
    assert len(reasons.generated("tinba")) == 3
    assert reasons.generated("nobody") == []


def test_a_group_of_families_is_named_as_one(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    load = bundle.load
    groups = Groups((("alpha", "beta"),))
    monkeypatch.setattr(bundle, "load", lambda *given: replace(load(*given), groups=groups))
    said = shown(ask(app, GENERATED))
    assert text.escape("alpha / beta") in said and "cannot be told apart" in said


def test_the_nearest_known_names_of_both_classes_are_listed(app: AppTest) -> None:
    known = str(made_up_names(("alpha", "beta"))["domain"].iloc[0])
    said = shown(ask(app, known))
    assert "is itself one of the names of the run's test part" in said
    chosen, generated = (frame.value for frame in app.dataframe[:2])
    assert chosen["domain"].iloc[0] == known
    assert chosen["edits"].iloc[0] == 0
    assert set(generated["family"]) <= {"alpha", "beta"}


def test_the_rank_in_a_fetched_list_is_told(app: AppTest, tmp_path: Path) -> None:
    assert "No list of popular domains is fetched" in shown(ask(app, CHOSEN))
    (tmp_path / "data").mkdir()
    rows = [*(f"a{number}.com" for number in range(20)), CHOSEN]
    listed = "".join(f"{rank},{name}\n" for rank, name in enumerate(rows, 1))
    (tmp_path / "data" / "tranco.csv").write_text(listed)
    assert f"Tranco: rank 21 (`{CHOSEN}`)" in shown(app.run())
    assert "not among its 21 names" in shown(ask(app, GENERATED))


def test_an_edit_is_scored_beside_the_name(app: AppTest) -> None:
    ask(app, GENERATED)
    assert "Not edited yet" in shown(app)
    app.text_input(key=f"edit_{GENERATED}").set_value("Aureola[.]com").run()
    said = shown(app)
    assert "**the verdict changes**" in said and "**After**" in said
    app.text_input(key=f"edit_{GENERATED}").set_value("no domain").run()
    assert "Not scored" in shown(app)


def test_ready_made_edits_come_with_their_scores(app: AppTest) -> None:
    said = shown(ask(app, "gardenq.com"))
    edits = app.dataframe[-1].value
    assert edits["change"].iloc[0] == "without q (character 7)"
    assert {"suffix .net", "first half alone"} <= set(edits["change"])
    assert "Moves the score most: without q" in said.replace("\\", "")


def test_a_link_opens_its_look_up_and_a_look_up_makes_its_link(app: AppTest) -> None:
    app.query_params["domain"] = GENERATED
    app.run()
    assert app.text_input(key="domain").value == GENERATED
    assert "Looks generated" in shown(app)
    assert app.code[1].value.endswith(f"?domain={GENERATED}")


def test_an_example_and_the_history_open_a_look_up(app: AppTest) -> None:
    app.run()
    assert "Nothing looked up yet" in shown(app)
    app.button(key="known_wikipedia.org").click().run()
    assert app.text_input(key="domain").value == "wikipedia.org"
    ask(app, GENERATED)
    assert GENERATED in app.button(key=f"history_{GENERATED}").label
    app.button(key="history_wikipedia.org").click().run()
    assert app.text_input(key="domain").value == "wikipedia.org"
    app.button(key="history_clear").click().run()
    assert [b.key for b in app.button if str(b.key).startswith("history_")] == [
        "history_wikipedia.org",
        "history_clear",
    ]


def test_each_browser_has_its_own_history_newest_first_and_bounded() -> None:
    histories = Histories()
    for number in range(LENGTH + 5):
        histories.add("one", LookedUp(f"{number}.com", verdict(0.5, "dga")))
    histories.add("one", LookedUp("10.com", verdict(0.5, "dga")))
    found = [entry.text for entry in histories.of("one")]
    assert found[:2] == ["10.com", f"{LENGTH + 4}.com"]
    assert len(found) == LENGTH and found.count("10.com") == 1
    assert histories.of("other") == []
    histories.clear("one")
    assert histories.of("one") == []


@pytest.mark.parametrize("rate", THRESHOLDS)
def test_a_stored_threshold_can_be_chosen(app: AppTest, rate: str) -> None:
    ask(app, CHOSEN)
    app.selectbox(key="measure").set_value(float(rate)).run()
    assert text.escape(f"Threshold {text.score(THRESHOLDS[rate])}") in shown(app)


def test_any_score_can_be_the_threshold(app: AppTest) -> None:
    ask(app, GENERATED)
    app.selectbox(key="measure").set_value("custom").run()
    app.number_input(key="measure_score").set_value(1.0).run()
    said = shown(app)
    assert "more likely generated than not, but under the threshold" in said
    assert "chosen by hand" in said


def test_without_a_run_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path))
    assert "No run yet" in shown(AppTest.from_file(APP, default_timeout=WAIT).run())


def test_a_run_without_families_shows_none(app: AppTest, models: Path) -> None:
    make_run(models, "binary", families=())
    store.set_active("binary")
    assert "Nearest families" not in shown(ask(app, GENERATED))


def test_a_damaged_bundle_is_told_in_the_error_box(app: AppTest, models: Path) -> None:
    (models / "tiny" / store.BUNDLE_FOLDER / bundle.ONNX_FILE).write_bytes(b"damaged")
    app.query_params["domain"] = GENERATED
    app.run()
    assert not app.exception
    assert "checksum" in app.error[0].value


def test_damaged_predictions_take_the_neighbours_and_not_the_verdict(
    app: AppTest, models: Path
) -> None:
    (models / "tiny" / store.PREDICTIONS_FILE).write_bytes(b"damaged")
    said = shown(ask(app, GENERATED))
    assert "Looks generated" in said and "Looks generated" in said
    assert "cannot be read" in app.error[0].value
    assert "Edit and score again" in said


@pytest.mark.parametrize(
    ("score", "threshold", "close"),
    [(0.81, 0.8, True), (0.6, 0.8, True), (0.999, 0.8, False), (0.1, 0.8, False), (1, 1, True)],
)
def test_a_close_call_is_near_in_odds(score: float, threshold: float, close: bool) -> None:
    assert answer.is_close(score, threshold) is close


def test_several_names_are_told_in_a_table_and_offered_to_bulk(app: AppTest) -> None:
    said = shown(ask(app, f"{CHOSEN}, {GENERATED} hxxp://x[.]{CHOSEN}"))
    assert "3 names" in said
    table = app.dataframe[0].value
    assert [list(one) for one in table["verdict"]] == [["benign"], ["dga"], ["benign"]]
    button = next(one for one in app.button if one.label == "Open them in Bulk scoring")
    button.click().run()
    assert not app.exception
    assert app.session_state[session.BULK].table.head["domain"].tolist()[:2] == [CHOSEN, GENERATED]


def test_sub_domains_that_were_not_judged_are_told(app: AppTest) -> None:
    said = shown(ask(app, f"xk7.login.{CHOSEN}")).replace("\\", "")
    assert f"registered name `{CHOSEN}` alone; `xk7.login` before it was not scored" in said
    assert "was not scored" not in shown(ask(app, f"www.{CHOSEN}"))


def test_a_wrong_verdict_is_kept_with_who_said_it_and_trains(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "ana")
    ask(app, f"www.{GENERATED}")
    app.button(key="wrong_lookup").click().run()
    app.button(key="wrong_keep").click().run()
    assert not app.exception
    said = reviews.load("tiny")[GENERATED]
    assert (said.label, said.given, said.by) == ("benign", "dga", "ana") and said.written
    app.run()
    app.button(key="lookup_train").click().run()
    assert not app.exception
    assert app.multiselect("train_files").value == ["reviews/tiny.csv"]


def test_another_active_run_is_followed_where_none_was_chosen_by_hand(
    app: AppTest, models: Path
) -> None:
    app.run()
    assert app.selectbox(key="run").value == "tiny"
    make_run(models, "other")
    store.set_active("other")
    app.run()
    assert app.selectbox(key="run").value == "other"
    app.selectbox(key="run").set_value("tiny").run()
    store.set_active("tiny")
    store.set_active("other")
    app.run()
    assert app.selectbox(key="run").value == "tiny"  # chosen by hand


@pytest.mark.parametrize(
    ("given", "said"), [("paypa1.com", "paypal.com"), ("rnicrosoft.com", "microsoft.com")]
)
def test_a_look_alike_is_told_beside_the_verdict(app: AppTest, given: str, said: str) -> None:
    ask(app, given)
    assert any(said in box.value.replace("\\", "") for box in app.warning)


def test_a_look_up_can_be_copied_as_a_ticket(app: AppTest) -> None:
    ask(app, GENERATED)
    ticket = app.code[-1].value
    assert GENERATED.replace(".", "[.]") in ticket and GENERATED not in ticket
    assert "Verdict: DGA, score 0.9" in ticket and "Scored by: run tiny" in ticket


def test_the_nearest_family_stands_beside_the_verdict() -> None:
    near = replace(verdict(0.9, "dga"), family="conficker / nymaim / pykspa", family_score=0.842)
    assert answer.nearest(near) == "Nearest family: conficker or 2 alike, 84.2 %"
    assert answer.nearest(replace(near, family="unknown")) == "No known family comes near"


@pytest.mark.parametrize(
    ("called", "said"),
    [
        ("dga", "Rarity and threshold are both of"),
        ("suspicious", "Rarity and threshold are both of"),
        ("benign", "Counted on"),
    ],
)
def test_rarity_and_threshold_are_one_population_only_where_they_are(
    called: str, said: str
) -> None:
    reference = BenignReference(((0.8, 0.01),), 5000)
    told = answer.counted_on(verdict(0.9, called), reference, "Of 1,000 names, one scores this.")
    assert told == f" {said} the 5,000 benign names kept aside to choose thresholds on."


def test_the_history_shows_letters_that_deceive_as_ascii() -> None:
    cyrillic = LookedUp(
        "\u0430pple.com", replace(verdict(0.1, "benign"), domain="xn--pple-43d.com")
    )
    assert openers.title(cyrillic) == "xn--pple-43d.com"
    assert openers.title(LookedUp("Apple.com", verdict(0.1, "benign"))) == "Apple.com"


def test_several_names_show_columns_of_words_only_where_one_has_words() -> None:
    table = pd.DataFrame({"problem": ["", None], "remark": ["", "looks like paypal.com"]})
    assert several.remark_columns(table) == ["remark"]
