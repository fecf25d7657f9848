"""The Hosts page: the example log judged, a host opened, feedback, deep links."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga import generators
from dga.hosts import feedback
from dga.hosts.score_hosts import NO_CLIENTS
from dga.runs import reviews, store
from dga.schema import BENIGN
from tests.tables.test_archives import workbook
from ui.common.recent_jobs import RecentJobs
from ui.common.text import escape
from ui.hosts import columns, host_panel, input
from ui.hosts.hosts_job import HostsJob

ROOT = Path(__file__).parents[2]
INFECTED = {"10.0.0.8", "10.0.0.24", "10.0.0.49"}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    models = tmp_path / "models"
    shutil.copytree(ROOT / "models" / "shipped", models / "shipped")
    monkeypatch.setenv("DGA_MODELS", str(models))
    monkeypatch.setenv("DGA_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def opened(app: AppTest, **parameters: str) -> AppTest:
    """The page with the example log judged."""
    app.query_params["log"] = input.EXAMPLE
    for name, value in parameters.items():
        app.query_params[name] = value
    app.switch_page("pages/hosts.py").run()
    job = HostsJob.find(input.EXAMPLE, "")
    assert job is not None
    job.wait()
    return app.run()


def test_the_page_asks_for_a_log(app: AppTest) -> None:
    app.switch_page("pages/hosts.py").run()
    assert not app.exception
    assert app.title[0].value == "Hosts"
    assert [button.label for button in app.button] == ["Try the example"]


def test_the_example_shows_its_infected_hosts(app: AppTest) -> None:
    opened(app)
    assert not app.exception
    figures = {metric.label: metric.value for metric in app.metric}
    assert (figures["Hosts"], figures["Infected"]) == ("60", "3")
    table = app.dataframe[0].value
    assert set(table["client"].head(3)) == INFECTED
    told = " ".join(markdown.value for markdown in app.markdown)
    assert "Likely command and control" in told
    merged = store.open_run("shipped").bundle().groups.merged
    alike_kraken = next((group for group in merged if "kraken" in group), ("kraken",))
    assert all(family in told for family in ("bamital", "suppobox", alike_kraken[0]))


def test_a_sheet_of_a_workbook_is_chosen(app: AppTest) -> None:
    head = ["time", "client", "query"]
    first, second = (
        [head, ["2026-05-01 10:00:00", f"10.0.0.{number}", "aureola.com"]] for number in (7, 8)
    )
    app.switch_page("pages/hosts.py").run()
    book = workbook(First=first, Second=second)
    app.file_uploader[0].set_value(("book.xlsx", book, "application/octet-stream")).run()
    finished(app)
    [sheets] = [box for box in app.selectbox if box.label.startswith("Sheet")]
    sheets.set_value("Second").run()
    finished(app)
    assert not app.exception
    assert app.dataframe[0].value["client"].tolist() == ["10.0.0.8"]


def finished(app: AppTest) -> None:
    """Wait for the session's job."""
    app.session_state[input.MEMORY].job.wait()
    app.run()


def test_a_deep_link_opens_its_host(app: AppTest) -> None:
    opened(app, host="10.0.0.24")
    assert not app.exception
    assert "10.0.0.24" in app.query_params["host"]
    assert any("### `10.0.0.24`: infected" in markdown.value for markdown in app.markdown)


def test_feedback_is_kept_and_silences_the_names(app: AppTest) -> None:
    opened(app, host="10.0.0.24")
    app.text_input(key=f"hosts_reason_{input.EXAMPLE}").set_value("a test of ours")
    app.checkbox(key=f"hosts_benign_{input.EXAMPLE}").check()
    app.button(key=f"hosts_feedback_{input.EXAMPLE}").click().run()
    job = HostsJob.find(input.EXAMPLE, "")
    assert job is not None
    job.wait()
    app.run()
    assert not app.exception
    assert [entry.client for entry in feedback.load().entries] == ["10.0.0.24"]
    kept = reviews.load("shipped")
    assert {one.label for one in kept.values()} == {BENIGN}
    assert all("a test of ours" in one.note and one.written for one in kept.values())
    assert "Train with the corrections" in [button.label for button in app.button]
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Infected"] == "2"
    reasons = {str(value) for frame in app.dataframe for value in frame.value.get("reason", [])}
    assert any("a test of ours" in reason for reason in reasons)


def test_a_result_that_is_gone_is_told(app: AppTest) -> None:
    app.query_params["log"] = "nosuch"
    app.switch_page("pages/hosts.py").run()
    assert not app.exception
    assert "gone" in app.info[0].value


