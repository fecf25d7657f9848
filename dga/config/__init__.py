"""What a training can be told: architectures, settings, plans. Knows neither Keras nor files."""

from dga.config.architectures import (
    ARCHITECTURES,
    BUILDERS,
    Architecture,
    Calibrated,
    register_architecture,
)
from dga.config.plan import BASE_HELP, FeedSpec, TrainingPlan
from dga.config.settings import (
    SETTINGS,
    Balance,
    ResolvedConfig,
    Setting,
    TrainingConfig,
    choices_of,
)

__all__ = [
    "ARCHITECTURES",
    "BASE_HELP",
    "BUILDERS",
    "SETTINGS",
    "Architecture",
    "Balance",
    "Calibrated",
    "FeedSpec",
    "ResolvedConfig",
    "Setting",
    "TrainingConfig",
    "TrainingPlan",
    "choices_of",
    "register_architecture",
]
