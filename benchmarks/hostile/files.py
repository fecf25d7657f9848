"""Lists and tables with odd cells, damaged, packed, or bombs; scored in this process."""

from __future__ import annotations

import gzip
import io
import json
import random
from pathlib import Path

import pandas as pd

from benchmarks.hostile import bombs
from benchmarks.hostile.inputs import Inputs
from dga.runs import store
from dga.scoring.score_file import Scorer, score_table

FILLERS = ("a" * 5_000, "\0" * 40, "\x1b[31m", '"', "'", "\\", "{", "[" * 500, "=cmd()", "%00",
           "\u202e", "9" * 400, "<script>", ",", "\t", ";", "-", "#", "xn--", ".",
           "\ufeff")  # fmt: skip


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
