"""The result of a scoring job on the page: figures, filters, rows, downloads. Draws only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from dga import charts
from dga.writers import disarm_frame
from ui import panels, results, state
from ui.results import Filters
from ui.scoring_job import ScoringJob
from ui.text import TERMS, code, percent


def pick_filters(job: ScoringJob) -> Filters:
    """Which rows of the result are wanted."""
    families = job.overview.families["family"].tolist() if job.overview else []
    first, second, third, fourth, fifth = st.columns(5)
    verdicts = first.multiselect(
        "Verdict",
        list(results.VERDICTS),
        format_func=lambda verdict: results.VERDICTS[verdict],
        key=f"verdicts_{job.key}",
        persist_state="session",
        help=TERMS["threshold"],
    )
    chosen = second.multiselect(
        "Family", families, key=f"families_{job.key}", persist_state="session", help=TERMS["family"]
    )
    text = third.text_input(
        "Name contains", key=f"text_{job.key}", persist_state="session", type="search"
    )
    low, high = fourth.slider(
        "Score, %",
        0,
        100,
        (0, 100),
        key=f"score_{job.key}",
        persist_state="session",
        help=TERMS["score"],
    )
    highest_first = fifth.selectbox(
        "Order",
        [False, True],
        format_func=lambda highest: "Highest score first" if highest else "As in the list",
        key=f"order_{job.key}",
        persist_state="session",
        help="Of all rows, not only of those shown.",
    )
    return Filters(
        tuple(verdicts), tuple(chosen), text.strip(), low / 100, high / 100, bool(highest_first)
    )


def figures(job: ScoringJob) -> None:
    """The result as a whole: counts, scores, families, suffixes."""
    summary, overview = job.summary, job.overview
    if summary is None or overview is None:
        return
    if summary.partial:
        st.warning("Cancelled: these are the rows scored so far.", icon=":material/stop:")
    rate = summary.rows / max(summary.seconds, 1e-9)
    share = summary.dga / max(1, summary.dga + summary.benign)
    panels.metric_row(
        {
            "Rows": (f"{summary.rows:,}", f"Scored in {summary.seconds:.1f} s, {rate:,.0f} rows/s"),
            "Generated": (f"{summary.dga:,}", TERMS["threshold"]),
            "Share generated": (percent(share), "Of the rows that were scored."),
            "Chosen by people": (f"{summary.benign:,}", TERMS["threshold"]),
            "Not scored": (
                f"{summary.problems:,}",
                "Rows that hold no registered name; the column problem says why.",
            ),
        }
    )
    scores, families, suffixes = st.columns([2, 1, 1])
    with scores:
        st.markdown("**Scores**", help=TERMS["score"])
        chart = charts.scores(overview.scores, job.scorer.threshold)
        st.plotly_chart(chart, key="bulk_scores", alt="Rows by score and verdict")
    with families:
        panels.ranking("Families among the generated", overview.families, TERMS["family"])
    with suffixes:
        panels.ranking("Suffixes among the generated", overview.suffixes, TERMS["suffix"])


def rows(job: ScoringJob) -> None:
    """The rows that pass the filters, and the downloads."""
    if job.summary is None:
        return
    path, column = job.summary.path, job.shown_column
    filters = pick_filters(job)
    passing = results.filtered(path, column, filters)
    found = results.count(passing)
    limit = f"; the first {results.SHOWN_ROWS:,} are shown" if found > results.SHOWN_ROWS else ""
    st.caption(
        f"{found:,} of {job.summary.rows:,} rows pass the filters{limit}. Select one to look it up."
    )
    shown = results.head(passing)
    place = panels.verdict_table(disarm_frame(shown), key=f"rows_{job.key}_{hash(filters)}")
    if place is not None:
        given = str(shown[column].iloc[place])
        if st.button(f"Look up {code(given[:80])}", icon=":material/search:"):
            state.open_lookup(given)
    everything = results.filtered(path, column, Filters())
    for label, wanted, stem in (
        ("All rows", everything, "scores"),
        ("Filtered rows", passing, "scores-filtered"),
    ):
        if wanted is passing and filters == Filters():
            continue
        st.markdown(
            f"**{label}**",
            help="Cells that a spreadsheet would run are disarmed in CSV. "
            "The block list holds each registered name called generated once.",
        )
        panels.downloads(makers(job, wanted, stem), stem, key=f"{stem}_{job.key}")


def makers(job: ScoringJob, rows: pl.LazyFrame, stem: str) -> dict[str, Callable[[], bytes]]:
    """What makes the file for each ending."""
    endings = (".csv", ".parquet", ".jsonl")
    made: dict[str, Callable[[], bytes]] = {
        ending: partial(results.export, rows, job.folder / f"download-{stem}{ending}")
        for ending in endings
    }
    return {**made, ".txt": partial(results.block_list, rows)}
