"""The second look: what it looks at, which names it changes, and what damages are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dga.errors import BundleError
from dga.runs.store import Run
from dga.scoring import bundle, second_look
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Calibration, Given, log_odds
from dga.scoring.encoder import CharEncoder
from dga.scoring.second_look import COUNTS, COUNTS_FILE, TREES_FILE, Codebook, Labels, Zone

ENCODER = CharEncoder()
NAMES = ["sunrise.com", "xqzkvw19.net", "ab.co.uk", "paper-garden.org", "a.b"]
COLUMNS = 39  # for the network of the factory, which tells no likelihood
EVERYWHERE, NOWHERE = Zone(-50, 50), Zone(50, 60)


def labels(*names: str) -> Labels:
    return Labels.of(ENCODER.encode(names), ENCODER)


def trees(columns: int = COLUMNS) -> bytes:
    """A graph that says three times the first feature, the log-odds so far."""
    weights = [[3.0], *([[0.0]] * (columns - 1))]
    constant = helper.make_tensor("weights", TensorProto.FLOAT, [columns, 1], np.ravel(weights))
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["features", "weights"], ["log_odds"])],
        "trees",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, columns])],
        [helper.make_tensor_value_info("log_odds", TensorProto.FLOAT, [None, 1])],
        [constant],
    )
    opsets = [helper.make_opsetid("", 18)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())


def with_look(run: Run, folder: Path, zone: Zone, graph: bytes | None = None) -> Path:
    """A copy of a run's bundle that has a second look of that zone."""
    shutil.copytree(run.path / "bundle", folder)
    ready = bundle.load(folder)
    numbers = {"low": zone.low, "high": zone.high, "scale": 0.5, "offset": 1.0}
    look = second_look.save(folder, np.zeros(COUNTS, np.uint8), graph or trees(), numbers)
    fixed = ("name", "architecture", "task", "scope", "encoder", "trims", "classes", "thresholds")
    values = {key: getattr(ready, key) for key in fixed}
    bundle.save(folder, **values, calibration=Calibration(), look=look)
    return folder


def test_a_label_is_what_stands_before_the_first_dot() -> None:
    found = labels("ab.co.uk", "abcd")
    assert found.lengths.tolist() == [2, 4]
    end, a, b, c, d = ENCODER.vocabulary, 1, 2, 3, 4
    assert found.starts.tolist() == [0, 4]
    assert found.codes.tolist() == [end, a, b, end, end, a, b, c, d, end]
    assert found.filled(3).tolist() == [True] * 2 + [False] * 2 + [True] * 4 + [False] * 2


def test_labels_without_an_end_or_without_a_character_are_whole() -> None:
    full, empty = "a" * ENCODER.max_length, ".com"
    found = labels(full, empty, "")
    assert found.lengths.tolist() == [ENCODER.max_length, 0, 0]
    assert found.sums(found.codes == ENCODER.vocabulary).tolist() == [2, 2, 2]


def test_the_longest_label_that_a_network_can_read_is_whole() -> None:
    longest = CharEncoder(max_length=255)
    found = Labels.of(longest.encode(["a" * 255, "b.com"]), longest)
    assert found.lengths.tolist() == [255, 1]
    assert len(found.codes) == len(found.left) == 257 + 3


def test_the_same_characters_have_the_same_hash_wherever_they_stand() -> None:
    found = labels("xabcd.com", "yzabcd.net")
    first, second = np.split(found.hashes(4)[4], found.starts[1:])
    assert first[2] == second[3]
    assert first[1] != second[2]


def test_counts_are_logarithms_of_how_many_labels_hold_an_ngram() -> None:
    counts = second_look.counted([labels("abc.com", "abd.com"), labels("xab.com")], "benign")
    place = labels("ab.com").hashes(2)[2][1]
    assert counts[place] == round(16 * np.log(1 + 3))
    assert counts.dtype == np.uint8


def test_known_ngrams_cover_a_label(tiny_bundle: ModelBundle) -> None:
    known = labels(*["garden.com"] * 3)
    counts = np.concatenate([second_look.counted([known], kind) for kind in ("benign", "made up")])
    names = ["garden.com", "gardenx.com", "zqxwvk.com"]
    given = tiny_bundle.outputs(names)
    _, found = second_look.doubtful(
        names, given.odds, given, EVERYWHERE, tiny_bundle.codebook(), counts
    )
    five, six = found[:, -15], found[:, -13]  # words, pairs and links follow
    assert five == pytest.approx([1.0, 7 / 9, 0.0])
    assert six == pytest.approx([1.0, 7 / 9, 0.0])
    assert found.shape == (3, COLUMNS)


def test_labels_are_read_as_text_for_pairs_of_words() -> None:
    names = ["journey-against.ru", "b1.com", ".com", "journey.net", "é_.com"]
    found = labels(*names).characters(ENCODER).tobytes()
    assert found == b" journey-against  b1    journey  ?_ "


