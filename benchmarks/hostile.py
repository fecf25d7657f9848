"""Hostile inputs: `python -m benchmarks.hostile [--inputs 1010] [--seed 23] [--log FILE]`.

Draws files, archives of runs, graphs, widget values and HTTP requests from a seed, and gives each
to the part of the program that meets it; requests and widget values to a running server. Prints, by
kind: tracebacks (any error that is no DGAError), hangs over 60 s, inputs that took over 1 GiB, rows
lost, and the slowest. The first four must be 0.

Each input is drawn from the seed and its own number: `--only "file 37"` gives that one alone,
`--only file` those of a kind, and with a log a later start goes on with the inputs that are
missing. Times of files, archives and graphs are of the processor, so that a busy machine tells the
same. What a server did not answer in time is asked once more, alone and with ten times the
patience, before it counts.
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
import shutil
import signal
import socket
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import bombs
from benchmarks.startup import server
from dga.errors import DGAError
from dga.runs import archive, quarantine, store
from dga.scoring.score_file import Scorer, score_table
from tests.runs_factory import make_run

HANG_SECONDS = 60
ANSWER_SECONDS = 5
WAITING = 15  # times as long may an input take that leaves the processor to others
PATIENCE = 10  # times as long may the server take at a second try
LARGE = 2**30
SHARES = {"file": 50, "archive": 15, "graph": 2, "widget": 15, "http": 18}
KERAS_SHARE = 0.2  # of the archives that bring a Keras file
SHIPPED_SHARE = 0.1  # of the archives that are of the shipped run, which is large
TOLD_EVERY = 50  # inputs
SLOW_CLIENTS = 20  # that begin a request and do not go on
FILLERS = ("a" * 5_000, "\0" * 40, "\x1b[31m", '"', "'", "\\", "{", "[" * 500, "=cmd()", "%00",
           "\u202e", "9" * 400, "<script>", ",", "\t", ";", "-", "#", "xn--", ".",
           "\ufeff")  # fmt: skip


@dataclass
class Tally:
    """What became of inputs of a kind, or of one."""

    inputs: int = 0
    tracebacks: int = 0
    hangs: int = 0
    large: int = 0
    lost: int = 0
    slowest: float = 0.0
    most: int = 0

    def add(self, other: Tally) -> None:
        """Take another's inputs in."""
        for name in ("inputs", "tracebacks", "hangs", "large", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest, self.most = max(self.slowest, other.slowest), max(self.most, other.most)


class Hang(BaseException):
    """An input took longer than it may."""


class Inputs:
    """The numbered inputs that are still to be given, and what became of those that were."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.seed, self.log, self.only = options.seed, options.log, options.only
        self.counts = {kind: -(-options.inputs * share // 100) for kind, share in SHARES.items()}
        self.tallies = {kind: Tally() for kind in SHARES}
        self._done: set[tuple[str, int]] = set()
        if self.log and self.log.exists():
            for line in self.log.read_text(encoding="utf-8").splitlines():
                values = json.loads(line)
                key = values.pop("kind"), values.pop("number")
                self._done.add(key)
                self.tallies[key[0]].add(Tally(**values))

    def left(self, kind: str) -> Iterator[tuple[int, random.Random]]:
        """The numbers of a kind that are to be given, each with its own dice."""
        for number in range(self.counts[kind]):
            wanted = self.only in ("", kind, f"{kind} {number}")
            if wanted and (kind, number) not in self._done:
                yield number, random.Random(f"{self.seed} {kind} {number}")

    def any_left(self, *kinds: str) -> bool:
        """Whether any input of these kinds is to be given."""
        return any(True for kind in kinds for _ in self.left(kind))

    @contextmanager
    def watched(self, kind: str, number: int, pid: int = 0) -> Iterator[Tally]:
        """Give an input: count its time, its memory, and what it raises. `pid`: a server's."""
        one = Tally(inputs=1)
        with suppress(OSError):
            Path(f"/proc/{pid or 'self'}/clear_refs").write_text("5")
        for signal_number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(signal_number, _ring)
        started = used_seconds()
        signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
        signal.alarm(HANG_SECONDS * WAITING)
        try:
            yield one
        except DGAError:
            pass
        except Hang:
            one.hangs = 1
            print(f"hang: {kind} {number}", flush=True)
        except Exception as error:
            one.tracebacks = 1
            told = f"{type(error).__name__}: {str(error)[:200]}"
            print(f"traceback: {kind} {number}: {told}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
        one.slowest = used_seconds() - started
        one.most = peak_memory(pid)
        one.large = int(one.most > LARGE)
        self._keep(kind, number, one)

    def _keep(self, kind: str, number: int, one: Tally) -> None:
        self._done.add((kind, number))
        self.tallies[kind].add(one)
        if self.log:
            with open(self.log, "a", encoding="utf-8") as file:
                file.write(json.dumps({"kind": kind, "number": number, **asdict(one)}) + "\n")
        if len(self._done) % TOLD_EVERY == 0:
            print(f"{len(self._done):,} inputs, {wrong(self.tallies)} wrong", flush=True)


def _ring(*_: object) -> None:
    raise Hang


def main() -> None:
    """Print the table; exit status 1 where a count is not 0."""
    parser = argparse.ArgumentParser("benchmarks.hostile")
    parser.add_argument("--inputs", type=int, default=1010)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--log", type=Path, help="keeps each input's end; what it holds is done")
    parser.add_argument("--only", default="", metavar="KIND [NUMBER]", help="these alone")
    inputs = Inputs(parser.parse_args())
    with tempfile.TemporaryDirectory(prefix="dga-hostile-") as folder:
        root = Path(folder)
        for kind, give in (("file", files), ("archive", archives), ("graph", graphs)):
            if inputs.any_left(kind):
                give(inputs, root)
        if inputs.any_left("http", "widget"):
            shutil.copytree(store.active_run().path, root / "models" / "kept")
            # Pages write into the folder of runs what they are told.
            os.environ["DGA_MODELS"] = str(root / "models")
            with server() as (process, address):
                requests(inputs, address, process.pid)
                if inputs.any_left("widget"):
                    asyncio.run(widgets(inputs, address, process.pid))
    raise SystemExit(1 if tell(inputs.tallies) else 0)


def used_seconds() -> float:
    """Processor time of this process and its children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_memory(pid: int = 0) -> int:
    """Bytes that a process, this one without a number, held at most since the last reset; of this
    one, or any child ever."""
    child = 0 if pid else resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return max(_own_peak(pid), child)


def _own_peak(pid: int) -> int:
    for line in Path(f"/proc/{pid or 'self'}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


# Files.


def files(inputs: Inputs, root: Path) -> None:
    """Lists and tables with odd cells, and damaged and packed ones; every row must come out."""
    scorer = Scorer(store.active_run().bundle())
    for number, dice in inputs.left("file"):
        rows, content = drawn_file(dice)
        with inputs.watched("file", number) as one:
            source = io.BytesIO(content)
            target = root / dice.choice(("out.csv", "out.parquet", "out.jsonl"))
            done = score_table(source, target, scorer, name="hostile")
            if rows is not None and done.rows != rows:
                one.lost = 1
                print(f"rows lost: file {number}: {done.rows:,} of {rows:,}", flush=True)


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


class Archives:
    """The members of archives: of a small run, and of the active one."""

    def __init__(self, root: Path) -> None:
        self._models = root / "small"
        self.small = self._exported("small", self._models)

    @cached_property
    def shipped(self) -> dict[str, bytes]:
        """The members of the active run's archive, but for the Keras file, which takes long."""
        return self._exported(store.active_run().name, None)

    def drawn(self, dice: random.Random) -> dict[str, bytes]:
        """Those of one of the two."""
        return self.shipped if dice.random() < SHIPPED_SHARE else self.small

    def _exported(self, name: str, models: Path | None) -> dict[str, bytes]:
        if models and not models.exists():
            make_run(models, name)
        file = io.BytesIO()
        archive.export(name, file, models)
        with zipfile.ZipFile(file) as packed:
            held = {member: packed.read(member) for member in packed.namelist()}
        return {member: held[member] for member in held if not member.endswith(".keras")}


def archives(inputs: Inputs, root: Path) -> None:
    """Exported runs with members changed, signed anew; validated in this process to be measured."""
    known = Archives(root)
    with ExitStack() as stack:
        stack.callback(setattr, quarantine, "validate", quarantine.validate)
        quarantine.validate = lambda folder, seconds=0.0: quarantine.inspect(folder)
        for number, dice in inputs.left("archive"):
            content = drawn_archive(dice, known.drawn(dice))
            with inputs.watched("archive", number):
                archive.take(io.BytesIO(content), root=root / "models")


def drawn_archive(dice: random.Random, members: dict[str, bytes]) -> bytes:
    """An archive in which a member is damaged, a value of a JSON member is odd, or a Keras file
    describes a hostile network."""
    changed = dict(members)
    if dice.random() < KERAS_SHARE:
        changed[f"{store.BUNDLE_FOLDER}/model.keras"] = bombs.keras_file(dice)
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
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
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


def graphs(inputs: Inputs, root: Path) -> None:
    """Runs whose graph is another: damaged, or with an operator exchanged."""
    import onnx

    known, name = Archives(root), "bundle/model.onnx"
    for number, dice in inputs.left("graph"):
        members = known.drawn(dice)
        graph = onnx.load_from_string(members[name])
        node = dice.choice(graph.graph.node)
        node.op_type = dice.choice(("Loop", "If", "Scan", "Expand", "Tile", "Pad", "Range", "Nope"))
        del node.input[dice.randrange(len(node.input) + 1) :]
        with inputs.watched("graph", number):
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


def requests(inputs: Inputs, address: str, pid: int) -> None:
    """Requests with odd methods, paths, hosts and lengths, and such as begin and do not go on; the
    server must go on answering."""
    place = address.split("//")[1].strip("/")
    for number, dice in inputs.left("http"):
        with ExitStack() as stack, inputs.watched("http", number, pid):
            if dice.random() < 0.1:
                for _ in range(SLOW_CLIENTS):
                    begin(place, dice, stack)
            elif ask(place, *drawn_request(dice, place)) >= 500:
                raise AssertionError("the server fell over a request")
            health = ("GET", "/_stcore/health", {"Host": place})
            if ask(place, *health) != 200 and ask(place, *health, PATIENCE) != 200:
                raise AssertionError("the server does not answer any more")


def drawn_request(dice: random.Random, place: str) -> tuple[str, str, dict[str, str]]:
    """A method, a path and headers."""
    method = dice.choice(("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "TRACE", "X" * 50))
    path = dice.choice(("/", "/_stcore/upload_file/a/b", "/media/../../etc/passwd", "/%00",
                        "/_stcore/stream", "/component/x/../../..", "/" + "a" * 3_000,
                        "/_stcore/host-config", "/?list=../..", "//etc/passwd"))  # fmt: skip
    headers = {"Host": dice.choice((place, "evil.example", "", "a" * 500))}
    if dice.random() < 0.5:
        headers["Origin"] = dice.choice((f"http://{place}", "null", "http://evil.example"))
    if dice.random() < 0.3:
        headers["Content-Length"] = dice.choice(("-1", "9" * 30, "5", "x"))
    return method, path, headers


def begin(place: str, dice: random.Random, stack: ExitStack) -> None:
    """Begin a request and do not go on, until the stack ends."""
    host, _, port = place.partition(":")
    client = stack.enter_context(socket.create_connection((host, int(port)), ANSWER_SECONDS))
    put = f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: {place}\r\nOrigin: http://{place}\r\n"
    whole = f"{put}Content-Length: 100000000\r\n\r\nx".encode()
    client.sendall(dice.choice((b"", b"GET / HT", put.encode(), whole)))


def ask(place: str, method: str, path: str, headers: dict[str, str], patience: int = 1) -> int:
    """The status of an answer; 0 where the connection is closed without one."""
    connection = http.client.HTTPConnection(place, timeout=patience * ANSWER_SECONDS)
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


async def widgets(inputs: Inputs, address: str, pid: int) -> None:
    """Values of widgets that no page offered, over the socket that a browser would open."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    async def rerun(socket: Any, page: str, values: dict[str, str], query: str = "") -> list[Any]:
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_script_hash = page
        for identity, value in values.items():
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.string_value = identity, value
        await socket.send(message.SerializeToString())
        got = []
        while True:
            answer = ForwardMsg()
            wait = HANG_SECONDS * PATIENCE  # of the wall; the processor's is not to be told here
            answer.ParseFromString(await asyncio.wait_for(socket.recv(), wait))
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
        known = {page: ids_of(await rerun(socket, page, {})) for page in pages}
        for number, dice in inputs.left("widget"):
            page = dice.choice(pages)
            values = {one: dice.choice(FILLERS + TEXTS) for one in known[page]}
            query = dice.choice(("", "?list=x", "?domain=%00", "?run=../.."))
            with inputs.watched("widget", number, pid) as one:
                before = used_seconds_of(pid)
                got = elements_of(await rerun(socket, page, values, query))
                one.hangs = int(used_seconds_of(pid) - before > HANG_SECONDS)
                if any(element.WhichOneof("type") == "exception" for element in got):
                    raise AssertionError("a page fell over a value")


def elements_of(messages: list[Any]) -> list[Any]:
    """The elements that a page drew."""
    deltas = [message.delta for message in messages if message.WhichOneof("type") == "delta"]
    return [delta.new_element for delta in deltas if delta.WhichOneof("type") == "new_element"]


def ids_of(messages: list[Any]) -> list[str]:
    """The ids of a page's widgets that take a text."""
    return [found for element in elements_of(messages) if (found := id_of(element))]


def used_seconds_of(pid: int) -> float:
    """Processor time of another process."""
    fields_of = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields_of[11]) + int(fields_of[12])) / os.sysconf("SC_CLK_TCK")


TEXTS = ("../../etc/passwd", "/etc/hostname", "none of the options", "", "-1", "1e999")


def id_of(element: Any) -> str:
    """The id of a widget that takes a text; "" of any other element."""
    kind = element.WhichOneof("type")
    if kind not in ("selectbox", "text_input", "text_area"):
        return ""
    return str(getattr(element, kind).id)


def wrong(tallies: dict[str, Tally]) -> int:
    """How much was wrong."""
    return sum(one.tracebacks + one.hangs + one.large + one.lost for one in tallies.values())


def tell(tallies: dict[str, Tally]) -> int:
    """Print the table; returns how much was wrong."""
    heads = ("inputs", "tracebacks", "hangs", "over 1 GiB", "rows lost", "slowest, s", "most, MiB")
    print(f"{'kind':<9}" + "".join(f"{head:>12}" for head in heads))
    for kind, one in tallies.items():
        counts = [getattr(one, field.name) for field in fields(one)][:5]
        figures = "".join(f"{count:>12,}" for count in counts)
        print(f"{kind:<9}{figures}{one.slowest:>12.1f}{one.most >> 20:>12,}")
    print(f"{sum(one.inputs for one in tallies.values()):,} inputs")
    return wrong(tallies)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
