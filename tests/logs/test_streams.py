"""Logs that come as a stream: pipes answered line by line, several files and folders as one."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dga.errors import FeedError
from dga.logs import open_table, read_events
from dga.tables.archives import _rotated

QUERY = "May  1 10:00:{:02} dnsmasq[812]: query[A] name{}.com from 10.1.0.23\n"
REPLY = "May  1 10:00:{:02} dnsmasq[812]: reply name{}.com is NXDOMAIN\n"


@pytest.fixture
def pipe() -> Iterator[tuple[io.BufferedReader, int]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source:
        yield source, writing


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([QUERY.format(1, 1), QUERY.format(2, 2)], ["name1.com", "name2.com"]),
        (['{"query": "a.com"}\n', '{"query": "b.com", "more": 1}\n'], ["a.com", "b.com"]),
        (["ts,query\n1,a.com\n", "2,b.com\n"], ["a.com", "b.com"]),
        (["a.com\n", "b.com\n"], ["a.com", "b.com"]),
        (["#fields\tts\tquery\n1\ta.com\n", "2\tb.com\n"], ["a.com", "b.com"]),
        (["src=x qname=a.com t=1\n", "src=x qname=b.com t=1\n"], ["a.com", "b.com"]),
    ],
)  # fmt: skip
def test_a_pipe_is_answered_before_more_is_written(
    lines: list[str], names: list[str], pipe: tuple[io.BufferedReader, int]
) -> None:
    source, writing = pipe
    os.write(writing, lines[0].encode())
    with open_table(source) as log:
        assert log.live
        for at, name in enumerate(names):
            assert log.names(next(log.chunks)).to_pylist() == [name]
            for line in lines[at + 1 : at + 2]:
                os.write(writing, line.encode())
        os.close(writing)
        assert not list(log.chunks)


def test_a_line_that_is_cut_waits_for_its_rest(pipe: tuple[io.BufferedReader, int]) -> None:
    source, writing = pipe
    os.write(writing, b"a.com\nb.")
    with open_table(source) as log:
        assert log.names(next(log.chunks)).to_pylist() == ["a.com"]
        os.write(writing, b"org\n")
        assert log.names(next(log.chunks)).to_pylist() == ["b.org"]
        os.close(writing)


def test_a_pipe_stops_when_told(pipe: tuple[io.BufferedReader, int]) -> None:
    source, writing = pipe
    os.write(writing, b"a.com\nb.org\n")
    stopped: list[bool] = []
    with open_table(source, should_stop=lambda: bool(stopped)) as log:
        assert len(next(log.chunks)) == 2
        stopped.append(True)
        assert not list(log.chunks)
    os.close(writing)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"query,n\na.com,1\n", mtime=0),
        b'[\n {"query": "a.com"}\n]\n',
        b"query,n\na.com,1\n",
    ],
)
def test_a_pipe_that_ends_is_read_as_a_file(
    content: bytes, pipe: tuple[io.BufferedReader, int]
) -> None:
    source, writing = pipe
    os.write(writing, content)
    os.close(writing)
    with open_table(source) as log:
        assert log.names(next(log.chunks)).to_pylist() == ["a.com"]


def test_several_paths_are_one_stream_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "b.log").write_text(QUERY.format(1, 1) + REPLY.format(1, 1))
    (tmp_path / "a.log.gz").write_bytes(gzip.compress((QUERY.format(2, 2)).encode()))
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "x.log.1").write_text(QUERY.format(3, 3))
    (folder / "x.log").write_text(QUERY.format(4, 4))
    paths = [tmp_path / "b.log", tmp_path / "a.log.gz", folder]
    with open_table(paths) as log:
        chunks = list(log.chunks)
        names = [name for chunk in chunks for name in log.names(chunk).to_pylist()]
        files = [name for chunk in chunks for name in chunk["file"].to_pylist()]
    assert names == ["name1.com", "name2.com", "name3.com", "name4.com"]
    assert files == ["b.log", "a.log.gz", "more/x.log.1", "more/x.log"]
    events = [e for batch in read_events(paths).batches() for e in batch.to_pylist()]
    assert [event["rcode"] for event in events] == ["NXDOMAIN", None, None, None]


def test_logs_of_several_layouts_keep_their_roles(tmp_path: Path) -> None:
    (tmp_path / "1.log").write_text(QUERY.format(1, 1))
    row = {"ts": 1777629602.0, "id.orig_h": "10.1.0.24", "query": "b.com", "rcode_name": "NOERROR"}
    (tmp_path / "2.json").write_text(json.dumps(row) + "\n")
    events = [e for batch in read_events(tmp_path).batches() for e in batch.to_pylist()]
    assert [event["query"] for event in events] == ["name1.com", "b.com"]
    assert [event["client"] for event in events] == ["10.1.0.23", "10.1.0.24"]
    assert events[1]["rcode"] == "NOERROR" and events[1]["time"] is not None


def test_a_missing_file_among_several_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(QUERY.format(1, 1))
    with pytest.raises(FeedError, match="no such file"), open_table(
        [tmp_path / "a.log", tmp_path / "b.log"]
    ):  # fmt: skip
        pass


def test_a_tar_of_rotated_logs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "logs.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, line in (("d/dns.log.1", QUERY.format(1, 1)), ("d/dns.log", QUERY.format(2, 2))):
            info = tarfile.TarInfo(name)
            info.size = len(line)
            archive.addfile(info, io.BytesIO(line.encode()))
    with open_table(path) as log:
        names = [name for chunk in log.chunks for name in log.names(chunk).to_pylist()]
    assert names == ["name1.com", "name2.com"]


def test_rotated_logs_are_sorted_by_age() -> None:
    names = ["dns.log", "dns.log.1", "dns.log.2.gz", "dns-20260501.log", "dns-20260502.log"]
    names += ["dns.log.10.gz"]
    found = [path.name for path in sorted(map(Path, names), key=_rotated)]
    assert found == [
        "dns-20260501.log", "dns-20260502.log", "dns.log.10.gz", "dns.log.2.gz", "dns.log.1",
        "dns.log",
    ]  # fmt: skip
