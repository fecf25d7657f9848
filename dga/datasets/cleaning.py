"""Drop or down-weight benign names of public lists whose label is doubtful.

Top lists contain generated names too. A name that only one list contains, and that a model not
trained on it scores as generated, is more likely mislabelled than a rare benign name (confident
learning, Northcutt et al. 2021, arXiv 1911.00068). So are generated-looking names that only one
list contains, where their suffix has far more of them than names in several lists explain
(`list_excess`). A training that continues from a run takes over what that run's cleaning found, and
judges new names by the run's scores. Reads no file; never sees curated names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.datasets import list_excess
from dga.generators.cloud_hosts import zones
from dga.schema import DGA, LABEL, REGISTERED_NAME, SOURCE
from dga.scoring.encoder import CharEncoder

LISTS = "lists"  # how many lists contain a name
DOUBT = "doubt"  # P(dga) of a name by models not trained on it
LABEL_DOUBT = "label_doubt"  # P(dga) of its label without the suffix
TRUST = "trust"  # names in several lists to one in a single list, as `list_excess.trust`
WEIGHT = "weight"
FOLDS = 4
LEARNT_ROWS = 300_000  # training rows of a fold's model, at most
BUCKETS = 2**20
WIDTH = 40  # only the last characters of a name are used
CHUNK_NAMES = 50_000
LONGEST = 5  # n-grams of 1 to 5 characters
# Number of lists that contain a benign name -> the doubt from which it is dropped; on more, never.
LIMITS = {1: 0.9, 2: 0.99}
LEAST_WEIGHT = 0.25
LEAST_TRUST, TRUSTED_DOUBT = 0.25, 0.6  # less trusted names are dropped from this doubt of a label
MOST_NEW = 0.1  # of the benign names that a base run has not judged; with more all are judged anew
MOST_SUFFIXES = 20  # that are told, of those of which names were dropped

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FormerCleaning:
    """What the cleaning of a base run found.

    `weights`: of names (names,), 0 for those that it dropped, NaN for those that it did not judge.
    `scores`: P(dga) of names that the base has not learnt from (names,).
    """

    weights: Callable[[Sequence[str]], Float64s]
    scores: Callable[[Sequence[str]], Float32s]


@dataclass(frozen=True)
class Cleaning:
    """The result of a cleaning: counts, and the dropped names with columns name, lists, doubt,
    label_doubt, trust, the most doubtful first."""

    left_out: pd.DataFrame
    by_lists: list[dict[str, Any]]
    by_source: list[dict[str, Any]]
    by_suffix: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """The counts, JSON-ready; contains no name."""
        return {
            "left_out": len(self.left_out),
            "limits": {str(lists): limit for lists, limit in LIMITS.items()},
            "least_trust": LEAST_TRUST,
            "by_lists": self.by_lists,
            "by_source": self.by_source,
            "by_suffix": self.by_suffix,
        }


def listed(sources: pd.Series[str], names: pd.Series[str]) -> pd.Series[int]:
    """How many distinct lists contain each row's name; a source joins several lists by +."""
    pairs = pd.DataFrame({"name": names, "source": sources.str.split("+")}).explode("source")
    counts = pairs.drop_duplicates().groupby("name").size()
    return names.map(counts).astype("int64")


def cleaned(
    frame: pd.DataFrame,
    name: str,
    seed: int,
    sure: npt.NDArray[np.bool_] | None = None,
    former: FormerCleaning | None = None,
) -> tuple[pd.DataFrame, Cleaning]:
    """Drop doubtful benign names and weigh the others; adds columns doubt and weight.

    `frame` has columns `name`, registered_name, label, source, lists. The more doubtful a benign
    name of a single list and the less trusted, the less it weighs; generated names are neither
    dropped nor weighed. `sure` (rows,): labels corrected by a person, which are kept. `former`:
    what the cleaning of a base run found, which holds where few names are new.
    """
    is_dga = (frame[LABEL] == DGA).to_numpy()
    benign = ~is_dga if sure is None else ~is_dga & ~sure
    found = _as_before(frame, name, benign, former) if former else None
    judged = frame.join(_judged(frame, name, benign, seed) if found is None else found)
    out = (judged[WEIGHT] == 0).to_numpy()
    return judged[~out].drop(columns=[LABEL_DOUBT, TRUST]), _record(
        judged[benign], out[benign], name
    )


def _judged(
    frame: pd.DataFrame, name: str, benign: npt.NDArray[np.bool_], seed: int
) -> pd.DataFrame:
    """The columns doubt, label_doubt, trust and weight by models not trained on a name; the weight
    is 0 for benign names to be dropped."""
    alone = benign & (frame[LISTS] == 1).to_numpy()
    is_dga = (frame[LABEL] == DGA).to_numpy()
    label = frame[REGISTERED_NAME].map(lambda registered: registered.partition(".")[0])
    doubt = out_of_fold(frame[name].tolist(), is_dga, label, seed)
    of_label, trust = _label_trust(frame, benign, alone, seed)
    distrusted = (trust < LEAST_TRUST) & (of_label > TRUSTED_DOUBT)
    out = benign & ((doubt > _limits(frame)) | distrusted)
    weight = np.where(alone, np.clip(np.minimum(2 * (1 - doubt), trust), LEAST_WEIGHT, 1), 1.0)
    columns = {DOUBT: doubt, LABEL_DOUBT: of_label, TRUST: trust, WEIGHT: np.where(out, 0, weight)}
    return pd.DataFrame(columns, index=frame.index)


