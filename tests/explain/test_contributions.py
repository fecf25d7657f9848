from __future__ import annotations

from dataclasses import replace

import pytest

from dga.explain import contributions as explaining
from dga.explain.contributions import explain
from dga.scoring.bundle import ModelBundle
from dga.scoring.family_groups import Groups


def test_every_character_has_a_contribution_and_dots_none(tiny_bundle: ModelBundle) -> None:
    explanation = explain("xq7.garden.com", tiny_bundle)
    assert explanation.name == "xq7.garden.com"
    assert len(explanation.contributions) == len(explanation.name)
    dots = [at for at, character in enumerate(explanation.name) if character == "."]
    assert [explanation.contributions[at] for at in dots] == [0.0, 0.0]


def test_characters_that_made_the_score_stand_out(tiny_bundle: ModelBundle) -> None:
    """The tiny network takes x, q, z for generated and vowels for chosen."""
    shares = dict(zip("xbea", explain("xbea.com", tiny_bundle).contributions, strict=False))
    assert shares["x"] == max(shares.values()) > 0
    assert max(shares["e"], shares["a"]) < 0


def test_the_score_is_the_bundles(tiny_bundle: ModelBundle) -> None:
    expected = tiny_bundle.score(["garden.com"]).score[0]
    assert explain("garden.com", tiny_bundle).score == pytest.approx(expected)


def test_the_nearest_families_come_first(tiny_bundle: ModelBundle) -> None:
    families = explain("xqzk.com", tiny_bundle).families
    assert {near.name for near in families} == {"alpha", "beta"}
    assert families[0].share >= families[1].share
    assert len(explain("xqzk.com", tiny_bundle, families=1).families) == 1


def test_families_that_cannot_be_told_apart_are_one(tiny_bundle: ModelBundle) -> None:
    grouped = replace(tiny_bundle, groups=Groups((("alpha", "beta"),)))
    (only,) = explain("xqzk.com", grouped).families
    assert (only.name, only.members) == ("alpha / beta", ("alpha", "beta"))
    assert only.share == pytest.approx(1)


def test_a_long_name_takes_no_more_than_its_variants(
    tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[int] = []
    score = ModelBundle.score

    def counted(bundle: ModelBundle, names: list[str]) -> object:
        scored.append(len(names))
        return score(bundle, names)

    monkeypatch.setattr(ModelBundle, "score", counted)
    long = explain("x" * 60 + "a.com", tiny_bundle)
    assert scored[0] <= explaining.MOST_VARIANTS + 1
    assert long.contributions[0] > 0 > long.contributions[60]
