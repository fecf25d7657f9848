"""Settings of a training: one table, from which command line, form, checks and docs derive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from dga.config.architectures import ARCHITECTURES, Optimizer, Schedule
from dga.errors import ConfigError
from dga.schema import Scope, Task

Split = Literal["registered", "rows"]
Balance = Literal["none", "class", "family"]
Padding = Literal["read", "trimmed"]
Keep = Literal["best", "last"]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How a setting is presented: command line, form and docs are made from it.

    `choices`: value -> its meaning in a few words. `low`, `high`: the range of a number; `whole`:
    it must be an integer. `own`: None means the architecture's default. `empty`: what None means
    for other settings. `group`: the part of the form.
    """

    label: str
    help: str
    choices: Mapping[str, str] | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = False
    own: bool = False
    empty: str = ""
    group: Literal["network", "basic", "advanced", ""] = ""


def _setting(default: Any, label: str, help: str, **traits: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(label=label, help=help, **traits)})


def _whole(low: int, high: int) -> dict[str, Any]:
    return {"low": low, "high": high, "whole": True}


def _real(low: float, high: float) -> dict[str, Any]:
    return {"low": low, "high": high}


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """All settings of a training except its feeds.

    The one table of settings: each field has its default, label, help and range. ConfigError for a
    value out of range.
    """

    architecture: str = _setting(
        "hybrid",
        "Architecture",
        "The kind of network. Settings left empty take the architecture's defaults.",
        group="network",
    )
    task: Task = _setting(
        "binary",
        "Task",
        "What the network predicts.",
        choices={
            "binary": "Benign or DGA: one score per name, as in the notebook",
            "both": "Benign or DGA, and the family: a score and the share of each family",
            "family": "Family only: benign is one of the classes; the score is 1 - P(benign)",
        },
        group="network",
    )
    scope: Scope = _setting(
        "registered",
        "Scope",
        "The part of a domain that the network reads.",
        choices={
            "registered": "Registered name: without host names and subdomains",
            "fqdn": "Whole domain: with subdomains; needs feeds that contain them",
        },
        group="network",
    )
    max_length: int = _setting(
        75,
        "Longest name",
        "How many characters of a name the network reads.",
        **_whole(8, 255),
        group="network",
    )
    epochs: int | None = _setting(
        None,
        "Epochs",
        "Passes over the training part.",
        **_whole(1, 1000),
        own=True,
        group="basic",
    )
    batch_size: int | None = _setting(
        None,
        "Batch size",
        "Names per gradient step. Larger is faster, smaller learns more from each name.",
        **_whole(1, 65536),
        own=True,
        group="basic",
    )
    cap_per_family: int | None = _setting(
        None,
        "Cap per family",
        "Use at most this many names of each family, so that huge families do not dominate.",
        **_whole(1, 10**9),
        empty="all",
        group="basic",
    )
    test_size: float = _setting(
        0.2,
        "Test share",
        "Share of the names held out for the test; never trained on.",
        **_real(0.01, 0.9),
        group="basic",
    )
    seed: int = _setting(
        23,
        "Seed",
        "The same feeds, settings and seed give the same split and the same initial weights.",
        **_whole(0, 2**32 - 1),
        group="basic",
    )
    balance: Balance | None = _setting(
        None,
        "Balance",
        "How much each name weighs in the loss. Default: by class for registered names, since "
        "feeds hold unequal numbers of benign and DGA names; equal weights for whole domains.",
        choices={
            "class": "By class: benign and DGA names have the same total weight",
            "none": "None: every name has the same weight",
            "family": "By family: rare families weigh more",
        },
        group="basic",
    )
    device: str = _setting(
        "auto", "Device", "Where to train: auto (the first GPU, else the CPU), cpu or gpu:0"
    )
    split: Split = _setting(
        "registered",
        "Split",
        "How names are assigned to training, validation and test.",
        choices={
            "registered": "registered: all names under one registered name stay in one part",
            "rows": "rows: each row on its own",
        },
        group="advanced",
    )
    validation_size: float = _setting(
        0.05,
        "Validation share",
        "Share of the names held out to calibrate scores and choose thresholds.",
        **_real(0, 0.5),
        group="advanced",
    )
    min_family: int = _setting(
        50,
        "Smallest family",
        "Families with fewer names than this get no class of their own.",
        **_whole(1, 10**9),
        group="advanced",
    )
    max_batches: int | None = _setting(
        None,
        "Most batches",
        "Stop after this many gradient steps.",
        **_whole(1, 10**9),
        empty="no limit",
        group="advanced",
    )
    optimizer: Optimizer | None = _setting(
        None,
        "Optimizer",
        "Optimizer.",
        choices={
            "rmsprop": "RMSprop",
            "adam": "Adam",
            "lazy_adam": "Adam that moves only the rows of large tables that a batch uses",
        },
        own=True,
        group="advanced",
    )
    learning_rate: float | None = _setting(
        None,
        "Learning rate",
        "Step size of the optimizer at the start of the schedule.",
        **_real(1e-7, 10),
        own=True,
        group="advanced",
    )
    schedule: Schedule | None = _setting(
        None,
        "Schedule",
        "How the learning rate changes during the training.",
        choices={
            "constant": "constant",
            "cosine": "cosine: falls to nearly zero",
            "warmup": "warmup: a short rise, then cosine",
        },
        own=True,
        group="advanced",
    )
    clip_norm: float | None = _setting(
        None,
        "Gradient clipping",
        "Scale gradients of a larger norm down to this norm.",
        **_real(1e-3, 1e3),
        empty="none",
        group="advanced",
    )
    padding: Padding | None = _setting(
        None,
        "Padding",
        "How batches are padded. Default: trimmed where the architecture allows it.",
        choices={
            "trimmed": "trimmed: to the longest name of the batch; the same scores in less time",
            "read": "read: to the longest name of all, as in the notebook",
        },
    )
    keep: Keep = _setting(
        "best",
        "Weights kept",
        "Which epoch's weights the run gets.",
        choices={
            "best": "best: of the epoch with the lowest validation loss",
            "last": "last: of the last epoch",
        },
    )
    patience: int | None = _setting(
        None,
        "Patience",
        "Stop after this many epochs without a lower validation loss.",
        **_whole(1, 1000),
        empty="never",
        group="advanced",
    )
    suffix_dropout: float | None = _setting(
        None,
        "Suffix dropout",
        "Share of the names whose suffix is hidden during training, so that the verdict does not "
        "depend on the suffix alone.",
        **_real(0, 1),
        own=True,
        group="advanced",
    )
    invented_share: float | None = _setting(
        None,
        "Synthetic names",
        "Names from synthetic generators added to the training part, as a share of its size, so "
        "that families missing from the feeds are detected too.",
        **_real(0, 5),
        own=True,
        group="advanced",
    )
    generated_share: float | None = _setting(
        None,
        "Generated names",
        "Names from the built-in generators added to their families in the training part, as a "
        "share of each family, so that other seeds and dates are learnt too.",
        **_real(0, 100),
        own=True,
        group="advanced",
    )
    hosted_share: float | None = _setting(
        None,
        "Cloud host names",
        "Host names as content networks and clouds assign them, added to the benign names of the "
        "training part, as a share of these, so that random labels in their zones count as benign.",
        **_real(0, 5),
        own=True,
        group="advanced",
    )
    composed_share: float | None = _setting(
        None,
        "Composed names",
        "Names of words of many languages, and initials, under all suffixes, added to the benign "
        "names of the training part, as a share of them, so that words alone are no sign.",
        **_real(0, 5),
        own=True,
        group="advanced",
    )
    resuffixed_share: float | None = _setting(
        None,
        "Other suffixes",
        "Labels of the training part added again under other public suffixes, as a share of its "
        "names, so that a suffix alone does not decide.",
        **_real(0, 5),
        own=True,
        group="advanced",
    )
    cleaning: bool | None = _setting(
        None,
        "Label cleaning",
        "Drop benign names that appear in only one list and that models not trained on them call "
        "DGA, and generated-looking ones of suffixes that have too many of these; give doubtful "
        "ones less weight.",
        own=True,
        group="advanced",
    )
    benign_weight: float | None = _setting(
        None,
        "Benign weight",
        "Factor on the benign class's balanced weight in the loss. Above 1 favours low "
        "false-positive rates; scores are calibrated afterwards.",
        **_real(0.01, 100),
        own=True,
        group="advanced",
    )
    averaging: float | None = _setting(
        None,
        "Weight averaging",
        "Average the weights over this share of the gradient steps; 0 keeps the last weights.",
        **_real(0, 0.5),
        own=True,
        group="advanced",
    )
    replay_share: float | None = _setting(
        None,
        "Replay",
        "Share of the names that a base run has learnt from that are learnt again, so that the "
        "network forgets none of them; of each family at least 300. New names are all learnt.",
        **_real(0, 1),
        own=True,
        group="advanced",
    )

    def __post_init__(self) -> None:
        for name, about in SETTINGS.items():
            _check(name, getattr(self, name), about)
        if self.test_size + self.validation_size >= 0.95:
            raise ConfigError(
                f"test_size {self.test_size:g} and validation_size {self.validation_size:g} "
                "leave nothing to train on; together they must stay under 0.95"
            )

    def resolved(self, *, continued: bool = False) -> ResolvedConfig:
        """The same settings with the architecture's defaults in place of None.

        `continued`: those of a training that continues from a run.
        """
        own = ARCHITECTURES[self.architecture]
        own = own.continuing() if continued else own
        values = {name: getattr(self, name) for name in SETTINGS}
        for name, about in SETTINGS.items():
            if about.own and values[name] is None:
                values[name] = getattr(own, name)
        values["balance"] = self.balance or ("none" if self.scope == "fqdn" else "class")
        values["padding"] = self.padding or ("trimmed" if own.trims else "read")
        return ResolvedConfig(**values)

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Make a config from `to_json`'s values; ConfigError names an unknown setting."""
        strange = set(values) - SETTINGS.keys()
        if strange:
            raise ConfigError(f"unknown setting {', '.join(sorted(strange))}")
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class ResolvedConfig(TrainingConfig):
    """The settings that a training uses: none is left to the architecture.

    `TrainingPlan.resolved_config` and `TrainingConfig.resolved` make it, once a training.
    """

    epochs: int
    batch_size: int
    balance: Balance
    optimizer: Optimizer
    learning_rate: float
    schedule: Schedule
    padding: Padding
    suffix_dropout: float
    invented_share: float
    generated_share: float
    hosted_share: float
    composed_share: float
    resuffixed_share: float
    cleaning: bool
    benign_weight: float
    averaging: float
    replay_share: float


