"""Hostile inputs: `python -m benchmarks.hostile [--inputs 1010] [--seed 23]`.

Draws files, archives of runs, graphs, widget values and HTTP requests from a seed, and gives each
to the part of the program that meets it; requests and widget values to a running server. Prints, by
kind: tracebacks (any error that is no DGAError), hangs over 60 s, inputs that took over 1 GiB, rows
lost, and the slowest. The first four must be 0. Times of files, archives and graphs are of the
processor, so that a busy machine tells the same.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import http.client
import io
import json
import os
import random
import resource
import signal
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import bombs
from benchmarks.startup import server
from dga.errors import DGAError
from dga.runs import archive, quarantine, store
from dga.scoring.score_file import Scorer, score_table

HANG_SECONDS = 60
WAITING = 15  # times as long may an input take that leaves the processor to others
LARGE = 2**30
SHARES = {"file": 50, "archive": 15, "graph": 2, "widget": 15, "http": 18}
FILLERS = ("a" * 5_000, "\0" * 40, "\x1b[31m", '"', "'", "\\", "{", "[" * 500, "=cmd()", "%00",
           "\u202e", "9" * 400, "<script>", ",", "\t", ";", "-", "#", "xn--", ".",
           "\ufeff")  # fmt: skip


@dataclass
class Tally:
    """What became of the inputs of a kind."""

    inputs: int = 0
    tracebacks: int = 0
    hangs: int = 0
    large: int = 0
    lost: int = 0
    slowest: float = 0.0
    most: int = 0


class Hang(BaseException):
    """An input took longer than it may."""


def main() -> None:
    """Print the table; exit status 1 where a count is not 0."""
    parser = argparse.ArgumentParser("benchmarks.hostile")
    parser.add_argument("--inputs", type=int, default=1010)
    parser.add_argument("--seed", type=int, default=23)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    counts = {kind: -(-options.inputs * share // 100) for kind, share in SHARES.items()}
    tallies = {kind: Tally() for kind in SHARES}
    with tempfile.TemporaryDirectory(prefix="dga-hostile-") as folder:
        root = Path(folder)
        files(tallies["file"], dice, counts["file"], root)
        archives(tallies["archive"], dice, counts["archive"], root)
        graphs(tallies["graph"], dice, counts["graph"], root)
    with server() as (_, address):
        requests(tallies["http"], dice, counts["http"], address)
        asyncio.run(widgets(tallies["widget"], dice, counts["widget"], address))
    raise SystemExit(1 if tell(tallies) else 0)


@contextmanager
def watched(tally: Tally, what: str) -> Iterator[None]:
    """Count an input: its time, its memory, and what it raises."""

    def ring(*_: object) -> None:
        raise Hang

    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    started = used_seconds()
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, ring)
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    signal.alarm(HANG_SECONDS * WAITING)
    try:
        yield
    except DGAError:
        pass
    except Hang:
        tally.hangs += 1
        print(f"hang: {what}")
    except Exception as error:
        tally.tracebacks += 1
        print(f"traceback: {what}: {type(error).__name__}: {str(error)[:200]}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        tally.inputs += 1
        tally.slowest = max(tally.slowest, used_seconds() - started)
        peak = peak_memory()
        tally.most, tally.large = max(tally.most, peak), tally.large + (peak > LARGE)


def used_seconds() -> float:
    """Processor time of this process and its children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_memory() -> int:
    """Bytes that this process held at most since the last reset, or any child ever."""
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return max(_own_peak(), child)


def _own_peak() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


# Files.


def files(tally: Tally, dice: random.Random, count: int, root: Path) -> None:
    """Lists and tables with odd cells, and damaged and packed ones; every row must come out."""
    scorer = Scorer(store.active_run().bundle())
    for number in range(count):
        rows, content = drawn_file(dice)
        what = f"file {number}"
        with watched(tally, what):
            source = io.BytesIO(content)
            target = root / dice.choice(("out.csv", "out.parquet", "out.jsonl"))
            done = score_table(source, target, scorer, name="hostile")
            if rows is not None and done.rows != rows:
                tally.lost += 1
                print(f"rows lost: {what}: {done.rows:,} of {rows:,}")


