"""What is shown when a training ends, with real trainings of few names: the names that a base has
learnt from, a result that waited in the queue, the way to the comparison, the time left."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dga import progress
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.jobs import job
from dga.names import parse
from dga.progress import Progress
from dga.runs import store
from dga.schema import DOMAIN
from tests.browser.conftest import ROOT, WAIT, Open, idle, until
from tests.runs_factory import make_run

expect.set_options(timeout=WAIT)

TRAINED = 240_000  # milliseconds that a small training may take on a busy machine
TRIAL = ROOT / "data" / "trial"
QUICK = TrainingConfig(architecture="bigram", epochs=1)


def trial_rows() -> list[tuple[str, str, str]]:
    """The trial set, its two classes in turns: domain, label, family."""
    benign, generated = [], []
    for path in sorted(TRIAL.glob("benign-*.csv")):
        benign += [(row["domain"], "benign", "") for row in csv.DictReader(path.open())]
    for row in csv.DictReader((TRIAL / "generated.csv").open()):
        generated.append((row["domain"], "dga", row["family"]))
    generated.sort(key=lambda row: row[0])  # families mixed
    return [row for pair in zip(benign, generated, strict=False) for row in pair]


@contextmanager
def in_training(root: Path, name: str, *told: Progress) -> Iterator[None]:
    """A training that is running as far as the server can see: its folder is there, its lock held
    by this process."""
    work = store.create(name, root)
    plan = TrainingPlan(name=name, config=QUICK, feeds=(FeedSpec(path="feed.csv"),))
    store.write_json(work / store.PLAN_FILE, plan.to_json())
    for one in told:
        progress.append(work / store.PROGRESS_FILE, one)
    with job.lock(root, name):
        yield


@pytest.fixture
def feeds(models_root: Path) -> dict[str, Path]:
    """Two feeds of the data folder, a half of each in both."""
    folder = models_root.parent / "data"
    folder.mkdir(exist_ok=True)
    rows = trial_rows()
    made = {}
    for name, first in (("former", 0), ("further", 600)):
        made[name] = folder / f"{name}.csv"
        lines = [",".join(row) for row in rows[first : first + 1200]]
        made[name].write_text("\n".join(["domain,label,family", *lines]) + "\n")
    return made


def registered(domains: list[str]) -> set[str]:
    return {str(one.registered_name) for one in parse.parse_many(domains)}


def names_of(feed: Path) -> set[str]:
    return registered([row["domain"] for row in csv.DictReader(feed.open())])


def held_out(name: str, models_root: Path) -> set[str]:
    """The registered names of a run's test part."""
    return registered(store.open_run(name, models_root).predictions()[DOMAIN].tolist())


def choose(page: Page, feed: str) -> None:
    """Train on one file of the data folder instead of the trial set."""
    page.get_by_text("Bundled trial set", exact=True).first.click()
    box = page.get_by_role("combobox", name="Files in the data folder")
    box.fill(feed)
    page.get_by_role("option", name=feed).click()
    page.keyboard.press("Escape")
    expect(idle(page).get_by_text("1,200 rows, 600 benign, 600 generated")).to_be_visible()


def named(page: Page, name: str) -> None:
    page.get_by_label("Run name", exact=True).fill(name)
    page.get_by_label("Run name", exact=True).press("Enter")
    idle(page)


def test_what_a_base_has_learnt_from_is_left_out_of_the_comparison(
    open_page: Open, models_root: Path, feeds: dict[str, Path]
) -> None:
    former = TrainingPlan(name="base", config=QUICK, feeds=(FeedSpec(path=str(feeds["former"])),))
    job.start(former, models_root)
    assert until(lambda: (models_root / "base").is_dir(), TRAINED / 1000)
    store.set_active("base", models_root)
    page = open_page("/train")
    page.get_by_role("radio", name="Continue with new names").click()
    expect(idle(page).get_by_text("Trains a finished run's network further")).to_be_visible()
    choose(page, "further.csv")
    named(page, "continued")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name="Result of continued")).to_be_visible(timeout=TRAINED)
    of_base = names_of(feeds["former"]) - held_out("base", models_root)
    test_part = held_out("continued", models_root)
    assert test_part and not test_part & of_base
    learnt = of_base | (names_of(feeds["further"]) - test_part)
    told = page.get_by_text(re.compile(r"Over the same [\d,]+ names of the trial set"))
    said = re.findall(r"[\d,]+(?= names of| others are left out)", str(told.text_content()))
    shown, left = (int(number.replace(",", "")) for number in said)
    assert shown > 1000
    assert left == len(learnt)


def test_a_result_that_waited_in_the_queue_is_shown_by_itself(
    open_page: Open, models_root: Path, feeds: dict[str, Path]
) -> None:
    with in_training(models_root, "ahead"):
        page = open_page("/train")
        expect(page.get_by_role("heading", name="Training ahead")).to_be_visible()
        page.get_by_text("Set up another training").click()
        page.get_by_role("radio", name="Quick try").click()
        expect(idle(page).get_by_text("The smallest network")).to_be_visible()
        choose(page, "former.csv")
        named(page, "behind")
        page.get_by_role("button", name="Add to the queue").click()
        expect(page.get_by_role("button", name="Take out")).to_be_visible()
    expect(page.get_by_role("heading", name="Result of behind")).to_be_visible(timeout=TRAINED)


def test_the_time_left_counts_the_export(open_page: Open, models_root: Path) -> None:
    learning = Progress(phase="training", batch=9, batches=10, epochs=1, loss=0.1, remaining=3.0)
    with in_training(models_root, "running", learning):
        page = open_page("/train")
        left = page.get_by_test_id("stMetric").filter(has_text="Time left")
        expect(left.get_by_test_id("stMetricValue")).to_have_text(
            re.compile(r"min|^\d\d s|[4-9] s")
        )


def test_compare_leads_to_the_top_of_runs(open_page: Open, models_root: Path) -> None:
    make_run(models_root, "fresh", created="2026-03-01T00:00:00Z")
    page = open_page("/train")
    page.get_by_text("The latest run").click()
    idle(page).get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("h1")).to_have_text("Runs")
    expect(page.get_by_role("heading", name="Compare runs")).to_be_in_viewport()
    expect(page.get_by_role("combobox", name="Run", exact=True)).to_have_value("tiny")
    expect(page.get_by_role("combobox", name="Compared with")).to_have_value("fresh")
    expect(page.get_by_label("Figures of tiny and fresh").first).to_be_in_viewport()
