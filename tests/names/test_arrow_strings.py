from __future__ import annotations

import numpy as np
import pyarrow as pa

from dga.names import arrow_strings
from dga.names.arrow_strings import column_of

TEXTS = ["abc", "", "é", "x" * 70]


def test_a_column_is_made_of_what_callers_have() -> None:
    for given in (TEXTS, pa.array(TEXTS), pa.chunked_array([TEXTS[:1], TEXTS[1:]])):
        assert column_of(given).to_pylist() == TEXTS
    assert column_of(pa.array(["a", None])).to_pylist() == ["a", ""]


def test_a_view_and_back() -> None:
    for column in (column_of(TEXTS), column_of(["no", *TEXTS, "no"]).slice(1, 4)):
        data, places = arrow_strings.view(column)
        assert bytes(data).decode() == "".join(TEXTS)
        assert places[0] == 0
        assert arrow_strings.column_from(data, places).to_pylist() == TEXTS


def test_pieces_are_cut_in_their_order() -> None:
    data = np.frombuffer(b"www.example.com", np.uint8)
    pieces = arrow_strings.cut(data, np.array([12, 4, 0]), np.array([3, 7, 0]))
    assert pieces.to_pylist() == ["com", "example", ""]


def test_lengths_and_first_bytes() -> None:
    column = column_of(TEXTS)
    assert arrow_strings.lengths_of(column).tolist() == [3, 0, 2, 70]
    assert arrow_strings.first_bytes(column).tolist() == [ord("a"), 0, 0xC3, ord("x")]


def test_blank_texts_become_nulls() -> None:
    assert arrow_strings.without_blanks(column_of(TEXTS)).to_pylist() == ["abc", None, *TEXTS[2:]]
    assert arrow_strings.without_blanks(column_of([])).to_pylist() == []
    assert arrow_strings.blank(2).to_pylist() == ["", ""]


def test_numbers_and_flags_there_and_back() -> None:
    numbers = arrow_strings.numbers_of(np.array([1.5, np.nan, 3.0]))
    assert numbers.to_pylist() == [1.5, None, 3.0]
    places = arrow_strings.numbers_of(np.arange(5, dtype=np.int32))
    assert arrow_strings.integers_of(places.slice(2)).tolist() == [2, 3, 4]
    flags = np.array([True, False, True] * 7)
    mask = arrow_strings.mask_of(flags)
    assert mask.to_pylist() == flags.tolist()
    assert arrow_strings.flags_of(mask.slice(5)).tolist() == flags[5:].tolist()
    assert arrow_strings.flags_of(mask.slice(0, 0)).tolist() == []


def test_few_and_many_texts_make_the_same_column(monkeypatch) -> None:
    texts = ["a.com", "", "é.com", None]
    few = column_of(texts)
    monkeypatch.setattr(arrow_strings, "FEW", 0)
    assert few.equals(column_of(texts)) or few.to_pylist() == column_of(texts).to_pylist()
