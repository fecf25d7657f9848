"""Describe the result of scoring a file: which rows could not be scored, and likely reasons."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from dga.schema import PROBLEM

FEW = 0.5  # a share of scored rows below this earns a warning
MAX_KINDS = 1_000
_DETAIL = re.compile(r"""\s*(?:'[^']*'|"[^"]*"|\([^)]*\)|\d[\d,]*)""")


@dataclass
class ProblemCounts:
    """Count rows by kind of problem; kinds beyond MAX_KINDS are counted together."""

    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, scored: pa.Table) -> None:
        """Count the problems of scored rows."""
        problems = scored[PROBLEM].filter(pc.not_equal(scored[PROBLEM], ""))
        counted = problems.value_counts()
        pairs = zip(
            counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
        )
        for problem, rows in pairs:
            kind = kind_of(problem)
            self.kinds[kind if len(self.kinds) < MAX_KINDS else "another problem"] += rows

    def shown(self) -> str:
        """The most frequent kinds with their rows."""
        return "; ".join(
            f"{kind}: {rows_in_words(rows)}" for kind, rows in self.kinds.most_common(2)
        )


def kind_of(problem: str) -> str:
    """A problem without the details of its row.

    >>> kind_of("no dot in 'localhost': a single label, not a domain name")
    'no dot in a name: a single label, not a domain name'
    """
    text = problem.replace(" in '", " in a name'") if " in '" in problem else problem
    return _DETAIL.sub("", text).strip()


def shortage(
    name: str, rows: int, unscored: int, problems: ProblemCounts, layout: str, column: str
) -> str:
    """A warning if few rows of a file could be scored; "" if most were.

    `layout`: how the file was read; `column`: the column of names.
    """
    scored = rows - unscored
    if not rows or scored >= FEW * rows:
        return ""
    many = (
        f"none of its {rows_in_words(rows)}"
        if not scored
        else f"only {scored:,} of {rows_in_words(rows)}"
    )
    return (
        f"{name}: {many} could be scored ({problems.shown()}). It was read as {layout}, with the "
        f"names in column {column!r}: choose another column, or give a list of domains"
    )


def rows_in_words(count: int) -> str:
    """A number of rows in words.

    >>> rows_in_words(1), rows_in_words(2000)
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {'row' if count == 1 else 'rows'}"
