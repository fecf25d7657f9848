"""Texts for the terminal: sentences, tables, progress lines. Computes nothing, reads nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dga.progress import OnProgress, Progress
from dga.schema import UNKNOWN_FAMILY
from dga.scoring.outcome import rows_in_words

if TYPE_CHECKING:  # so that a look-up imports neither runs nor trainings
    from dga.datasets.feeds import Preview
    from dga.generators.attribution import Attribution, AttributionIndex, Match
    from dga.jobs.forecast import Forecast
    from dga.runs.store import DamagedRun, Run
    from dga.scoring.score_file import Summary
    from dga.scoring.scorer import Verdict


def harmless(line: str) -> str:
    """A line without terminal control characters and invisible characters.

    >>> harmless("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


def sentence(verdict: Verdict, matches: Sequence[Match] = ()) -> str:
    """A verdict as one line of text; the generator comes first if one is known."""
    if verdict.score is None:
        return harmless(f"{verdict.given}: not scored: {verdict.problem}")
    named = verdict.family and verdict.family != UNKNOWN_FAMILY
    family = f", nearest family {verdict.family}" if named else ""
    remark = f"; note: {verdict.remark}" if verdict.remark else ""
    of = f"score {verdict.score:.3f} ({verdict.registered_name})"
    fact = made_by(matches) if matches else ""
    if fact and matches[0].doubtful:  # may be a coincidence: the score comes first
        return harmless(f"{verdict.domain}: {verdict.looks}; {of}{family}; also {fact}{remark}")
    first = f"{fact}; " if fact else ""
    return harmless(f"{verdict.domain}: {first}{verdict.looks}; {of}{family}{remark}")


def attributed(found: Attribution) -> str:
    """The generators of a name as one line of text."""
    if found.problem:
        return harmless(f"{found.given}: not looked up: {found.problem}")
    if not found.matches:
        return harmless(f"{found.domain}: made by no known generator")
    return harmless(f"{found.domain}: {made_by(found.matches)}")


def made_by(matches: Sequence[Match]) -> str:
    """The generators of a name, with the probability of a coincidence."""
    from dga.generators.attribution import attribution_text, odds_text

    fact = f"made by {attribution_text(matches)}; odds of a coincidence"
    doubt = ", which is likely for a name this short or common" if matches[0].doubtful else ""
    return f"{fact} {odds_text(matches[0].chance)}{doubt}"


def index_progress() -> Callable[[str, int, int], None]:
    """Report the progress of building an index on standard error."""

    def show(part: str, number: int, parts: int) -> None:
        _tell(f"building the attribution index: {part}, part {number} of {parts}\n")

    return show


def about_index(index: AttributionIndex) -> None:
    """Report on standard error which dates and how many names were searched."""
    _tell(f"compared with {len(index):,} generated names, {index.start} to {index.end}\n")


def summary(done: Summary) -> None:
    """Report the result of scoring a file on standard error."""
    rate = done.rows / max(done.seconds, 1e-9)
    where = "on standard output" if str(done.path) == "-" else f"in {done.path}"
    state = f"cancelled; the rows so far are {where}" if done.partial else where
    for sentence in done.read:
        _tell(f"{harmless(sentence)}\n")
    _tell(
        f"{rows_in_words(done.rows)}: {done.dga:,} dga, {done.suspicious:,} suspicious, "
        f"{done.benign:,} benign, {_allowed(done.allowed)}"
        f"{done.problems:,} not scored; {done.seconds:.1f} s, {rate:,.0f} rows/s; {state}\n"
    )
    if done.shortage and not done.nothing_scored:
        _tell(f"warning: {harmless(done.shortage)}\n")


def _allowed(rows: int) -> str:
    return f"{rows:,} allowed, " if rows else ""


def scoring_progress() -> OnProgress:
    """Progress of `score` on standard error, if that is a terminal."""
    return _line(lambda p: f"{p.batch:,} rows, {p.rate:,.0f} rows/s{_left(p)}")


def fetch_progress(source: str) -> OnProgress:
    """Progress of a download on standard error."""
    return _line(lambda p: f"{source}: {p.batch / 2**20:.1f} MiB")


def training_progress(quiet: bool) -> OnProgress:
    """Progress of `train`: one line rewritten in place, or occasional log lines for a job."""
    if not quiet and sys.stderr.isatty():
        return _line(training_line)
    shown = [0.0]

    def show(progress: Progress) -> None:
        if progress.phase != "training" or time.monotonic() - shown[0] > 5:
            shown[0] = time.monotonic()
            _tell(training_line(progress) + "\n")

    return show


def training_line(p: Progress) -> str:
    """A snapshot of a training as one line."""
    if p.phase != "training" or p.loss is None:
        return f"{p.phase}: {p.message}" if p.message else p.phase
    return (
        f"epoch {p.epoch}/{p.epochs}, batch {p.batch:,}/{p.batches:,}, loss {p.loss:.4f}, "
        f"accuracy {p.accuracy or 0:.2%}, {p.rate:,.0f} names/s{_left(p)}"
    )


def forecast(told: Forecast, processor: str) -> str:
    """What a training would learn from, a line per class and family."""
    counts = told.counts
    lines = [
        f"{rows_in_words(counts['rows'])}: {counts['duplicates']:,} duplicates, "
        f"{counts['conflicting']:,} labelled both ways, {counts['corrected']:,} corrected, "
        f"{counts['unregistered']:,} without a registered name, {counts['capped']:,} over the cap",
        f"{counts['train']:,} names to train on, {counts['validation']:,} to calibrate, "
        f"{counts['test']:,} to test; {told.known:,} families with a class of their own",
        f"{'family':<24}{'learn':>9}{'calibrate':>11}{'test':>9}",
    ]
    for row in told.families:
        name = row["family"] or row["label"]
        parts = f"{row['train']:>9,}{row['validation']:>11,}{row['test']:>9,}"
        lines.append(harmless(f"{name:<24}{parts}"))
    return "\n".join([*lines, processor])


def trained(run: Run) -> str:
    """The run that a training made."""
    return f"run {run.name} ({run.status}) in {run.path}\n{headline(run.metrics['test'])}"


def headline(metrics: Mapping[str, Any]) -> str:
    """The headline metrics as one line, without those that could not be measured."""
    at = metrics.get("macro_recall_at_fpr") or {}
    figures = [
        ("accuracy at 0.5", metrics.get("accuracy"), ".4%"),
        ("ROC AUC", metrics.get("roc_auc"), ".4f"),
        ("macro recall at 1 % FPR", at.get("0.01"), ".4f"),
        ("at 0.1 % FPR", at.get("0.001"), ".4f"),
        ("calibration error", metrics.get("calibration_error"), ".4f"),
    ]
    told = [f"{name} {value:{form}}" for name, value, form in figures if value is not None]
    return f"{metrics.get('rows', 0):,} names: " + ", ".join(told)


def metrics(values: Mapping[str, Any]) -> str:
    """Metrics and the family table of an evaluation."""
    lines = [headline(values)]
    if values.get("problems"):
        lines.append(f"{values['problems']:,} rows hold no domain and were not scored")
    lines.append(f"{'family':<24}{'names':>9}{'missed':>9}{'recall':>9}  most confident misses")
    return "\n".join([*lines, *map(_family_line, values["families"])])


def _family_line(row: Mapping[str, Any]) -> str:
    counts = f"{row['family']:<24}{row['names']:>9,}{row['missed']:>9,}{row['recall']:>9.2%}"
    return harmless(f"{counts}  {', '.join(row['surest_misses'])}")


def run_json(run: Run | DamagedRun, active: str) -> dict[str, Any]:
    """A run as plain JSON values."""
    from dga.runs.store import DamagedRun

    shown: dict[str, Any] = {"name": run.name, "status": run.status, "active": run.name == active}
    if isinstance(run, DamagedRun):
        return {**shown, "problem": run.problem}
    test = run.metrics.get("test", {})
    figures = ("rows", "accuracy", "roc_auc", "macro_recall_at_fpr", "calibration_error")
    return {
        **shown,
        "created": run.config.get("created"),
        "architecture": run.settings.get("architecture"),
        "task": run.settings.get("task"),
        "scope": run.settings.get("scope"),
        **{name: test.get(name) for name in figures},
    }


def run_line(run: Run | DamagedRun, active: str) -> str:
    """A run as one line."""
    from dga.runs.store import DamagedRun

    mark = "*" if run.name == active else " "
    if isinstance(run, DamagedRun):
        return f"{mark} {run.name}: damaged: {run.problem}"
    about = f"{run.settings.get('architecture')}, {run.status}"
    return f"{mark} {run.name} ({about}): {headline(run.metrics['test'])}"


def preview(shown: Preview) -> str:
    """The content of a feed."""
    complete = "" if shown.complete else " (of the rows read so far)"
    classes = ", ".join(f"{name} {count:,}" for name, count in shown.classes.items())
    lines = [f"format {shown.format}, {rows_in_words(shown.rows)}{complete}; {classes}"]
    lines += [
        f"problem, {rows_in_words(count)}: {reason}" for reason, count in shown.problems.items()
    ]
    lines += shown.head.to_string(index=False).splitlines()
    return "\n".join(map(harmless, lines))


def _left(p: Progress) -> str:
    return "" if p.remaining is None else f", {p.remaining:.0f} s left"


def _line(text: Callable[[Progress], str]) -> OnProgress:
    if not sys.stderr.isatty():
        return lambda progress: None
    return lambda progress: _tell(f"\r\033[K{text(progress)}")


def _tell(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