def drawn_file(dice: random.Random) -> tuple[int | None, bytes]:
    """A file, and how many rows must come out of it where that is known."""
    rows = dice.randint(1, 400)
    kind = dice.choice(("csv", "json-lines", "parquet", "damaged", "packed", "bytes", "bomb"))
    if kind == "bomb":
        return None, bombs.drawn(dice)
    names = [odd_name(dice) for _ in range(rows)]
    if kind == "json-lines":
        lines = [json.dumps({"query": name, "n": dice.random()}) for name in names]
        return rows, ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")
    frame = pd.DataFrame({"domain": names, "note": [odd_cell(dice) for _ in range(rows)]})
    packed = io.BytesIO()
    if kind == "parquet":
        frame.to_parquet(packed, index=False)
        return rows, packed.getvalue()
    frame.to_csv(packed, index=False, lineterminator="\n")
    content = packed.getvalue()
    if kind == "csv":
        return rows, content
    if kind == "packed":
        return rows, gzip.compress(content)
    if kind == "bytes":
        return None, dice.randbytes(dice.randint(0, 20_000))
    return None, damaged(dice, dice.choice((content, gzip.compress(content))))


def odd_name(dice: random.Random) -> str:
    """A domain, or something that is none; never empty and without line ends."""
    letters = "".join(dice.choices("abcdefghijklmnop0123456789-", k=dice.randint(1, 30)))
    name = f"{letters}.{dice.choice(('com', 'net', 'xn--p1ai', 'local', 'zip'))}"
    return name if dice.random() < 0.7 else f"{name}{odd_cell(dice)}"


def odd_cell(dice: random.Random) -> str:
    """A text that readers fall over."""
    return dice.choice(FILLERS).replace("\0", "0").replace("\t", " ")


def damaged(dice: random.Random, content: bytes) -> bytes:
    """Content with bytes changed, cut out or cut off."""
    made = bytearray(content)
    for _ in range(dice.randint(1, 20)):
        place = dice.randrange(len(made)) if made else 0
        if dice.random() < 0.3:
            del made[place : place + dice.randint(1, 50)]
        elif made:
            made[place] = dice.randrange(256)
    return bytes(made[: dice.randint(0, len(made))] if dice.random() < 0.2 else made)


# Archives and graphs.


def archives(tally: Tally, dice: random.Random, count: int, root: Path) -> None:
    """Exported runs with members changed, signed anew; validated in this process to be measured."""
    members = exported(root)
    quarantine.validate = lambda folder, seconds=0.0: quarantine.inspect(folder)
    for number in range(count):
        with watched(tally, f"archive {number}"):
            archive.take(io.BytesIO(drawn_archive(dice, members)), root=root / "models")


def exported(root: Path) -> dict[str, bytes]:
    """The members of the active run's archive, but for the large ones of the Keras file."""
    file = io.BytesIO()
    archive.export(store.active_run().name, file)
    with zipfile.ZipFile(file) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    return {name: content for name, content in held.items() if not name.endswith(".keras")}


def drawn_archive(dice: random.Random, members: dict[str, bytes]) -> bytes:
    """An archive in which a member is damaged, or a value of a JSON member is odd."""
    changed = dict(members)
    name = dice.choice([name for name in members if name != archive.MANIFEST])
    if name.endswith(".json") and dice.random() < 0.8:
        values = json.loads(members[name])
        spoil(dice, values)
        changed[name] = json.dumps(values).encode()
    else:
        changed[name] = damaged(dice, members[name])
    sums = {n: hashlib.sha256(b).hexdigest() for n, b in changed.items() if n != archive.MANIFEST}
    manifest = {**json.loads(members[archive.MANIFEST]), "files": sums}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(archive.MANIFEST, json.dumps(manifest))
        for member, content in changed.items():
            if member != archive.MANIFEST:
                packed.writestr(member, content)
    return file.getvalue()


def spoil(dice: random.Random, values: Any) -> None:
    """Put an odd value somewhere into JSON values."""
    odd: list[Any] = [None, "", [], {}, -1, 1e308, 10**400, "\x1b[31m", "\ud800", True, [[[]]]]
    while isinstance(values, dict | list) and values:
        key: Any = dice.choice(list(values)) if isinstance(values, dict) else 0
        if not isinstance(values[key], dict | list) or dice.random() < 0.3:
            values[key] = dice.choice(odd)
            return
        values = values[key]


def graphs(tally: Tally, dice: random.Random, count: int, root: Path) -> None:
    """Runs whose graph is another: damaged, or with an operator exchanged; in the child."""
    import onnx

    members = exported(root)
    name = "bundle/model.onnx"
    for number in range(count):
        graph = onnx.load_from_string(members[name])
        node = dice.choice(graph.graph.node)
        node.op_type = dice.choice(("Loop", "If", "Scan", "Expand", "Tile", "Pad", "Range", "Nope"))
        del node.input[dice.randrange(len(node.input) + 1) :]
        with watched(tally, f"graph {number}"):
            changed = {**members, name: graph.SerializeToString()}
            values = json.loads(members["bundle/bundle.json"])
            values.pop("sha256", None)
            values["onnx_sha256"] = hashlib.sha256(changed[name]).hexdigest()
            changed["bundle/bundle.json"] = json.dumps(values).encode()
            folder = root / f"graph{number}"
            for member, content in changed.items():
                path = folder / member
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            quarantine.inspect(folder)


