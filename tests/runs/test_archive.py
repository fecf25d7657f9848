"""Runs as one file: what goes out comes back, and what is wrong with a file is told."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import pandas as pd
import pytest

from dga.cli.main import main
from dga.errors import ArchiveError, RunError
from dga.runs import archive as archives
from dga.runs import quarantine, renaming, store
from tests.runs_factory import make_run

Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Validate without a child: tests/runs/test_quarantine.py tries that."""
    monkeypatch.setattr(quarantine, "validate", quarantine.inspect)


@pytest.fixture
def exported(models: Path) -> bytes:
    file = io.BytesIO()
    archives.export("tiny", file, models)
    return file.getvalue()


def unpacked(archive: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(files: Files, signed: bool = True) -> io.BytesIO:
    """An archive of these files; `signed`: the manifest lists what it holds."""
    if signed:
        sums = {n: hashlib.sha256(b).hexdigest() for n, b in files.items() if n != "manifest.json"}
        manifest = {**json.loads(files["manifest.json"]), "files": sums}
        files = {**files, "manifest.json": json.dumps(manifest).encode()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def leftovers(root: Path) -> list[str]:
    """Folders but the one of the audit log."""
    return sorted(path.name for path in root.iterdir() if path.is_dir() and path.name != ".state")


def test_a_run_comes_back_as_it_was(models: Path, tmp_path: Path, exported: bytes) -> None:
    elsewhere = tmp_path / "elsewhere"
    run = archives.take(io.BytesIO(exported), root=elsewhere)
    before = store.open_run("tiny", models)
    assert (run.name, run.metrics, run.config) == ("tiny", before.metrics, before.config)
    pd.testing.assert_frame_equal(run.predictions(), before.predictions())
    names = ["someone.com", "qxzjkwv.net"]
    assert (run.bundle(1).score(names).score == before.bundle(1).score(names).score).all()
    assert leftovers(elsewhere) == ["tiny"]


def test_a_taken_name_gets_a_number_and_a_given_one_is_kept(models: Path, exported: bytes) -> None:
    assert archives.take(io.BytesIO(exported), root=models).name == "tiny-2"
    assert archives.take(io.BytesIO(exported), root=models).name == "tiny-3"
    assert archives.take(io.BytesIO(exported), "mine", models).name == "mine"
    with pytest.raises(RunError, match="a run 'mine' exists already"):
        archives.take(io.BytesIO(exported), "mine", models)


def test_the_note_travels_and_former_names_do_not(models: Path) -> None:
    renaming.annotate("tiny", "a good one", models)
    renaming.rename("tiny", "renamed", models)
    file = io.BytesIO()
    archives.export("renamed", file, models)
    about = archives.take(file, root=models).about()
    assert (about.note, about.formerly) == ("a good one", ())


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {key: value for key, value in files.items() if key != name}


def changed(name: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: content}


def external(files: Files) -> Files:
    """The network with weights in a file outside."""
    graph = onnx.load_from_string(files["bundle/model.onnx"])
    tensor = graph.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../secret"
    return {**files, "bundle/model.onnx": graph.SerializeToString()}


def strange_operators(files: Files) -> Files:
    graph = onnx.load_from_string(files["bundle/model.onnx"])
    graph.opset_import.add(domain="com.evil", version=1)
    return {**files, "bundle/model.onnx": graph.SerializeToString()}


def keras_file(config: object, *more: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        for name in ("metadata.json", "model.weights.h5", *more):
            archive.writestr(name, "{}")
    return file.getvalue()


def keras(module: str, name: str) -> dict[str, object]:
    return {"config": {"layers": [{"module": module, "class_name": name}]}}


def odd_column(files: Files) -> Files:
    frame = pd.read_parquet(io.BytesIO(files["test_predictions.parquet"]))
    return {
        **files,
        "test_predictions.parquet": frame.assign(predProb="high").to_parquet(index=False),
    }


WRONG: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a path upwards": (changed("../evil.json", b"{}"), "which is not part of a run"),
    "an absolute path": (changed("/etc/passwd", b"x"), "which is not part of a run"),
    "a backslash": (changed("bundle\\model.onnx", b"x"), "which is not part of a run"),
    "a script": (changed("run.py", b"print()"), "which is not part of a run"),
    "a pickle": (changed("bundle/model.pkl", b"x"), "which is not part of a run"),
    "a folder": (changed("bundle/", b""), "which is not part of a run"),
    "no network": (without("bundle/model.onnx"), "lacks bundle/model.onnx"),
    "no figures": (without("metrics.json"), "lacks metrics.json"),
    "another network": (changed("bundle/model.onnx", b"\x08\x01"), "model.onnx"),
    "settings of text": (changed("config.json", b"{"), "config.json cannot be read"),
    "figures of text": (changed("metrics.json", b'{"test": {"accuracy": "x"}}'), "is damaged"),
    "history of text": (changed("history.csv", b"epoch,loss\n1,high\n"), "text where numbers"),
    "no Parquet": (changed("test_predictions.parquet", b"PAR1"), "is not a Parquet file"),
    "scores of text": (odd_column, "something other than scores"),
    "weights outside": (external, "refers to external files"),
    "strange operators": (strange_operators, "operators of com.evil"),
    "a lambda": (
        changed("bundle/model.keras", keras_file(keras("keras.layers", "Lambda"))),
        "keras.layers.Lambda, which is not trusted",
    ),
    "a function": (
        changed("bundle/model.keras", keras_file(keras("builtins", "function"))),
        "builtins.function, which is not trusted",
    ),
    "a utility of Keras": (
        changed("bundle/model.keras", keras_file(keras("keras.utils", "get_file"))),
        "keras.utils.get_file, which is not trusted",
    ),
    "a Keras file with more": (
        changed("bundle/model.keras", keras_file({}, "../x")),
        "unexpected files",
    ),
    "a Keras file that is none": (changed("bundle/model.keras", b"weights"), "is not a Keras file"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_and_leaves_nothing(
    models: Path, exported: bytes, wrong: str
) -> None:
    spoil, told = WRONG[wrong]
    with pytest.raises(ArchiveError) as raised:
        archives.take(packed(spoil(unpacked(exported))), root=models)
    assert told in str(raised.value)
    assert str(models) not in str(raised.value)
    assert leftovers(models) == ["tiny"]


def test_a_changed_file_does_not_match_its_checksum(models: Path, exported: bytes) -> None:
    files = {**unpacked(exported), "history.csv": b"epoch\n1\n"}
    with pytest.raises(ArchiveError, match=r"history\.csv does not match its checksum"):
        archives.take(packed(files, signed=False), root=models)


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (b"", "is damaged"),
        (b"[]", "is damaged"),
        (b"{}", "is damaged"),
        (b'{"format_version": 7, "files": {}}', "format version 7"),
        (b'{"format_version": 1, "files": {}}', "does not match the files"),
        (b'{"format_version": 1, "files": 3}', "does not match the files"),
    ],
)
def test_a_damaged_manifest_is_told(
    models: Path, exported: bytes, manifest: bytes, told: str
) -> None:
    files = {**unpacked(exported), "manifest.json": manifest}
    with pytest.raises(ArchiveError, match=told):
        archives.take(packed(files, signed=False), root=models)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"not a zip", bytes(5000)])
