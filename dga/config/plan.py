"""The plan of a training: its settings, its feeds, the run's name and the run it continues from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dga.config.settings import ResolvedConfig, TrainingConfig
from dga.errors import ConfigError
from dga.schema import BENIGN, DGA


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

    def resolved_config(self) -> ResolvedConfig:
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
