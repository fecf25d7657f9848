"""The allow list: what it allows, what it refuses, how it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from dga.errors import FeedError
from dga.names import allow_list
from dga.names.allow_list import AllowList, Entry, entries_of
from dga.names.arrow_strings import column_of

TEXT = """# ours
example.com  # our own
*.lab.example.net, a test network
www.example.org
Bücher.de
"""
LIST = AllowList.parse(TEXT)


@pytest.mark.parametrize(
    ("domain", "pattern"),
    [
        ("example.com", "example.com"),
        ("a.b.example.com", "example.com"),
        ("notexample.com", None),
        ("example.com.net", None),
        ("lab.example.net", "*.lab.example.net"),
        ("a.b.lab.example.net", "*.lab.example.net"),
        ("xlab.example.net", None),
        ("example.net", None),
        ("www.example.org", "www.example.org"),
        ("a.www.example.org", None),
        ("example.org", None),
        ("xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("printer.local", None),
    ],
)
def test_what_is_allowed(domain: str, pattern: str | None) -> None:
    entry = LIST.matches(domain)
    assert (entry and entry.pattern) == pattern


def test_columns_are_told_as_single_names_are() -> None:
    domains = ["a.example.com", "other.net", "lab.example.net", ""]
    names = ["example.com", "other.net", "example.net", ""]
    rows, told = LIST.notes(column_of(domains), column_of(names))
    assert rows.tolist() == [0, 2]
    assert told == ["allowed by example.com: our own",
                    "allowed by *.lab.example.net: a test network"]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("co.uk", "co.uk is itself a public suffix"),
        ("*.com", "no dot in 'com'"),
        ("*.ddns.net", "ddns.net is itself a public suffix"),
        ("192.0.2.1", "an IP address"),
        ("not a name", "no dot in"),
        ("printer.local", "special use"),
    ],
)
def test_what_is_refused_is_told_with_its_line(line: str, told: str) -> None:
    with pytest.raises(FeedError, match="allow list, line 2: ") as error:
        AllowList.parse(f"example.com\n{line}\n")
    assert told in str(error.value)


def test_a_list_is_kept_and_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DGA_STATE", str(tmp_path / "state"))
    assert not allow_list.stored()
    LIST.save()
    assert allow_list.stored() == LIST
    entries_of([("example.com", "another, with # marks\nand a break"), ("", "blank")]).save()
    [entry] = allow_list.stored().entries
    assert entry == Entry("example.com", "another, with # marks and a break")
    assert AllowList.load(allow_list.stored_path()) == allow_list.stored()


def test_lists_are_joined_and_the_later_note_wins() -> None:
    both = LIST.with_others(AllowList.parse("example.com # theirs\nother.com"))
    assert len(both.entries) == len(LIST.entries) + 1
    assert both.matches("example.com") == Entry("example.com", "theirs")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="give a file with a name a line"):
        AllowList.load(tmp_path / "none.txt")
