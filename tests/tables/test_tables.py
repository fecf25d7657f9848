"""Any file of rows: recognised by its content, and every row comes out."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.tables import (
    TableInfo,
    delimited,
    guess_column,
    read_chunks,
    readers,
    reading,
    require_column,
    shown,
    sniff,
    source_name,
    texttable,
)

ROWS = 5_000
PIECES = [
    "a", "b.com", '"', ",", "\n", '""', '"a"', '"x,y"', " ", "\t", "é", "\ufeff", "\x1f", "\0", ";",
    '"\n', '"\n"', '",', '","', ',"b.com",', '\n"a.com","1"\n', "\n\n", "c.com,2\n",
]  # fmt: skip
ZEEK = (
    "#separator \\x09\n#path\tdns\n#fields\tts\tid.orig_h\tquery\n#types\ttime\taddr\tstring\n"
    "1.0\t192.0.2.1\texample.com\n2.0\t192.0.2.1\t-\n#close\t2026\n"
)
EVE = [
    {"event_type": "dns", "dns": {"type": "query", "rrname": "example.com"}},
    {"event_type": "dns", "dns": {"queries": [{"rrname": "example.org"}]}},
]
SAMPLES: dict[str, tuple[str, str, tuple[str, ...], list[str]]] = {
    # text, format, columns, first row
    "list": ("example.com\nexample.org\n", "list", ("domain",), ["example.com"]),
    "headed list": ("domain\nexample.com\n", "list", ("domain",), ["example.com"]),
    "ranked": ("1,example.com\n2,example.org\n", "csv", ("rank", "domain"), ["1", "example.com"]),
    "comma": ("name,n\nexample.com,1\n", "csv", ("name", "n"), ["example.com", "1"]),
    "semicolon": ("name;n\nexample.com;1\n", "csv", ("name", "n"), ["example.com", "1"]),
    "tab": ("name\tn\nexample.com\t1\n", "csv", ("name", "n"), ["example.com", "1"]),
    "bar": ("name|n\nexample.com|1\n", "csv", ("name", "n"), ["example.com", "1"]),
    "comments": ("# a\n\n# b\nname,n\nexample.com,1\n", "csv", ("name", "n"), ["example.com", "1"]),
    "unknown header": ("where,n\nexample.com,1", "csv", ("where", "n"), ["example.com", "1"]),
    "quoted": ('"domain","n"\n"a.com","1,2"\n', "csv", ("domain", "n"), ["a.com", "1,2"]),
    "hosts": (
        "# a\n0.0.0.0 example.com www.example.com\n::1 localhost\n", "hosts",
        ("address", "domain", "extra"), ["0.0.0.0", "example.com", ""],
    ),
    "JSON lines": (
        '{"id": 1.50, "domain": "a.com"}\n', "json-lines", ("id", "domain"), ["1.50", "a.com"],
    ),
    "JSON array": (
        '[{"domain": "a.com", "tags": ["x", "y"]}]', "json", ("domain", "tags"), ["a.com", "x,y"],
    ),
    "Zeek": (ZEEK, "zeek", ("ts", "id.orig_h", "query"), ["1.0", "192.0.2.1", "example.com"]),
    "Zeek JSON": (
        '{"id.orig_h": "192.0.2.1", "query": "a.com"}\n', "zeek-json", ("id.orig_h", "query"),
        ["192.0.2.1", "a.com"],
    ),
    "Suricata": (
        "\n".join(map(json.dumps, EVE)), "suricata-eve",
        ("event_type", "dns.type", "dns.rrname", "dns.queries.rrname"),
        ["dns", "query", "example.com", ""],
    ),
}  # fmt: skip


def read(content: bytes, **options: int) -> pd.DataFrame:
    return pd.concat(read_chunks(io.BytesIO(content), **options), ignore_index=True)


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/list.txt", content)
        archive.writestr("__MACOSX/._list.txt", b"x")
    return packed.getvalue()


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def parquet(frame: pd.DataFrame) -> bytes:
    packed = io.BytesIO()
    frame.to_parquet(packed)
    return packed.getvalue()


PACKINGS = {"none": bytes, "gzip": gzip.compress, "zip": zipped, "zstd": zstd}


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_format_is_told_from_the_content(kind: str) -> None:
    text, format, columns, first = SAMPLES[kind]
    info = sniff(io.BytesIO(text.encode()), "misleading.parquet")
    assert (info.format, info.columns) == (format, columns)
    assert read(text.encode()).iloc[0].tolist() == first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(encoding: str, end: str) -> None:
    text = end.join(["domain,note", "example.com,café", "example.org,é"]) + end
    frame = read(text.encode(encoding))
    assert frame.to_dict("list") == {
        "domain": ["example.com", "example.org"],
        "note": ["café", "é"],
    }


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("chunk_rows", [700, 50_000])
def test_every_row_comes_out_in_order(packing: str, chunk_rows: int) -> None:
    names = [f"host{number}.example.com" for number in range(ROWS)]
    content = PACKINGS[packing]("\n".join(names).encode())
    chunks = list(read_chunks(io.BytesIO(content), chunk_rows=chunk_rows))
    assert max(map(len, chunks)) <= chunk_rows
    assert pd.concat(chunks)["domain"].tolist() == names
    assert sniff(io.BytesIO(content)).compression == packing


@pytest.mark.parametrize("packing", PACKINGS)
def test_parquet_is_read_also_packed(packing: str) -> None:
    frame = pd.DataFrame({"domain": ["a.com", None], "n": [1, 2], "tags": [["x"], ["y", "z"]]})
    found = read(PACKINGS[packing](parquet(frame)))
    assert found.to_numpy().tolist() == [["a.com", "1", "x"], ["", "2", "y,z"]]


def test_rows_that_do_not_fit_come_out_too() -> None:
    frame = read(b"domain,n\na.com\nb.com,1,2,3\n\nc.com,4\n")
    assert frame["domain"].tolist() == ["a.com", "b.com", "", "c.com"]
    assert frame["extra"].tolist() == ["", "2,3", "", ""]


def test_a_field_over_lines_is_one_row_also_between_blocks() -> None:
    filler = "".join(f"host{number}.example.com,x\n" for number in range(50_000))
    text = f'domain,n\n{filler}a.com,"two\nlines"\n{filler}b.com,"never closed\n{filler}'
    frame = read(text.encode())
    assert len(frame) == 150_002
    assert frame["n"].iloc[50_000] == "two\nlines"
    assert frame["n"].iloc[100_001] == '"never closed'


@pytest.mark.parametrize("head", ["domain,n\n", '"domain","n"\n', "domain;n\n", "domain\n", ""])
def test_blocks_that_arrow_reads_are_read_as_row_by_row(
    head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(head)
    plain = '"a.com","1"\n"b c",""\n"x,y;z","é"\n'.replace(",", ";" if ";" in head else ",", 1)
    contents = [
        head + plain * dice.randint(0, 2) + "".join(dice.choices(PIECES, k=dice.randint(1, 12)))
        for _ in range(60)
    ]
    quick = [outcome(content) for content in contents]
    for module in (delimited, readers):
        monkeypatch.setattr(module, "fast_table", lambda block, info: None)
    assert quick == [outcome(content) for content in contents]


def outcome(content: str) -> object:
    """The rows of a text, or the sentence that says why there are none."""
    try:
        return read(content.encode()).to_dict("split")
    except FeedError as error:
        return str(error)


def test_fields_that_are_all_quoted_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "split", lambda *_: pytest.fail("read row by row"))
    text = '"a.com","1,2"\n"","x\ty"\nb.com,3\n'
    info = TableInfo("csv", "none", "utf-8", ",", ("domain", "n"), False, len(text))
    table = delimited.fast_table(text.encode(), info)
    assert table is not None
    assert table.to_pydict() == {"domain": ["a.com", "", "b.com"], "n": ["1,2", "x\ty", "3"]}


def test_a_table_is_read_as_arrow_tables_of_text_too() -> None:
    content = b"domain,n\n" + b"example.com,1\n" * 200_000
    with reading(io.BytesIO(content), chunk_rows=50_000) as read:
        assert 0 < read.share() < 1
        sizes = [len(chunk) for chunk in read.chunks]
        assert read.share() == 1
    assert sizes == [50_000] * 4


def test_a_field_that_comes_late_in_json_spoils_no_other() -> None:
    early = [json.dumps({"domain": f"host{number}.example.com"}) for number in range(30_000)]
    late = json.dumps({"domain": "late.example.com", "new": 1})
    frame = read("\n".join([*early, late]).encode())
    assert frame.iloc[-1].tolist() == ["late.example.com", "new=1"]


def test_zeek_fields_that_are_not_set_are_empty() -> None:
    assert read(ZEEK.encode())["query"].tolist() == ["example.com", ""]


def test_a_source_is_left_open_and_can_be_read_anew() -> None:
    source = io.BytesIO(gzip.compress(b"example.com\n"))
    assert len(list(read_chunks(source))) == len(list(read_chunks(source))) == 1


def test_a_pipe_is_read() -> None:
    out, into = os.pipe()
    with open(into, "wb") as writer:
        writer.write(gzip.compress(b"example.com\nexample.org\n"))
    with open(out, "rb") as pipe:
        assert sum(map(len, read_chunks(pipe))) == 2


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_file_over_the_limit_is_refused(packing: str) -> None:
    content = PACKINGS[packing](b"example.com\n" * 1_000)
    with pytest.raises(FeedError, match="more than 5,000 bytes"):
        read(content, max_bytes=5_000)


@pytest.mark.parametrize("packing", ["gzip", "zip", "zstd"])
def test_a_file_cut_short_is_refused(packing: str) -> None:
    content = PACKINGS[packing](os.urandom(5_000).hex().encode())
    with pytest.raises(FeedError, match="cut short"):
        read(content[: len(content) // 2])


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"none\.csv: no such file"):
        sniff(tmp_path / "none.csv")
    with pytest.raises(FeedError, match="no file in this folder"):
        sniff(tmp_path)


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        (("rank", "Domain"), ("1", "a.com"), "Domain"),
        (("host", "domain"), ("a.com", "b.com"), "domain"),
        (("domain", "where"), ("unknown", "a.com"), "where"),
        (("ts", "dns.rrname"), ("1", "a.com"), "dns.rrname"),
        (("domain", "n"), ("localhost", "1"), "domain"),
    ],
)
def test_the_column_of_domains_is_guessed(
    columns: tuple[str, ...], row: tuple[str, ...], expected: str
) -> None:
    assert guess_column(columns, pd.DataFrame([row], columns=columns)) == expected


def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(FeedError, match="no column 'where'; found rank, domain"):
        require_column(("rank", "domain"), "where")
    with pytest.raises(FeedError, match="no column holds domains; found a, b"):
        guess_column(("a", "b"), pd.DataFrame({"a": ["x"], "b": ["y"]}))


def test_names_for_messages_are_short_and_printable() -> None:
    assert source_name(Path("/a/b/../c\u202e.csv")) == "c.csv"
    assert source_name(io.BytesIO()) == "the file"
    assert source_name(io.BytesIO(), "C:\\secret\\list.csv") == "list.csv"
    assert shown([f"c{number}" for number in range(2_000)]).endswith("and 1988 more")


def test_the_machine_in_an_unknown_log_is_no_name_of_it() -> None:
    names = [f"name{at}.net" for at in range(12)]
    lines = [f"May  1 10:00:{at:02} ws{at}.corp.aureola.com appd[7]: found {name}" + " a" * (at % 4)
             for at, name in enumerate(names)]  # fmt: skip
    assert list(read("\n".join(lines).encode())["domain"]) == names
    report = [f"2026-05-01 10:00:01 {name} was" + " seen" * (len(name) % 3) for name in names]
    assert list(read("\n".join(report).encode())["domain"]) == names


@pytest.mark.parametrize(
    "text",
    [
        "\nName                  Type    TTL IPAddress\n"
        "----                  ----    --- ---------\n"
        "one.example.com       A     12345 192.0.2.7\nlonger-than-its-column.com A 7 192.0.2.8\n",
        "                      Rec\nName                  Type    TTL IPAddress\n"
        "--------------------  ----  ----- ---------\none.example.com       A         7 192.0.2.7\n"
        "longer-than-its-column.com A 7 192.0.2.8\n",
    ],
    ids=["PowerShell", "a header of two lines"],
)
def test_columns_of_fixed_width(text: str) -> None:
    frame = read(text.encode())
    assert list(frame["Name"]) == ["one.example.com", "longer-than-its-column.com"]
    assert list(frame["IPAddress"]) == ["192.0.2.7", "192.0.2.8"]
    assert frame["TTL"][0] in ("12345", "7")


def test_very_many_small_tables_become_chunks_of_few_pieces() -> None:
    info = TableInfo("csv", "none", "utf-8", ",", ("domain",), True, 0)
    tables = (texttable.text_table([[f"n{n}.com"]], info) for n in range(5_000))
    chunks = list(texttable.chunked(tables, info, 2_000))
    assert [len(chunk) for chunk in chunks] == [2_000, 2_000, 1_000]
    assert max(chunk.column(0).num_chunks for chunk in chunks) <= texttable.FEW_TABLES
    names = [name for chunk in chunks for name in chunk["domain"].to_pylist()]
    assert names == [f"n{n}.com" for n in range(5_000)]
