"""Kills at any moment: `python -m benchmarks.kills [--kills 100] [--seed 23] [--log FILE]`.

Starts a command, kills it with its children at a random moment of its processor time, starts the
next one that a user would start, and looks at what is left. Trainings are killed anywhere and in
their finish window, scoring, exports, imports, renames and `dga hosts` anywhere. Prints a table:
finished or complete runs that were lost, half results under final names, and locks, parts or
scratch folders left after the next start. All must be 0. With a log, a line a kill is kept there,
and a later start with the same log goes on with the kills that are missing, or with those of some
kinds (`--kinds train finish`).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.forked import Commands, kill_when, used_seconds
from dga import generators
from dga.runs import store
from dga.runs.store import Run
from dga.storage import try_lock

ROWS = 20_000
NAMES = 400  # of each class that a training learns from
TRAINING = ("--architecture", "bigram", "--epochs", "2", "--max-batches", "5", "--device", "cpu")
FINISHING = (store.METRICS_FILE, store.HISTORY_FILE, store.CONFIG_FILE)
WRONG = ("lost", "half", "left")


@dataclass
class Bench:
    """Where the commands work, and how much processor time they take when nobody kills them."""

    root: Path
    dice: random.Random
    commands: Commands
    seconds: dict[str, float] = field(default_factory=dict)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    number: int = 0

    @property
    def models(self) -> Path:
        """The models folder."""
        return self.root / "models"

    def run(self, *arguments: str) -> int:
        """Run a command to its end; returns its status."""
        return self.commands.run(*arguments)

    def kill_after(self, kind: str, *arguments: str) -> bool:
        """Kill a command after a random share of its time; False where it had ended before."""
        process = self.commands.start(*arguments)
        due = self.dice.uniform(0, 1.02) * self.seconds[kind]
        return kill_when(process, lambda: used_seconds(process.pid) >= due)

    def fresh(self, stem: str) -> str:
        """A name that nothing bears yet."""
        self.number += 1
        return f"{stem}{self.number}"


def main() -> None:
    """Print the table; exit status 1 where anything was lost, half or left."""
    parser = argparse.ArgumentParser("benchmarks.kills")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--log", type=Path, help="keeps each kill; what it holds is not done again")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--dns-log", type=Path, help="for dga hosts; made up without")
    options = parser.parse_args()
    shares = {
        kind: options.kills * weight / sum(WEIGHTS.values()) for kind, weight in WEIGHTS.items()
    }
    kills, found = resumed(options.log)
    with tempfile.TemporaryDirectory(prefix="dga-kills-") as folder:
        bench = prepared(Path(folder), options.seed + kills.total(), options.dns_log)
        while kind := next_kind(kills, {kind: shares[kind] for kind in options.kinds}):
            if KINDS[kind](bench):
                kills[kind] += 1
                look(bench, kind)
                keep(options.log, kind, bench.found)
                found += bench.found
                told = {f"{where} {what}": n for (where, what), n in bench.found.items() if n}
                print(f"{kills.total()} kills, {kind}: {told or 'nothing wrong'}", flush=True)
                bench.found.clear()
        raise SystemExit(1 if tell(kills, found) else 0)


def next_kind(kills: Counter[str], shares: dict[str, float]) -> str:
    """The kind that lacks most of its share; "" where none lacks any."""
    left = [kind for kind in shares if kills[kind] < shares[kind]]
    return min(left, key=lambda kind: kills[kind] / shares[kind], default="")


def resumed(log: Path | None) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """The kills that a log holds, and what they found."""
    kills: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    if log and log.exists():
        for line in log.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            kills[one["kind"]] += 1
            found.update({(one["kind"], what): one[what] for what in WRONG})
    return kills, found


def keep(log: Path | None, kind: str, found: Counter[tuple[str, str]]) -> None:
    """Add a kill to the log."""
    if log:
        with open(log, "a", encoding="utf-8") as file:
            file.write(json.dumps({"kind": kind, **{what: found[kind, what] for what in WRONG}}))
            file.write("\n")


def prepared(root: Path, seed: int, log: Path | None) -> Bench:
    """A run, lists, an archive and a log; and the processor time that each command takes."""
    for name in ("models", "data", "tmp", "out"):
        (root / name).mkdir()
    folders = {"DGA_MODELS": "models", "DGA_DATA": "data", "TMPDIR": "tmp"}
    commands = Commands({variable: str(root / name) for variable, name in folders.items()})
    bench = Bench(root, random.Random(seed), commands)
    shutil.copytree(store.active_run().path, bench.models / "kept")
    generated = generators.generate("tinba", NAMES)
    chosen = [f"river{number}-garden.com" for number in range(NAMES)]
    write_feeds(root, chosen, generated)
    write_list(root / "list.csv", generated + chosen)
    shutil.copy(log, root / "log.csv") if log else write_log(root / "log.csv", generated, chosen)
    timed: dict[str, tuple[str, ...]] = {
        "train": train(bench, "first"),
        "score": score(bench, "first.csv"),
        "export": ("runs", "--export", "first", str(root / "first.zip")),
        "import": ("runs", "--import", str(root / "first.zip")),
        "rename": ("runs", "--rename", "first", "second"),
        "hosts": hosts(bench, "first-hosts.csv"),
    }
    for kind, arguments in timed.items():
        bench.seconds[kind] = bench.commands.seconds(*arguments)
        print(f"{kind}: {bench.seconds[kind]:.2f} s of the processor", flush=True)
    return bench


def write_feeds(root: Path, chosen: list[str], generated: list[str]) -> None:
    """The two lists that a training learns from."""
    for name, head, rows in (
        ("benign.csv", "domain", chosen),
        ("dga.csv", "domain,family", [f"{name},tinba" for name in generated]),
    ):
        (root / name).write_text("\n".join((head, *rows, "")), encoding="utf-8")


def write_list(path: Path, names: list[str]) -> None:
    """A list to score."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "domain"))
        rows.writerows((row, f"a{row}.{names[row % len(names)]}") for row in range(ROWS))


