from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import rooms
from dga import progress
from dga.config import ARCHITECTURES, FeedSpec, TrainingConfig, TrainingPlan
from dga.datasets import replay
from dga.errors import ConfigError, DatasetError
from dga.networks import heads
from dga.progress import Progress
from dga.runs import learnt_names, store
from dga.scoring.calibration import Calibration
from dga.scoring.encoder import CharEncoder
from dga.training import pipeline

rng = np.random.default_rng(5)


def names(letters: str, suffix: str, count: int = 400) -> list[str]:
    return [f"{''.join(row)}.{suffix}" for row in rng.choice(list(letters), (count, 9))]


@pytest.fixture
def feeds(tmp_path: Path) -> tuple[FeedSpec, ...]:
    (tmp_path / "chosen.txt").write_text("\n".join(names("aeioulnrst", "com")))
    rows = [f"{name},first" for name in names("bcdfgh", "net")]
    rows += [f"{name},second" for name in names("vwxyz", "net")]
    (tmp_path / "generated.csv").write_text("domain,family\n" + "\n".join(rows))
    return (
        FeedSpec(path=str(tmp_path / "chosen.txt"), label="benign"),
        FeedSpec(path=str(tmp_path / "generated.csv"), label="dga"),
    )


def train(
    feeds: tuple[FeedSpec, ...],
    root: Path,
    trial: tuple[FeedSpec, ...] = (),
    name: str = "made",
    base: str = "",
    **settings: object,
) -> tuple[store.Run, list[Progress]]:
    told: list[Progress] = []
    config = TrainingConfig.from_json({"architecture": "bigram", "epochs": 2} | settings)
    plan = TrainingPlan(name=name, config=config, feeds=feeds, trial=trial, base=base)
    work = store.create(plan.name, root)
    run = pipeline.train(plan, work, on_progress=told.append, should_stop=lambda: False)
    return run, told


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_keras_and_onnx_scores_agree(
    architecture: str, feeds: tuple[FeedSpec, ...], tmp_path: Path
) -> None:
    import keras

    run, _ = train(feeds, tmp_path, architecture=architecture, task="both", max_batches=3)
    bundle = replace(run.bundle(), calibration=Calibration())  # the network's own scores
    model = keras.models.load_model(run.path / "bundle" / "model.keras")
    given = names("aeioubcdfgxyz0123-", "co.uk", 500)
    codes = bundle.encoder.encode(given)
    by_keras = heads.score_of(model.predict_on_batch(codes.astype(np.int32)), "both")
    assert np.abs(by_keras - bundle.score(given).score).max() < 1e-5


def test_a_run_folder_holds_what_it_should(feeds: tuple[FeedSpec, ...], tmp_path: Path) -> None:
    run, told = train(feeds, tmp_path, task="both")
    found = {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}
    assert found >= {
        "config.json",
        "history.csv",
        "metrics.json",
        "test_predictions.parquet",
        "bundle/bundle.json",
        "bundle/model.onnx",
        "bundle/model.keras",
    }
    counts = run.metrics["dataset"]
    assert counts["train"] + counts["validation"] + counts["test"] == 1200 - counts["duplicates"]
    assert run.metrics["test"]["accuracy"] > 0.9
    assert run.metrics["test"]["family_macro_f1"] > 0.9
    assert {row["family"] for row in run.metrics["failures"]} == {"first", "second"}
    assert [row["feed"] for row in run.metrics["benign_feeds"]] == ["chosen.txt"] * len(
        run.bundle().thresholds
    )
    assert run.metrics["groups"]["floor"] == run.bundle().groups.floor
    assert len(run.predictions()) == counts["test"]
    assert [p.phase for p in told][-1] == "done"
    assert list(run.bundle().families) == ["first", "second"]


def test_trial_names_stay_out_and_are_the_only_predictions(
    feeds: tuple[FeedSpec, ...], tmp_path: Path
) -> None:
    held = Path(feeds[0].path).read_text().split()[:30]
    (tmp_path / "trial.txt").write_text("\n".join(f"www.{name}" for name in held))
    trial = (FeedSpec(path=str(tmp_path / "trial.txt"), label="benign"),)
    run, _ = train(feeds, tmp_path, trial=trial)
    assert run.metrics["dataset"]["excluded"] == len(set(held))
    assert set(run.predictions()["domain"]) == set(held)
    assert all(not row["surest_misses"] for row in run.metrics["test"]["families"])
    assert run.metrics["trial"]["rows"] == len(set(held))


