"""ModelBundle: what scoring needs, in one folder, versioned and checked at load.

Loads with ONNX Runtime alone: no pickle, no TensorFlow, no code from the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import onnxruntime

from dga import devices
from dga.errors import BundleError
from dga.names.byte_slices import Bytes, Places, gathered
from dga.schema import Scope, Task
from dga.scoring import onnx_session, tried_shapes
from dga.scoring import second_look as looks
from dga.scoring.calibration import Calibration, Float32s, Given, sigmoid
from dga.scoring.encoder import CharEncoder
from dga.scoring.family_groups import Groups
from dga.scoring.onnx_session import MAX_GRAPH_BYTES as MAX_GRAPH_BYTES
from dga.scoring.second_look import Codebook, SecondLook
from dga.storage import write_atomically
from dga.storage.plain_json import read_plain

FORMAT_VERSION = 1
TWO_LOOKS_VERSION = 2  # of a bundle with a second look, which an older program would leave out
BUNDLE_FILE = "bundle.json"
ONNX_FILE = "model.onnx"
KERAS_FILE = "model.keras"
IMPORTED_FILE = "imported"  # marks a network from elsewhere
MAX_BATCH = 512  # rows: small enough for one core's cache, large enough to amortise a call
RUN_TOGETHER = 16  # batches, whose names in doubt are looked at again in one call
DEFAULT_FPR = 0.01
ABOVE_ALL = 1 + 2**-23  # the float32 above 1: a threshold that no score reaches
PROBE = ("probe.example", "\0")  # the highest code among those of the second
CODES = {"tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64}


@dataclass(frozen=True)
class Scores:
    """A bundle's output for names: P(dga) (rows,) and family shares (rows, families)."""

    score: Float32s
    families: Float32s


@dataclass(frozen=True)
class Batch:
    """Names of similar length: their rows, their concatenated bytes, their lengths."""

    rows: Places
    raw: Bytes
    lengths: Places


