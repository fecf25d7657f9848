from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from dga.datasets import toplists
from dga.errors import FeedError

NAMES = [f"name{number}.com" for number in range(1, 40)]


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    rows = "".join(f"{rank},{name}\r\n" for rank, name in enumerate(NAMES, 1))
    with zipfile.ZipFile(tmp_path / "tranco.csv.zip", "w") as archive:
        archive.writestr("top-1m.csv", rows + "40,name1.com\r\n")
    header = "GlobalRank,TldRank,Domain,TLD\n"
    lines = "".join(f"{rank},{rank},{name},com\n" for rank, name in enumerate(NAMES[5:], 1))
    (tmp_path / "majestic.csv").write_text(header + lines)
    (tmp_path / "my-own.csv").write_text("a.com\n")
    return tmp_path


def test_the_fetched_lists_are_found_in_a_fixed_order(fetched: Path):
    assert [path.name for path in toplists.fetched(fetched)] == ["tranco.csv.zip", "majestic.csv"]
    assert toplists.fetched(fetched / "nowhere") == []


def test_a_name_has_the_rank_of_its_first_row(fetched: Path):
    tranco, majestic = (toplists.read(path) for path in toplists.fetched(fetched))
    assert (tranco.source, len(tranco)) == ("tranco", 39)
    assert (tranco.rank("name1.com"), tranco.rank("name39.com")) == (1, 39)
    assert (majestic.rank("name6.com"), majestic.rank("name1.com")) == (1, None)


def test_what_is_no_top_list_is_refused(tmp_path: Path):
    page = tmp_path / "umbrella.csv"
    page.write_text("only.com\nnames.com\n")
    with pytest.raises(FeedError, match=r"umbrella\.csv: not a top list"):
        toplists.read(page)
