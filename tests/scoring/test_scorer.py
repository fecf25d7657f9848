from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from dga.schema import SCORE, VERDICT_COLUMNS
from dga.scoring.bundle import ModelBundle
from dga.scoring.family_groups import Groups
from dga.scoring.score_file import Scorer, Verdict
from tests.counted import Counting, made_up
from tests.runs_factory import make_run

TEXTS = [
    "garden-river.com",
    "hxxp://www.xqzkvw19[.]net/a",
    "not a domain",
    "WWW.Garden-River.com.",
    "",
    "printer.local",
    "co.uk",
    "xqzkvw19.net",
]


def test_a_verdict_for_every_text_in_order(tiny_bundle: ModelBundle) -> None:
    verdicts = Scorer(tiny_bundle).verdicts(TEXTS)
    assert [v.given for v in verdicts] == TEXTS
    assert [v.verdict for v in verdicts] == [
        "benign", "dga", None, "benign", None, None, None, "dga",
    ]  # fmt: skip
    assert [v.domain for v in verdicts[:4]] == [
        "garden-river.com", "www.xqzkvw19.net", None, "www.garden-river.com",
    ]  # fmt: skip
    assert verdicts[1].registered_name == "xqzkvw19.net"
    assert verdicts[1].score == verdicts[7].score


def test_what_is_no_domain_has_a_problem_and_nothing_else(tiny_bundle: ModelBundle) -> None:
    for verdict in Scorer(tiny_bundle).verdicts(["not a domain", "printer.local"]):
        assert verdict.problem
        values = verdict.to_json()
        assert [values[n] for n in ("registered_name", "score", "verdict", "family_score")] == [
            None
        ] * 4
        assert values["family"] == ""


def test_a_family_is_named_for_what_is_called_dga_alone(tiny_bundle: ModelBundle) -> None:
    benign, dga = Scorer(tiny_bundle).verdicts(["garden-river.com", "xqzkvw19.net"])
    assert (benign.family, benign.family_score) == ("", None)
    assert dga.family in ("alpha", "beta")
    assert dga.family_score is not None
    assert dga.family_score >= 0.5


def test_a_family_share_below_the_floor_is_unknown(tiny_bundle: ModelBundle) -> None:
    strict = replace(tiny_bundle, groups=Groups(floor=1.0))
    assert Scorer(strict).verdicts(["xqzkvw19.net"])[0].family == "unknown"


def test_families_that_cannot_be_told_apart_are_named_together(tiny_bundle: ModelBundle) -> None:
    grouped = replace(tiny_bundle, groups=Groups((("alpha", "beta"),)))
    verdict = Scorer(grouped).verdicts(["xqzkvw19.net"])[0]
    assert (verdict.family, verdict.family_score) == ("alpha / beta", pytest.approx(1))


def test_the_score_at_the_threshold_is_dga(tiny_bundle: ModelBundle) -> None:
    score = float(tiny_bundle.score(["abcxyz.com"]).score[0])
    above = float(np.nextafter(score, 1))
    assert Scorer(tiny_bundle, score).verdicts(["abcxyz.com"])[0].verdict == "dga"
    assert Scorer(tiny_bundle, above).verdicts(["abcxyz.com"])[0].verdict == "suspicious"
    assert Scorer(tiny_bundle, 0.0).verdicts(["abcxyz.com"])[0].verdict == "dga"


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.6, 0.95, 1.0])
def test_a_score_of_a_half_or_more_under_the_threshold_is_suspicious_everywhere(
    tiny_bundle: ModelBundle, threshold: float
) -> None:
    frame = Scorer(tiny_bundle, threshold).frame(made_up(300))
    single = Scorer(tiny_bundle, threshold).verdicts(made_up(300))
    for score, verdict, alone in zip(frame["score"], frame["verdict"], single, strict=True):
        expected = "dga" if score >= threshold else "suspicious" if score >= 0.5 else "benign"
        assert (verdict, alone.verdict) == (expected, expected)
    assert (frame["family"] == "")[frame["verdict"] != "dga"].all()


def test_frame_and_verdicts_say_the_same(tiny_bundle: ModelBundle) -> None:
    texts = TEXTS + made_up(300)
    frame = Scorer(tiny_bundle).frame(texts)
    assert tuple(frame.columns) == VERDICT_COLUMNS
    assert len(frame) == len(texts)
    verdicts = pd.DataFrame([v.to_json() for v in Scorer(tiny_bundle).verdicts(texts)])
    for column in VERDICT_COLUMNS:
        expected = verdicts[column]
        empty = "" if frame[column].dtype == "str" else np.nan
        assert frame[column].equals(expected.fillna(empty).astype(frame[column].dtype)), column


