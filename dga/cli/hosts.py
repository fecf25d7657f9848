"""`dga hosts`: find the infected hosts of a DNS log."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dga.cli import console, hosts_on_cluster
from dga.cli.options import (
    add_allow,
    add_dates,
    add_run,
    allowed,
    day_first,
    open_bundle,
    roles,
)
from dga.errors import ConfigError
from dga.logs.events import read_events

if TYPE_CHECKING:
    from dga.hosts.score_hosts import HostsResult, MakeAttributor

FORMATS = ("csv", "json", "table")
SHOWN = ("client", "verdict", "p_value", "nxdomain_names", "generated_names", "family", "evidence")
WIDEST = 60  # characters of a column of the table


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add("file", nargs="+", metavar="FILE|-", help="DNS logs or folders; - follows stdin")
    add("-o", "--output", default="-", help=".csv or .json (one object a line); - prints (default)")
    add("--json", action="store_const", dest="format", const="json", help="short for --format json")
    add("--format", choices=FORMATS, help="default: by the output's ending, csv when printed")
    for role, what in (
        ("client", "clients"), ("column", "names"), ("time", "times"), ("answer", "answer codes"),
    ):  # fmt: skip
        add(f"--{role}", metavar="NAME", help=f"the column of {what}; default: guessed")
    add("--sheet", default="", help="which sheet of an Excel workbook to read")
    add_dates(parser)
    add("--fpr", type=float, default=0.001, help="accepted share of clean hosts called infected")
    add("--incidents", metavar="FOLDER", help="write a ticket and a JSON report for each incident")
    index = parser.add_mutually_exclusive_group()
    index.add_argument(
        "--attribute",
        action="store_true",
        help="always look names up in known generators; default: only if the index of the log's "
        "days is built or a host is suspicious (building it takes a minute or two); with - only "
        "if it is built",
    )
    index.add_argument("--no-attribution", action="store_true", help="never look up generators")
    add(
        "--cluster",
        metavar="local[:N]|ADDRESS",
        help="read the logs on N worker processes, or on a Dask scheduler such as tcp://host:8786; "
        "files may be patterns and URLs then",
    )
    add("--state", metavar="FILE", help="with -: save the state in this file and resume from it")
    add_allow(parser)
    add_run(parser)


def run(options: argparse.Namespace) -> int | None:
    """Give a verdict on the log's clients, or follow standard input."""
    if not 0 < options.fpr < 1:
        raise ConfigError(f"--fpr must be between 0 and 1, got {options.fpr:g}")
    if options.cluster and "-" in options.file:
        raise ConfigError("- is the standard input, which no cluster reads; name files")
    if options.file == ["-"] and options.output == "-" and not options.format:
        from dga.cli import hosts_stream

        return hosts_stream.follow(options)
    if options.state:
        raise ConfigError("--state works only with -, without --output and --format")
    if "-" in options.file and len(options.file) > 1:
        raise ConfigError("- is the standard input and cannot be combined with files")
    return _score(options)


def _source(files: list[str]) -> BinaryIO | list[Path]:
    return sys.stdin.buffer if files == ["-"] else [Path(file) for file in files]


def _score(options: argparse.Namespace) -> int:
    """Write the verdicts; status 1 where a file could not be read."""
    result, failed = _judged_on_cluster(options) if options.cluster else (_judged(options), 0)
    for note in result.notes:
        print(console.harmless(note), file=sys.stderr)
    _write(result, options)
    if options.incidents:
        _write_incidents(result, Path(options.incidents))
    verdicts = result.frame["verdict"].value_counts()
    many = "host" if len(result.frame) == 1 else "hosts"
    print(
        f"{result.events:,} events, {len(result.frame):,} {many}: "
        f"{verdicts.get('infected', 0):,} infected, {verdicts.get('suspicious', 0):,} suspicious",
        file=sys.stderr,
    )
    return 1 if failed else 0


def _judged(options: argparse.Namespace) -> HostsResult:
    from dga.hosts import score_hosts

    events = read_events(
        _source(options.file),
        roles=roles(options),
        sheet=options.sheet,
        day_first=day_first(options),
    )
    for sentence in events.description.choices():
        print(console.harmless(sentence), file=sys.stderr)
    return score_hosts.score_hosts(events, open_bundle(options.run), **_settings(options))


def _judged_on_cluster(options: argparse.Namespace) -> tuple[HostsResult, int]:
    """The verdicts, and how many files could not be read."""
    from dga.hosts import parameters, score_hosts
    from dga.hosts.name_evidence import NameEvidence

    evidence = NameEvidence(open_bundle(options.run), parameters.load())
    counted = hosts_on_cluster.count(options, roles(options))
    notes = list(score_hosts.notes_on(counted.ledger, counted.has_client))
    result = score_hosts.judge(counted.ledger, evidence, notes=notes, **_settings(options))
    return result, len(counted.failed)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    from dga.hosts import feedback

    return {
        "fpr": options.fpr,
        "allow": allowed(options),
        "silencer": feedback.load(),
        "attributor": _attributor(options),
    }


def _attributor(options: argparse.Namespace) -> MakeAttributor | None:
    from dga.hosts import attribution

    if options.no_attribution:
        return None
    return attribution.built_index_of if options.attribute else attribution.index_of


def _write(result: HostsResult, options: argparse.Namespace) -> None:
    from dga.hosts import reports

    form = options.format or _format_of(options.output)
    if form == "table":
        text = _table(result)
    elif form == "json":
        text = "".join(f"{row}\n" for row in reports.rows_json(result))
    else:
        text = reports.frame_csv(result).to_csv(index=False)
    if options.output == "-":
        sys.stdout.write(text)
    else:
        Path(options.output).write_text(text, encoding="utf-8")


def _format_of(output: str) -> str:
    ending = Path(output).suffix.lower()
    if output == "-" or ending == ".csv":
        return "csv"
    if ending in (".json", ".jsonl", ".ndjson"):
        return "json"
    raise ConfigError(f"{output}: the name must end in .csv, .json or .jsonl; or give --format")


def _table(result: HostsResult) -> str:
    shown = result.frame[list(SHOWN)].copy()
    shown["p_value"] = [f"{value:.2g}" for value in shown["p_value"]]
    rows = [list(SHOWN), *shown.astype(str).to_numpy().tolist()]
    cut = [[console.harmless(cell)[:WIDEST] for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cut)
    return "\n".join(lines) + "\n"


def _write_incidents(result: HostsResult, folder: Path) -> None:
    from dga.hosts import reports

    folder.mkdir(parents=True, exist_ok=True)
    for number, host in enumerate(result.incidents(), 1):
        stem = folder / f"{number:03}-{_file_name(host.client)}"
        stem.with_suffix(".md").write_text(reports.ticket(host), encoding="utf-8")
        report = json.dumps(reports.incident_json(host), indent=1)
        stem.with_suffix(".json").write_text(report + "\n", encoding="utf-8")


def _file_name(client: str) -> str:
    """A client as part of a file's name.

    >>> _file_name("10.0.0.1/../x")
    '10-0-0-1----x'
    """
    return "".join(letter if letter.isalnum() else "-" for letter in client)[:60]
