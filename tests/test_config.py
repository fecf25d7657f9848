from __future__ import annotations

import argparse
import inspect
import json
from typing import Any

import pytest

from dga import DGAClassifier, config
from dga.cli import train
from dga.config import (
    ARCHITECTURES,
    SETTINGS,
    Architecture,
    FeedSpec,
    TrainingConfig,
    TrainingPlan,
    register_architecture,
)
from dga.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"architecture": "gru"},
            f"architecture must be one of {', '.join(ARCHITECTURES)}; got 'gru'",
        ),
        ({"task": "all"}, "task must be one of binary, both, family; got 'all'"),
        ({"scope": "host"}, "scope must be one of registered, fqdn; got 'host'"),
        ({"split": "time"}, "split must be one of registered, rows; got 'time'"),
        ({"balance": "yes"}, "balance must be one of class, none, family; got 'yes'"),
        ({"optimizer": "sgd"}, "optimizer must be one of rmsprop, adam, lazy_adam; got 'sgd'"),
        ({"schedule": "step"}, "schedule must be one of constant, cosine, warmup; got 'step'"),
        ({"epochs": 0}, "epochs must be from 1 to 1000, got 0"),
        ({"batch_size": -1}, "batch_size must be from 1 to 65536, got -1"),
        ({"seed": -1}, "seed must be from 0 to 4294967295, got -1"),
        ({"max_length": 256}, "max_length must be from 8 to 255, got 256"),
        ({"test_size": float("nan")}, "test_size must be from 0.01 to 0.9, got nan"),
        ({"learning_rate": 0}, "learning_rate must be from 1e-07 to 10, got 0"),
        ({"epochs": 2.5}, "epochs must be a whole number, got 2.5"),
        ({"batch_size": "64"}, "batch_size must be a whole number, got '64'"),
    ],
)
def test_a_setting_out_of_range_is_told_with_its_rule(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        TrainingConfig(**settings)
    assert str(caught.value) == message


def test_parts_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(ConfigError, match="leave nothing to train on"):
        TrainingConfig(test_size=0.7, validation_size=0.3)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_is_not_told_comes_from_the_architecture(architecture: str) -> None:
    own = ARCHITECTURES[architecture]
    resolved = TrainingConfig(architecture=architecture, epochs=7).resolved()
    assert resolved.epochs == 7
    assert (resolved.batch_size, resolved.optimizer) == (own.batch_size, own.optimizer)
    assert None not in (resolved.learning_rate, resolved.schedule, resolved.suffix_dropout)


def test_a_continued_training_has_defaults_of_its_own() -> None:
    plan = TrainingPlan(name="one", config=TrainingConfig(batch_size=64), feeds=(), base="before")
    own = ARCHITECTURES["hybrid"]
    assert plan.resolved_config().epochs == own.continuing().epochs == own.continued["epochs"]
    assert plan.resolved_config().batch_size == 64
    assert plan.resolved_config().cleaning == own.cleaning
    fresh = TrainingPlan(name="two", config=plan.config, feeds=())
    assert fresh.resolved_config().epochs == own.epochs
    given = TrainingConfig(epochs=9).resolved(continued=True)
    assert given.epochs == given.resolved().epochs == 9


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_defaults_of_continuing_are_settings(architecture: str) -> None:
    own = ARCHITECTURES[architecture]
    config = TrainingConfig(architecture=architecture).resolved(continued=True)
    assert {name: getattr(config, name) for name in own.continued} == own.continued


def test_a_zero_of_the_users_is_no_missing_value() -> None:
    config = TrainingConfig(architecture="cnn", suffix_dropout=0.0)
    assert config.resolved().suffix_dropout == 0.0


def test_a_plan_survives_json() -> None:
    plan = TrainingPlan(
        name="one",
        config=TrainingConfig(architecture="cnn", task="both", epochs=3, cap_per_family=100),
        feeds=(FeedSpec(path="a.txt", label="benign"), FeedSpec(path="b.csv")),
        trial=(FeedSpec(path="c.csv"),),
    )
    assert TrainingPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    "change",
    [
        {"config": {"epoch": 3}},
        {"config": {"epochs": "three"}},
        {"feeds": [{"file": "x"}]},
        {"feeds": None},
        {"feeds": [{"path": "x", "label": "bad"}]},
    ],
)
def test_a_damaged_plan_is_refused(change: dict[str, Any]) -> None:
    plan = TrainingPlan(name="one", config=TrainingConfig(), feeds=()).to_json()
    with pytest.raises(ConfigError):
        TrainingPlan.from_json({**plan, **change})


def test_a_plan_without_its_parts_is_refused() -> None:
    with pytest.raises(ConfigError, match="the training plan is damaged"):
        TrainingPlan.from_json({"name": "one"})


def test_classes_weigh_the_same_unless_names_are_taken_as_they_stand() -> None:
    assert TrainingConfig().resolved().balance == "class"
    assert TrainingConfig(scope="fqdn").resolved().balance == "none"
    assert TrainingConfig(balance="family", scope="fqdn").resolved().balance == "family"


def test_the_default_architecture_is_the_same_everywhere() -> None:
    signature = inspect.signature(DGAClassifier)
    assert TrainingConfig().architecture == signature.parameters["architecture"].default == "hybrid"
    assert (
        TrainingPlan.from_json({"name": "x", "config": {}, "feeds": [], "trial": []}).config
        == TrainingConfig()
    )


def test_the_command_line_has_an_option_for_every_setting() -> None:
    parser = argparse.ArgumentParser()
    train.add_options(parser)
    options = parser.parse_args(["--cleaning", "--batch-size", "64", "--schedule", "warmup"])
    assert (options.cleaning, options.batch_size, options.schedule) == (True, 64, "warmup")
    assert all(hasattr(options, name) for name in SETTINGS)
    assert "warmup: a short rise" in " ".join(parser.format_help().split())


def test_a_registered_architecture_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for table in (ARCHITECTURES, config.BUILDERS):
        monkeypatch.setitem(table, "mine", None)  # is taken out again after the test
        del table["mine"]
    register_architecture("mine", Architecture(about="ours", epochs=7), lambda *given: given)
    assert TrainingConfig(architecture="mine").resolved().epochs == 7
    assert "mine" in config.choices_of("architecture")
    with pytest.raises(ConfigError, match="'mine' exists already"):
        register_architecture("mine", Architecture(about="again"), lambda *given: given)
