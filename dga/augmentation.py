"""A training part widened with names that stand in no list, so that unseen families are found.

Three sources: made-up generators (`dga.generators.invented`), the part's own chosen names with a
few characters changed, as charbot makes them, and its generated names hidden by known attacks
(`dga.attacks`). All belong to the family `unknown`, and go into the training part alone.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from dga import attacks, dataset, domains
from dga.attacks import ATTACKS
from dga.columns import BENIGN, DGA, FAMILY, FEED, LABEL, REGISTERED_NAME, UNKNOWN_FAMILY
from dga.generators.invented import invent

INVENTED = "invented"  # as a feed's name
CHANGED_SHARE, HIDDEN_SHARE = 0.2, 0.15  # of the names that are added


def widened(part: pd.DataFrame, share: float, seed: int, exclude: Collection[str]) -> pd.DataFrame:
    """Return the part with `share` times as many invented names behind its rows.

    `exclude`: registered names that must not be among them.
    """
    count = round(share * len(part))
    if not count:
        return part
    dice = random.Random(seed)
    chosen = part.loc[part[LABEL] == BENIGN, REGISTERED_NAME].tolist()
    generated = part.loc[part[LABEL] == DGA, REGISTERED_NAME].tolist()
    suffixes = [domains.split_suffix(name)[1] or "" for name in chosen]
    changed = _changed(_drawn(chosen, round(CHANGED_SHARE * count), dice), suffixes, dice)
    hidden = _hidden(_drawn(generated, round(HIDDEN_SHARE * count), dice), seed)
    made = [*changed, *hidden]
    made = [*invent(count - len(made), suffixes, seed), *made]
    return pd.concat([part, _rows(_distinct(made, exclude))], ignore_index=True)


def _drawn(names: Sequence[str], count: int, dice: random.Random) -> list[str]:
    return dice.choices(names, k=count) if names else []


def _changed(names: Sequence[str], suffixes: Sequence[str], dice: random.Random) -> list[str]:
    """Chosen names with two to four characters changed, half of them under another's suffix."""
    return [_change(name, suffixes, dice) for name in names]


def _change(name: str, suffixes: Sequence[str], dice: random.Random) -> str:
    label, _, suffix = name.partition(".")
    for _ in range(dice.choice((1, 1, 1, 2))):
        label = attacks.two_changed(label, dice)
    return f"{label}.{dice.choice(suffixes) if dice.random() < 0.5 else suffix}"


def _hidden(names: Sequence[str], seed: int) -> list[str]:
    """Generated names, each attack tried on its share of them."""
    tried = [attack for attack in ATTACKS.values() if attack.on == "dga"]
    return [
        name
        for at, attack in enumerate(tried)
        for name in attacks.edited(names[at :: len(tried)], attack, seed)
    ]


def _distinct(names: Iterable[str], exclude: Collection[str]) -> list[str]:
    taken = set(exclude)
    return [name for name in dict.fromkeys(names) if name not in taken]


def _rows(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            dataset.NAME: names,
            REGISTERED_NAME: names,
            LABEL: DGA,
            FAMILY: UNKNOWN_FAMILY,
            FEED: INVENTED,
            dataset.SPLIT: dataset.TRAIN,
        }
    )
