"""What a training would learn from and how long it would take; how busy the machine is."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dga import devices, progress
from dga.cli import main
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.datasets import prepare, replay
from dga.errors import DatasetError
from dga.generators import generate
from dga.jobs import forecast, machine_load, throughput
from dga.jobs.forecast import Forecast
from dga.jobs.throughput import Rate
from dga.progress import Progress
from dga.runs import files, learnt_names, reviews, store
from dga.runs.reviews import Review
from tests.runs_factory import made_up_names, make_run


@pytest.fixture
def plan(tmp_path: Path) -> TrainingPlan:
    names = made_up_names(("alpha", "beta"))
    benign, dga = tmp_path / "benign.txt", tmp_path / "dga.csv"
    listed = names.loc[names["family"] == "", "domain"].tolist()
    benign.write_text("\n".join([*listed, listed[0]]), encoding="utf-8")
    names[names["family"] != ""].to_csv(dga, index=False)
    feeds = (FeedSpec(path=str(benign), label="benign"), FeedSpec(path=str(dga), label="dga"))
    config = TrainingConfig(architecture="bigram", min_family=30, cap_per_family=45)
    return TrainingPlan(name="x", config=config, feeds=feeds)


def test_a_forecast_counts_what_the_split_will_hold(plan: TrainingPlan) -> None:
    told = forecast.forecast(plan)
    counts = told.counts
    assert (counts["rows"], counts["duplicates"], counts["capped"]) == (201, 1, 10)
    assert counts["train"] + counts["validation"] + counts["test"] == 190
    assert told.learnt == counts["train"] == sum(row["train"] for row in told.families)
    assert told.known == 2
    assert told.families[0]["label"] == "benign"
    assert Forecast(**json.loads(json.dumps(told.to_json()))) == told


def test_invented_names_are_learnt_from_too(plan: TrainingPlan) -> None:
    config = TrainingConfig(architecture="bigram", invented_share=0.5)
    told = forecast.forecast(TrainingPlan(name="x", config=config, feeds=plan.feeds))
    assert told.learnt == told.counts["train"] + round(0.5 * told.counts["train"])


def test_generated_names_are_learnt_from_too(plan: TrainingPlan, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("".join(f"{name},qakbot\n" for name in generate("qakbot", 40)))
    feeds = (*plan.feeds, FeedSpec(path=str(more), label="dga"))
    config = TrainingConfig(architecture="bigram", generated_share=2.0)
    told = forecast.forecast(TrainingPlan(name="x", config=config, feeds=feeds))
    own = next(row["train"] for row in told.families if row["family"] == "qakbot")
    assert told.learnt == told.counts["train"] + 2 * own


def test_corrected_labels_stand(
    plan: TrainingPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    generated = pd.read_csv(plan.feeds[1].path)["domain"][0]
    reviews.save("tiny", [Review(domain=generated, label="benign")], tmp_path / "models")
    corrections = FeedSpec(path=str(reviews.feed_of("tiny")))
    told = forecast.forecast(replace(plan, feeds=(*plan.feeds, corrections)))
    assert told.counts["corrected"] == 1
    read = prepare.read_feeds((*plan.feeds, corrections))
    assert [len(frame) for frame in read.corrections] == [1]


def test_trial_names_are_left_out_as_in_the_training(plan: TrainingPlan, tmp_path: Path) -> None:
    kept_out = pd.read_csv(plan.feeds[1].path).head(10)
    kept_out.to_csv(tmp_path / "trial.csv", index=False)
    trial = replace(plan, trial=(FeedSpec(path=str(tmp_path / "trial.csv"), label="dga"),))
    told = forecast.forecast(trial)
    assert told.counts["excluded"] == 10
    prepared = prepare.prepare(trial, replace(trial.resolved_config(), cleaning=False))
    assert told.counts == prepared.data.counts()


def test_a_continued_training_is_counted_with_what_it_replays(
    plan: TrainingPlan, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "LEAST", 5)
    base = store.open_run("tiny", models)
    data = prepare.prepare(plan, plan.resolved_config()).data
    validated = data.part("validation")["registered_name"].tolist()
    learnt_names.save(base.path, data.learnt_from()["registered_name"], validated=validated)
    config = replace(plan.config, replay_share=0.25)
    told = forecast.forecast(replace(plan, base="tiny", config=config))
    anew = forecast.forecast(plan)
    assert told.counts == anew.counts
    assert told.learnt == pytest.approx(0.25 * anew.learnt, abs=3)


def test_families_that_generators_widen_are_known(plan: TrainingPlan, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("".join(f"{name},qakbot\n" for name in generate("qakbot", 20)))
    feeds = (*plan.feeds, FeedSpec(path=str(more), label="dga"))
    config = replace(plan.config, task="both", generated_share=3.0, min_family=40)
    widened = replace(plan, feeds=feeds, config=config)
    alone = replace(widened, config=replace(config, generated_share=0.0))
    assert forecast.forecast(widened).known == forecast.forecast(alone).known + 1


def test_what_the_training_would_refuse_is_refused(plan: TrainingPlan) -> None:
    alone = TrainingPlan(name="x", config=plan.config, feeds=plan.feeds[:1])
    with pytest.raises(DatasetError, match="only 0 dga names are left"):
        forecast.forecast(alone)


def test_the_command_tells_it_and_trains_nothing(
    plan: TrainingPlan, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benign, dga = (feed.path for feed in plan.feeds)
    given = ["train", "--benign", benign, "--dga", dga, "--architecture", "bigram", "--dry-run"]
    assert main.main([*given, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["rows"] == 201
    assert main.main(given) == 0
    told = capsys.readouterr().out
    assert "201 rows: 1 duplicates" in told
    assert "about" in told.splitlines()[-1]
    assert [path.name for path in models.iterdir()] == ["tiny"]


def test_more_epochs_take_longer_and_a_limit_of_batches_shortens(plan: TrainingPlan) -> None:
    told = forecast.forecast(plan)
    here = [Rate(80.0, 120.0, True)]
    once = forecast.estimate(told, TrainingConfig(epochs=1).resolved(), here)
    often = forecast.estimate(told, TrainingConfig(epochs=100).resolved(), here)
    short = forecast.estimate(told, TrainingConfig(epochs=100, max_batches=1).resolved(), here)
    assert once is not None and often is not None and short is not None
    assert once.low < once.high < often.low
    assert short.high < often.low
    assert forecast.estimate(told, TrainingConfig().resolved(), []) is None


def trained_here(root: Path, name: str, architecture: str, seconds: float) -> None:
    """A run of 40 batches of 100 names whose learning took so long on this machine."""
    run = make_run(root, name)
    config = dict(run.config)
    config["config"] = {**config["config"], "architecture": architecture, "batch_size": 100}
    here = devices.cpu()
    config["environment"] = {"device": "cpu:0", "processor": here.about, "threads": here.threads}
    files.write_json(run.path / store.CONFIG_FILE, config)
    (run.path / store.HISTORY_FILE).write_text(f"epoch,seconds\n1,{seconds}\n", encoding="utf-8")


def test_rates_of_equal_trainings_come_first(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "_machine", lambda: 20.0)
    trained_here(models, "one", "cnn", 10)
    trained_here(models, "two", "cnn", 20)
    (found,) = throughput.expected(TrainingConfig(architecture="cnn"), "cpu", models)
    assert found.measured
    assert found.low < 200 < 400 < found.high
    (other,) = throughput.expected(TrainingConfig(architecture="lstm"), "cpu", models)
    assert not other.measured
    assert other.high < found.high


def test_what_follows_a_training_is_scaled_to_its_names(models: Path) -> None:
    assert throughput.closing_seconds(1e6, models) == throughput.CLOSING_GUESS
    trained_here(models, "large", "cnn", 20)  # 4,000 names in its epoch
    path = models / "large" / store.CONFIG_FILE
    files.write_json(path, {**json.loads(path.read_text()), "seconds": 135.0})
    assert throughput.closing_seconds(root=models) == 105  # without training and start
    assert throughput.closing_seconds(4000, models) == 105
    assert throughput.closing_seconds(40, models) == 6  # a hundredth of what is spent on names
    assert throughput.closing_seconds(8000, models) == 205


def test_other_machines_and_blinks_of_an_eye_tell_nothing(models: Path) -> None:
    trained_here(models, "blink", "cnn", 0.5)
    assert throughput.measured(models) == []  # `tiny` was made on another processor


def test_without_any_training_the_machine_is_probed(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throughput, "_machine", lambda: 20.0)
    (found,) = throughput.expected(TrainingConfig(architecture="cnn"), "cpu", models)
    assert not found.measured
    assert throughput.expected(TrainingConfig(architecture="cnn"), "gpu:0", models) == []
    assert throughput.gigaflops(0.01) > 0


def test_an_interrupted_training_tells_its_rate(models: Path) -> None:
    work = store.create("broken", models)
    plan = TrainingPlan(name="broken", config=TrainingConfig(architecture="cnn"), feeds=())
    store.write_json(work / store.PLAN_FILE, plan.to_json())
    snapshot = Progress(phase="training", loss=0.5, rate=321.0, elapsed=30.0, device="cpu:0")
    progress.append(work / store.PROGRESS_FILE, snapshot)
    assert [round(one.rate) for one in throughput.measured(models)] == [321]


def test_the_machine_tells_its_load() -> None:
    found = machine_load.load()
    assert 0 <= found.cpu <= 1
    assert 0 < found.memory < found.memory_total
    assert found.process_memory == 0
    assert machine_load.load(2**30).process_memory == 0


@pytest.mark.parametrize(
    ("line", "use"),
    [("83, 1024, 4096, Some GPU", 0.83), ("[N/A], 1024, 4096, GPU", None), ("", None)],
)
def test_gpus_are_told_by_nvidia_smi(
    monkeypatch: pytest.MonkeyPatch, line: str, use: float | None
) -> None:
    monkeypatch.setattr(machine_load.shutil, "which", lambda name: f"/bin/{name}")
    done = subprocess.CompletedProcess([], 0, stdout=f"{line}\n")
    monkeypatch.setattr(machine_load.subprocess, "run", lambda *given, **options: done)
    assert [gpu.use for gpu in machine_load.gpus()] == ([] if use is None else [use])
