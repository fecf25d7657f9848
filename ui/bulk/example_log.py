"""A made-up DNS log to try the bulk page with: Zeek's format, one infected client among many.

Names come from the trial set that ships with the project; addresses, times and answers are drawn
by chance from a fixed seed. No row of it was ever seen on a network.
"""

from __future__ import annotations

import csv
from random import Random

from ui.common.library import trial_folder

NAME = "example-dns.log"
ROWS = 4_000
INFECTED = {"10.1.0.23": "ranbyus", "10.1.0.31": "suppobox"}  # client: family that it asks for
CLIENTS = [f"10.1.0.{number}" for number in range(11, 36)]
ODD = ("localhost", "printer", "192.0.2.7")
START = 1_760_000_000.0  # seconds since 1970
FIELDS = "ts\tid.orig_h\tquery\tqtype_name\trcode_name"


def dns_log() -> bytes:
    """The log; the same bytes at every call."""
    chance = Random(5)
    benign = [row["domain"] for file in _files("benign-*.csv") for row in file]
    popular = chance.sample(benign, 400)
    rows = [
        (chance.choice(CLIENTS), f"www.{popular[int(400 * chance.random() ** 2)]}", "NOERROR")
        for _ in range(ROWS - 260)
    ]
    rows += [(chance.choice(CLIENTS), chance.choice(ODD), "NXDOMAIN") for _ in range(20)]
    generated = [row for file in _files("generated.csv") for row in file]
    for (client, family), times in zip(INFECTED.items(), (180, 60), strict=True):
        names = [row["domain"] for row in generated if row["family"] == family]
        answers = chance.choices(("NXDOMAIN", "NOERROR"), (49, 1), k=times)
        asked = chance.choices(names, k=times)
        rows += [(client, name, answer) for name, answer in zip(asked, answers, strict=True)]
    chance.shuffle(rows)
    lines = (
        f"{START + 9 * number:.6f}\t{client}\t{name}\tA\t{answer}"
        for number, (client, name, answer) in enumerate(rows)
    )
    return "\n".join(["#separator \\x09", f"#fields\t{FIELDS}", *lines, ""]).encode()


def _files(pattern: str) -> list[list[dict[str, str]]]:
    files = sorted(trial_folder().glob(pattern))
    return [list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in files]
