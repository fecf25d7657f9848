"""What a training can be told: TrainingConfig, checked at birth, and the table of architectures.

Knows neither Keras nor files, so that the web process can show and check a form with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from dga.columns import BENIGN, DGA
from dga.errors import ConfigError

Scope = Literal["registered", "fqdn"]
Task = Literal["binary", "family", "both"]
Split = Literal["registered", "rows"]
Balance = Literal["none", "class", "family"]
Optimizer = Literal["rmsprop", "adam"]
Schedule = Literal["constant", "cosine", "warmup"]
Padding = Literal["read", "trimmed"]
Keep = Literal["best", "last"]
Calibrated = Literal["no", "scaled", "weighed"]


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """How an architecture is fed and trained when nothing else is asked for.

    The builder is the function of the same name in `dga.architectures`. `trims`: columns of
    padding change no score, so batches may be cut to their longest name. `calibrated`: on the
    validation part, scores are scaled (Platt 1999), or weighed with the families that the network
    names and with how likely people are to have chosen the name; the notebook's network keeps its
    own. `likelihood`: the network tells the latter (`dga.likelihood`).
    """

    about: str
    side: Literal["left", "right"] = "right"
    trims: bool = True
    calibrated: Calibrated = "weighed"
    likelihood: bool = False
    optimizer: Optimizer = "adam"
    learning_rate: float = 1e-3
    schedule: Schedule = "cosine"
    batch_size: int = 512
    epochs: int = 4
    suffix_dropout: float = 0.0
    invented_share: float = 0.0
    generated_share: float = 0.0
    hosted_share: float = 0.0
    benign_weight: float = 1.0
    averaging: float = 0.0


ARCHITECTURES: dict[str, Architecture] = {
    "lstm": Architecture(
        about="the notebook's LSTM (Woodbridge et al. 2016): 75 columns, one epoch, RMSprop",
        side="left",
        trims=False,
        calibrated="no",
        optimizer="rmsprop",
        schedule="constant",
        batch_size=128,
        epochs=1,
    ),
    "bigram": Architecture(
        about="logistic regression on character bigrams, the same paper's baseline",
        learning_rate=2e-2,
    ),
    "cnn": Architecture(
        about="convolutions of several widths side by side (Saxe and Berlin 2017)",
        suffix_dropout=0.3,
    ),
    "hybrid": Architecture(
        about="frequent n-grams under convolutions, and the name's shape: ours, the most accurate",
        likelihood=True,
        suffix_dropout=0.1,
        invented_share=0.25,
        generated_share=1.25,
        hosted_share=0.05,
        benign_weight=1.5,
        averaging=0.2,
        epochs=5,
        batch_size=512,
        learning_rate=2e-3,
    ),
}


# The settings for which None stands for the architecture's own.
OWN = (
    "epochs",
    "batch_size",
    "optimizer",
    "learning_rate",
    "schedule",
    "suffix_dropout",
    "invented_share",
    "generated_share",
    "hosted_share",
    "benign_weight",
    "averaging",
)


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that decides a training, but for the feeds. None: the architecture's own.

    `balance` None: both classes weigh the same, since top lists hold far fewer registered names
    than host names; on host names as they stand each name does, as in the notebook. `padding`
    `trimmed`: batches are cut to their longest name; None where the architecture allows it.
    `keep`: the weights of the epoch with the lowest validation loss, or of the last. `patience`:
    end after so many epochs without a lower one. `clip_norm`: the largest length of a correction.
    """

    architecture: str = "lstm"
    task: Task = "binary"
    scope: Scope = "registered"
    split: Split = "registered"
    seed: int = 23
    test_size: float = 0.2
    validation_size: float = 0.05
    cap_per_family: int | None = None
    min_family: int = 50
    balance: Balance | None = None
    max_length: int = 75
    epochs: int | None = None
    max_batches: int | None = None
    batch_size: int | None = None
    optimizer: Optimizer | None = None
    learning_rate: float | None = None
    schedule: Schedule | None = None
    clip_norm: float | None = None
    padding: Padding | None = None
    keep: Keep = "best"
    patience: int | None = None
    suffix_dropout: float | None = None
    invented_share: float | None = None
    generated_share: float | None = None
    hosted_share: float | None = None
    benign_weight: float | None = None
    averaging: float | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        _check_choices(self)
        _check_numbers(self)

    def resolved(self) -> TrainingConfig:
        """The same settings with the architecture's own in place of None."""
        own = ARCHITECTURES[self.architecture]
        given = {name: getattr(self, name) for name in OWN}
        settings = {n: getattr(own, n) if v is None else v for n, v in given.items()}
        balance = self.balance or ("none" if self.scope == "fqdn" else "class")
        padding = self.padding or ("trimmed" if own.trims else "read")
        return replace(self, **settings, balance=balance, padding=padding)

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Make a config from `to_json`'s values; ConfigError names a setting it does not know."""
        strange = set(values) - {field.name for field in fields(cls)}
        if strange:
            raise ConfigError(f"unknown setting {', '.join(sorted(strange))}")
        return cls(**values)