@dataclass(frozen=True, kw_only=True)
class ModelBundle:
    """A trained model ready to score.

    `thresholds`: false-positive rate (as text) -> score. `threads`: how many batches are scored in
    parallel. `imported`: the network is from elsewhere, and is given tried shapes only.
    """

    name: str
    architecture: str
    task: str
    scope: str
    encoder: CharEncoder
    trims: bool
    classes: tuple[str, ...]
    calibration: Calibration
    thresholds: Mapping[str, float]
    groups: Groups = field(default_factory=Groups)
    second_look: SecondLook | None = None
    threads: int = 1
    imported: bool = False
    session: onnxruntime.InferenceSession = field(repr=False, compare=False)

    @property
    def families(self) -> tuple[str, ...]:
        """The families that the bundle knows, without benign."""
        return self.classes[1:] if self.task == "family" else self.classes

    def codebook(self) -> Codebook:
        """What the network's codes and family shares stand for."""
        return Codebook(self.encoder, self.families)

    def threshold(self, fpr: float | None = None) -> float:
        """The stored threshold for a false-positive rate.

        Default: the one for 1 % false positives, or 0.5 if none was measured.
        """
        if fpr is None:
            return self.thresholds.get(f"{DEFAULT_FPR:g}", 0.5)
        if f"{fpr:g}" not in self.thresholds:
            known = ", ".join(sorted(self.thresholds)) or "none"
            raise BundleError(
                f"no threshold for a false-positive rate of {fpr:g} is stored in {self.name}; "
                f"stored: {known}. Choose one of these or give a score as the threshold"
            )
        return self.thresholds[f"{fpr:g}"]

    def score(self, names: Sequence[str]) -> Scores:
        """Score names that are already in the bundle's scope, in their order."""
        score = np.empty(len(names), dtype=np.float32)
        families = np.zeros((len(names), len(self.families)), dtype=np.float32)

        def fill(batches: Sequence[Batch]) -> None:
            results = self.run(list(map(self.encode, batches)))
            for batch, (scores, shares) in zip(batches, results, strict=True):
                score[batch.rows], families[batch.rows] = scores, shares

        self._each(names, fill)
        return Scores(score, families)

    def outputs(self, names: Sequence[str]) -> Given:
        """What the network says of at least one name, uncalibrated, in the names' order."""
        found: list[tuple[Places, Given]] = []

        def fill(batches: Sequence[Batch]) -> None:
            found.extend((batch.rows, self._given(self.encode(batch))) for batch in batches)

        self._each(names, fill)
        order = np.argsort(np.concatenate([rows for rows, _ in found]))
        return Given.joined([given for _, given in found]).of_rows(order)

    def _each(self, names: Sequence[str], fill: Callable[[Sequence[Batch]], None]) -> None:
        """Call `fill` for all batches of names, in parallel."""
        places = np.zeros(len(names) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, names), np.int64, len(names)), out=places[1:])
        raw = np.frombuffer("".join(names).encode("ascii", "replace"), dtype=np.uint8)
        together = self.together(self.batches(raw, places))
        if self.threads == 1 or len(together) <= 1:
            for batches in together:
                fill(batches)
        else:  # whole batches in parallel: threads within one would wait for each other
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(fill, together))

    def batches(self, raw: Bytes, places: Places) -> list[Batch]:
        """Group names, in the form of `arrow_strings.view`, into batches of similar length."""
        lengths = np.minimum(np.diff(places), self.encoder.max_length)
        order = np.argsort(lengths.astype(np.uint8), kind="stable")
        lengths = lengths[order]
        raw, places = gathered(raw, places[1:][order] - lengths, lengths)
        parts = (slice(at, at + MAX_BATCH) for at in range(0, len(order), MAX_BATCH))
        return [
            Batch(order[part], raw[places[part.start] : places[: part.stop + 1][-1]], lengths[part])
            for part in parts
        ]

    def together(self, batches: Sequence[Batch]) -> list[Sequence[Batch]]:
        """Batches that one thread runs together: as many as leave none of the threads idle, but
        single ones for an imported bundle, whose second look was tried on no more."""
        number = 1 if self.imported else max(1, min(RUN_TOGETHER, len(batches) // self.threads))
        return [batches[at : at + number] for at in range(0, len(batches), number)]

    def encode(self, batch: Batch) -> Bytes:
        """The codes of a batch (rows, columns), trimmed to its longest name if allowed."""
        width = int(batch.lengths.max(initial=1)) if self.trims else None
        return self.encoder.encode_bytes(batch.raw, batch.lengths, width)

    def run(self, encoded: Sequence[Bytes]) -> list[tuple[Float32s, Float32s]]:
        """Score batches of encoded names (rows, columns); returns P(dga) (rows,) and the family
        shares of each."""
        given = [self._given(codes) for codes in encoded]
        shares = [outputs.shares for outputs in given]
        if self.second_look is None:
            return list(zip(map(self.calibration.apply, given), shares, strict=True))
        odds = list(map(self.calibration.log_odds, given))
        self.second_look.revise(odds, given, encoded, self.codebook())
        return list(zip(map(sigmoid, odds), shares, strict=True))

    def release_memory(self) -> None:
        """Return to the system what earlier batches took; the next ones ask for it again.

        The network keeps the memory of its largest batch, about 40 MiB.
        """
        one = np.zeros((1, self.encoder.max_length), dtype=np.uint8)
        self._given(one, onnx_session.shrinking())

    def _given(
        self, codes: npt.NDArray[np.uint8], options: onnxruntime.RunOptions | None = None
    ) -> Given:
        feed = self.session.get_inputs()[0]
        names = [output.name for output in self.session.get_outputs()]
        rows = len(codes)
        if self.imported:
            codes = tried_shapes.padded(codes, self.encoder)
        given = {feed.name: codes.astype(CODES[feed.type], copy=False)}
        values = self.session.run(names, given, options)
        if self.imported:
            values = [value[:rows] for value in values]
        return Given.of(dict(zip(names, values, strict=True)), self.task)


def save(
    folder: Path,
    *,
    name: str,
    architecture: str,
    task: str,
    scope: str,
    encoder: CharEncoder,
    trims: bool,
    classes: Sequence[str],
    calibration: Calibration,
    thresholds: Mapping[str, float],
    groups: Groups | None = None,
    look: Mapping[str, Any] | None = None,
) -> None:
    """Write bundle.json beside the model.onnx that already lies in the folder.

    `look`: what `second_look.save` returned, where there is a second look.
    """
    graph = (folder / ONNX_FILE).read_bytes()
    values = {
        "format_version": TWO_LOOKS_VERSION if look else FORMAT_VERSION,
        "name": name,
        "architecture": architecture,
        "task": task,
        "scope": scope,
        "encoder": encoder.to_json(),
        "trims": trims,
        "classes": list(classes),
        "calibration": calibration.to_json(),
        "thresholds": dict(thresholds),
        "groups": (groups or Groups()).to_json(),
        "onnx_sha256": hashlib.sha256(graph).hexdigest(),
    }
    if look:
        values["second_look"] = dict(look)
    values["sha256"] = _checksum(values)
    write_atomically(folder / BUNDLE_FILE, json.dumps(values, indent=1) + "\n")


def load(folder: Path, threads: int | None = None) -> ModelBundle:
    """Load a bundle; BundleError says what is missing or damaged."""
    values = _read_json(folder / BUNDLE_FILE)
    version = values.get("format_version")
    if version not in (FORMAT_VERSION, TWO_LOOKS_VERSION):
        raise BundleError(
            f"{folder}: bundle of format version {version}, this program reads {FORMAT_VERSION} "
            f"and {TWO_LOOKS_VERSION}; train the run again"
        )
    graph = onnx_session.read(folder / ONNX_FILE, values.get("onnx_sha256"))
    try:
        encoder = CharEncoder.from_json(values["encoder"])
        look = values["second_look"] if version == TWO_LOOKS_VERSION else None
        loaded = ModelBundle(
            name=str(values["name"]),
            architecture=str(values["architecture"]),
            task=str(values["task"]),
            scope=str(values["scope"]),
            encoder=encoder,
            second_look=None if look is None else looks.load(folder, look, encoder),
            trims=bool(values["trims"]),
            classes=tuple(str(name) for name in values["classes"]),
            calibration=Calibration.from_json(values["calibration"]),
            thresholds={f"{float(k):g}": float(v) for k, v in values["thresholds"].items()},
            groups=Groups.from_json(values.get("groups", {}), values["classes"]),
            threads=threads or devices.threads(),
            imported=(folder / IMPORTED_FILE).exists(),
            session=onnx_session.session(graph),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        told = f"{BUNDLE_FILE} ({type(error).__name__}: {error})"
        raise BundleError(f"{folder}: damaged {told}; train the run again") from None
    _refuse_unfit(loaded, folder)
    if values.get("sha256", _checksum(values)) != _checksum(values):
        raise BundleError(
            f"{folder}: {BUNDLE_FILE} does not match its checksum; train the run again"
        )
    return loaded


def looked_at_again(folder: Path) -> tuple[float, float] | None:
    """Between which first scores a bundle looks at a name again, from its file alone.

    None where it has no second look, or where the file cannot be read.
    """
    try:
        look = _read_json(folder / BUNDLE_FILE)["second_look"]
        low, high = sigmoid(np.array([float(look["low"]), float(look["high"])])).tolist()
    except (BundleError, KeyError, TypeError, ValueError):
        return None
    return low, high


def _checksum(values: Mapping[str, Any]) -> str:
    """The SHA-256 of a bundle.json's values, the checksum itself excluded."""
    held = {name: value for name, value in values.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _refuse_unfit(loaded: ModelBundle, folder: Path) -> None:
    """Raise BundleError for values out of range, or if two test names cannot be scored."""
    if told := _out_of_range(loaded):
        raise BundleError(f"{folder}: damaged {BUNDLE_FILE} ({told}); train the run again")
    try:
        scores = loaded.score(PROBE)
        if (look := loaded.second_look) is not None:
            given, codes = loaded.outputs(PROBE), loaded.encoder.encode(PROBE)
            look.raw(look.features(given.odds, given, codes, loaded.codebook()))
    except Exception as error:  # ONNX Runtime raises classes of its own for what does not fit
        raise BundleError(
            f"{folder}: {ONNX_FILE} does not fit {BUNDLE_FILE} ({error}); train the run again"
        ) from None
    if not ((scores.score >= 0) & (scores.score <= 1)).all():
        raise BundleError(f"{folder}: the network gives no score from 0 to 1; train the run again")


def _out_of_range(loaded: ModelBundle) -> str:
    """Which value of a bundle.json no training would write; "" if all are valid."""
    if loaded.task not in get_args(Task) or loaded.scope not in get_args(Scope):
        return "an unknown task or scope"
    if not all(0 <= cut <= ABOVE_ALL for cut in loaded.thresholds.values()):
        return "a threshold outside 0 to 1"
    return "" if _sound(loaded) else "a calibration out of range"


def _sound(loaded: ModelBundle) -> bool:
    """Whether a training could have written the calibration."""
    own = loaded.calibration
    weights = [own.offset, *own.families, *own.likelihood]
    if loaded.second_look is not None:
        weights += loaded.second_look.numbers().values()
    fits = len(own.families) in (0, len(loaded.families)) and len(own.likelihood) in (0, 2)
    return fits and 0 < own.scale < 1e6 and all(abs(weight) < 1e6 for weight in weights)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = read_plain(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError(f"{path.parent}: no {BUNDLE_FILE}; not a finished run") from None
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{path}: cannot be read ({error}); train the run again") from None
    if not isinstance(values, dict):
        raise BundleError(f"{path}: holds no JSON object; train the run again")
    return values