# The running server.


def requests(tally: Tally, dice: random.Random, count: int, address: str) -> None:
    """Requests with odd methods, paths, hosts and lengths; the server must go on answering."""
    place = address.split("//")[1].strip("/")
    for number in range(count):
        method = dice.choice(("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "TRACE", "X" * 50))
        path = dice.choice(("/", "/_stcore/upload_file/a/b", "/media/../../etc/passwd", "/%00",
                            "/_stcore/stream", "/component/x/../../..", "/" + "a" * 3_000,
                            "/_stcore/host-config", "/?list=../..", "//etc/passwd"))  # fmt: skip
        headers = {"Host": dice.choice((place, "evil.example", "", "a" * 500))}
        if dice.random() < 0.5:
            headers["Origin"] = dice.choice((f"http://{place}", "null", "http://evil.example"))
        if dice.random() < 0.3:
            headers["Content-Length"] = dice.choice(("-1", "9" * 30, "5", "x"))
        with watched(tally, f"http {number}: {method[:8]} {path[:40]}"):
            if ask(place, method, path, headers) >= 500:
                raise AssertionError("the server fell over a request")
            if ask(place, "GET", "/_stcore/health", {"Host": place}) != 200:
                raise AssertionError("the server does not answer any more")


def ask(place: str, method: str, path: str, headers: dict[str, str]) -> int:
    """The status of an answer; 0 where the connection is closed without one."""
    connection = http.client.HTTPConnection(place, timeout=5)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        return 0
    finally:
        connection.close()


async def widgets(tally: Tally, dice: random.Random, count: int, address: str) -> None:
    """Values of widgets that no page offered, over the socket that a browser would open."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    async def rerun(socket: Any, page: str, values: dict[str, str]) -> list[Any]:
        message = BackMsg()
        message.rerun_script.query_string = dice.choice(
            ("", "?list=x", "?domain=%00", "?run=../..")
        )
        message.rerun_script.page_script_hash = page
        for identity, value in values.items():
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.string_value = identity, value
        await socket.send(message.SerializeToString())
        got = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await asyncio.wait_for(socket.recv(), HANG_SECONDS))
            got.append(answer)
            if answer.WhichOneof("type") == "script_finished":
                return got

    url = address.rstrip("/").replace("http://", "ws://") + "/_stcore/stream"
    origin = address.rstrip("/")
    async with websockets.connect(url, origin=origin, max_size=None, proxy=None) as socket:
        pages = [
            page.page_script_hash
            for message in await rerun(socket, "", {})
            if message.WhichOneof("type") == "navigation"
            for page in message.navigation.app_pages
        ]
        known: dict[str, list[str]] = {}
        for number in range(count):
            page = dice.choice(pages)
            values = {one: dice.choice(FILLERS + TEXTS) for one in known.get(page, [])}
            with watched(tally, f"widget {number}"):
                got = await rerun(socket, page, values)
                elements = [
                    message.delta.new_element
                    for message in got
                    if message.WhichOneof("type") == "delta"
                    and message.delta.WhichOneof("type") == "new_element"
                ]
                known.setdefault(page, [id_of(one) for one in elements if id_of(one)])
                if any(one.WhichOneof("type") == "exception" for one in elements):
                    raise AssertionError("a page fell over a value")


TEXTS = ("../../etc/passwd", "/etc/hostname", "none of the options", "", "-1", "1e999")


def id_of(element: Any) -> str:
    """The id of a widget that takes a text; "" of any other element."""
    kind = element.WhichOneof("type")
    if kind not in ("selectbox", "text_input", "text_area"):
        return ""
    return str(getattr(element, kind).id)


def tell(tallies: dict[str, Tally]) -> int:
    """Print the table; returns how much was wrong."""
    heads = ("inputs", "tracebacks", "hangs", "over 1 GiB", "rows lost", "slowest, s", "most, MiB")
    print(f"{'kind':<9}" + "".join(f"{head:>12}" for head in heads))
    wrong = 0
    for kind, one in tallies.items():
        counts = (one.inputs, one.tracebacks, one.hangs, one.large, one.lost)
        wrong += sum(counts[1:])
        figures = "".join(f"{count:>12,}" for count in counts)
        print(f"{kind:<9}{figures}{one.slowest:>12.1f}{one.most >> 20:>12,}")
    print(f"{sum(one.inputs for one in tallies.values()):,} inputs")
    return wrong


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
