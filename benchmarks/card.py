"""Write a run's model card from what the run recorded: `python -m benchmarks.card RUN`.

Every figure comes from the run's config.json and metrics.json; none is typed in.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dga.generators.kinds import KINDS
from dga.runs import store
from dga.runs.store import Run
from dga.schema import BENIGN

CARD = "MODEL_CARD.md"
WORST = 15
CARD_SUFFIXES = 10  # of which most names were left out
FEWEST = 10  # families with fewer test names say nothing


def main() -> None:
    """Write the card into the run's folder."""
    parser = argparse.ArgumentParser("benchmarks.card")
    parser.add_argument("run", nargs="?", default=store.SHIPPED)
    parser.add_argument("--source", nargs="+", default=[], metavar="FEED=TEXT", help="whose it is")
    parser.add_argument(
        "--held-out",
        type=Path,
        metavar="FILE",
        help="what `benchmarks.detector --only held-out` printed",
    )
    options = parser.parse_args()
    run = store.open_run(options.run)
    path = run.path / CARD
    sources = dict(s.split("=", 1) for s in options.source)
    held_out = options.held_out.read_text(encoding="utf-8") if options.held_out else ""
    path.write_text(card(run, sources, held_out), encoding="utf-8")
    print(f"written: {path}")


def card(run: Run, sources: Mapping[str, str], held_out: str = "") -> str:
    """The card as Markdown; `sources` tells of a feed by its file's name where it is from,
    `held_out` is the table of families never seen."""
    parts = [
        f"# Model card: {run.name}",
        _summary(run),
        "## Use\n\nTo triage domain names in logs and feeds: which look generated, and like which "
        "family. A score is a reason to look, not evidence: never block on it alone. It knows the "
        "registered name only, nothing of registration, resolution or content.",
        "## On names that people wrote down\n\n" + _curated(run.metrics.get("curated")),
        "## Families never seen\n\n" + _held_out(held_out),
        "## By suffix\n\n" + _suffixes(run.metrics.get("suffixes")),
        "## Data\n\n" + _feeds(run, sources),
        "## Training\n\n" + _settings(run),
        "## Figures\n\n" + _figures(run),
        "## Thresholds\n\n" + _thresholds(run.metrics),
        "## Families that cannot be told apart\n\n" + _groups(run.metrics),
        "## Known failures\n\n" + _failures(run.metrics["test"]["families"]),
        "## Misclassification by family\n\n" + _misclassified(run.metrics.get("failures", [])),
        "## All families\n\n" + _families(run),
        "## Licence\n\nMIT, as the project. The lists it was trained on are not part of it; no row "
        "of them is in this folder, and its test predictions are those of the project's own trial "
        "set, no registered name of which it was trained on.",
    ]
    return "\n\n".join(parts) + "\n"


def _summary(run: Run) -> str:
    config, settings = run.config, run.settings
    return (
        f"Architecture `{settings['architecture']}`, task `{settings['task']}`, scope "
        f"`{settings['scope']}`; {config['parameters']:,} parameters; trained {config['created']} "
        f"in {config['seconds'] / 60:.0f} minutes on {config['environment']['processor']} "
        f"({config['environment']['threads']} threads). This card is written by "
        f"`python -m benchmarks.card {run.name}`."
    )


def _feeds(run: Run, sources: Mapping[str, str]) -> str:
    ours = "the project's own, see data/README.md"
    rows = [
        (
            f["feed"],
            sources.get(f["feed"], ours if use == "trial" else "not told"),
            f["format"],
            f["label"] or "its own",
            f["rows"],
            f["problems"],
            use,
        )
        for feeds, use in (
            (run.config["feeds"], "training"),
            (run.config["trial"], "trial"),
            (run.config.get("curated", []), "thresholds"),
        )
        for f in feeds
    ]
    counts = ", ".join(f"{name} {value:,}" for name, value in run.metrics["dataset"].items())
    head = ("feed", "source", "format", "class", "rows", "no domain", "use")
    return f"{_table(head, rows)}\n\nWhat became of the rows: {counts}.{_cleaned(run.metrics)}"