SETTINGS: dict[str, Setting] = {f.name: f.metadata["setting"] for f in fields(TrainingConfig)}


def choices_of(name: str) -> tuple[str, ...]:
    """The values that a setting can have; () for a setting without choices."""
    if name == "architecture":
        return tuple(ARCHITECTURES)
    return tuple(SETTINGS[name].choices or ())


def _check(name: str, given: Any, about: Setting) -> None:
    optional = TrainingConfig.__dataclass_fields__[name].default is None
    if given is None and optional:
        return
    if allowed := choices_of(name):
        if given not in allowed:
            raise ConfigError(f"{name} must be one of {', '.join(allowed)}; got {given!r}")
    elif about.low is not None and about.high is not None:
        _check_number(name, given, about)
    elif name == "cleaning" and not isinstance(given, bool):
        raise ConfigError(f"{name} must be true or false, got {given!r}")


def _check_number(name: str, given: Any, about: Setting) -> None:
    kinds, words = (int, "a whole number") if about.whole else ((int, float), "a number")
    if not isinstance(given, kinds) or isinstance(given, bool):
        raise ConfigError(f"{name} must be {words}, got {given!r}")
    assert about.low is not None and about.high is not None
    if not about.low <= given <= about.high:
        raise ConfigError(f"{name} must be from {about.low} to {about.high}, got {given}")