def test_no_texts_give_an_empty_frame_of_the_same_types(tiny_bundle: ModelBundle) -> None:
    scorer = Scorer(tiny_bundle)
    assert scorer.verdicts([]) == []
    assert scorer.frame([]).dtypes.equals(scorer.frame(TEXTS).dtypes)


def test_a_bundle_without_families_names_none(tmp_path: Path) -> None:
    scorer = Scorer(make_run(tmp_path, "binary", families=()).bundle(), 0.0)
    frame = scorer.frame(["a.com", "b.com"])
    assert frame["verdict"].tolist() == ["dga", "dga"]
    assert frame["family"].tolist() == ["", ""]
    assert frame["family_score"].isna().all()
    assert scorer.verdicts(["a.com"])[0].family_score is None


def test_in_fqdn_scope_the_whole_name_is_scored(tiny_bundle: ModelBundle) -> None:
    bundle = replace(tiny_bundle, scope="fqdn")
    verdict = Scorer(bundle).verdicts(["xqzk9.garden.com"])[0]
    assert verdict.score == pytest.approx(bundle.score(["xqzk9.garden.com"]).score[0])
    assert verdict.registered_name == "garden.com"


def test_a_name_is_scored_once(counting: Counting) -> None:
    scorer = Scorer(counting)
    scorer.frame(["a.com", "b.com", "www.a.com", "a.com"])
    scorer.verdicts(["b.com", "c.com"])
    assert counting.asked == [["a.com", "b.com"], ["c.com"]]


def test_the_cache_is_bounded_and_what_it_forgets_is_scored_anew(counting: Counting) -> None:
    scorer = Scorer(counting, cache=3)
    names = [f"{letter}.com" for letter in "abcdefgh"]
    assert scorer.frame(names)[SCORE].notna().all()
    assert scorer.frame(names)[SCORE].notna().all()
    first, second = counting.asked
    assert first == names
    assert len(names) - 4 <= len(second) < len(names)
    assert set(second) < set(names)


def test_threads_get_the_scores_that_one_alone_gets(tiny_bundle: ModelBundle) -> None:
    names = made_up(4000)
    alone = Scorer(tiny_bundle).frame(names)
    shared = Scorer(tiny_bundle, cache=500)
    starts = [n * 250 for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda at: shared.frame(names[at : at + 1000]), starts))
    for at, part in zip(starts, parts, strict=True):
        expected = alone.iloc[at : at + 1000].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected, atol=1e-6, rtol=0)


def test_twenty_sessions_at_once_get_what_each_alone_gets(tiny_bundle: ModelBundle) -> None:
    names = made_up(600)
    alone = {v.domain: v for v in Scorer(tiny_bundle).verdicts(names)}
    shared = Scorer(tiny_bundle, cache=100)

    def session(number: int) -> list[Verdict]:
        dice = random.Random(number)
        texts = dice.choices(names, k=40)
        if number % 2:
            return [verdict for text in texts for verdict in shared.verdicts([text])]
        assert shared.frame(texts)[SCORE].notna().all()
        return shared.verdicts(texts)

    with ThreadPoolExecutor(20) as pool:
        for verdicts in pool.map(session, range(60)):
            for verdict in verdicts:
                expected = alone[verdict.domain]
                assert verdict.score == pytest.approx(expected.score, abs=1e-6)
                assert verdict.verdict == expected.verdict
                if expected.family:  # where two are level, the last digit decides which is named
                    assert verdict.family_score == pytest.approx(expected.family_score, abs=1e-5)


@pytest.mark.parametrize("value", [b"garden.com", None, 7, 2.5, float("nan"), "\ud800.com"])
def test_what_is_no_text_is_a_problem_on_every_path(
    value: object, tiny_bundle: ModelBundle
) -> None:
    scorer = Scorer(tiny_bundle)
    (verdict, named), frame = scorer.verdicts([value, "a.com"]), scorer.frame([value, "a.com"])
    assert verdict.problem == frame["problem"][0] != ""
    assert (verdict.score, verdict.verdict, frame["verdict"][0]) == (None, None, "")
    assert named.score == frame["score"][1]


def test_a_scorer_takes_little_memory_for_few_names(tiny_bundle: ModelBundle) -> None:
    """The cache of two million names is 37.7 MB; a look-up touches one page of each array."""
    Scorer(tiny_bundle, 0.5).verdicts(["a.com"])
    before = resident()
    scorers = [Scorer(tiny_bundle, 0.5) for _ in range(20)]
    for scorer in scorers:
        scorer.verdicts(["a.com"])
    assert resident() - before < 20 * 12e6


def resident() -> int:
    return psutil.Process().memory_info().rss
