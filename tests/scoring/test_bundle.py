from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from dga.errors import BundleError
from dga.names.arrow_strings import column_of, view
from dga.runs.store import Run
from dga.scoring import bundle
from dga.scoring.bundle import BUNDLE_FILE, ONNX_FILE, ModelBundle
from dga.scoring.calibration import Calibration, log_odds, log_shares
from dga.scoring.encoder import ALPHABET, CharEncoder
from tests.runs_factory import make_run, network

SHIPPED = Path(__file__).parents[2] / "models" / "shipped" / "bundle"


@pytest.fixture
def folder(tiny_run: Run, tmp_path: Path) -> Path:
    """A copy of a bundle that a test may damage."""
    return Path(shutil.copytree(tiny_run.path / "bundle", tmp_path / "bundle"))


def change(folder: Path, **values: Any) -> None:
    path = folder / BUNDLE_FILE
    held = {**json.loads(path.read_text()), **values}
    held.pop("sha256", None)  # as a bundle of before there was a checksum
    path.write_text(json.dumps(held))


def test_a_changed_bundle_does_not_match_its_checksum(folder: Path) -> None:
    path = folder / BUNDLE_FILE
    path.write_text(path.read_text().replace('"0.01": 0.6', '"0.01": 0.7'))
    with pytest.raises(BundleError, match=r"bundle\.json does not match its checksum"):
        bundle.load(folder)


def test_what_is_saved_is_loaded(tiny_bundle: ModelBundle) -> None:
    assert (tiny_bundle.name, tiny_bundle.task) == ("tiny", "both")
    assert tiny_bundle.families == ("alpha", "beta")
    assert tiny_bundle.encoder == CharEncoder()


def test_scores_come_in_the_order_of_the_names(tiny_bundle: ModelBundle) -> None:
    names = [f"{'ab1xq'[n % 5] * (n % 30 + 1)}.com" for n in range(3000)]
    together = tiny_bundle.score(names)
    alone = [tiny_bundle.score([name]).score[0] for name in names[:60]]
    assert together.score.shape == (3000,)
    assert together.families.shape == (3000, 2)
    assert together.score[:60] == pytest.approx(alone, abs=1e-6)
    assert together.families.sum(axis=1) == pytest.approx(np.ones(3000), abs=1e-5)


@pytest.mark.parametrize("trims", [True, False])
def test_batches_hold_every_name_once_and_are_no_wider_than_need_be(
    tiny_bundle: ModelBundle, trims: bool
) -> None:
    names = [f"{'abc9'[n % 4] * (n % 90 + 1)}.com" for n in range(1000)]
    ready = replace(tiny_bundle, trims=trims)
    batches = ready.batches(*view(column_of(names)))
    rows = np.concatenate([batch.rows for batch in batches])
    assert sorted(rows.tolist()) == list(range(1000))
    for batch in batches:
        mine = [names[row] for row in batch.rows]
        width = min(75, max(map(len, mine))) if trims else 75
        assert ready.encode(batch).tolist() == ready.encoder.encode(mine, width).tolist()


@pytest.mark.parametrize(
    ("batches", "threads", "imported", "sizes"),
    [
        (40, 2, False, [16, 16, 8]),
        (5, 2, False, [2, 2, 1]),
        (1, 2, False, [1]),
        (3, 1, True, [1, 1, 1]),
        (0, 2, False, []),
    ],
)
def test_batches_run_together_unless_a_thread_were_idle_or_the_bundle_is_imported(
    tiny_bundle: ModelBundle, batches: int, threads: int, imported: bool, sizes: list[int]
) -> None:
    ready = replace(tiny_bundle, threads=threads, imported=imported)
    [one] = ready.batches(*view(column_of(["a.com"])))
    assert list(map(len, ready.together([one] * batches))) == sizes


def test_a_network_may_take_codes_of_one_byte(folder: Path, tiny_bundle: ModelBundle) -> None:
    graph = onnx.load(folder / ONNX_FILE)
    graph.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    graph.graph.node.insert(
        0, onnx.helper.make_node("Cast", ["codes"], ["wide"], to=onnx.TensorProto.INT32)
    )
    for node in graph.graph.node[1:]:
        node.input[:] = ["wide" if name == "codes" else name for name in node.input]
    onnx.save(graph, folder / ONNX_FILE)
    save_again(folder, task="both", classes=tiny_bundle.classes)
    names = ["garden-river.com", "xqzkvw19.net"]
    assert (
        bundle.load(folder).score(names).score.tolist() == tiny_bundle.score(names).score.tolist()
    )


def test_no_names_have_no_scores(tiny_bundle: ModelBundle) -> None:
    assert tiny_bundle.score([]).families.shape == (0, 2)