def _check_choices(config: TrainingConfig) -> None:
    choices: dict[str, tuple[Any, ...]] = {
        "architecture": tuple(ARCHITECTURES),
        "task": get_args(Task),
        "scope": get_args(Scope),
        "split": get_args(Split),
        "balance": (None, *get_args(Balance)),
        "optimizer": (None, *get_args(Optimizer)),
        "schedule": (None, *get_args(Schedule)),
        "padding": (None, *get_args(Padding)),
        "keep": get_args(Keep),
    }
    for name, allowed in choices.items():
        given = getattr(config, name)
        if given not in allowed:
            names = ", ".join(str(choice) for choice in allowed if choice is not None)
            raise ConfigError(f"{name} must be one of {names}; got {given!r}")


def _check_numbers(config: TrainingConfig) -> None:
    whole: dict[str, tuple[int, int]] = {
        "seed": (0, 2**32 - 1),
        "cap_per_family": (1, 10**9),
        "min_family": (1, 10**9),
        "max_length": (8, 255),
        "epochs": (1, 1000),
        "max_batches": (1, 10**9),
        "batch_size": (1, 65536),
        "patience": (1, 1000),
    }
    real: dict[str, tuple[float, float]] = {
        "test_size": (0.01, 0.9),
        "validation_size": (0, 0.5),
        "learning_rate": (1e-7, 10),
        "clip_norm": (1e-3, 1e3),
        "suffix_dropout": (0, 1),
        "invented_share": (0, 5),
        "generated_share": (0, 100),
        "hosted_share": (0, 5),
        "benign_weight": (0.01, 100),
        "averaging": (0, 0.5),
    }
    for name, (low, high) in {**whole, **real}.items():
        given = getattr(config, name)
        if given is None:
            continue
        kind, about = (int, "a whole number") if name in whole else ((int, float), "a number")
        if not isinstance(given, kind):
            raise ConfigError(f"{name} must be {about}, got {given!r}")
        if not low <= given <= high:
            raise ConfigError(f"{name} must be from {low} to {high}, got {given}")
    if config.test_size + config.validation_size >= 0.95:
        raise ConfigError(
            f"test_size {config.test_size:g} and validation_size {config.validation_size:g} "
            "leave nothing to train on; together they must stay under 0.95"
        )


@dataclass(frozen=True, kw_only=True)
class FeedSpec:
    """A file to train on. `label` and `format` None: told by the file itself."""

    path: str
    label: str | None = None
    format: str | None = None

    def __post_init__(self) -> None:
        if self.label not in (None, BENIGN, DGA):
            raise ConfigError(f"a feed's label is {BENIGN} or {DGA}, got {self.label!r}")


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """A training as a whole: settings, feeds, the run's name.

    `trial`: labelled files whose registered names no part of the dataset may hold; where given,
    the run's test predictions are written over them alone. `base`: the run to go on from, with its
    weights and families; empty to start anew.
    """

    name: str
    config: TrainingConfig
    feeds: tuple[FeedSpec, ...]
    trial: tuple[FeedSpec, ...] = ()
    base: str = ""

    def to_json(self) -> dict[str, Any]:
        """The plan as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TrainingPlan:
        """Make a plan from `to_json`'s values."""
        try:
            return cls(
                name=values["name"],
                config=TrainingConfig.from_json(values["config"]),
                feeds=tuple(FeedSpec(**feed) for feed in values["feeds"]),
                trial=tuple(FeedSpec(**feed) for feed in values["trial"]),
                base=values.get("base", ""),
            )
        except (KeyError, TypeError) as error:
            raise ConfigError(f"the training plan is damaged: {error}") from None
