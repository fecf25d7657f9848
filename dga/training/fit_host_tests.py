"""Fit the host tests' parameters from simulated logs.

    python -m dga.training.fit_host_tests --benign POPULAR.csv --stale MORE.csv --dga FAMILIES.csv

Writes the file that `dga.hosts` reads. With --unseen RUN FAMILY,FAMILY,... (repeatable) the bursts
of families that a run was not trained on are judged by that run, so that the trees learn what sets
of a new family look like. With --keep-trees only what ordinary hosts score is drawn again, which
takes a minute: do that after each change of the active run. Needs scikit-learn; scoring does not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dga import generators, tables
from dga.errors import ConfigError, DGAError
from dga.generators import synthetic
from dga.hosts import parameters, set_test, simulation
from dga.hosts.failed_lookups import FailedLookups, OrdinaryNames, Rng
from dga.hosts.label_traits import Float32s, learn_language
from dga.hosts.made_up_names import dictionary_words, made_up_names
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.null_distribution import NullDistribution
from dga.hosts.parameters import HostTests, SuffixShares
from dga.hosts.queried_names import judged_names
from dga.hosts.set_test import NameSets
from dga.hosts.simulation import Campaigns, LogPlan
from dga.hosts.trees import Trees
from dga.scoring import bundle as bundles
from dga.scoring.bundle import BUNDLE_FILE, ModelBundle

LOGS = 40
LOG = LogPlan(ordinary=1200, infected=400, failed=5, bursts=(3, 4, 5, 5, 6, 8, 10, 10, 14, 20, 30))
SYNTHETIC_SHARE = 0.4
NULL_LOGS, NULL_HOSTS = 25, 2500
REFERENCE = 6_000  # ordinary failed names; as many generated ones
MOST_NAMES = 10_000  # of a family
TREES: dict[str, Any] = {
    "max_iter": 350,
    "learning_rate": 0.06,
    "max_leaf_nodes": 24,
    "min_samples_leaf": 40,
    "l2_regularization": 1.0,
    "max_features": 0.3,
    "random_state": 23,
}
NAME_TREES = TREES | {"max_iter": 80, "learning_rate": 0.1, "max_leaf_nodes": 16}


@dataclass(frozen=True)
class Judge:
    """A run that scores simulated logs, and the campaigns of families that it judges there."""

    evidence: NameEvidence
    campaigns: Campaigns


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and write the parameters; returns the exit status."""
    options = _options(arguments)
    try:
        fitted = fit(options, lambda text: print(text, file=sys.stderr, flush=True))
    except DGAError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    fitted.save(Path(options.output))
    print(f"{options.output}: {Path(options.output).stat().st_size:,} bytes")
    return 0