def test_what_is_no_archive_is_told(models: Path, content: bytes) -> None:
    with pytest.raises(ArchiveError, match="not an exported run"):
        archives.take(io.BytesIO(content), root=models)


def test_every_truncation_is_told(models: Path, exported: bytes) -> None:
    for cut in range(100, len(exported), len(exported) // 25):
        with pytest.raises(ArchiveError):
            archives.take(io.BytesIO(exported[:cut]), root=models)
    assert leftovers(models) == ["tiny"]


def test_every_flipped_byte_is_told_or_harmless(models: Path, exported: bytes) -> None:
    before = store.open_run("tiny", models)
    for at in range(0, len(exported), len(exported) // 40):
        content = bytearray(exported)
        content[at] ^= 0xFF
        try:
            run = archives.take(io.BytesIO(bytes(content)), root=models)
        except (ArchiveError, RunError):
            continue
        assert run.metrics == before.metrics


def test_a_bomb_is_refused_before_it_is_unpacked(models: Path, exported: bytes) -> None:
    files = {**unpacked(exported), "progress.jsonl": bytes(20 * 2**20)}
    with pytest.raises(ArchiveError, match="unpacks to over 200 times its size"):
        archives.take(packed(files), root=models)


def test_a_file_over_its_limit_is_refused(
    models: Path, exported: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(archives.MEMBERS, "history.csv", 10)
    with pytest.raises(ArchiveError, match=r"history\.csv is larger"):
        archives.take(io.BytesIO(exported), root=models)


def test_a_file_that_stands_there_twice_is_refused(models: Path, exported: bytes) -> None:
    file = io.BytesIO(exported)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("history.csv", "epoch\n1\n")
    with pytest.raises(ArchiveError, match=r"history\.csv twice"):
        archives.take(file, root=models)


def test_a_name_that_is_none_is_refused(models: Path, exported: bytes) -> None:
    files = unpacked(exported)
    manifest = {**json.loads(files["manifest.json"]), "name": "../evil"}
    files["manifest.json"] = json.dumps(manifest).encode()
    with pytest.raises(RunError, match="is not a valid run name"):
        archives.take(packed(files), root=models)


def test_a_run_that_cannot_score_is_not_exported(models: Path) -> None:
    (models / "tiny" / "bundle" / "model.onnx").write_bytes(b"")
    with pytest.raises(Exception, match="checksum"):
        archives.export("tiny", io.BytesIO(), models)


def test_an_export_sweeps_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    make_run(tmp_path / "models", "tiny")
    out = tmp_path / "out"
    out.mkdir()
    for name in (".run.zip.0123abcd.part", ".other.zip.0123abcd.part"):
        (out / name).write_bytes(b"half")
    assert main(["runs", "--export", "tiny", str(out / "run.zip")]) == 0
    assert sorted(path.name for path in out.iterdir()) == [".other.zip.0123abcd.part", "run.zip"]
