"""Notes and corrected labels: kept beside the run, one entry a name, and readable as a feed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dga.datasets import feeds
from dga.errors import RunError
from dga.runs import reviews, store
from dga.runs.reviews import Review
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, LABEL


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    return tmp_path


def said(domain: str, label: str = "", note: str = "", **more: str) -> Review:
    return Review(domain=domain, label=label, note=note, **more)


def test_what_is_saved_is_loaded_and_the_last_word_stands() -> None:
    reviews.save("tiny", [said("a.com", note='odd: \n"ü"', family="x"), said("b.com", DGA)])
    kept = reviews.save("tiny", [said("b.com", BENIGN)])
    assert reviews.load("tiny") == kept
    assert (kept["a.com"].note, kept["b.com"].label) == ('odd: \n"ü"', BENIGN)


def test_saying_nothing_takes_a_review_away() -> None:
    reviews.save("tiny", [said("a.com", DGA)])
    assert reviews.feed_of("tiny").is_file()
    assert reviews.save("tiny", [said("a.com")]) == reviews.load("tiny") == {}
    assert not reviews.feed_of("tiny").exists()


def test_corrected_labels_are_a_feed() -> None:
    reviews.save(
        "tiny",
        [
            said("a.com", DGA, family="alpha"),
            said("b.com", BENIGN, family="beta"),
            said("c.com", note="?"),
        ],
    )
    feed = feeds.read_feed(reviews.feed_of("tiny"))
    assert feed.format == "domain-label"
    assert feed.frame[[DOMAIN, LABEL, FAMILY]].to_numpy().tolist() == [
        ["a.com", DGA, "alpha"],
        ["b.com", BENIGN, ""],
    ]


def test_a_run_folder_holds_no_review_and_the_list_of_runs_no_folder_of_them() -> None:
    reviews.save("tiny", [said("a.com", DGA)])
    assert store.list_runs() == []
    assert reviews.load("other") == {}


def test_writers_at_once_lose_nothing() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: reviews.save("tiny", [said(f"n{i}.com", DGA)]), range(40)))
    assert len(reviews.load("tiny")) == 40


def test_the_table_has_the_newest_first() -> None:
    early, late = said("a.com", DGA, written="2026-01-01"), said("b.com", DGA, written="2026-01-02")
    table = reviews.frame({"a.com": early, "b.com": late})
    assert table[DOMAIN].tolist() == ["b.com", "a.com"]
    assert tuple(reviews.frame({}).columns) == reviews.COLUMNS


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"label": "dga"}', '{"domain": "a.com", "label": "x"}']
)
def test_a_damaged_file_is_told(text: str) -> None:
    path = reviews.path_of("tiny")
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=r"reviews of run tiny cannot be read"):
        reviews.load("tiny")


def test_a_label_or_note_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(RunError, match="benign or dga"):
        said("a.com", "evil")
    with pytest.raises(RunError, match="at most 2,000"):
        said("a.com", note="x" * 2001)
    with pytest.raises(RunError, match="not a valid run name"):
        reviews.path_of("../x")
