"""Speed and memory of logs: `python -m benchmarks.logs --lines N [LAYOUT ...]`.

Writes a log of N lines of each layout (made-up names, one in fifty lines brings a new registered
name, three times what a capture of 53,615 look-ups has), scores it end to end into a CSV file in
a process of its own, and prints lines a second, its processor time and the most memory it took.
`--events` reads the events instead of scoring.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from dga.logs.grammar import Grammar
from dga.logs.grammars import GRAMMARS

LINES = 300_000
NAMES_PER_LINE = 1 / 50
CLIENTS = 2_000
START = 1_777_629_600
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SUFFIXES = ("com", "net", "org", "de", "info", "co.uk", "ru", "io")
_HOSTS = ("", "www.", "api.", "cdn-3.", "mail.eu.")

ZEEK_FIELDS = (
    "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "trans_id", "rtt",
    "query", "qclass", "qclass_name", "qtype", "qtype_name", "rcode", "rcode_name", "AA", "TC",
    "RD", "RA", "Z", "answers", "TTLs", "rejected",
)  # fmt: skip

Event = tuple[int, str, str, str]  # second, client, name, answer code


def events(lines: int) -> Iterator[Event]:
    """Look-ups with a seed: popular names come up again and again, one in ten does not exist."""
    chance = random.Random(23)
    pool = [
        "".join(chance.choices(_LETTERS, k=chance.randint(5, 16))) + "." + chance.choice(_SUFFIXES)
        for _ in range(max(10, int(lines * NAMES_PER_LINE)))
    ]
    for line in range(lines):
        name = pool[int(len(pool) * chance.random() ** 3)]
        client = f"10.{line % 7}.{line % 3}.{chance.randrange(CLIENTS // 20)}"
        code = "NXDOMAIN" if chance.random() < 0.1 else "NOERROR"
        yield START + line // 200, client, chance.choice(_HOSTS) + name, code


def zeek_tsv(lines: int) -> Iterator[str]:
    """Zeek's dns.log."""
    yield "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns"
    yield "#fields\t" + "\t".join(ZEEK_FIELDS)
    for at, (second, client, name, code) in enumerate(events(lines)):
        answers = "-\t-" if code == "NXDOMAIN" else "192.0.2.7,192.0.2.8\t60.000000,60.000000"
        yield (
            f"{second}.{at % 1000:03}000\tC{at:x}\t{client}\t{40_000 + at % 9_999}\t192.0.2.53\t53"
            f"\tudp\t{at % 65_536}\t0.004321\t{name}\t1\tC_INTERNET\t1\tA"
            f"\t{3 if code == 'NXDOMAIN' else 0}\t{code}\tF\tF\tT\tT\t0\t{answers}\tF"
        )


def zeek_json(lines: int) -> Iterator[str]:
    """Zeek's dns.log as JSON lines."""
    for at, (second, client, name, code) in enumerate(events(lines)):
        found = code == "NOERROR"
        yield json.dumps(
            {
                "ts": second + at % 1000 / 1000, "uid": f"C{at:x}", "id.orig_h": client,
                "id.orig_p": 40_000 + at % 9_999, "id.resp_h": "192.0.2.53", "id.resp_p": 53,
                "proto": "udp", "trans_id": at % 65_536, "rtt": 0.004321, "query": name,
                "qclass": 1, "qclass_name": "C_INTERNET", "qtype": 1, "qtype_name": "A",
                "rcode": 0 if found else 3, "rcode_name": code, "AA": False, "TC": False,
                "RD": True, "RA": True, "Z": 0, "rejected": False,
            }
            | ({"answers": ["192.0.2.7", "192.0.2.8"], "TTLs": [60.0, 60.0]} if found else {}),
            separators=(",", ":"),
        )  # fmt: skip