def test_word_lists_refute_the_families_that_cannot_make_a_label() -> None:
    names = ["journeyagainst.net", "paper-garden.net"]
    shares = np.array([[0.9, 0.1], [0.9, 0.1]], dtype=np.float32)
    given = Given(np.full(2, 0.9), np.array([2.0, 2.0]), shares, np.zeros((2, 0), np.float32))
    codebook = Codebook(ENCODER, ("suppobox", "ramnit"))
    found = np.transpose(second_look.FURTHER["pairs"](labels(*names), given, codebook))
    of_families, left = found[:, :-2], found[:, -2:]
    assert of_families.tolist() == [[1, 1, 0], [0, 0, 0]]
    expected = np.array([[0, 2], [np.log(0.1), 2 + np.log(0.1)]])
    assert left == pytest.approx(expected, abs=1e-5)


def test_words_that_belong_together_are_told_from_others(tiny_bundle: ModelBundle) -> None:
    names = ["creditcard.net", "tablebecause.net"]
    codebook = tiny_bundle.codebook()
    (found,) = second_look.FURTHER["links"](labels(*names), tiny_bundle.outputs(names), codebook)
    assert found[0] > 3 and found[1] == 0


def test_names_in_doubt_are_scored_by_the_trees(tiny_run: Run, tmp_path: Path) -> None:
    first = tiny_run.bundle(threads=1)
    second = bundle.load(with_look(tiny_run, tmp_path / "b", EVERYWHERE), threads=1)
    before = first.outputs(NAMES).odds
    expected = 0.5 * 3 * before + 1
    assert log_odds(second.score(NAMES).score) == pytest.approx(expected, abs=1e-2)


def test_names_out_of_doubt_keep_their_score(tiny_run: Run, tmp_path: Path) -> None:
    second = bundle.load(with_look(tiny_run, tmp_path / "b", NOWHERE), threads=1)
    first = tiny_run.bundle(threads=1)
    assert second.score(NAMES).score == pytest.approx(first.score(NAMES).score, abs=1e-6)


def test_a_name_scores_alike_alone_and_among_others(tiny_run: Run, tmp_path: Path) -> None:
    ready = bundle.load(with_look(tiny_run, tmp_path / "b", EVERYWHERE), threads=2)
    names = [f"{'ab1xq'[n % 5] * (n % 30 + 1)}.com" for n in range(2000)]
    together = ready.score(names).score
    assert together[:40] == pytest.approx([ready.score([n]).score[0] for n in names[:40]], abs=1e-6)


def test_older_programs_refuse_a_bundle_with_a_second_look(tiny_run: Run, tmp_path: Path) -> None:
    text = (with_look(tiny_run, tmp_path / "b", NOWHERE) / bundle.BUNDLE_FILE).read_text()
    assert '"format_version": 2' in text
    assert '"format_version": 1' in (tiny_run.path / "bundle" / bundle.BUNDLE_FILE).read_text()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (COUNTS_FILE, None, "cannot be read"),
        (TREES_FILE, None, "cannot be read"),
        (COUNTS_FILE, b"other", "does not match its checksum"),
        (TREES_FILE, b"other", "does not match its checksum"),
    ],
)
def test_a_damaged_second_look_is_told(
    tiny_run: Run, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    folder = with_look(tiny_run, tmp_path / "b", NOWHERE)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(BundleError, match=message):
        bundle.load(folder)


def test_trees_that_look_at_other_features_are_refused(tiny_run: Run, tmp_path: Path) -> None:
    folder = with_look(tiny_run, tmp_path / "b", NOWHERE, trees(COLUMNS + 1))
    with pytest.raises(BundleError, match="does not fit"):
        bundle.load(folder)


def test_counts_of_another_size_are_refused(
    tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tests.scoring.test_second_look.COUNTS", 100)
        folder = with_look(tiny_run, tmp_path / "b", NOWHERE)
    with pytest.raises(BundleError, match="holds other counts"):
        bundle.load(folder)


def test_the_graph_of_the_trees_is_an_onnx_file() -> None:
    onnx.checker.check_model(onnx.load_from_string(trees()))


def test_what_is_in_doubt_is_told_alike_of_few_names_and_of_many(
    tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{'ab1xq'[n % 5] * (n % 30 + 1)}.com" for n in range(90)]
    given, none = tiny_bundle.outputs(names), np.zeros(COUNTS, np.uint8)
    codebook = tiny_bundle.codebook()
    half = Zone(float(np.median(given.odds)), 50)
    rows, found = second_look.doubtful(names, given.odds, given, half, codebook, none)
    assert 0 < len(rows) < len(names)
    assert (given.odds[rows] >= half.low).all()
    monkeypatch.setattr(second_look, "CHUNK_NAMES", 7)
    again = second_look.doubtful(names, given.odds, given, half, codebook, none)
    np.testing.assert_array_equal(again[0], rows)
    np.testing.assert_array_equal(again[1], found)
    nobody = second_look.doubtful(names, given.odds, given, NOWHERE, codebook, none)
    assert [part.shape for part in nobody] == [(0,), (0, 0)]


def test_ngrams_of_both_kinds_are_counted_in_one_array() -> None:
    counts = second_look.count_ngrams(["garden.com"] * 3, ["xqzkvw.net"], ENCODER)
    assert counts is not None
    assert counts.shape == (COUNTS,)
    apart = [second_look.counted([labels(*["garden.com"] * 3)], "benign")]
    apart.append(second_look.counted([labels("xqzkvw.net")], "made up"))
    np.testing.assert_array_equal(counts, np.concatenate(apart))
    assert second_look.count_ngrams(["a.com"], ["b.com"], CharEncoder(side="left")) is None
