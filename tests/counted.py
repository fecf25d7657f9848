"""A bundle that tells what it was asked, and made-up names to ask it."""

from __future__ import annotations

import random

from dga.names.arrow_strings import Bytes, Places, column_from
from dga.scoring.bundle import Batch, ModelBundle


class Counting(ModelBundle):
    """A bundle that remembers what it was asked to score."""

    asked: list[list[str]]

    def batches(self, raw: Bytes, places: Places) -> list[Batch]:
        if names := column_from(raw, places).to_pylist():
            self.asked.append(names)
        return super().batches(raw, places)


def made_up(count: int) -> list[str]:
    dice = random.Random(7)
    return ["".join(dice.choices("abcxyz019", k=9)) + ".com" for _ in range(count)]
