"""`dga lookup`: score domain names given as arguments."""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from dga.cli import console
from dga.cli.options import (
    add_allow,
    add_json,
    add_run,
    add_threshold,
    allowed,
    open_bundle,
    threshold,
)
from dga.runs import store as store  # here, so that the thread of `run` imports nothing

if TYPE_CHECKING:
    from dga.generators.attribution import Match


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)
    add_run(parser)
    add_threshold(parser)
    add_allow(parser)
    parser.add_argument(
        "--attribute",
        action="store_true",
        help="build the attribution index first (a minute); default: use it only if it is built",
    )
    parser.add_argument(
        "domain",
        nargs="+",
        metavar="DOMAIN",
        help="domains, URLs or e-mail addresses, also defanged",
    )


def run(options: argparse.Namespace) -> None:
    """Print a line per name, also for text that is not a domain; a known generator comes first."""
    # An argument may hold bytes that are not UTF-8: they become U+FFFD, reported as a problem.
    texts = [os.fsencode(text).decode("utf-8", "replace") for text in options.domain]
    with ThreadPoolExecutor(1) as pool:  # the bundle is read while the other modules are
        opening = pool.submit(open_bundle, options.run)
        from dga.scoring.scorer import Scorer

        allow = allowed(options)
        if options.attribute:
            threshold(options, opening.result())  # errors come before a minute's work
        matches = _matches(texts, options.attribute)
        bundle = opening.result()
    scorer = Scorer(bundle, threshold(options, bundle), cache=0, allow=allow)
    for number, verdict in enumerate(scorer.verdicts(texts)):
        found = matches[number] if matches else ()
        if options.json:
            fact = {"attribution": [match.to_json() for match in found]} if matches else {}
            print(json.dumps({**verdict.to_json(), **fact}))
        else:
            print(console.sentence(verdict, found))


def _matches(texts: list[str], build: bool) -> list[tuple[Match, ...]] | None:
    """The generators of each name; None if the index is not built and was not asked for."""
    from dga.generators.attribution import (
        attributions,
        open_index,
        standing_index,
        window_of_name,
    )

    start, end = window_of_name()
    index = (
        open_index(start, end, on_build=console.index_progress())
        if build
        else standing_index(start, end)
    )
    return None if index is None else [row.matches for row in attributions(index, texts)]
