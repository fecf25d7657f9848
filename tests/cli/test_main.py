"""The contract of the command line: options, columns, exit statuses. Mostly run in this process."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dga.cli import console
from dga.cli import main as cli
from dga.cli.main import main
from dga.errors import DGAError
from dga.jobs import job
from dga.progress import Progress
from dga.runs import store
from dga.schema import VERDICT_COLUMNS
from dga.scoring import score_file
from tests.runs_factory import make_run

pytestmark = pytest.mark.usefixtures("models")
Captured = pytest.CaptureFixture[str]

VERDICT_FIELDS = ["given", "domain", *VERDICT_COLUMNS]


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Make these bytes the standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_lookup_prints_an_object_for_every_text(capsys: Captured) -> None:
    texts = ["garden.com", "hxxp://xqzk9[.]net/", "no domain", "192.0.2.7", ""]
    assert main(["lookup", "--json", *texts]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(row) for row in found] == [VERDICT_FIELDS] * 5
    assert [row["given"] for row in found] == texts
    assert [row["verdict"] for row in found] == ["benign", "dga", None, None, None]
    assert all((row["problem"] == "") == (row["score"] is not None) for row in found)


def test_lookup_prints_a_sentence_for_people(capsys: Captured) -> None:
    assert main(["lookup", "xqzk9.net", "garden.com", "192.0.2.7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("xqzk9.net: looks generated; score 0.9")
    assert lines[1].startswith("garden.com: looks benign; score 0.0")
    assert lines[2] == "192.0.2.7: not scored: an IP address, not a domain name"


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ("xn--pple-43d.com", "looks like apple.com, but contains other letters"),
        ("rnicrosoft.com", "looks like microsoft.com"),
    ],
)
def test_a_look_up_tells_of_look_alikes(given: str, note: str, capsys: Captured) -> None:
    assert main(["lookup", given]) == 0
    assert capsys.readouterr().out.rstrip().endswith(f"; note: {note}")


def test_bytes_that_are_no_text_are_no_crash(capsys: Captured) -> None:
    assert main(["lookup", os.fsdecode(b"\xffabc.com")]) == 0
    assert "damaged text" in capsys.readouterr().out


def test_the_threshold_decides_the_verdict(capsys: Captured) -> None:
    for options, verdict in (
        (["--threshold", "0"], "dga"),
        (["--threshold", "1"], "benign"),
        (["--fpr", "0.01"], "benign"),
    ):
        assert main(["lookup", "--json", "garden.com", *options]) == 0
        assert json.loads(capsys.readouterr().out)["verdict"] == verdict


def test_score_adds_the_verdict_columns(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id,query\n1,garden.com\n2,no domain\n3,xqzk9.net\n3,xqzk9.net\n")
    assert main(["score", str(source), "-o", str(target)]) == 0
    read = pd.read_csv(target)
    assert list(read.columns) == ["id", "query", *VERDICT_COLUMNS]
    assert read["id"].tolist() == [1, 2, 3, 3]
    assert read["verdict"].fillna("").tolist() == ["benign", "", "dga", "dga"]


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_score_writes_what_the_ending_names(tmp_path: Path, ending: str) -> None:
    source, target = tmp_path / "in.txt", tmp_path / f"out.{ending}"
    source.write_text("garden.com\nxqzk9.net\n")
    assert main(["score", str(source), "-o", str(target)]) == 0
    read = pd.read_parquet(target) if ending == "parquet" else pd.read_json(target, lines=True)
    assert read["verdict"].tolist() == ["benign", "dga"]


def test_a_dash_reads_standard_input_and_writes_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    give(monkeypatch, b"query,note\ngarden.com,=1+1\n")
    assert main(["score", "-"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == ",".join(["query", "note", *VERDICT_COLUMNS])
    assert out.splitlines()[1].startswith("garden.com,'=1+1,garden.com,0.0")
    assert "1 row: 0 dga, 0 suspicious, 1 benign, 0 not scored" in err


def test_score_takes_the_column_that_is_named(tmp_path: Path, capsys: Captured) -> None:
    source = tmp_path / "in.csv"
    source.write_text("domain,other\ngarden.com,xqzk9.net\n")
    assert main(["score", str(source), "--column", "other"]) == 0
    assert ",xqzk9.net,0.9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lookup", "a.com", "--run", "other"], "no run 'other'; the runs are tiny"),
        (["lookup", "a.com", "--run", "../tiny"], "is not a valid run name"),
        (["lookup", "a.com", "--threshold", "2"], "--threshold must be from 0 to 1, got 2"),
        (["lookup", "a.com", "--fpr", "0.5"], "no threshold for a false-positive rate of 0.5"),
        (["score", "nowhere.csv"], "nowhere.csv"),
        (["score", "-", "-o", "out.xlsx"], "cannot tell the format"),
        (["score", "-", "-o", "nowhere/out.csv"], "nowhere: no such folder"),
        (["score", "-"], "an empty file"),
        (["score", "-", "--column", "x"], "an empty file"),
        (["evaluate", "nowhere.csv"], "nowhere.csv"),
        (["train", "--benign", "nowhere.csv"], "nowhere.csv: file not found"),
        (["train"], "no feeds to train on"),
        (["train", "--epochs", "0"], "epochs must be from 1 to 1000, got 0"),
        (["train", "--epochs", "many"], "argument --epochs: invalid int value"),
        (["train", "--plan", "nowhere.json"], "nowhere.json: no such file"),
        (["runs", "--activate", "other"], "no run 'other'"),
        (["lookup"], "the following arguments are required: DOMAIN"),
        (["unheard-of"], "invalid choice: 'unheard-of'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_a_users_error_is_one_sentence_and_status_1(
    arguments: list[str],
    message: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    give(monkeypatch, b"")
    assert status_of(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


def status_of(arguments: list[str]) -> int | str | None:
    try:
        return main(arguments)
    except SystemExit as leaving:  # how argparse ends
        return leaving.code


def test_a_damaged_plan_is_a_users_error(tmp_path: Path, capsys: Captured) -> None:
    plan = tmp_path / "plan.json"
    for text in ("{", "[]", '{"name": "x"}'):
        plan.write_text(text)
        assert main(["train", "--plan", str(plan)]) == 1
        assert capsys.readouterr().err.startswith("error: ")


def test_a_second_training_is_refused(
    models: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "LOCK_TRIES", 1)
    feed = tmp_path / "feed.txt"
    feed.write_text("garden.com\n")
    with job.lock(models, "first"):
        assert main(["train", "--benign", str(feed)]) == 1
    assert "another training is running (first)" in capsys.readouterr().err


def test_no_run_at_all_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "empty"))
    assert main(["lookup", "a.com"]) == 1
    assert "train one with" in capsys.readouterr().err
    assert main(["runs", "--json"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("error", [DGAError("so it is"), OSError(28, "No space left", "out.csv")])
def test_expected_errors_show_no_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(score_file, "score_table", raising(error))
    assert main(["score", "-"]) == 1
    assert capsys.readouterr().err in ("error: so it is\n", "error: out.csv: no space left\n")


def test_unexpected_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_file, "score_table", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["score", "-"])


def test_an_interrupt_is_status_130(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(score_file, "score_table", raising(KeyboardInterrupt()))
    assert main(["score", "-"]) == cli.CANCELLED
    assert capsys.readouterr().err == "cancelled\n"


def raising(error: BaseException) -> Callable[..., Any]:
    def call(*_: Any, **__: Any) -> None:
        raise error

    return call


def test_ctrl_c_keeps_the_rows_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def press(progress: Progress) -> None:
        if progress.batch == 20:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(score_file, "CHUNK_ROWS", 10)
    monkeypatch.setattr(console, "scoring_progress", lambda: press)
    give(monkeypatch, b"\n".join(b"name%d.com" % n for n in range(100)))
    before = signal.getsignal(signal.SIGINT)
    assert main(["score", "-", "-o", str(tmp_path / "out.csv")]) == 130
    assert "cancelled; the rows so far are in" in capsys.readouterr().err
    rows = 20 + score_file.AHEAD * 10  # the chunks in hand are written too
    assert len(pd.read_csv(tmp_path / "out.partial.csv")) == rows
    assert not (tmp_path / "out.csv").exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_evaluate_prints_metrics(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "labelled.csv"
    names = [f"garden{n}.com,benign," for n in range(30)] + [
        f"xqz{n}k.net,dga,f" for n in range(30)
    ]
    path.write_text("domain,label,family\n" + "\n".join([*names, "192.0.2.7,dga,f"]))
    assert main(["evaluate", str(path), "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert (metrics["run"], metrics["rows"], metrics["problems"]) == ("tiny", 60, 1)
    assert metrics["families"][0]["family"] == "f"
    at = metrics["at_thresholds"]["0.01"]
    assert at["tp"] + at["fp"] + at["tn"] + at["fn"] == 60
    assert main(["evaluate", str(path)]) == 0
    assert capsys.readouterr().out.startswith("60 names: accuracy at 0.5 ")


def test_runs_lists_every_run_with_the_active_one(models: Path, capsys: Captured) -> None:
    make_run(models, "other", created="2020-01-01T00:00:00Z")
    (models / "broken").mkdir()
    assert main(["runs", "--json", "--activate", "other"]) == 0
    found = {row["name"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert [row["active"] for row in found.values()] == [False, True, False]
    assert found["tiny"]["architecture"] == "cnn"
    assert found["broken"]["status"] == "damaged"
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("* other (cnn, complete): 200 names: accuracy")
    assert "broken: damaged" in lines[2]


def test_runs_lists_damaged_runs_where_there_is_no_other(models: Path, capsys: Captured) -> None:
    (models / "tiny" / store.CONFIG_FILE).unlink()
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "damaged"


def test_as_a_command_a_closed_pipe_is_no_error(models: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dga", "score", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout and child.stdin and child.stderr
        child.stdout.close()
        child.stdin.write(b"garden.com\n" * 20_000)
        child.stdin.close()
        assert child.stderr.read() == b""
        assert child.wait() == 0