def fit(options: argparse.Namespace, tell: Callable[[str], None]) -> HostTests:
    """The parameters fitted to simulated logs."""
    rng = np.random.default_rng(options.seed)
    ordinary = ordinary_names(options.benign, options.stale, options.seed)
    ordinaries = networks(ordinary, options.seed)
    if options.keep_trees:
        return with_null(
            parameters.load(Path(options.output)), run_bundle(options.run), ordinaries, options
        )
    families = _without(read_families(options.dga), options.without)
    tests = prepare(ordinary, options.seed)
    tell("reference samples are made")
    judges = _judges(options, families, tests)
    tests = replace(tests, name_trees=fit_name_trees(options.logs // 4, judges, ordinary, rng))
    judges = [replace(judge, evidence=judge.evidence.judged_by(tests)) for judge in judges]
    tell("weights of names are fitted")
    values, infected = _training_sets(options, judges, ordinaries, rng, tell)
    tests = replace(tests, trees=fit_trees(values[0], infected), features=values[1])
    tell(f"{len(infected):,} sets, {int(infected.sum()):,} infected; trees are fitted")
    return with_null(tests, judges[0].evidence.bundle, ordinaries, options)


def prepare(ordinary: OrdinaryNames, seed: int) -> HostTests:
    """Parameters without trees: language, suffixes, and the reference samples."""
    labels = [name.partition(".")[0] for name in (*ordinary.popular, *ordinary.stale)]
    suffixes = [name.partition(".")[2] for name in (*ordinary.popular, *ordinary.stale)]
    blank = Trees.empty()
    null = NullDistribution.of(np.zeros(1), np.ones(1, dtype=np.int64))
    return HostTests(
        language=learn_language(labels, dictionary_words()),
        suffixes=SuffixShares.of(suffixes),
        ordinary=reference_ordinary(seed),
        generated=reference_generated(seed),
        name_trees=blank,
        trees=blank,
        features=(),
        null=null,
        null_without_answers=null,
    )


def reference_ordinary(seed: int) -> tuple[str, ...]:
    """Failed look-ups of ordinary hosts, made of made-up names."""
    rng = np.random.default_rng([seed, 1])
    names = OrdinaryNames(made_up_names(2_000, seed), made_up_names(10_000, seed + 1))
    hosts = [
        simulation.SimulatedHost(tuple(FailedLookups(names, rng).names(6)))
        for _ in range(REFERENCE // 2)
    ]
    found = [name for counted in simulation.counted_names(hosts) for name in counted]
    return tuple(sorted(set(found))[:: max(len(set(found)) // REFERENCE, 1)][:REFERENCE])


def reference_generated(seed: int) -> tuple[str, ...]:
    """Names of the families that we implement and of made-up generators."""
    ours = [
        name
        for family in sorted(generators.FAMILIES)
        for name in generators.at_most(family, REFERENCE // len(generators.FAMILIES) // 2)
    ]
    return tuple(ours + synthetic.invent(REFERENCE - len(ours), ["com", "net", "org"], seed))


def ordinary_names(popular: Sequence[str], stale: Sequence[str], seed: int) -> OrdinaryNames:
    """Registered names of files: popular ones in their order, stale ones shuffled."""
    known = [name for path in popular for name in _registered(Path(path))]
    others = [name for path in stale for name in _registered(Path(path))]
    popular_names = list(dict.fromkeys(known))[:20_000]
    rest = np.array(sorted(set(others) - set(popular_names)), dtype=object)
    np.random.default_rng(seed).shuffle(rest)
    return OrdinaryNames(popular_names, list(rest))


def networks(ordinary: OrdinaryNames, seed: int) -> list[OrdinaryNames]:
    """Networks to draw ordinary hosts from: one of four knows only names made of words.

    A gateway or a mail server asks for thousands of those; without such a network, sets of many
    word-like names are only ever seen in bursts.
    """
    words = OrdinaryNames(made_up_names(2_000, seed + 2), made_up_names(20_000, seed + 3))
    return [ordinary] * 3 + [words]


def _registered(path: Path) -> list[str]:
    column, found = "", []
    for chunk in tables.read_chunks(path):
        column = column or tables.guess_column(tuple(chunk.columns), chunk)
        found += [name for name in judged_names(chunk[column].tolist()) if name]
    return found


def read_families(path: str) -> dict[str, list[str]]:
    """Registered names by family, of a CSV with the columns domain and family."""
    frames = list(tables.read_chunks(Path(path)))
    if not frames or not {"domain", "family"} <= set(frames[0].columns):
        raise ConfigError(f"{path}: needs the columns domain and family")
    families: dict[str, list[str]] = {}
    for frame in frames:
        names = judged_names(frame["domain"].tolist())
        for name, family in zip(names, frame["family"].tolist(), strict=True):
            if name and family:
                families.setdefault(str(family), []).append(name)
    return {
        family: list(dict.fromkeys(names))[:MOST_NAMES]
        for family, names in sorted(families.items())
        if len(names) >= 30
    }


def _without(families: Mapping[str, Sequence[str]], left_out: str) -> dict[str, Sequence[str]]:
    others = set(filter(None, left_out.split(",")))
    return {family: names for family, names in families.items() if family not in others}


def _judges(
    options: argparse.Namespace, families: Mapping[str, Sequence[str]], tests: HostTests
) -> list[Judge]:
    judges = [
        Judge(NameEvidence(run_bundle(options.run), tests), Campaigns(families, SYNTHETIC_SHARE))
    ]
    for run, listed in options.unseen:
        unseen = {name: families[name] for name in listed.split(",") if name in families}
        campaigns = Campaigns(unseen, SYNTHETIC_SHARE / 2)
        judges.append(Judge(NameEvidence(run_bundle(run), tests), campaigns))
    return judges


def run_bundle(run: str | None) -> ModelBundle:
    """The bundle of a run, given by its name or by the bundle's folder; the active one without."""
    if run and Path(run, BUNDLE_FILE).is_file():
        return bundles.load(Path(run))
    from dga.runs import store

    return (store.open_run(run) if run else store.active_run()).bundle()


def _training_sets(
    options: argparse.Namespace,
    judges: Sequence[Judge],
    ordinaries: Sequence[OrdinaryNames],
    rng: Rng,
    tell: Callable[[str], None],
) -> tuple[tuple[Float32s, tuple[str, ...]], npt.NDArray[np.bool_]]:
    """Features of the sets of many logs, and which hosts are infected (sets,)."""
    values: list[Float32s] = []
    infected: list[npt.NDArray[np.bool_]] = []
    names: tuple[str, ...] = ()
    for number in range(options.logs):
        judge = judges[0] if number % 2 == 0 else judges[number // 2 % len(judges)]
        ordinary = ordinaries[number // 2 % len(ordinaries)]
        found = simulation.hosts(_varied(LOG, rng), ordinary, judge.campaigns, rng)
        sets = NameSets.of(simulation.counted_names(found))
        features, names = set_test.features(sets, judge.evidence)
        filled = sets.sizes > 0
        values.append(features[filled])
        infected.append(np.array([bool(host.family) for host in found])[filled])
        tell(f"log {number + 1} of {options.logs}: {int(filled.sum()):,} sets")
    return (np.concatenate(values), names), np.concatenate(infected)


def fit_name_trees(logs: int, judges: Sequence[Judge], ordinary: OrdinaryNames, rng: Rng) -> Trees:
    """Trees whose log-odds weigh a single name: of bursts against failed look-ups."""
    values: list[Float32s] = []
    generated: list[npt.NDArray[np.bool_]] = []
    for number in range(max(logs, 1)):
        judge = judges[number % len(judges)]
        for plan in (replace(LOG, infected=0), replace(LOG, ordinary=0, failed=0.0)):
            found = simulation.hosts(plan, ordinary, judge.campaigns, rng)
            names = sorted(
                {name for counted in simulation.counted_names(found) for name in counted}
            )
            scores = judge.evidence.bundle.score(names)
            values.append(judge.evidence.name_features(names, scores))
            generated.append(np.full(len(names), plan.infected > 0))
    return fit_trees(np.concatenate(values), np.concatenate(generated), NAME_TREES)


def _varied(plan: LogPlan, rng: Rng) -> LogPlan:
    """A log like the plan's, quieter or noisier, with fewer or more campaigns."""
    return replace(
        plan,
        failed=float(np.exp(rng.uniform(np.log(1.5), np.log(25)))),
        hosts_by_campaign=int(rng.choice([1, 4, 20])),
    )


def fit_trees(
    features: Float32s, infected: npt.NDArray[np.bool_], settings: Mapping[str, Any] | None = None
) -> Trees:
    """Boosted trees that tell infected sets from ordinary ones, either weighing the same."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    weight = np.where(infected, 0.5 / infected.mean(), 0.5 / (1 - infected.mean()))
    with threadpool_limits(1):  # threads that wait for each other on a busy machine take far longer
        model = HistGradientBoostingClassifier(**(settings or TREES))
        model.fit(features, infected, sample_weight=weight)
    nodes = [predictors[0].nodes for predictors in model._predictors]
    roots = np.concatenate([[0], np.cumsum([len(tree) for tree in nodes])[:-1]])
    joined = np.concatenate(nodes)
    offset = np.repeat(roots, [len(tree) for tree in nodes])
    leaf = joined["is_leaf"].astype(bool)
    return Trees(
        feature=np.where(leaf, -1, joined["feature_idx"]).astype(np.int16),
        threshold=joined["num_threshold"].astype(np.float64),
        left=(joined["left"] + offset).astype(np.int32),
        right=(joined["right"] + offset).astype(np.int32),
        missing_left=joined["missing_go_to_left"].astype(bool),
        value=joined["value"].astype(np.float32),
        roots=roots.astype(np.int32),
        base=float(model._baseline_prediction.ravel()[0]),
    )


def with_null(
    tests: HostTests,
    bundle: ModelBundle,
    ordinaries: Sequence[OrdinaryNames],
    options: argparse.Namespace,
) -> HostTests:
    """The tests with what ordinary hosts score by a bundle, with answers and without."""
    evidence = NameEvidence(bundle, tests)
    rng = np.random.default_rng([options.seed, 2])
    null = fit_null(tests, evidence, ordinaries, rng, options.null_logs)
    unanswered = fit_null(
        tests, evidence, ordinaries, rng, options.null_logs // 3 + 1, visited=15.0
    )
    return replace(tests, null=null, null_without_answers=unanswered)


def fit_null(
    tests: HostTests,
    evidence: NameEvidence,
    ordinaries: Sequence[OrdinaryNames],
    rng: Rng,
    logs: int,
    visited: float = 0.0,
) -> NullDistribution:
    """What ordinary hosts of further logs score; `visited`: rare names that resolve, by host."""
    scores: list[npt.NDArray[np.float64]] = []
    sizes: list[npt.NDArray[np.int64]] = []
    plan = replace(LOG, ordinary=NULL_HOSTS, infected=0, visited=visited)
    for number in range(logs):
        ordinary = ordinaries[number % len(ordinaries)]
        found = simulation.hosts(_varied(plan, rng), ordinary, Campaigns({}), rng)
        sets = NameSets.of(simulation.counted_names(found))
        scores.append(tests.trees.log_odds(set_test.features(sets, evidence)[0]))
        sizes.append(sets.sizes)
    return NullDistribution.of(np.concatenate(scores), np.concatenate(sizes))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    add = made.add_argument
    add("--benign", nargs="+", required=True, help="popular names, the most popular first")
    add("--stale", nargs="+", required=True, help="names of which many have expired")
    add("--dga", required=True, help="a CSV with the columns domain and family")
    add("--run", help="the run (or its bundle's folder) that scores; the active one without")
    add("--unseen", nargs=2, action="append", default=[], metavar=("RUN", "FAMILIES"))
    add("--without", default="", metavar="FAMILIES", help="families that are held out")
    add("--logs", type=int, default=LOGS)
    add("--null-logs", type=int, default=NULL_LOGS)
    add("--keep-trees", action="store_true", help="draw only what ordinary hosts score again")
    add("--seed", type=int, default=23)
    add("-o", "--output", default=str(parameters.FILE))
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