def test_a_bundle_without_families_has_none(tmp_path: Path) -> None:
    ready = make_run(tmp_path, "binary", families=()).bundle()
    assert ready.families == ()
    assert ready.score(["a.com"]).families.shape == (1, 0)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / BUNDLE_FILE).unlink(), "not a finished run"),
        (lambda f: (f / BUNDLE_FILE).write_text("{"), "cannot be read"),
        (lambda f: (f / BUNDLE_FILE).write_bytes(b"\xff\xfe"), "cannot be read"),
        (lambda f: (f / BUNDLE_FILE).write_text("[]"), "holds no JSON object"),
        (lambda f: change(f, format_version=3), "format version 3, this program reads 1 and 2"),
        (lambda f: change(f, format_version=2), "damaged bundle.json \\(KeyError: 'second_look'"),
        (lambda f: change(f, onnx_sha256="0"), "does not match its checksum"),
        (lambda f: (f / ONNX_FILE).unlink(), "cannot be read"),
        (lambda f: (f / ONNX_FILE).write_bytes(b"other"), "does not match its checksum"),
        (lambda f: change(f, encoder={"max_length": 0}), "encoder is damaged"),
        (lambda f: change(f, encoder=[1]), "encoder is damaged"),
        (lambda f: change(f, classes=None), "damaged bundle.json"),
        (lambda f: change(f, thresholds={"0.01": "high"}), "damaged bundle.json"),
        (lambda f: change(f, calibration={"scale": None, "offset": 0}), "damaged bundle.json"),
        (lambda f: change(f, calibration={"scale": 10**400, "offset": 0}), "out of range"),
        (lambda f: change(f, thresholds={"0.01": -5}), "a threshold outside 0 to 1"),
        (lambda f: change(f, thresholds={"0.01": float("nan")}), "a number out of range"),
        (lambda f: change(f, task="other"), "an unknown task or scope"),
        (lambda f: (f / BUNDLE_FILE).write_text("[" * 200_000), "cannot be read"),
        (lambda f: change(f, classes=["alpha"]), "does not fit"),
        (lambda f: change(f, calibration={"scale": "nan", "offset": 0}), "calibration out of"),
        (lambda f: change(f, calibration={"scale": -5, "offset": 0}), "calibration out of range"),
        (lambda f: change(f, calibration={"scale": 1, "offset": 1e308}), "calibration out of"),
        (lambda f: change(f, calibration={"scale": 1, "offset": 0, "families": [1]}), "out of"),
        (lambda f: change(f, calibration={"scale": 1, "offset": 0, "likelihood": [1]}), "out of"),
        (
            lambda f: change(f, calibration={"scale": 1, "offset": 0, "families": ["nan", 1]}),
            "out of range",
        ),
        (lambda f: change(f, calibration={"scale": 1, "offset": 0, "families": 7}), "damaged"),
        (lambda f: change(f, encoder={"alphabet": ALPHABET + "!"}), "does not fit"),
    ],
)
def test_damage_is_told(folder: Path, damage: Callable[[Path], Any], message: str) -> None:
    damage(folder)
    with pytest.raises(BundleError, match=message):
        bundle.load(folder)


def test_what_is_no_network_is_told(folder: Path) -> None:
    (folder / ONNX_FILE).write_bytes(b"no network")
    save_again(folder, task="binary", classes=())
    with pytest.raises(BundleError, match="the network of the bundle cannot be loaded"):
        bundle.load(folder)


def test_a_network_without_the_tasks_outputs_is_told(folder: Path) -> None:
    onnx.save(network(CharEncoder(), ()), folder / ONNX_FILE)
    save_again(folder, task="family", classes=("benign", "alpha"))
    with pytest.raises(BundleError, match="does not fit"):
        bundle.load(folder)


def test_the_family_task_scores_1_less_benign(folder: Path) -> None:
    save_again(folder, task="family", classes=("benign", "alpha"))
    ready = bundle.load(folder)
    scores = ready.score(["abc.com", "xyz1.net"])
    assert ready.families == tuple(ready.codebook().families) == ("alpha",)
    assert scores.families.tolist() == [[1.0], [1.0]]
    assert ((scores.score > 0) & (scores.score < 1)).all()


def save_again(folder: Path, task: str, classes: tuple[str, ...]) -> None:
    bundle.save(
        folder,
        name="again",
        architecture="cnn",
        task=task,
        scope="registered",
        encoder=CharEncoder(),
        trims=True,
        classes=classes,
        calibration=Calibration(),
        thresholds={},
    )


def test_the_threshold_of_a_stored_rate_is_found(tiny_bundle: ModelBundle) -> None:
    assert tiny_bundle.threshold(0.01) == tiny_bundle.thresholds["0.01"]
    assert tiny_bundle.threshold() == tiny_bundle.thresholds["0.01"]


def test_the_threshold_of_another_rate_is_refused(tiny_bundle: ModelBundle) -> None:
    with pytest.raises(BundleError, match=r"of 0\.05 is stored in tiny; stored: 0\.0001, 0\.001"):
        tiny_bundle.threshold(0.05)


def test_without_thresholds_the_verdict_turns_at_one_half(folder: Path) -> None:
    change(folder, thresholds={})
    assert bundle.load(folder).threshold() == 0.5


def test_what_a_calibration_weighs_stands_in_the_names_order(tiny_bundle: ModelBundle) -> None:
    names = [f"{letter * length}.com" for letter in "abc" for length in range(1, 20)]
    scores, evidence = tiny_bundle.score(names), tiny_bundle.outputs(names).evidence()
    np.testing.assert_allclose(evidence[:, 0], log_odds(scores.score))
    np.testing.assert_allclose(evidence[:, 1:], log_shares(scores.families), rtol=1e-6)


def test_a_calibration_may_weigh_the_families(folder: Path) -> None:
    plain = bundle.load(folder)
    weighed = {"scale": 0.5, "offset": 0.1, "families": [0.25, -0.5], "likelihood": []}
    change(folder, calibration=weighed)
    loaded = bundle.load(folder)
    assert loaded.calibration == Calibration(0.5, 0.1, (0.25, -0.5))
    names = ["sunrise.com", "xqzkvw19.net"]
    expected = plain.outputs(names).evidence() @ [0.5, 0.25, -0.5] + 0.1
    np.testing.assert_allclose(log_odds(loaded.score(names).score), expected, atol=1e-5)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's own count")
def test_the_memory_of_batches_is_released() -> None:
    shipped = bundle.load(SHIPPED)
    names = [f"{'hostname' * 3}{n}.com" for n in range(9000)]
    before = shipped.score(names).score
    held = resident()
    shipped.release_memory()
    assert resident() < held - 10 * 2**20
    assert (shipped.score(names).score == before).all()


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
