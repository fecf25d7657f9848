"""Data augmentation: add names to the training part, and to no other part.

So that unseen families are found, names of the family `unknown`, from three sources: made-up
generators (`dga.generators.synthetic`), the part's own chosen names with a few characters changed,
as charbot makes them, and its generated names hidden by known attacks
(`dga.datasets.perturbations`). So that a known family is found at other seeds and dates, names of
its own that our generators make. So that what clouds name is not taken for generated, benign names
as they give them (`dga.generators.cloud_hosts`). So that words and initials of a language are not,
nor machines at home, benign names composed of them (`dga.generators.compounds`). So that a suffix
alone tells nothing, labels of both classes under other suffixes.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from dga.config import ResolvedConfig
from dga.datasets import dataset, perturbations
from dga.datasets.perturbations import ATTACKS
from dga.generators import FAMILIES, LARGEST, at_most, compounds
from dga.generators.cloud_hosts import hosted, zones
from dga.generators.synthetic import CHEAP_SUFFIXES, invent
from dga.names import parse, public_suffix
from dga.schema import BENIGN, DGA, FAMILY, FEED, LABEL, REGISTERED_NAME, UNKNOWN_FAMILY

INVENTED, HOSTED, COMPOSED = "invented", "hosted", "composed"  # as a feed's name
UNSEEN_SEED = 1_000_003  # is added to a config's: other generators are made up
OFTEN = 30  # generated names of a part that make a suffix one that they prefer
SHORT_LABEL = 6  # characters of a label that many an acronym has
INITIALS_SHARE, INTERNATIONAL_SHARE, ROMANISED_SHARE = 1 / 6, 1 / 12, 1 / 12  # of composed names
LINKED_SHARE, AT_HOME_SHARE = 1 / 12, 1 / 24
INITIALS_BESIDE = 1 / 3  # of those in the calibration, where few other names are so short
CHANGED_SHARE, HIDDEN_SHARE = 0.1, 0.15  # of the names that are added


def widened(part: pd.DataFrame, config: ResolvedConfig, exclude: Collection[str]) -> pd.DataFrame:
    """Return the part with invented, generated, resuffixed, composed and hosted names behind its
    rows, as many as a config says.

    `exclude`: registered names that must not be added.
    """
    counts = generated_counts(part, config.generated_share)
    hosts = hosted_count(part, config.hosted_share)
    words = composed_count(part, config.composed_share)

    unknown = _invented(part, round(config.invented_share * len(part)), config.seed)
    generated = {family: at_most(family, count) for family, count in counts.items()}
    clouds = hosted(hosts, config.seed) if hosts else []
    composed = _composed(part, words, config.seed) if words else []

    taken = set(exclude)
    made = [_rows(_distinct(unknown, taken), DGA, UNKNOWN_FAMILY, INVENTED)]
    for family, names in generated.items():
        made.append(_rows(_distinct(names, taken), DGA, family, dataset.GENERATED))
    if share := config.resuffixed_share:
        made.append(_resuffixed(part, round(share * len(part)), config.seed, taken))
    made.append(_rows(_distinct(composed, taken), BENIGN, "", COMPOSED))
    made.append(_rows(_distinct(clouds, taken), BENIGN, "", HOSTED))
    return pd.concat([part, *filter(len, made)], ignore_index=True)


def generated_counts(part: pd.DataFrame, share: float) -> dict[str, int]:
    """How many names to generate for each family of a part that has a built-in generator."""
    sizes = part.loc[part[LABEL] == DGA, FAMILY].value_counts()
    wanted = {str(family): min(round(share * size), LARGEST) for family, size in sizes.items()}
    return {
        family: wanted[family]
        for family in sorted(wanted)
        if wanted[family] and family in FAMILIES and FAMILIES[family].exact
    }


def hosted_count(part: pd.DataFrame, share: float) -> int:
    """How many cloud host names to add to a part's benign names."""
    return round(share * int((part[LABEL] == BENIGN).sum()))


def composed_count(part: pd.DataFrame, share: float) -> int:
    """How many composed names are added to a part's benign ones."""
    return round(share * int((part[LABEL] == BENIGN).sum()))