def test_thresholds_hold_on_the_validation_part(
    feeds: tuple[FeedSpec, ...], tmp_path: Path
) -> None:
    (tmp_path / "more.txt").write_text("\n".join(names("aeioulnrst", "org", 4000)))
    more = (*feeds, FeedSpec(path=str(tmp_path / "more.txt"), label="benign"))
    run, _ = train(more, tmp_path, validation_size=0.4)
    thresholds = {row["fpr_target"]: row for row in run.metrics["thresholds"]}
    assert thresholds[0.01]["false_positives"] <= 0.01 * thresholds[0.01]["benign"]
    assert thresholds[0.01]["resolvable"]
    assert not thresholds[0.0001]["resolvable"]
    assert run.bundle().thresholds.keys() == {"0.01"}


def test_the_family_task_needs_families(feeds: tuple[FeedSpec, ...], tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lower min_family"):
        train(feeds, tmp_path, task="family", min_family=5000)


def test_going_on_from_a_run_keeps_what_it_knew_and_adds_families(
    feeds: tuple[FeedSpec, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "LEAST", 100)
    base, _ = train(feeds, tmp_path, task="both")
    (tmp_path / "new.csv").write_text(
        "domain,family\n" + "\n".join(f"{n},newest" for n in names("jkqpwm", "ru"))
    )
    new = (feeds[0], FeedSpec(path=str(tmp_path / "new.csv"), label="dga"))
    run, told = train(new, tmp_path, name="next", base="made", task="both")
    assert list(run.bundle().families) == ["first", "second", "newest"]
    assert run.config["base"] == "made"
    trained = base.predictions()["domain"]  # its test part: the one thing it has not learnt from
    assert not learnt_names.seen(base, trained).any()
    assert learnt_names.load(run).size > learnt_names.load(base).size
    assert not learnt_names.seen(base, run.predictions()["domain"]).any()
    assert not learnt_names.seen(run, run.predictions()["domain"]).any()
    (told,) = run.config["before"]
    assert (told["learnt"], told["again"]) == (300, 100)  # benign names; the least of a family
    guess = run.bundle().score(names("bcdfgh", "net", 50)).families.argmax(axis=1)
    assert (guess == 0).mean() > 0.9
    with pytest.raises(ConfigError, match="task 'both', not 'binary'"):
        train(new, tmp_path, name="other", base="made")


def test_trial_names_that_the_base_has_learnt_are_not_tested(
    feeds: tuple[FeedSpec, ...], tmp_path: Path
) -> None:
    base, _ = train(feeds, tmp_path)
    listed = Path(feeds[0].path).read_text().split()
    known = learnt_names.seen(base, listed)
    (tmp_path / "trial.txt").write_text("\n".join(listed))
    trial = (FeedSpec(path=str(tmp_path / "trial.txt"), label="benign"),)
    (tmp_path / "more.txt").write_text("\n".join(names("aeioulnrst", "org")))
    more = (FeedSpec(path=str(tmp_path / "more.txt"), label="benign"), feeds[1])
    run, _ = train(more, tmp_path, trial=trial, name="next", base="made")
    learnt = np.array(listed)[known]
    assert set(run.predictions()["domain"]) == set(listed) - set(learnt)
    assert run.config["before"][1] == {"part": "trial", "left_out": len(set(learnt))}
    (tmp_path / "trial.txt").write_text("\n".join(learnt))
    with pytest.raises(DatasetError, match="has learnt from every name of the trial files"):
        train(more, tmp_path, trial=trial, name="third", base="made")


def test_what_augmentation_added_counts_as_learnt(
    feeds: tuple[FeedSpec, ...], tmp_path: Path
) -> None:
    run, _ = train(feeds, tmp_path, resuffixed_share=1.0)
    counts = run.metrics["dataset"]
    listed = counts["train"] + counts["validation"]
    assert learnt_names.load(run).size > 1.3 * listed


def test_a_training_crosses_few_rooms_and_its_plan_seldom_comes_back(
    feeds: tuple[FeedSpec, ...], tmp_path: Path
) -> None:
    train(feeds, tmp_path, name="base", task="both")
    trace = rooms.Trace()
    sys.setprofile(trace)
    try:
        train(feeds, tmp_path, name="next", base="base", task="both")
    finally:
        sys.setprofile(None)
    assert {"training", "datasets", "networks", "runs"} <= set(trace.packages())
    assert len(trace.packages()) <= 10
    assert {"training", "config", "datasets"} <= set(trace.way)
    assert 0 < trace.returns() <= 20


def test_a_plan_survives_json_and_progress_its_file(tmp_path: Path) -> None:
    plan = TrainingPlan(name="x", config=TrainingConfig(), feeds=(FeedSpec(path="a", label="dga"),))
    assert TrainingPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    progress.append(tmp_path / "p", Progress(phase="feeds"))
    assert progress.read(tmp_path / "p") == [Progress(phase="feeds")]


def test_names_longer_than_the_encoder_keep_their_end() -> None:
    assert CharEncoder(max_length=8).encode(["a" * 30 + ".com"])[0, -3:].tolist() == [3, 15, 13]