def test_a_changed_setting_offers_to_judge_the_log_again(app: AppTest) -> None:
    opened(app)
    assert not [one for one in app.button if one.label.startswith("Judge again")]
    app.selectbox(key=input.RATE).set_value(0.01).run()
    next(one for one in app.button if one.label.startswith("Judge again")).click().run()
    job = HostsJob.find(input.EXAMPLE, "")
    assert job is not None and job.wait().settings == (0.01, False)
    app.run()
    assert not app.exception
    assert any("at 1 % false positives by host and day" in one.value for one in app.caption)
    assert not [one for one in app.button if one.label.startswith("Judge again")]


def test_columns_that_were_not_recognised_are_chosen_and_the_log_is_judged_again(
    app: AppTest,
) -> None:
    rows = [("PC-1", name, "NXDOMAIN") for name in generators.generate("necurs", 30)]
    rows += [("PC-2", name, "NOERROR") for name in ("bahn.de", "datev.de", "heise.de")]
    log = "Apparat;Name;Befund\n" + "".join(";".join(row) + "\n" for row in rows)
    app.session_state[input.MEMORY] = input.Hosts(given=("log.csv", log.encode()))
    app.switch_page("pages/hosts.py").run()
    first = app.session_state[input.MEMORY].job.wait()
    app.run()
    assert any(escape(NO_CLIENTS) in one.value for one in app.caption)
    assert columns.lacks(first.description)
    app.selectbox(key=f"hosts_column_client_{first.key}").set_value("Apparat")
    app.selectbox(key=f"hosts_column_rcode_{first.key}").set_value("Befund")
    next(one for one in app.button if one.label == "Judge with these columns").click().run()
    second = app.session_state[input.MEMORY].job.wait()
    app.run()
    assert not app.exception
    assert second.key != first.key
    verdicts = second.result.frame.set_index("client")["verdict"]
    assert verdicts.to_dict() == {"PC-1": "infected", "PC-2": "clean"}
    assert not columns.lacks(second.description)


def test_the_order_of_dates_is_chosen_and_the_log_is_judged_again(app: AppTest) -> None:
    rows = [("01/02/2026 10:00", "PC-1", name, "NOERROR") for name in ("bahn.de", "heise.de")]
    log = "Time;Client;Query;Rcode\n" + "".join(";".join(row) + "\n" for row in rows)
    app.session_state[input.MEMORY] = input.Hosts(given=("log.csv", log.encode()))
    app.switch_page("pages/hosts.py").run()
    first = app.session_state[input.MEMORY].job.wait()
    app.run()
    app.selectbox(key=f"hosts_dates_{first.key}").set_value(True)
    next(one for one in app.button if one.label == "Judge with these columns").click().run()
    second = app.session_state[input.MEMORY].job.wait()
    app.run()
    assert not app.exception
    assert second.key != first.key
    said = "Dates such as 1/5/2026 are read as day/month/year, as chosen by the user."
    assert escape(said) in [one.value for one in app.caption], [one.value for one in app.caption]


def test_columns_without_a_word_are_left_out() -> None:
    frame = pd.DataFrame({"name": ["a.com"], "attribution": [""], "reason": [None]})
    assert host_panel.telling(frame) == ["name"]
    assert host_panel.telling(frame.assign(reason="allowed")) == ["name", "reason"]


def test_an_earlier_log_is_found_among_the_recent_ones(app: AppTest) -> None:
    opened(app)
    log = b"ts,client,query,rcode\n2026-03-03T10:00:00Z,10.9.9.9,aureola.com,NOERROR\n"
    app.file_uploader[0].set_value(("short.csv", log, "text/csv")).run()
    job = app.session_state[input.MEMORY].job
    job.wait()
    app.run()
    assert {metric.label: metric.value for metric in app.metric}["Hosts"] == "1"
    assert job.key in app.query_params["log"]
    app.button(key=f"recent_{input.EXAMPLE}").click().run()
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Hosts"] == "60"
    assert input.EXAMPLE in app.query_params["log"]
    assert app.button(key=f"recent_{job.key}").label == "`short.csv`"


class Judged:
    """A job that only weighs."""

    about = ""

    def __init__(self, key: str, weight: int) -> None:
        self.key, self.name, self.weight, self.discarded = key, key, weight, False

    def discard(self) -> None:
        self.discarded = True


def test_recent_jobs_let_go_of_what_there_is_no_room_for() -> None:
    jobs: RecentJobs[Judged] = RecentJobs(3, room=10)
    first, second, third = Judged("a", 6), Judged("b", 5), Judged("c", 100)
    for job in (first, second, third):
        jobs.add("browser", job)
    assert jobs.of("browser") == [third, second]
    assert [job.discarded for job in (first, second, third)] == [True, False, False]
    again = Judged("b", 5)
    jobs.add("browser", again)
    assert jobs.of("browser") == [again]
    assert third.discarded and not second.discarded


def test_recent_jobs_are_each_browsers_own() -> None:
    jobs: RecentJobs[Judged] = RecentJobs(3, room=10)
    jobs.add("one", Judged("a", 1))
    assert not jobs.of("other")
