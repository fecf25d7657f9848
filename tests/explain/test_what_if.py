from __future__ import annotations

import pytest

from dga.explain import what_if
from dga.scoring.bundle import ModelBundle


def names_of(name: str) -> dict[str, str]:
    return {edit.change: edit.name for edit in what_if.suggested(name)}


def test_ready_made_edits_of_a_registered_name():
    found = names_of("ab-12x.co.uk")
    assert found["suffix .com"] == "ab-12x.com"
    assert found["digits removed"] == "ab-x.co.uk"
    assert found["hyphens removed"] == "ab12x.co.uk"
    assert found["first half alone"] == "ab.co.uk"
    assert found["second half alone"] == "12x.co.uk"
    assert found["without 1 (character 4)"] == "ab-2x.co.uk"


@pytest.mark.parametrize("name", ["aab.com", "a.com", "www.ab.com", "7.net", "abc.ddns.net"])
def test_every_edit_is_another_name_and_none_comes_twice(name: str):
    found = [edit.name for edit in what_if.suggested(name)]
    assert name not in found and len(set(found)) == len(found)
    assert all(one.partition(".")[0] and ".." not in one for one in found)


def test_the_edit_that_moves_the_score_most_comes_first(tiny_bundle: ModelBundle):
    found = what_if.rescore("gardenq.com", what_if.suggested("gardenq.com"), tiny_bundle)
    assert found[0].change == "without q (character 7)"
    assert found[0].shift < 0
    sizes = [abs(one.shift) for one in found]
    assert sizes == sorted(sizes, reverse=True)


def test_no_edit_gives_no_row(tiny_bundle: ModelBundle):
    assert what_if.rescore("a.com", [], tiny_bundle) == []