def unseen(part: pd.DataFrame, config: ResolvedConfig, exclude: Iterable[str]) -> list[str]:
    """Names of synthetic families to go with a part that is not learnt from.

    As many as a training part of its size would get, from other synthetic generators.
    """
    count = round(config.invented_share * len(part))
    return _distinct(_invented(part, count, config.seed + UNSEEN_SEED), set(exclude))


def made_up(part: pd.DataFrame, config: ResolvedConfig, most: int) -> list[str]:
    """Names of made-up generators as a training part is widened with, at most so many."""
    return _invented(part, min(most, round(config.invented_share * len(part))), config.seed)


def _invented(part: pd.DataFrame, count: int, seed: int) -> list[str]:
    """Names of synthetic families."""
    if not count:
        return []
    dice = random.Random(seed)
    chosen = _without_hosted(part.loc[part[LABEL] == BENIGN, REGISTERED_NAME])
    generated = part.loc[part[LABEL] == DGA, REGISTERED_NAME].tolist()
    suffixes = [parse.split_suffix(name)[1] or "" for name in chosen]
    changed = _changed(_drawn(chosen, round(CHANGED_SHARE * count), dice), suffixes, dice)
    hidden = _hidden(_drawn(generated, round(HIDDEN_SHARE * count), dice), seed)
    made = [*changed, *hidden]
    return [*invent(count - len(made), suffixes, seed), *made]


def _resuffixed(part: pd.DataFrame, count: int, seed: int, taken: set[str]) -> pd.DataFrame:
    """Labels of a part's names under other suffixes, with their class and family.

    Four in ten are generated names, under suffixes drawn evenly. Of the benign ones a third have
    short labels, like acronyms, under country suffixes; half of the others are under suffixes drawn
    evenly and half under those that generated names prefer, of which lists have few benign names.
    """
    dice = random.Random(seed)
    rows = part[~part[REGISTERED_NAME].str.partition(".")[2].isin(zones())]
    labels, own = (rows[REGISTERED_NAME].str.partition(".")[place] for place in (0, 2))
    benign = (rows[LABEL] == BENIGN).to_numpy()
    short = benign & (labels.str.len() <= SHORT_LABEL).to_numpy()
    pools = _suffix_pools(own, benign)
    tasks = (
        (~benign, "even", 0.4), (short, "countries", 0.2), (benign, "even", 0.2),
        (benign, "generated", 0.1), (benign, "preferred", 0.1),
    )  # fmt: skip
    places, names = [], []
    for mask, pool, share in tasks:
        known = np.flatnonzero(mask).tolist()
        drawn = dice.choices(known, k=round(share * count)) if known and pools[pool] else []
        places += drawn
        names += [f"{labels.iat[at]}.{dice.choice(dice.choice(pools[pool]))}" for at in drawn]
    made = rows.iloc[places].assign(**{dataset.NAME: names, REGISTERED_NAME: names})
    made = made[~made[dataset.NAME].isin(taken)].drop_duplicates(dataset.NAME)
    taken.update(made[dataset.NAME])
    return made.assign(**{FEED: dataset.RESUFFIXED})


def composed_beside(part: pd.DataFrame, config: ResolvedConfig, count: int) -> list[str]:
    """So many composed names beside a part that is not learnt from, others than a training part's;
    none where the config adds none, or the part has no benign name."""
    if not config.composed_share or not (part[LABEL] == BENIGN).any():
        return []
    return _composed(part, count, config.seed + UNSEEN_SEED, INITIALS_BESIDE)


