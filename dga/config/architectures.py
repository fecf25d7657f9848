"""The architectures: one table of their default settings, which other code can extend.

Their builders are in `dga.networks.architectures`. Knows no Keras, so that the web process can show
and check a form with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dga.errors import ConfigError

Optimizer = Literal["rmsprop", "adam", "lazy_adam"]
Schedule = Literal["constant", "cosine", "warmup"]
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
        continued={
            "optimizer": "lazy_adam",
            "epochs": 3,
            "batch_size": 512,
            "learning_rate": 5e-3,
            "schedule": "warmup",
            "averaging": 0.0,
            "replay_share": 0.25,
            "invented_share": 0.2,
            "generated_share": 0.5,
            "resuffixed_share": 0.1,
        },
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
