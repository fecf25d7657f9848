"""n-grams: their numbers, and which are looked up."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from dga.networks import ngrams
from dga.scoring.encoder import CharEncoder

ENCODER = CharEncoder(max_length=16, side="right")


def numbers(name: str, longest: int) -> list[list[int]]:
    codes = ops.convert_to_tensor(ENCODER.encode([name]).astype(np.int32))
    found = ngrams.numbered(codes, ENCODER.vocabulary, longest)
    return [ops.convert_to_numpy(of_length)[0].tolist() for of_length in found]


def network(rows: int) -> keras.Model:
    codes = keras.Input((None,), dtype="int32")
    looked_up = ngrams.Frequent(3, rows)(ngrams.numbered(codes, ENCODER.vocabulary, 3)[1])
    return keras.Model(codes, looked_up)


def rows_of(model: keras.Model, name: str) -> list[int]:
    return model.predict_on_batch(ENCODER.encode([name]).astype(np.int32))[0, : len(name)].tolist()


@pytest.mark.parametrize("length", [2, 3, 4, 5, 6, 7])
def test_the_same_characters_have_the_same_number_wherever_they_stand(length: int) -> None:
    word = "sunrise"[:length]
    first, second = numbers(f"{word}.net", length)[-1], numbers(f"my{word}.net", length)[-1]
    assert first[0] == second[2]


@pytest.mark.parametrize("length", [2, 3, 4, 5, 6, 7])
def test_other_characters_have_another_number(length: int) -> None:
    found = numbers("sunrise.net", length)[-1][: len("sunrise.net")]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("length", [2, 3, 5, 7])
def test_numbers_hash_within_their_range(length: int) -> None:
    assert all(0 <= number < ngrams.GRAM_RANGE for number in numbers("zzzzzzzzzzzz.zz", length)[-1])


def test_an_n_gram_that_names_repeat_gets_a_row_and_a_rare_one_none() -> None:
    model = network(100)
    repeated = [f"sun{tail}" for tail in ("abcd", "efgh", "ijkl", "mnop", "qrst")]
    ngrams.choose(model, ENCODER.encode(repeated), ENCODER.vocabulary)
    assert rows_of(model, "sunabcd")[0] >= ngrams.FIRST
    assert rows_of(model, "sunabcd")[1:] == [ngrams.RARE] * 6


def test_of_more_than_there_are_rows_the_most_frequent_are_looked_up() -> None:
    model = network(ngrams.FIRST + 3)  # "sun" and what runs over its end are three
    names = ["sun"] * (ngrams.LEAST + 1) + ["sea"] * ngrams.LEAST
    ngrams.choose(model, ENCODER.encode(names), ENCODER.vocabulary)
    assert min(rows_of(model, "sun")) >= ngrams.FIRST
    assert rows_of(model, "sea") == [ngrams.RARE] * 3


def test_a_network_that_goes_on_keeps_its_rows_and_gives_free_ones_to_new_n_grams() -> None:
    model = network(ngrams.FIRST + 5)
    ngrams.choose(model, ENCODER.encode(["sun"] * ngrams.LEAST), ENCODER.vocabulary)
    before = rows_of(model, "sun")
    ngrams.choose(model, ENCODER.encode(["sea"] * (ngrams.LEAST + 1)), ENCODER.vocabulary)
    assert rows_of(model, "sun") == before
    rows = rows_of(model, "sea")
    assert sorted(set(rows)) == [ngrams.RARE, ngrams.FIRST + 3, ngrams.FIRST + 4]


def test_padding_counts_for_nothing() -> None:
    counts = ngrams.counted(ENCODER.encode(["sun"] * 9), ENCODER.vocabulary, [2, 3])
    assert counts[2][0] == counts[3][0] == 0
    assert counts[3].sum() == 9 * len("sun")


def test_padding_is_looked_up_in_a_row_of_its_own_which_is_zero() -> None:
    model = network(100)
    ngrams.choose(model, ENCODER.encode(["sunrise"] * ngrams.LEAST), ENCODER.vocabulary)
    codes = ENCODER.encode(["sun"]).astype(np.int32)
    assert model.predict_on_batch(codes)[0, 3:].tolist() == [ngrams.PADDING] * 13
    rows = np.asarray(ngrams.Padded()((5, 2)))
    assert rows[ngrams.PADDING].tolist() == [0.0, 0.0]
    assert (rows[ngrams.RARE :] != 0).all()


def test_no_gradient_reaches_the_row_of_padding_though_n_grams_share_its_place() -> None:
    codes = keras.Input((None,), dtype="int32")
    pairs, found = ngrams.numbered(codes, ENCODER.vocabulary, 3)
    rows = ngrams.Frequent(3, 100, places=7)(found)  # every seventh number shares padding's place
    near = ngrams.table(rows, 100, 4, "table") + ngrams.table(pairs, 2000, 4, "pairs")
    model = keras.Model(codes, keras.layers.Dense(1)(ops.sum(ops.relu(near), axis=1)))
    names = ENCODER.encode(["sunrise.net", "xkqz7jw9v2.com", "seaside.org"] * 9).astype(np.int32)
    ngrams.choose(model, names, ENCODER.vocabulary)
    model.compile("adam", "mse")
    model.fit(names, np.arange(27.0), epochs=20, verbose=0)
    learnt = model.get_layer("table").get_weights()[0]
    assert learnt[ngrams.PADDING].tolist() == [0.0] * 4
    assert np.abs(learnt[ngrams.RARE]).max() > 0


def test_what_was_chosen_is_saved_with_the_network(tmp_path: Path) -> None:
    model = network(100)
    ngrams.choose(model, ENCODER.encode(["sunrise"] * ngrams.LEAST), ENCODER.vocabulary)
    path = tmp_path / "model.keras"
    model.save(path)
    again = keras.models.load_model(path, compile=False, safe_mode=True)
    assert rows_of(again, "sunset") == rows_of(model, "sunset")
    assert max(rows_of(again, "sunset")) >= ngrams.FIRST
