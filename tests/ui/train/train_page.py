"""The Train page as its tests drive it: buttons, texts, a work folder, a count of the feeds."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from dga import progress
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.progress import Progress
from dga.runs import store

APP = Path(__file__).resolve().parents[3] / "app.py"
WAIT = 30


class Uncounted:
    """A count of the feeds that takes for ever."""

    def __init__(self, key: str) -> None:
        self.key = key

    def done(self) -> bool:
        return False

    def stop(self) -> None:
        pass


def work_folder(root: Path, name: str, *snapshots: Progress) -> Path:
    """What a training that has not ended well leaves in the models folder."""
    work = store.create(name, root)
    plan = TrainingPlan(name=name, config=TrainingConfig(), feeds=(FeedSpec(path="feed.csv"),))
    store.write_json(work / store.PLAN_FILE, plan.to_json())
    (work / store.LOG_FILE).write_text("a line of the log\n", encoding="utf-8")
    for snapshot in snapshots:
        progress.append(work / store.PROGRESS_FILE, snapshot)
    return work


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def texts(app: AppTest) -> str:
    elements = (*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.subheader)
    return "\n".join(str(element.value) for element in elements)
