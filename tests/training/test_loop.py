from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest

from dga.config import ResolvedConfig, TrainingConfig
from dga.datasets import dataset
from dga.errors import TrainingError
from dga.progress import Progress, ignore, never
from dga.scoring.encoder import CharEncoder
from dga.training import examples, loop, predict

ENCODER = CharEncoder(max_length=32)


def names_frame() -> pd.DataFrame:
    """Names that are told apart by their letters: vowels chosen, consonants generated."""
    rng = np.random.default_rng(0)

    def names(letters: str, suffix: str) -> list[str]:
        rows = rng.choice(list(letters), (300, 9))
        return [f"{''.join(row)}.{suffix}" for row in rows]

    chosen, first, second = names("aeiou", "com"), names("bcdfg", "net"), names("vwxyz", "net")
    return pd.DataFrame(
        {
            dataset.NAME: chosen + first + second,
            "label": ["benign"] * 300 + ["dga"] * 600,
            "family": [""] * 300 + ["first"] * 300 + ["second"] * 300,
        }
    )


def config(**settings: object) -> ResolvedConfig:
    return TrainingConfig.from_json(
        {"architecture": "bigram", "epochs": 6, "batch_size": 64, "max_length": 32} | settings
    ).resolved()


def examples_of(settings: ResolvedConfig) -> examples.Examples:
    frame = names_frame()
    return examples.examples(frame, ENCODER, [], dataset.loss_weights(frame, settings))


def fitted(settings: ResolvedConfig, **kwargs: object) -> tuple[loop.Trained, examples.Examples]:
    frame = names_frame()
    classes = examples.classes_for(frame, settings)
    part = examples.examples(frame, ENCODER, classes, dataset.loss_weights(frame, settings))
    options = {"on_progress": ignore, "should_stop": never} | kwargs
    return loop.fit(part, part, ENCODER, classes, settings, **options), part


@pytest.mark.parametrize("task", ["binary", "family", "both"])
def test_each_task_learns_to_tell_the_classes_apart(task: str) -> None:
    trained, part = fitted(config(task=task))
    scores = predict.scores(trained.model, part, task)
    assert ((scores >= 0.5) == (part.is_dga > 0)).mean() > 0.97
    assert not trained.partial
    assert trained.history[-1]["validation_accuracy"] > 0.97


def test_the_family_task_knows_benign_and_names_the_family() -> None:
    settings = config(task="family")
    classes = examples.classes_for(names_frame(), settings)
    assert classes == ["benign", "first", "second"]
    trained, part = fitted(settings)
    given = trained.model.predict_on_batch(part.codes.astype(np.int32))["families"]
    assert (given.argmax(axis=1) == part.family).mean() > 0.97


def test_rare_families_are_no_class() -> None:
    settings = config(task="both", min_family=301)
    assert examples.classes_for(names_frame(), settings) == []


def test_a_stopped_training_keeps_what_it_learnt() -> None:
    asked = itertools.count()
    trained, _ = fitted(config(), should_stop=lambda: next(asked) >= 5)
    assert trained.partial
    assert trained.batches == 5
    assert len(trained.history) == 1


def test_max_batches_ends_in_the_middle_of_an_epoch() -> None:
    trained, _ = fitted(config(max_batches=20))
    assert trained.batches == 20
    assert not trained.partial
    assert [row["batches"] for row in trained.history] == [15, 20]


def test_the_same_seed_gives_the_same_scores() -> None:
    first, part = fitted(config(architecture="cnn", max_batches=4))
    second, _ = fitted(config(architecture="cnn", max_batches=4))
    scores = [predict.scores(trained.model, part, "binary") for trained in (first, second)]
    assert np.allclose(*scores, atol=1e-5)


def test_progress_counts_up_and_ends_at_the_last_batch() -> None:
    told: list[Progress] = []
    fitted(config(), on_progress=told.append)
    batches = [progress.batch for progress in told]
    assert batches == sorted(batches)
    assert batches[-1] == told[-1].batches == 6 * 15
    assert told[-1].share == 1


def test_drop_suffixes_blanks_whole_suffixes_and_nothing_else() -> None:
    codes = ENCODER.encode(["abc.com", "abcdef.net"] * 50)
    widths = np.array([4, 7] * 50)
    dropped = examples.drop_suffixes(codes, widths, 0.5, np.random.default_rng(0))
    changed = (dropped != codes).any(axis=1)
    assert 20 < changed.sum() < 80
    bare = ENCODER.encode(["abc.", "abcdef."] * 50)
    assert (dropped[changed] == bare[changed]).all()


def test_the_history_tells_the_mean_of_the_epoch_and_which_weights_are_kept() -> None:
    trained, _ = fitted(config(epochs=3))
    losses = [row["loss"] for row in trained.history]
    assert losses == sorted(losses, reverse=True)
    assert [row["kept"] for row in trained.history] == [0, 0, 1]


