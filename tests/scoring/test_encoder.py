from __future__ import annotations

import json
import random

import numpy as np
import pytest

from dga.errors import BundleError, ConfigError
from dga.scoring.encoder import ALPHABET, CharEncoder


def by_hand(encoder: CharEncoder, name: str, width: int) -> list[int]:
    """One character after the other, as the notebook does."""
    known = {character: code for code, character in enumerate(encoder.alphabet, start=1)}
    codes = [known.get(character, encoder.vocabulary - 1) for character in name.lower()][-width:]
    padding = [0] * (width - len(codes))
    return padding + codes if encoder.side == "left" else codes + padding


@pytest.mark.parametrize("side", ["left", "right"])
def test_encoding_at_once_is_encoding_by_hand(side: str) -> None:
    encoder = CharEncoder.from_json({"side": side, "max_length": 20})
    dice = random.Random(4)
    names = ["".join(dice.choices(ALPHABET + "AZ!~é漢", k=dice.randint(0, 30))) for _ in range(400)]
    for width in (20, 7, 1):
        expected = [by_hand(encoder, name, width) for name in names]
        assert encoder.encode(names, width).tolist() == expected


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("width", [4, 3, 6])
def test_names_of_one_length_are_encoded_as_others_are(side: str, width: int) -> None:
    encoder = CharEncoder.from_json({"side": side})
    names = ["Ab.c", "x-9~", "a_.z"]
    expected = [by_hand(encoder, name, width) for name in names]
    assert encoder.encode(names, width).tolist() == expected


def test_codes_are_small_integers_of_the_asked_width() -> None:
    codes = CharEncoder().encode(["abc.com", "x"])
    assert codes.shape == (2, 75)
    assert codes.dtype == np.uint8
    assert codes.max() < CharEncoder().vocabulary


def test_a_width_beyond_the_longest_is_cut() -> None:
    assert CharEncoder(max_length=10).encode(["a"], width=99).shape == (1, 10)


def test_no_names_give_no_rows() -> None:
    assert CharEncoder().encode([]).shape == (0, 75)


def test_an_encoder_survives_json() -> None:
    encoder = CharEncoder(max_length=33, side="left", alphabet="abc")
    assert CharEncoder.from_json(json.loads(json.dumps(encoder.to_json()))) == encoder


@pytest.mark.parametrize(
    "settings", [{"max_length": 0}, {"max_length": 256}, {"side": "middle"}, {"alphabet": "aa"}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"must be"):
        CharEncoder(**settings)


@pytest.mark.parametrize("values", [{"max_length": "x"}, {"strange": 1}, {"alphabet": "éé"}])
def test_a_damaged_encoder_is_a_damaged_bundle(values: dict[str, object]) -> None:
    with pytest.raises(BundleError, match="encoder is damaged"):
        CharEncoder.from_json(values)