def write_log(path: Path, generated: list[str], chosen: list[str]) -> None:
    """A DNS log of twenty clients, two of which ask for generated names."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("ts", "client", "query", "rcode"))
        for row in range(ROWS // 4):
            client = row % 20
            names = generated if client < 2 else chosen
            name = names[row // 20 % len(names)]
            rows.writerow((1_700_000_000 + row, f"10.0.0.{client}", name, "NXDOMAIN"))


def train(bench: Bench, name: str) -> tuple[str, ...]:
    """The command that trains a run on the two lists."""
    feeds = ("--benign", str(bench.root / "benign.csv"), "--dga", str(bench.root / "dga.csv"))
    return ("train", *feeds, "--name", name, *TRAINING)


def score(bench: Bench, name: str) -> tuple[str, ...]:
    """The command that scores the list into a file."""
    output = str(bench.root / "out" / name)
    return ("score", str(bench.root / "list.csv"), "-o", output, "--run", "kept")


def hosts(bench: Bench, name: str) -> tuple[str, ...]:
    """The command that finds infected hosts; without attribution, whose index takes a minute."""
    output = str(bench.root / "out" / name)
    return ("hosts", str(bench.root / "log.csv"), "-o", output, "--no-attribution")


# One kill each; True where there was one. Afterwards the next start.


def kill_training(bench: Bench) -> bool:
    """A training, anywhere; then it is continued."""
    name = bench.fresh("run")
    if not bench.kill_after("train", *train(bench, name)):
        return False
    resume(bench, name, "train")
    shutil.rmtree(bench.models / name, ignore_errors=True)
    return True


def kill_finish(bench: Bench) -> bool:
    """A training as soon as one of its last files appears; then it is continued."""
    name, last = bench.fresh("run"), bench.dice.choice(FINISHING)
    work = bench.models / f"{store.WORK_PREFIX}{name}"
    wait = bench.dice.choice((0, 0, 0.001, 0.01, 0.05))
    seen = 0.0

    def due() -> bool:
        nonlocal seen
        if not seen and (work / last).exists():
            seen = time.monotonic()
        return bool(seen) and time.monotonic() >= seen + wait

    killed = kill_when(bench.commands.start(*train(bench, name)), due)
    whole = all((work / file).exists() for file in FINISHING)
    bench.run("runs")
    if whole and not (bench.models / name).is_dir():
        bench.found["finish", "lost"] += 1
    resume(bench, name, "finish")
    shutil.rmtree(bench.models / name, ignore_errors=True)
    return killed


def resume(bench: Bench, name: str, kind: str) -> None:
    """Continue a training where it left a plan; it must become a run."""
    if (bench.models / name).is_dir():
        return
    work = bench.models / f"{store.WORK_PREFIX}{name}"
    if (work / store.PLAN_FILE).exists():
        bench.run("train", "--resume", name)
        if not (bench.models / name).is_dir():
            bench.found[kind, "lost"] += 1


def kill_score(bench: Bench) -> bool:
    """Scoring a list; then once more to its end."""
    ending = bench.dice.choice((".csv", ".parquet", ".jsonl"))
    name = f"{bench.fresh('scored')}{ending}"
    killed = bench.kill_after("score", *score(bench, name))
    path = bench.root / "out" / name
    if path.exists() and rows_of(path) != ROWS:
        bench.found["score", "half"] += 1
    path.unlink(missing_ok=True)
    if bench.run(*score(bench, name)) or rows_of(path) != ROWS:
        bench.found["score", "lost"] += 1
    path.unlink(missing_ok=True)
    return killed


def kill_export(bench: Bench) -> bool:
    """Writing a run's archive; then once more."""
    path = bench.root / "out" / f"{bench.fresh('export')}.zip"
    killed = bench.kill_after("export", "runs", "--export", "second", str(path))
    if path.exists() and not sound_archive(path):
        bench.found["export", "half"] += 1
    path.unlink(missing_ok=True)
    if bench.run("runs", "--export", "second", str(path)) or not sound_archive(path):
        bench.found["export", "lost"] += 1
    path.unlink(missing_ok=True)
    return killed