@pytest.mark.parametrize("task", ["binary", "family", "both"])
def test_the_log_loss_has_the_terms_of_the_validation_loss(task: str) -> None:
    settings = config(epochs=1, task=task, learning_rate=1e-6, schedule="constant")
    trained, _ = fitted(settings)  # it hardly learns, so that both are of the same weights
    (row,) = trained.history
    assert row["log_loss"] == pytest.approx(row["validation_loss"], rel=0.02)
    if task == "both":
        assert row["loss"] > 1.2 * row["log_loss"]  # the families' term is no part of it


def test_the_weights_of_the_best_epoch_are_kept() -> None:
    settings = config(learning_rate=1.0, schedule="constant", epochs=5, optimizer="rmsprop")
    trained, part = fitted(settings)
    losses = [row["validation_loss"] for row in trained.history]
    kept = [row["kept"] for row in trained.history]
    assert kept.index(1) == int(np.argmin(losses)) != len(losses) - 1
    scores = predict.scores(trained.model, part, "binary")
    sure = np.clip(np.where(part.is_dga > 0, scores, 1 - scores), 1e-7, 1)
    assert -np.log(sure).mean() == pytest.approx(min(losses), rel=1e-4)
    last, _ = fitted(dataclasses.replace(settings, keep="last"))
    assert [row["kept"] for row in last.history] == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("keep", ["last", "best"])
def test_the_average_of_the_weights_is_kept_and_validated(keep: str) -> None:
    settings = config(keep=keep, schedule="constant")
    plain, part = fitted(settings)
    averaged, _ = fitted(dataclasses.replace(settings, averaging=0.4))
    losses = [[row["loss"] for row in one.history] for one in (averaged, plain)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)  # it learns as without
    row = next(row for row in averaged.history if row["kept"])
    scores = predict.scores(averaged.model, part, "binary")
    sure = np.where(part.is_dga > 0, scores, 1 - scores)
    assert -np.log(sure).mean() == pytest.approx(row["validation_loss"], abs=1e-6)
    assert row["validation_loss"] > 1.5 * plain.history[-1]["validation_loss"]  # it lags behind


def test_a_stopped_training_keeps_the_average_too() -> None:
    """Which lies behind the last weights, nearer to the start."""
    settings = config(schedule="constant", keep="last")
    asked = itertools.count()
    averaged, part = fitted(
        dataclasses.replace(settings, averaging=0.5), should_stop=lambda: next(asked) >= 30
    )
    present, _ = fitted(dataclasses.replace(settings, max_batches=30))
    assert averaged.partial and averaged.batches == present.batches
    behind, ahead = (
        np.abs(predict.scores(one.model, part, "binary") - 0.5).mean()
        for one in (averaged, present)
    )
    assert behind < ahead - 0.01


def test_a_training_ends_where_patience_does() -> None:
    settings = config(learning_rate=1.0, schedule="constant", epochs=30, optimizer="rmsprop")
    trained, _ = fitted(dataclasses.replace(settings, patience=2))
    losses = [row["validation_loss"] for row in trained.history]
    assert len(losses) == int(np.argmin(losses)) + 3 < 30
    assert not trained.partial


def test_without_a_validation_part_the_last_weights_are_kept() -> None:
    settings = config(epochs=2)
    part = examples_of(settings)
    none = examples.Examples(**{name: values[:0] for name, values in vars(part).items()})
    options = {"on_progress": ignore, "should_stop": never}
    trained = loop.fit(part, none, ENCODER, [], settings, **options)
    assert [row["kept"] for row in trained.history] == [0, 1]


@pytest.mark.parametrize("padding", ["read", "trimmed"])
def test_an_lstm_learns_with_its_padding_and_without_it(padding: str) -> None:
    encoder = CharEncoder(max_length=32, side="left")
    settings = config(
        architecture="lstm", padding=padding, epochs=3, optimizer="adam", learning_rate=1e-2
    )
    part = examples.examples(names_frame(), encoder, [])
    trained = loop.fit(part, part, encoder, [], settings, on_progress=ignore, should_stop=never)
    scores = predict.scores(trained.model, part, "binary")  # over all columns
    assert ((scores >= 0.5) == (part.is_dga > 0)).mean() > 0.97
    assert trained.model.input_shape == (None, 32)
    sure = np.clip(np.where(part.is_dga > 0, scores, 1 - scores), 1e-7, 1)
    told = min(row["validation_loss"] for row in trained.history)  # over the names alone
    assert -np.log(sure).mean() == pytest.approx(told, rel=1e-3)


def test_a_loss_that_is_no_number_stops_at_once() -> None:
    settings = config(epochs=50)
    part = examples_of(settings)
    broken = dataclasses.replace(part, weights=np.full(len(part), np.nan, dtype=np.float32))
    reported: list[Progress] = []
    with pytest.raises(TrainingError, match="the loss is not a number after .* lower the learning"):
        loop.fit(
            broken,
            part,
            ENCODER,
            [],
            settings,
            on_progress=reported.append,
            should_stop=never,
        )
    assert max(progress.epoch for progress in reported) <= 1