def dnsmasq(lines: int) -> Iterator[str]:
    """Pi-hole's log: query, forwarded and reply lines."""
    for second, client, name, code in events(lines // 3):
        head = f"{_syslog(second)} dnsmasq[812]: "
        yield f"{head}query[A] {name} from {client}"
        yield f"{head}forwarded {name} to 192.0.2.1"
        yield f"{head}reply {name} is {'NXDOMAIN' if code == 'NXDOMAIN' else '192.0.2.7'}"


def bind(lines: int) -> Iterator[str]:
    """BIND's query log."""
    for at, (second, client, name, _) in enumerate(events(lines)):
        when = time.strftime("%d-%b-%Y %H:%M:%S", time.gmtime(second))
        yield (
            f"{when}.{at % 1000:03} queries: info: client @0x7f97e40eb500 {client}#64727 ({name}): "
            f"query: {name} IN A +E(0)K (192.0.2.53)"
        )


def unbound(lines: int) -> Iterator[str]:
    """Unbound's query and reply lines."""
    for second, client, name, code in events(lines // 2):
        yield f"[{second}] unbound[812:0] info: {client} {name}. A IN"
        yield f"[{second}] unbound[812:0] info: {client} {name}. A IN {code} 0.012345 0 103"


def windows(lines: int) -> Iterator[str]:
    """Windows DNS debug log."""
    for at, (second, client, name, code) in enumerate(events(lines // 2)):
        when = time.strftime("%m/%d/%Y %I:%M:%S %p", time.gmtime(second))
        coded = "".join(f"({len(label)}){label}" for label in name.split(".")) + "(0)"
        head = f"{when} 0E5C PACKET  000000D5C8E4F0A0 UDP"
        yield f"{head} Rcv {client:15} {at % 65_536:04x}   Q [0001   D   NOERROR] A      {coded}"
        yield f"{head} Snd {client:15} {at % 65_536:04x} R Q [8385 A DR {code}] A      {coded}"


def key_value(lines: int) -> Iterator[str]:
    """FortiGate's key=value lines."""
    for second, client, name, code in events(lines):
        day, clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second)).split()
        yield (
            f'date={day} time={clock} devname="fw1" type="utm" subtype="dns" srcip={client} '
            f'dstip=192.0.2.53 qname="{name}" qtype="A" rcode="{code}" action="pass"'
        )


def of_grammar(grammar: Grammar, lines: int) -> Iterator[str]:
    """The lines of a grammar's first sample, with the names and clients of the look-ups."""
    sample = grammar.samples[0]
    for _, client, name, _ in events(lines // len(sample.lines)):
        for line in sample.lines:
            line = line.replace(sample.query.rstrip("."), name)
            yield line.replace(sample.client, client) if sample.client else line


def _syslog(second: int) -> str:
    return time.strftime("%b %e %H:%M:%S", time.gmtime(second))


LAYOUTS: dict[str, Callable[[int], Iterator[str]]] = {
    "zeek-tsv": zeek_tsv, "zeek-json": zeek_json, "dnsmasq": dnsmasq, "bind": bind,
    "unbound": unbound, "windows": windows, "key-value": key_value,
}  # fmt: skip
OTHERS: dict[str, Callable[[int], Iterator[str]]] = {
    grammar.name: partial(of_grammar, grammar)
    for grammar in GRAMMARS
    if grammar.name not in (*LAYOUTS, "windows-dns-debug")
}


def main() -> None:
    """Print a row a layout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layouts", nargs="*", metavar="LAYOUT", help=", ".join((*LAYOUTS, *OTHERS)))
    parser.add_argument("--every", action="store_true", help="every layout, not the first seven")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--events", action="store_true", help="read the events, do not score")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(Path(options.measure), events_only=options.events)
        return
    print("| layout | lines | lines/s | processor s | memory MiB |\n|---|---|---|---|---|")
    for layout in options.layouts or ((*LAYOUTS, *OTHERS) if options.every else LAYOUTS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log"
            write(path, layout, options.lines)
            command = [sys.executable, "-m", "benchmarks.logs", "--measure", str(path)]
            command += ["--events"] if options.events else []
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
        rate = options.lines / found["seconds"]
        print(
            f"| {layout} | {options.lines:,} | {rate:,.0f} | {found['processor']:.1f} "
            f"| {found['memory']:,.0f} |"
        )


def write(path: Path, layout: str, lines: int) -> None:
    """Write a log of so many lines."""
    with path.open("w", encoding="utf-8") as file:
        for line in (LAYOUTS | OTHERS)[layout](lines):
            file.write(line + "\n")


def measure(path: Path, *, events_only: bool) -> None:
    """Score one log, or read its events, and print the figures as JSON."""
    from dga.logs import read_events
    from dga.runs import store
    from dga.scoring.score_file import score_table
    from dga.scoring.scorer import Scorer

    scorer = None if events_only else Scorer(store.active_run().bundle())
    started, before = time.perf_counter(), time.process_time()
    if scorer is None:
        for _ in read_events(path).batches():
            pass
    else:
        score_table(path, path.with_suffix(".csv"), scorer)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "processor": time.process_time() - before,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