def _cleaned(metrics: Mapping[str, Any]) -> str:
    """What the cleaning of labels left out, by how many lists hold a name and by suffix."""
    found = metrics.get("cleaning")
    if not found:
        return ""
    rows = [(row["lists"], row["names"], row["left_out"]) for row in found["by_lists"]]
    limits = ", ".join(f"{limit} on {lists}" for lists, limit in found["limits"].items())
    return (
        "\n\nBenign names whose label is doubtful were left out: those that models which had not "
        f"learnt from them scored above a limit (by how many lists hold the name: {limits})"
        f"{_distrusted(found)}.\n\n"
        + _table(("lists that hold a name", "benign names", "left out"), rows)
        + _by_suffix(found.get("by_suffix", [])[:CARD_SUFFIXES])
    )


def _distrusted(found: Mapping[str, Any]) -> str:
    """The other reason for which names are left out; runs of earlier versions knew but one."""
    if "least_trust" not in found:
        return ""
    return (
        ", and generated-looking ones that only one list contains, where their suffix has, at "
        f"their length, more than {1 / found['least_trust']:g} times as many of them as names in "
        "several lists explain"
    )


def _by_suffix(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    values = [(f".{row['suffix']}", row["names"], row["left_out"]) for row in rows]
    return "\n\n" + _table(("suffix", "benign names", "left out"), values)


def _curated(found: Mapping[str, Any] | None) -> str:
    """Recall and false alarms on benign names that neither the network nor its thresholds saw."""
    if not found:
        return "Not measured: no curated names were given to the training."
    recall = ", ".join(
        f"{share:.3f} at {float(rate):g}" for rate, share in found["macro_recall_at_fpr"].items()
    )
    rows = [
        (
            row["feed"],
            row["names"],
            f"{row['fpr_target']:g}",
            row["false_positives"],
            f"{row['fpr']:.3%}",
            f"{row['fpr_low']:.3%} to {row['fpr_high']:.3%}",
        )
        for row in found["sources"]
    ]
    return (
        f"{found['names']:,} benign names written down one by one, none learnt from and none used "
        "to choose a threshold. Known families, macro recall at rates of false positives among "
        f"these names: {recall}. 50:50 accuracy by family at 0.5: "
        f"{found['mean_family_accuracy']:.3f}. "
        "False alarms at the stored thresholds:\n\n"
        + _table(("source", "names", "nominal", "flagged", "rate", "95 % interval"), rows)
    )


def _held_out(table: str) -> str:
    """The table of a network that was trained without some families."""
    if not table:
        return "Not measured; `python -m benchmarks.detector --only held-out` does."
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return (
        "A twin of this network, trained without sixteen families of four kinds, on their names "
        "(`python -m benchmarks.detector --only held-out`).\n\n" + "\n".join(lines)
    )


def _suffixes(found: Mapping[str, Any] | None) -> str:
    """The summary by suffix and the suffixes that fare worst."""
    if not found:
        return "Not measured."
    records = found["suffixes"]
    kinds = [kind for kind in records[0] if kind != "suffix"]
    worst = sorted(records, key=lambda row: min(row[k] for k in kinds if k != "ordinary"))[:8]
    most = sorted(records, key=lambda row: -row["ordinary"])[:4]
    shown = {row["suffix"]: row for row in [*worst, *most]}.values()
    rows = [(f".{row['suffix']}", *(f"{row[kind]:.2f}" for kind in kinds)) for row in shown]
    return (
        f"The same labels under {len(records)} suffixes at the threshold for 1 %: random ones "
        f"found in {found['mean']:.3f} on the mean, {found['worst']:.2f} at worst "
        f"(.{found['worst_suffix']}); ordinary ones flagged in {found['alarms']:.3f}, at most "
        f"{found['most_alarms']:.2f} (.{found['most_alarms_suffix']}). The suffixes that fare "
        "worst:\n\n" + _table(("suffix", *kinds), rows)
    )


def _settings(run: Run) -> str:
    settings = ", ".join(f"`{name} {value}`" for name, value in run.settings.items())
    return (
        f"{run.config['batches']:,} updates. Settings: {settings}. Parts are disjoint by "
        f"registered name. Command:\n\n```sh\n{command(run)}\n```"
    )


def command(run: Run) -> str:
    """The command line that trains the same again, given the same files."""
    feeds, trial = run.config["feeds"], run.config["trial"]
    words = ["python -m dga train"]
    for option, chosen in (
        ("--benign", [f for f in feeds if f["label"] == BENIGN]),
        ("--dga", [f for f in feeds if f["label"] not in (None, BENIGN)]),
        ("--feed", [f for f in feeds if f["label"] is None]),
        ("--trial", trial),
        ("--curated", run.config.get("curated", [])),
    ):
        if chosen:
            words.append(" ".join([option, *(shlex.quote(f["feed"]) for f in chosen)]))
    words += [_option(name, value) for name, value in run.settings.items() if value is not None]
    if base := run.config.get("base"):
        words.append(f"--base {base}")
    return " \\\n    ".join([*words, f"--name {run.name}"])


def _option(name: str, value: Any) -> str:
    """A setting as the command line takes it."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {value}"


def _figures(run: Run) -> str:
    parts = {"test part of the lists": run.metrics["test"]}
    if "trial" in run.metrics:
        parts["trial set"] = run.metrics["trial"]
    rows = [
        (title, *(read(metrics) for read in FIGURES.values())) for title, metrics in parts.items()
    ]
    return _table(("", *FIGURES), rows) + (
        "\n\nMacro: the mean over families. The first row is the test part of the lists, which the "
        "network has not seen; the thresholds there are those of the part itself. The trial set is "
        "of the project's own making, its generated names by its own generators; where "
        "`generated_share` is above 0, these have made other names for the training part too, so "
        "that the second row flatters. Large families "
        "have at least 1,000 names; by group counts those that cannot be told apart as one."
    )


FIGURES: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "names": lambda m: m["rows"],
    "macro recall at 1 % FPR": lambda m: m["macro_recall_at_fpr"].get("0.01"),
    "at 0.1 % FPR": lambda m: m["macro_recall_at_fpr"].get("0.001"),
    "ROC AUC": lambda m: m["roc_auc"],
    "accuracy at 0.5": lambda m: m["accuracy"],
    "mean accuracy by family, 50:50": lambda m: m.get("mean_family_accuracy"),
    "calibration error": lambda m: m["calibration_error"],
    "family macro F1": lambda m: m.get("family_macro_f1"),
    "of large families": lambda m: m.get("family_macro_f1_large"),
    "by group": lambda m: m.get("grouped_macro_f1_large"),
}


def _thresholds(metrics: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{t['fpr_target']:.2%}",
            f"{t['threshold']:.6f}" if t["resolvable"] else "not stored: too few names",
            t.get("method", "counted"),
            f"{t['false_positives']:,} of {t['benign']:,}",
            f"{t['fpr_low']:.4%} to {t['fpr_high']:.4%}",
        )
        for t in metrics["thresholds"]
    ]
    head = ("false positives", "score", "how", "benign validation names above", "95 % interval")
    told = (
        "`counted` on names of the validation part; `tail` where they are too few: a generalised "
        "Pareto distribution fitted to the log-odds of the highest 0.5 % of them, its interval "
        "spanning the fit's and the exact one of the names above."
    )
    parts = [_table(head, rows), told]
    if feeds := metrics.get("benign_feeds"):
        parts += ["On the benign names of the test part, by list:", _alarms(feeds)]
    return "\n\n".join(parts)


def _alarms(feeds: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            row["feed"],
            f"{row['fpr_target']:.2%}",
            f"{row['false_positives']:,} of {row['names']:,}",
            f"{row['fpr']:.4%}",
            f"{row['fpr_low']:.4%} to {row['fpr_high']:.4%}",
        )
        for row in feeds
    ]
    return _table(("list", "threshold for", "names above", "share", "95 % interval"), rows)


def _groups(metrics: Mapping[str, Any]) -> str:
    learnt = metrics.get("groups")
    if not learnt:
        return "Not measured."
    left = metrics["test"].get("groups")
    told = (
        "Learnt on the validation part: the two families (or groups) of which most names are "
        f"swapped are merged while that share is at least {learnt['limit']:.0%} of the names that "
        f"either keeps or swaps, each family weighing the same. {left} groups are left. Under a "
        f"share of {learnt['floor']:.2f} no family is named; {learnt['known_lost']:.0%} of the "
        "validation names of known families fall under it."
    )
    if unnamed := metrics["test"].get("strange_unnamed"):
        told += f" Of test names of families too small to learn, {unnamed:.0%} are left unnamed."
    rows = [
        (" / ".join(m["first"]), " / ".join(m["second"]), m["confused"], f"{m['confusion']:.1%}")
        for m in learnt["merges"]
    ]
    return told + "\n\n" + _table(("merged", "with", "names swapped", "of both"), rows)


def _failures(families: Sequence[Mapping[str, Any]]) -> str:
    missed = sorted(families, key=lambda row: row["recall"])[:WORST]
    named = ", ".join(f"{row['family']} ({row['recall']:.0%})" for row in missed)
    return (
        f"Families of which it finds least at a score of 0.5: {named}. Families that join "
        "dictionary words or change a character of a popular name look chosen to it; short "
        "acronyms, abbreviations and romanised names of languages that the top lists hold little "
        "of can look generated."
    )


def _misclassified(rows: Sequence[Mapping[str, Any]]) -> str:
    """The families that the default threshold misses most names of, what they and their missed
    names are like, and what would help."""
    worst = [row for row in rows if row["names"] >= FEWEST and row["advice"]][:WORST]
    told = (
        "At the default threshold, families of which it misses more than 5 %: of found and of "
        "missed names the mean length, share of digits and share of characters that dictionary "
        "words cover; what found names are taken for; benign test names called generated and "
        "answered with the family or its group."
    )
    lines = [
        (
            row["family"],
            row["kind"],
            f"{row['recall']:.1%}",
            _likeness(row, "found"),
            _likeness(row, "missed"),
            row["missed_suffixes"],
            row["taken_for"] or "none",
            row["false_alarms"] or "none",
        )
        for row in worst
    ]
    head = ("family", "kind", "recall", "found", "missed", "suffixes of missed names")
    kinds = sorted({row["kind"] for row in worst})
    helps = [f"- **{kind}** ({KINDS[kind][0]}): {KINDS[kind][1]}." for kind in kinds]
    table = _table((*head, "taken for", "benign names taken for it"), lines)
    return "\n\n".join([told, table, "What would help, by kind:", "\n".join(helps)])


def _likeness(row: Mapping[str, Any], side: str) -> str:
    length, digits, words = (row[f"{side}_{trait}"] for trait in ("length", "digits", "words"))
    if length is None:
        return "none"
    return f"{length:.1f} characters, {digits:.0%} digits, {words:.0%} words"


def _families(run: Run) -> str:
    rows = [
        (row["family"], row["names"], row["missed"], f"{row['recall']:.1%}")
        for row in run.metrics["test"]["families"]
    ]
    return "On the test part, at a score of 0.5.\n\n" + _table(
        ("family", "names", "missed", "recall"), rows
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_text, line)) + " |" for line in lines)


def _text(value: Any) -> str:
    if value is None:
        return "not measured"
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")


if __name__ == "__main__":
    main()