def _as_before(
    frame: pd.DataFrame, name: str, benign: npt.NDArray[np.bool_], former: FormerCleaning
) -> pd.DataFrame | None:
    """The same columns by what a base run found, and by its scores for names that it did not judge;
    None where these are more than a share MOST_NEW of the benign ones."""
    weight = np.ones(len(frame))
    weight[benign] = former.weights(frame.loc[benign, name].tolist())
    new = np.isnan(weight)
    if new.sum() > MOST_NEW * benign.sum():
        return None
    doubt = np.full(len(frame), np.nan)
    doubt[new] = former.scores(frame.loc[new, name].tolist())
    alone = new & (frame[LISTS] == 1).to_numpy()
    weight[new] = 1.0
    weight[alone] = np.clip(2 * (1 - doubt[alone]), LEAST_WEIGHT, 1)
    weight[doubt > _limits(frame)] = 0.0
    columns = {DOUBT: doubt, LABEL_DOUBT: np.nan, TRUST: np.nan, WEIGHT: weight}
    return pd.DataFrame(columns, index=frame.index)


def _limits(frame: pd.DataFrame) -> Float64s:
    """The doubt above which each name is dropped (rows,), by how many lists contain it."""
    return np.array([LIMITS.get(count, np.inf) for count in frame[LISTS].tolist()])


def _label_trust(
    frame: pd.DataFrame, benign: npt.NDArray[np.bool_], alone: npt.NDArray[np.bool_], seed: int
) -> tuple[Float64s, Float64s]:
    """P(dga) of each label without its suffix (rows,), and the trust in each name (rows,): that of
    `list_excess`, 1 for names that clouds give."""
    parts = frame[REGISTERED_NAME].str.partition(".")
    label, suffix = parts[0], parts[2]
    doubt = out_of_fold(label.tolist(), (frame[LABEL] == DGA).to_numpy(), label, seed)
    trust = np.ones(len(frame))
    compared = benign & ~suffix.isin(zones()).to_numpy()
    trust[compared] = list_excess.trust(
        label[compared], suffix[compared], frame.loc[compared, SOURCE], doubt[compared],
        alone[compared],
    )  # fmt: skip
    return doubt, trust


def _record(benign: pd.DataFrame, out: npt.NDArray[np.bool_], name: str) -> Cleaning:
    """The counts of the benign names that were judged, and those that are out (rows,)."""
    columns = [name, LISTS, DOUBT, LABEL_DOUBT, TRUST]
    dropped = pd.Series(out, index=benign.index)
    suffix = benign[REGISTERED_NAME].map(lambda registered: registered.partition(".")[2])
    by_suffix = [row for row in _counts(suffix, dropped, "suffix") if row["left_out"]]
    return Cleaning(
        left_out=benign.loc[out, columns].sort_values(DOUBT, ascending=False, ignore_index=True),
        by_lists=_counts(benign[LISTS].astype(str), dropped, LISTS),
        by_source=_counts(benign[SOURCE], dropped, SOURCE),
        by_suffix=sorted(by_suffix, key=lambda row: -row["left_out"])[:MOST_SUFFIXES],
    )


def out_of_fold(
    names: Sequence[str], is_dga: npt.NDArray[np.bool_], labels: pd.Series[str], seed: int
) -> Float64s:
    """P(dga) of each name (names,), for balanced classes, by a logistic regression on character
    n-grams that has learnt from no name of the same label (names,)."""
    from sklearn.linear_model import SGDClassifier  # here: the web process never loads it

    grams = _grams(names)
    dice = np.random.default_rng(seed)
    places, distinct = pd.factorize(labels.to_numpy())
    fold = dice.integers(0, FOLDS, len(distinct))[places]
    result = np.zeros(len(names))
    for part in range(FOLDS):
        rest = np.flatnonzero(fold != part)
        learnt = dice.permutation(rest)[:LEARNT_ROWS]
        if len(np.unique(is_dga[learnt])) < 2:
            continue
        model = SGDClassifier(
            loss="log_loss", alpha=1e-6, max_iter=4, tol=None, class_weight="balanced",
            average=True, random_state=seed,
        )  # fmt: skip
        model.fit(grams[learnt], is_dga[learnt])
        result[fold == part] = model.predict_proba(grams[fold == part])[:, 1]
    return result


def _grams(names: Sequence[str]) -> Any:
    """The hashed n-grams of names (names, BUCKETS), each row of length 1."""
    from scipy.sparse import vstack

    starts = range(0, len(names), CHUNK_NAMES)
    return vstack([_some_grams(names[at : at + CHUNK_NAMES]) for at in starts], format="csr")


def _some_grams(names: Sequence[str]) -> Any:
    from scipy.sparse import csr_matrix

    codes = CharEncoder(max_length=WIDTH).encode([f".{name}" for name in names]).astype(np.int64)
    rolled, index, places = codes, codes, [codes]
    for _ in range(1, LONGEST):
        rolled = np.pad(rolled[:, 1:], ((0, 0), (0, 1)))
        index = np.where(rolled > 0, (index * 1_000_003 + rolled) % 2**31, 0)
        places.append(np.where(index > 0, index % (BUCKETS - 1) + 1, 0))
    columns = np.concatenate(places, axis=1).astype(np.int32)
    filled = columns > 0
    counts = filled.sum(axis=1)
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    rows = np.concatenate([[0], np.cumsum(counts)])
    return csr_matrix((values, columns[filled], rows), shape=(len(names), BUCKETS))


def _counts(kinds: pd.Series[str], out: pd.Series[bool], column: str) -> list[dict[str, Any]]:
    """Count names and dropped names by kind, the largest kinds first."""
    table = out.groupby(kinds.to_numpy()).agg(["size", "sum"]).sort_values("size", ascending=False)
    return [
        {column: str(kind), "names": int(size), "left_out": int(lost)}
        for kind, size, lost in zip(table.index, table["size"], table["sum"], strict=True)
    ]