def kill_import(bench: Bench) -> bool:
    """Taking a run in; then the list of runs."""
    archive = str(bench.root / "first.zip")
    killed = bench.kill_after("import", "runs", "--import", archive)
    bench.run("runs")
    return killed


def kill_rename(bench: Bench) -> bool:
    """Renaming a run: it bears one of the two names, and is found by the old one."""
    old, new = bench.fresh("old"), bench.fresh("new")
    shutil.copytree(bench.models / "second", bench.models / old)
    killed = bench.kill_after("rename", "runs", "--rename", old, new)
    bench.run("runs")
    try:
        found = store.open_run(old, bench.models)
    except store.RunError:
        bench.found["rename", "lost"] += 1
    else:
        shutil.rmtree(found.path)
    return killed


def kill_hosts(bench: Bench) -> bool:
    """Finding infected hosts; then once more."""
    name = f"{bench.fresh('hosts')}.csv"
    path = bench.root / "out" / name
    killed = bench.kill_after("hosts", *hosts(bench, name))
    whole = rows_of(bench.root / "out" / "first-hosts.csv")
    if path.exists() and rows_of(path) != whole:
        bench.found["hosts", "half"] += 1
    path.unlink(missing_ok=True)
    if bench.run(*hosts(bench, name)) or rows_of(path) != whole:
        bench.found["hosts", "lost"] += 1
    return killed


KINDS: dict[str, Callable[[Bench], bool]] = {
    "train": kill_training,
    "finish": kill_finish,
    "score": kill_score,
    "export": kill_export,
    "import": kill_import,
    "rename": kill_rename,
    "hosts": kill_hosts,
}
WEIGHTS = {"train": 5, "finish": 5, "score": 5, "export": 3, "import": 3, "rename": 2, "hosts": 2}


# What is left.


def look(bench: Bench, kind: str) -> None:
    """Count damaged and missing runs, and what the next start left."""
    runs = store.list_runs(bench.models)
    if not {"kept", "second"} <= {run.name for run in runs if isinstance(run, Run)}:
        bench.found[kind, "lost"] += 1
    bench.found[kind, "half"] += sum(not isinstance(run, Run) for run in runs)
    left = [path for path in bench.root.rglob(".*") if is_left(path)]
    bench.found[kind, "left"] += len(left)
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def is_left(path: Path) -> bool:
    """Whether a path is a part, a scratch folder, or a lock that somebody holds."""
    if path.suffix == ".part" or path.name.startswith((".dga-scratch", ".import-")):
        return True
    if path.suffix != ".lock":
        return False
    with open(path, "rb+") as file:
        return not try_lock(file)


def rows_of(path: Path) -> int:
    """The rows of a result; -1 where it cannot be read."""
    try:
        if path.suffix == ".parquet":
            return int(pq.read_metadata(path).num_rows)
        with open(path, encoding="utf-8", newline="") as file:
            if path.suffix == ".csv":
                return sum(1 for _ in csv.reader(file)) - 1
            return sum(1 for _ in file)
    except (OSError, ValueError):
        return -1


def sound_archive(path: Path) -> bool:
    """Whether a zip archive is whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def tell(kills: Counter[str], found: Counter[tuple[str, str]]) -> int:
    """Print the table; returns how much was wrong."""
    print(f"{'killed':<10}{'kills':>7}{'lost':>7}{'half':>7}{'left':>7}")
    for kind in KINDS:
        wrong = [found[kind, what] for what in WRONG]
        print(f"{kind:<10}{kills[kind]:>7}" + "".join(f"{count:>7}" for count in wrong))
    sums = [sum(found[kind, what] for kind in KINDS) for what in WRONG]
    print(f"{'all':<10}{kills.total():>7}" + "".join(f"{count:>7}" for count in sums))
    return sum(sums)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # of the process that commands fork from
    main()
