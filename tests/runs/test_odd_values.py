"""One gate for text and numbers that enter runs; every list of runs survives any one of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dga import progress
from dga.cli import console
from dga.cli.main import main
from dga.errors import RunError
from dga.runs import notes, renaming, reviews, store
from dga.runs.reviews import Review
from dga.runs.store import Run
from dga.storage import plain_json
from tests.runs_factory import make_run
from ui.common import run_comparison

ODD: list[Any] = [
    None, "", "x", "\x1b[31mred", "caf\udce9", "\0", [], [1], {}, {"a": 1}, True, -1, 2, 1e308,
    10**30, 10**400, [[[[]]]], "a" * 100_000, {"0.01": "x"}, [None], [{}], [{"family": 3}],
    [{"threshold": 2, "fpr_target": 0.01}], [{"fpr_target": 0.01}], "<img src=x onerror=alert(1)>",
]  # fmt: skip
FIELDS = [
    ("metrics.json", ("test",)),
    ("metrics.json", ("test", "rows")),
    ("metrics.json", ("test", "accuracy")),
    ("metrics.json", ("test", "macro_recall_at_fpr")),
    ("metrics.json", ("test", "families")),
    ("metrics.json", ("trial",)),
    ("metrics.json", ("thresholds",)),
    ("metrics.json", ("dataset",)),
    ("metrics.json", ("benign_scores",)),
    ("config.json", ("status",)),
    ("config.json", ("created",)),
    ("config.json", ("seconds",)),
    ("config.json", ("base",)),
    ("config.json", ("config",)),
    ("config.json", ("config", "architecture")),
    ("config.json", ("config", "batch_size")),
    ("config.json", ("environment",)),
    ("config.json", ("environment", "device")),
    ("config.json", ("feeds",)),
    ("about.json", ("note",)),
    ("about.json", ("formerly",)),
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "models"
    monkeypatch.setenv("DGA_MODELS", str(root))
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    make_run(root, "sound")
    make_run(root, "odd")
    notes.write(root / "odd", notes.About("a note", ("before",)))
    return root


@pytest.mark.parametrize(("file", "place"), FIELDS)
def test_lists_of_runs_survive_any_odd_value(
    root: Path, file: str, place: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "odd" / file
    whole = json.loads(path.read_text(encoding="utf-8"))
    for odd in ODD:
        values = copy.deepcopy(whole)
        holder = values
        for name in place[:-1]:
            holder = holder[name]
        holder[place[-1]] = odd
        path.write_text(json.dumps(values), encoding="utf-8")
        found = store.list_runs(root)
        assert {run.name for run in found} == {"sound", "odd"}
        run_comparison.table(found, "sound").to_csv()
        assert main(["runs"]) == main(["runs", "--json"]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out and out.encode("utf-8")
        sound = [run for run in found if isinstance(run, Run)]
        assert sound and all(console.trained(run) for run in sound)
        run_comparison.facts(sound[0], sound[-1])
        assert all(run.about().note.encode("utf-8") is not None for run in sound)


@pytest.mark.parametrize("text", ["caf\udce9", "\x1b]0;title\x07", "a\0b", "\u202egnp.exe"])
def test_odd_text_is_refused_as_a_note(root: Path, text: str) -> None:
    with pytest.raises(RunError, match="the note holds"):
        renaming.annotate("sound", text, root)
    assert main(["runs", "--note", "sound", text]) == 1
    with pytest.raises(RunError, match="holds"):
        Review(domain="river.org", note=text)
    assert main(["runs"]) == 0


@pytest.mark.parametrize("text", ["a note\nof two lines\twith a tab", "Größe, 中文, עברית, 🙂"])
def test_any_ordinary_text_is_kept_as_a_note(root: Path, text: str) -> None:
    renaming.annotate("sound", text, root)
    assert store.open_run("sound", root).about().note == text


def test_odd_text_that_is_stored_already_is_shown_without_it(root: Path) -> None:
    values = {"note": "caf\udce9", "formerly": ["a\x1b", 3]}
    (root / "odd" / notes.ABOUT_FILE).write_text(json.dumps(values), encoding="utf-8")
    about = store.open_run("odd", root).about()
    assert (about.note, about.formerly) == ("caf\ufffd", ("a\ufffd",))
    path = reviews.path_of("odd", root)
    path.parent.mkdir()
    line = {"domain": "river.org", "note": "\x1bx", "score": 10**400}
    path.write_text(json.dumps(line), encoding="utf-8")
    assert reviews.load("odd", root)["river.org"] == Review(domain="river.org", note="\ufffdx")


def test_what_is_written_is_made_plain(root: Path) -> None:
    path = root / "odd" / "x.json"
    store.write_json(path, {"family": ["caf\udce9"], "n": 1})
    assert json.loads(path.read_text(encoding="utf-8")) == {"family": ["caf\ufffd"], "n": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a": 1e999}', "a: a number out of range"),
        ('{"a": NaN}', "a: a number out of range"),
        (f'{{"a": {10**400}}}', "a: a number out of range"),
        ("9" * 5_000, "limit"),
        ('{"a": "\\ud800"}', "not UTF-8"),
        ('{"\\u001b": 1}', "control character U\\+001B"),
    ],
)
def test_json_that_is_not_plain_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        plain_json.read_plain(text)


SNAPSHOTS: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda values: {**values, "loss": "high"},
    lambda values: {**values, "phase": 3},
    lambda values: {**values, "batch": None},
    lambda values: {**values, "message": "\x1b[2J"},
    lambda values: {**values, "rate": 10**400},
]


@pytest.mark.parametrize("spoil", SNAPSHOTS)
def test_an_odd_snapshot_is_passed_over(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    path = tmp_path / "progress.jsonl"
    progress.append(path, progress.Progress(phase="training", batch=2, loss=0.5))
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(f"{json.dumps(spoil(whole))}\n{json.dumps(whole)}\n", encoding="utf-8")
    assert [one.batch for one in progress.read(path)] == [2]


@pytest.mark.parametrize("column", ["domain", "trueClass", "predClass", "family"])
def test_predictions_whose_bytes_are_no_text_are_told(root: Path, column: str) -> None:
    path = root / "odd" / store.PREDICTIONS_FILE
    table = pq.read_table(path)
    place = table.column_names.index(column)
    odd = pa.array([b"caf\xe9.com"] * len(table), pa.binary())
    texts = pa.Array.from_buffers(pa.string(), len(odd), odd.buffers())
    pq.write_table(table.set_column(place, column, texts), path)
    with pytest.raises(RunError, match=f"{column} holds something other than text"):
        store.open_run("odd", root).predictions()
