"""All errors that a user can cause, in one tree.

    DGAError
    ├── DomainError      text that is not a domain
    ├── FeedError        a file that cannot be read as a feed or table
    │   └── SheetError   a workbook of which a sheet must be chosen
    ├── FetchError       a list that could not be downloaded
    ├── GeneratorError   a request that a generator cannot fulfil
    ├── DatasetError     feeds from which no dataset can be built
    ├── TrainingError    a training that cannot continue
    ├── ConfigError      a setting outside its range
    ├── DeviceError      a device that this machine does not have
    ├── BundleError      a bundle that is damaged or of another version
    ├── RunError         a run that is missing, damaged or badly named
    ├── ArchiveError     a file that cannot be imported as a run
    ├── JobError         a job that cannot be started or found
    ├── ServiceError     a service that cannot be started as asked
    └── ClusterError     a cluster that cannot be reached, or a result that it cannot write

A message is one sentence that says what was wrong and what to do.
"""

from __future__ import annotations


class DGAError(Exception):
    """Base of all errors that a user can cause and correct."""


def told(error: OSError) -> str:
    """An operating system's error as one sentence.

    >>> told(PermissionError(13, "Permission denied", "models/x"))
    'models/x: permission denied'
    """
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{(error.strerror or str(error)).lower()}"


class DomainError(DGAError):
    """Text that is not a domain."""


class FeedError(DGAError):
    """A file that cannot be read as a feed or as a table of domains."""


class SheetError(FeedError):
    """A workbook of which several sheets may be meant: `sheets`."""

    def __init__(self, message: str, sheets: tuple[str, ...]) -> None:
        super().__init__(message)
        self.sheets = sheets


class FetchError(DGAError):
    """A list that could not be downloaded."""


class GeneratorError(DGAError):
    """A request that a generator cannot fulfil."""


class DatasetError(DGAError):
    """Labelled frames from which no dataset to train on can be built."""


class TrainingError(DGAError):
    """A training that cannot continue, such as one that diverged."""


class ConfigError(DGAError):
    """A setting outside its range."""


class DeviceError(DGAError):
    """A device that this machine does not have."""


class BundleError(DGAError):
    """A bundle that is missing, damaged or of another format version."""


class RunError(DGAError):
    """A run that is missing, damaged or badly named."""


class ArchiveError(DGAError):
    """A file that contains no run, or one that is not safe to import."""


class JobError(DGAError):
    """A job that cannot be started, found or cancelled."""


class ServiceError(DGAError):
    """A service that cannot be started as asked, or a token that cannot be made."""


class ClusterError(DGAError):
    """A cluster that cannot be reached, or a result that it cannot write."""
