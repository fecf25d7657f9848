"""The interface's words: data stays data where Streamlit reads Markdown."""

from __future__ import annotations

import doctest

import pytest

from ui.common import text
from ui.lookup import answer


@pytest.mark.parametrize("module", [text, answer])
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    failed, tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize("data", ["``x```", "`", "a\n# b", "[x](http://y.z)", "|", "$a$", ""])
def test_a_code_span_is_one_line_and_cannot_be_left(data: str) -> None:
    span = text.code(data)
    fence = span[: len(span) - len(span.lstrip("`"))]
    assert "\n" not in span
    assert fence not in span[len(fence) : -len(fence) or None].split() or not fence
