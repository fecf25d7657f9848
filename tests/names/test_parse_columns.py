"""Columns of texts are parsed as each text alone is."""

from __future__ import annotations

import random
import sys

import pyarrow as pa
import pytest

from dga.names import arrow_strings, parse, parse_columns
from dga.names.arrow_strings import column_of
from dga.names.parse_columns import ParsedColumn
from dga.names.public_suffix import rules

PIECES = ["a", "B", ".", "..", "com", "uk", "co", "ck", "www", "-", "_", "hxxp", "jp", "kobe", "1",
          "x" * 60, " ", "[.]", "é", "/", "%", "\n", "local", "ARPA", "_tcp", "exe", "bazar",
          "4.3.2.1", "rbl", "zen.spamhaus.org", "onion.to"]  # fmt: skip
ODD = ["", ".", "hxxp.com", "HXXP.com", "hXxP.com.", "a.com..", ".a.com", "a.b1", "a.1b", "a.c",
       "x.c_m", "a.com\n", "x" * 64 + ".com", "a." * 126 + "com", "a." * 125 + "com.",
       "a." * 125 + "coml.", "é.com", "192.0.2.7", "http://a.com/", "FOO.LOCAL."]  # fmt: skip


@pytest.fixture(autouse=True, params=[0, sys.maxsize], ids=["by columns", "one by one"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few texts are matched one by one, many by Arrow: each test tries both."""
    monkeypatch.setattr(arrow_strings, "ONE_BY_ONE", request.param)


def assert_alike(texts: list[str], column: pa.LargeStringArray | None = None) -> None:
    parsed = ParsedColumn(column_of(texts) if column is None else column)
    expected = [parse.parse(text) for text in texts]
    assert parsed.problem.to_pylist() == [e.problem or "" for e in expected]
    assert parsed.registered_name.to_pylist() == [e.registered_name or "" for e in expected]
    assert parsed.domain.to_pylist() == ["" if e.problem else e.domain for e in expected]


@pytest.mark.parametrize("under", ["", "abc.", "www.abc.", "a.b.c.", "www.city.", "_x.", "A."])
def test_every_public_suffix(under: str) -> None:
    assert_alike([f"{under}{suffix}" for suffix in rules()])


def test_odd_texts() -> None:
    assert_alike(ODD)


def test_any_mixture() -> None:
    dice = random.Random(5)
    assert_alike(["".join(dice.choices(PIECES, k=dice.randint(0, 8))) for _ in range(8_000)])


def test_upper_case_and_a_dot_behind_need_no_care(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_columns.parse, "parse", lambda text: pytest.fail(text))
    parsed = ParsedColumn(column_of(["WWW.Example.CO.UK.", "a.com"]))
    assert parsed.registered_name.to_pylist() == ["example.co.uk", "a.com"]
    assert parsed.domain.to_pylist() == ["www.example.co.uk", "a.com"]


def test_a_part_of_a_column_and_chunks() -> None:
    texts = ["a.com", "www.b.co.uk", "no domain", "c.net", ""]
    whole = column_of(texts)
    assert_alike(texts[1:4], whole.slice(1, 3))
    assert_alike(texts * 2, column_of(pa.chunked_array([whole, whole])))
    assert_alike([], column_of([]))