def _composed(
    part: pd.DataFrame, count: int, seed: int, initials_share: float = INITIALS_SHARE
) -> list[str]:
    """Composed names: most of words, some of them in letters outside ASCII, some romanised, some of
    two that belong together; initials under suffixes of countries; machines at home under dynamic
    DNS.

    Of those made of words three eighths are under suffixes drawn evenly, three as the part's benign
    names have them, two as its generated names do.
    """
    dice = random.Random(seed)
    suffixes = part[REGISTERED_NAME].str.partition(".")[2]
    benign = (part[LABEL] == BENIGN).to_numpy()
    pools = _suffix_pools(suffixes[~suffixes.isin(zones())], benign[~suffixes.isin(zones())])
    even, usual = pools["even"], [suffixes[benign].tolist()]
    of_words = [even] * 3 + [usual] * 3 + [pools["generated"] or usual] * 2
    kinds = (
        (compounds.international, INTERNATIONAL_SHARE, of_words),
        (compounds.romanised_labels, ROMANISED_SHARE, of_words),
        (compounds.linked, LINKED_SHARE, of_words),
        (compounds.initials, initials_share, [pools["countries"]]),
        (compounds.at_home, AT_HOME_SHARE, [[public_suffix.added_zones()]]),
    )
    made = [(labels(round(share * count), seed), uses) for labels, share, uses in kinds]
    rest = count - sum(len(labels) for labels, _ in made)
    made.insert(0, (compounds.composed(rest, seed), of_words))
    return [
        f"{label}.{dice.choice(dice.choice(dice.choice(uses)))}"
        for labels, uses in made
        for label in labels
    ]


def _suffix_pools(own: pd.Series[str], benign: np.ndarray) -> dict[str, list[Sequence[str]]]:
    """Lists of suffixes by use; a list is drawn first, then a suffix from it.

    `even`: the part's own suffixes, top-level domains and all listed suffixes. `countries`: country
    suffixes. `generated`: as frequent as among generated names. `preferred`: those that many
    generated names have.
    """
    listed = [suffix for suffix in public_suffix.listed() if suffix not in zones()]
    top = [suffix for suffix in listed if "." not in suffix]
    distinct = sorted(set(own))
    generated = own[~benign]
    counts = generated.value_counts()
    often = sorted(counts.index[counts >= OFTEN]) or sorted(counts.index)
    country = [suffix for suffix in {*distinct, *top} if len(suffix.rpartition(".")[2]) == 2]
    pools: dict[str, list[Sequence[str]]] = {
        "even": [distinct, distinct, top, listed],
        "countries": [sorted(country)],
        "generated": [generated.tolist()],
        "preferred": [often, CHEAP_SUFFIXES],
    }
    return {use: [pool for pool in found if pool] for use, found in pools.items()}


def _without_hosted(names: Iterable[str]) -> list[str]:
    """The names outside the zones of clouds, where random labels are common."""
    return [name for name in names if name.partition(".")[2] not in zones()]


def _drawn(names: Sequence[str], count: int, dice: random.Random) -> list[str]:
    return dice.choices(names, k=count) if names else []


def _changed(names: Sequence[str], suffixes: Sequence[str], dice: random.Random) -> list[str]:
    """Benign names with two to four characters changed, half of them under another suffix."""
    return [_change(name, suffixes, dice) for name in names]


def _change(name: str, suffixes: Sequence[str], dice: random.Random) -> str:
    label, _, suffix = name.partition(".")
    for _ in range(dice.choice((1, 1, 1, 2))):
        label = perturbations.two_changed(label, dice)
    return f"{label}.{dice.choice(suffixes) if dice.random() < 0.5 else suffix}"


def _hidden(names: Sequence[str], seed: int) -> list[str]:
    """Disguise generated names, an equal share by each attack."""
    tried = [attack for attack in ATTACKS.values() if attack.on == "dga"]
    return [
        name
        for at, attack in enumerate(tried)
        for name in perturbations.edited(names[at :: len(tried)], attack, seed)
    ]


def _distinct(names: Iterable[str], taken: set[str]) -> list[str]:
    """The distinct names that are not taken; adds them to `taken`."""
    free = [name for name in dict.fromkeys(names) if name not in taken]
    taken.update(free)
    return free


def _rows(names: list[str], label: str, family: str, feed: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            dataset.NAME: names,
            REGISTERED_NAME: names,
            LABEL: label,
            FAMILY: family,
            FEED: feed,
            dataset.SPLIT: dataset.TRAIN,
        }
    )
