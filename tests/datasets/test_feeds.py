"""Feeds: recognised, labelled, every row accounted for, and nothing silently mislabelled."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from dga.datasets import feeds
from dga.datasets.feeds import FORMATS, Feed, preview, read_feed
from dga.errors import FeedError
from dga.progress import Progress
from dga.schema import LABELLED_COLUMNS, SOURCE

Rows = list[tuple[str, str, str]]
DGA_FEED = """\
#############################################
## Master feed of known DGA domains
#############################################
aaaqqq.example.com,Domain used by Cryptolocker - Flashback DGA for 13 Nov 2018,2018-11-13,http://a
bbbqqq.example.org,Domain used by Ramnit,2018-11-13,http://b
cccqqq.example.net,Domain used by P2P Gameover Zeus DGA for 14 Nov,2018-11-13,http://c
dddqqq.example.net,Domain used by shiotob/urlzone/bebloh,2018-11-13,http://d
"""
NETLAB = """\
# DGA feed
conficker\tabc.example.com\t2026-01-01 00:00:00\t2026-01-02 00:00:00
 Virut \tdef.example.org\t2026-01-01 00:00:00\t2026-01-02 00:00:00
"""
MAJESTIC = """\
GlobalRank,TldRank,Domain,TLD,RefSubNets,RefIPs,IDN_Domain,IDN_TLD,PrevGlobalRank
1,1,example.com,com,1,2,example.com,com,1
2,1,example.org,org,1,2,example.org,org,2
"""
FILES: dict[str, tuple[str, str, Rows]] = {
    # text, format, rows
    "public DGA feed": (DGA_FEED, "dga-feed", [
        ("aaaqqq.example.com", "dga", "cryptolocker"), ("bbbqqq.example.org", "dga", "ramnit"),
        ("cccqqq.example.net", "dga", "p2p gameover zeus"),
        ("dddqqq.example.net", "dga", "shiotob/urlzone/bebloh"),
    ]),
    "Netlab": (NETLAB, "netlab-360", [
        ("abc.example.com", "dga", "conficker"), ("def.example.org", "dga", "virut"),
    ]),
    "Tranco, Umbrella, Alexa": ("1,example.com\n2,www.example.org\n", "top-list", [
        ("example.com", "benign", ""), ("www.example.org", "benign", ""),
    ]),
    "Majestic": (MAJESTIC, "top-list", [
        ("example.com", "benign", ""), ("example.org", "benign", ""),
    ]),
    "label words": ("domain,label\nexample.com,Legit\nexample.org, DGA \n", "domain-label", [
        ("example.com", "benign", ""), ("example.org", "dga", ""),
    ]),
    "label numbers": ("label,domain\n0,example.com\n1,example.org\n", "domain-label", [
        ("example.com", "benign", ""), ("example.org", "dga", ""),
    ]),
    "numbers without a header": ("0,a.com\n1,b.com\n1,c.com\n0,d.com\n", "domain-label", [
        ("a.com", "benign", ""), ("b.com", "dga", ""), ("c.com", "dga", ""),
        ("d.com", "benign", ""),
    ]),
    "label and family": (
        "domain,class,subclass\nexample.com,legit,alexa\nexample.org,dga,Ramnit\n",
        "domain-label", [("example.com", "benign", ""), ("example.org", "dga", "ramnit")],
    ),
    "family": ("domain,family\nexample.com,benign\nexample.org,Ramnit \n", "domain-family", [
        ("example.com", "benign", ""), ("example.org", "dga", "ramnit"),
    ]),
    "families in a class column": ("domain;class\na.com;alexa\nb.com;tinba\n", "domain-family", [
        ("a.com", "benign", ""), ("b.com", "dga", "tinba"),
    ]),
    "family without a header": ("a.com,alexa\nb.com,tinba\nc.com,tinba\nd.com,alexa\n",
        "domain-family", [
        ("a.com", "benign", ""), ("b.com", "dga", "tinba"), ("c.com", "dga", "tinba"),
        ("d.com", "benign", ""),
    ]),
}  # fmt: skip


def read(content: str | bytes, **options: str | None) -> Feed:
    content = content.encode() if isinstance(content, str) else content
    return read_feed(io.BytesIO(content), **options)


def rows(feed: Feed) -> Rows:
    return list(feed.frame[["domain", "label", "family"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("kind", FILES)
def test_a_format_is_recognised_and_labels_its_rows(kind: str) -> None:
    text, format, expected = FILES[kind]
    feed = read(text)
    assert (feed.format, rows(feed), len(feed.problems)) == (format, expected, 0)
    assert rows(read(text, format=format)) == expected


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("feed.txt", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        zipped,
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.decode().encode("utf-16"),
    ],
    ids=["gzip", "zip", "mark", "CRLF", "UTF-16"],
)
@pytest.mark.parametrize("kind", FILES)
def test_packing_changes_nothing(kind: str, pack: object) -> None:
    text, format, expected = FILES[kind]
    feed = read(pack(text.encode()))  # type: ignore[operator]
    assert (feed.format, rows(feed)) == (format, expected)


def test_names_are_normalised_whatever_their_dress() -> None:
    text = 'EXAMPLE.COM.\n"example.org"\nhttps://www.example.net/a?b\nevil[.]example[.]edu\n'
    assert read(text, label="dga").frame["domain"].tolist() == [
        "example.com", "example.org", "www.example.net", "evil.example.edu",
    ]  # fmt: skip


def test_every_row_is_accounted_for() -> None:
    told: list[Progress] = []
    text = b"example.com\n192.0.2.1\n\n1.2.0.192.in-addr.arpa\nco.uk\nlocalhost\n"
    feed = read_feed(io.BytesIO(text), label="benign", feed="mine", on_progress=told.append)
    assert tuple(feed.frame.columns) == (*LABELLED_COLUMNS, SOURCE)
    assert feed.frame["domain"].tolist() == ["example.com", "1.2.0.192.in-addr.arpa", "co.uk"]
    assert feed.frame["feed"].eq("mine").all()
    assert feed.problems["row"].tolist() == [2, 3, 6]
    assert feed.problems["given"].tolist() == ["192.0.2.1", "", "localhost"]
    assert feed.problems["reason"].iloc[0] == "an IP address, not a domain name"
    assert (feed.rows, told[-1].batch) == (6, 6)


def test_the_caller_labels_what_does_not_label_itself() -> None:
    assert rows(read("example.com\n", label="dga")) == [("example.com", "dga", "")]
    assert rows(read("1,example.com\n", label="dga")) == [("example.com", "dga", "")]
    log = '{"query": "example.com", "qtype_name": "A"}\n'
    assert rows(read(log, label="benign")) == [("example.com", "benign", "")]


def test_a_plain_list_without_a_class_is_refused() -> None:
    with pytest.raises(FeedError, match="say whether its names are benign or dga"):
        read("example.com\nexample.org\n")


@pytest.mark.parametrize("kind", ["public DGA feed", "Netlab"])
def test_a_feed_given_as_the_other_class_is_refused(kind: str) -> None:
    with pytest.raises(FeedError, match="given as benign, but all its rows say dga"):
        read(FILES[kind][0], label="benign")


def test_the_rows_own_labels_stand_and_the_callers_fill_gaps() -> None:
    text = "domain,family\na.com,benign\nb.com,tinba\nc.com,\n"
    assert [label for _, label, _ in rows(read(text, label="dga"))] == ["benign", "dga", "dga"]
    assert [label for _, label, _ in rows(read(text, label="benign"))] == [
        "benign",
        "dga",
        "benign",
    ]
    feed = read(text)
    assert feed.problems[["row", "given"]].to_numpy().tolist() == [[3, "c.com"]]


def test_words_without_a_header_are_families_only_once_the_class_is_told() -> None:
    text = "a.com,US\nb.com,DE\nc.com,US\nd.com,DE\n"
    with pytest.raises(FeedError, match="have no label"):
        read(text)
    assert rows(read(text, label="benign"))[0] == ("a.com", "benign", "")
    assert rows(read(text, label="dga"))[0] == ("a.com", "dga", "us")


def test_a_label_that_is_no_class_word_is_a_problem() -> None:
    feed = read("domain,label\na.com,benign\nb.com,dga\nc.com,perhaps\n")
    assert feed.problems["given"].tolist() == ["c.com"]
    assert "neither a benign nor a dga word" in feed.problems["reason"].iloc[0]


def test_a_feed_of_many_chunks_keeps_its_order_and_row_numbers() -> None:
    names = [f"host{number}.example.com" for number in range(60_000)]
    names[55_000] = "no domain"
    feed = read("\n".join(names), label="benign")
    assert feed.problems["row"].tolist() == [55_001]
    assert feed.frame["domain"].tolist() == names[:55_000] + names[55_001:]


def test_a_wrong_format_is_told_with_the_known_ones() -> None:
    with pytest.raises(FeedError, match="no feed format 'csv'; there are dga-feed, "):
        read("example.com\n", format="csv")
    with pytest.raises(FeedError, match="not in the format netlab-360"):
        read("example.com\n", format="netlab-360")


def test_a_feed_goes_by_its_file_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("domain,label\nexample.com,benign\n")
    assert read_feed(path).name == "mine.csv"
    assert read_feed(path).frame["feed"].tolist() == ["mine.csv"]


def test_a_preview_counts_what_a_feed_holds() -> None:
    text = "domain,family\na.com,tinba\nb.com,tinba\nc.com,qakbot\nd.com,benign\n192.0.2.1,x\n"
    shown = preview(io.BytesIO(text.encode()), rows=2)
    assert (shown.format, shown.rows, shown.complete) == ("domain-family", 5, True)
    assert shown.classes == {"dga": 3, "benign": 1}
    assert shown.families == {"tinba": 2, "qakbot": 1}
    assert shown.problems == {"an IP address, not a domain name": 1}
    assert shown.head["domain"].tolist() == ["a.com", "b.com"]


def test_a_preview_needs_no_class_and_stops_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PREVIEW_ROWS", 50_000)
    shown = preview(io.BytesIO(b"example.com\n" * 120_000))
    assert (shown.rows, shown.complete) == (50_000, False)
    assert shown.classes == {"unlabelled": 50_000}


def test_every_format_says_what_it_is() -> None:
    assert all(format.about for format in FORMATS.values())
