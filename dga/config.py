"""Settings of a training: one table, from which command line, form, checks and docs derive.

TrainingConfig with its settings, the architectures, and TrainingPlan. Knows neither Keras nor
files, so that the web process can show and check a form with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from dga.errors import ConfigError
from dga.schema import BENIGN, DGA, Scope, Task

Split = Literal["registered", "rows"]
Balance = Literal["none", "class", "family"]
Optimizer = Literal["rmsprop", "adam"]
Schedule = Literal["constant", "cosine", "warmup"]
Padding = Literal["read", "trimmed"]
Keep = Literal["best", "last"]
Calibrated = Literal["no", "scaled", "weighed"]


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Default settings of an architecture, and how its inputs are padded and scores calibrated.

    The builder is the function of the same name in `dga.networks.architectures`, or the registered
    one. `trims`: padding changes no score, so batches may be cut to their longest name.
    `calibrated`: how scores are calibrated on the validation part: not at all (the notebook's
    network), `scaled` (Platt 1999), or `weighed` together with the family shares and the name's
    likelihood under a language model of benign names. `likelihood`: the network outputs that
    likelihood (`dga.networks.char_lm`). `second_look`: trees score doubtful names again
    (`dga.scoring.second_look`). `continued`: the settings that differ by default in a training that
    continues from a run.
    """

    about: str
    side: Literal["left", "right"] = "right"
    trims: bool = True
    calibrated: Calibrated = "weighed"
    likelihood: bool = False
    second_look: bool = False
    optimizer: Optimizer = "adam"
    learning_rate: float = 1e-3
    schedule: Schedule = "cosine"
    batch_size: int = 512
    epochs: int = 4
    suffix_dropout: float = 0.0
    invented_share: float = 0.0
    generated_share: float = 0.0
    hosted_share: float = 0.0
    composed_share: float = 0.0
    resuffixed_share: float = 0.0
    cleaning: bool = False
    benign_weight: float = 1.0
    averaging: float = 0.0
    replay_share: float = 0.15
    continued: Mapping[str, Any] = field(default_factory=dict)

    def continuing(self) -> Architecture:
        """The same with the default settings of a training that continues from a run."""
        return replace(self, **self.continued)


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
        continued={"epochs": 2},
    ),
    "cnn": Architecture(
        about="convolutions of several widths side by side (Saxe and Berlin 2017)",
        suffix_dropout=0.3,
        continued={"epochs": 2},
    ),
    "hybrid": Architecture(
        about="frequent n-grams under convolutions, and the name's shape: ours, the most accurate",
        likelihood=True,
        second_look=True,
        suffix_dropout=0.5,
        invented_share=0.4,
        generated_share=1.0,
        hosted_share=0.05,
        composed_share=0.1,
        resuffixed_share=0.2,
        cleaning=True,
        benign_weight=1.5,
        averaging=0.2,
        epochs=5,
        batch_size=1024,
        learning_rate=3e-3,
        continued={"epochs": 4, "learning_rate": 3e-3, "schedule": "warmup"},
    ),
}

BUILDERS: dict[str, Callable[..., Any]] = {}  # name of a registered architecture -> its builder


def register_architecture(
    name: str, architecture: Architecture, builder: Callable[..., Any]
) -> None:
    """Add an architecture that trainings in this process can choose.

    `builder(codes, vocabulary, outputs)` takes a Keras tensor of codes (rows, columns) with 0 for
    padding, the number of distinct codes, and the outputs to build; it returns one tensor per
    output (`dga.networks.architectures` has examples). ConfigError if the name is taken.
    """
    if name in ARCHITECTURES:
        raise ConfigError(f"an architecture named {name!r} exists already; choose another name")
    ARCHITECTURES[name], BUILDERS[name] = architecture, builder


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
        choices={"rmsprop": "RMSprop", "adam": "Adam"},
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
        "DGA; give doubtful ones less weight.",
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
        "network forgets none of them; of each family at least 100. New names are all learnt.",
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

    def resolved(self, *, continued: bool = False) -> TrainingConfig:
        """The same settings with the architecture's defaults in place of None.

        `continued`: those of a training that continues from a run.
        """
        own = ARCHITECTURES[self.architecture]
        own = own.continuing() if continued else own
        given = {name: getattr(self, name) for name, about in SETTINGS.items() if about.own}
        settings = {n: getattr(own, n) if v is None else v for n, v in given.items()}
        balance = self.balance or ("none" if self.scope == "fqdn" else "class")
        padding = self.padding or ("trimmed" if own.trims else "read")
        return replace(self, **settings, balance=balance, padding=padding)

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


@dataclass(frozen=True, kw_only=True)
class FeedSpec:
    """A file to train on. `label` or `format` None: recognised from the file itself."""

    path: str
    label: str | None = None
    format: str | None = None

    def __post_init__(self) -> None:
        if self.label not in (None, BENIGN, DGA):
            raise ConfigError(f"a feed's label is {BENIGN} or {DGA}, got {self.label!r}")


BASE_HELP = (
    "Continuing starts from a run's weights and families and adds the feeds' names and families. "
    "Give the run's own feeds too: a share of their names is learnt again, so that none of its "
    "families is forgotten. Starting anew begins with an untrained network."
)


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """A training as a whole: settings, feeds, the run's name.

    `trial`: labelled files whose registered names are excluded from the dataset; where given, the
    run's test predictions cover them alone. `curated`: hand-picked benign names, used to choose
    thresholds and never learnt from. `base`: the run to continue from; empty to start anew.
    """

    name: str
    config: TrainingConfig
    feeds: tuple[FeedSpec, ...]
    trial: tuple[FeedSpec, ...] = ()
    base: str = ""
    curated: tuple[FeedSpec, ...] = ()

    def resolved(self) -> TrainingConfig:
        """The settings with the defaults of the architecture, and of continuing from a base."""
        return self.config.resolved(continued=bool(self.base))

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
                curated=tuple(FeedSpec(**feed) for feed in values.get("curated", ())),
            )
        except (KeyError, TypeError) as error:
            raise ConfigError(f"the training plan is damaged: {error}") from None
