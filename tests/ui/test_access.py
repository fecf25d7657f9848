"""Who may come in, and which role may do what; the audit log of what was done."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from dga.config import TrainingConfig, TrainingPlan
from dga.errors import ConfigError
from dga.runs import audit, store, trash
from dga.runs.reviews import Review
from tests.runs_factory import make_run
from tests.ui.test_gate import OWN, _app, ask
from ui.bulk import allow_panel
from ui.bulk import panels as bulk_panels
from ui.common import activation, library, queueing, visitor
from ui.hosts import page as hosts_page
from ui.runs import actions as run_actions
from ui.server import access, serving
from ui.server.access import ACTIONS, ANALYST, NOBODY, ROLES, TRAINER, VIEWER, Access, Visitor
from ui.server.doorkeeper import Doorkeeper
from ui.train import progress

APP = Path(__file__).resolve().parents[2] / "app.py"
LISTS = Access(
    viewers=("vera",), analysts=("*@corp.example",), trainers=("tom@corp.example",),
    default_role=NOBODY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ("vera", VIEWER),
        ("VERA ", VIEWER),
        ("ann@corp.example", ANALYST),
        ("tom@corp.example", TRAINER),
        ("mallory@evil.example", NOBODY),
        ("corp.example", NOBODY),
        ("", NOBODY),
    ],
)
def test_a_users_role_is_told_by_the_lists(user: str, role: str) -> None:
    assert LISTS.role(user) == role


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_do_what_the_table_says(role: str, action: str) -> None:
    who = Visitor("somebody", role)
    allowed = ROLES.index(role) >= ROLES.index(ACTIONS[action])
    assert who.may(action) is allowed
    if allowed:
        who.require(action)
    else:
        with pytest.raises(access.AccessError, match=f"may not {action}"):
            who.require(action)


@pytest.mark.parametrize(
    ("logs_in", "header", "user", "headers", "expected"),
    [
        (False, "", "", {}, Visitor("", TRAINER, "a")),
        (True, "", "", {}, Visitor("", NOBODY, "a")),
        (True, "", "vera", {}, Visitor("vera", VIEWER, "a")),
        (True, "", "", {"x-user": "tom@corp.example"}, Visitor("", NOBODY, "a")),
        (False, "X-User", "", {"x-user": "vera"}, Visitor("vera", VIEWER, "a")),
        (False, "X-User", "", {}, Visitor("", NOBODY, "a")),
        (False, "X-User", "tom@corp.example", {}, Visitor("", NOBODY, "a")),
    ],
)
def test_a_visitor_is_who_the_trusted_side_tells(
    logs_in: bool, header: str, user: str, headers: dict[str, str], expected: Visitor
) -> None:
    settings = Access(
        user_header=header, viewers=LISTS.viewers, trainers=LISTS.trainers, default_role=NOBODY
    )
    told = access.identify(settings, logs_in=logs_in, user=user, headers=headers, address="a")
    assert told == expected


@pytest.mark.parametrize(
    ("settings", "logs_in", "client", "status"),
    [
        (Access(), False, "127.0.0.1", 200),
        (Access(), False, "::1", 200),
        (Access(), False, "::ffff:127.0.0.1", 200),
        (Access(), False, "10.0.0.9", 403),
        (Access(), False, "", 403),
        (Access(open=True), False, "10.0.0.9", 200),
        (Access(), True, "10.0.0.9", 200),
        (Access(user_header="X-User", proxies=("10.0.0.2",)), False, "10.0.0.2", 200),
        (Access(user_header="X-User", proxies=("10.0.0.0/24",)), False, "10.0.0.9", 200),
        (Access(user_header="X-User", proxies=("10.0.0.2",)), False, "10.0.0.9", 403),
        (Access(user_header="X-User", proxies=("10.0.0.2",)), False, "127.0.0.1", 403),
    ],
)
def test_only_who_can_be_told_apart_is_let_in_from_elsewhere(
    settings: Access, logs_in: bool, client: str, status: int
) -> None:
    async def connected(scope: Any, receive: Any, send: Any) -> None:
        scope["client"] = (client, 1)
        await Doorkeeper(_app, lambda: settings, lambda: logs_in)(scope, receive, send)

    assert ask(connected, "GET", list(OWN.items()))[0] == status
    assert ask(connected, "socket", list(OWN.items()))[0] == (101 if status == 200 else 403)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", "192.168.1.5", "wb.corp.example"])
@pytest.mark.parametrize("protection", ["", "open = true", 'user_header="X"\nproxies=["10.0.0.2"]'])
def test_a_wider_address_is_refused_without_a_way_to_tell_users_apart(
    address: str, protection: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "access.toml"
    file.write_text(protection, encoding="utf-8")
    monkeypatch.setenv("DGA_ACCESS", str(file))
    monkeypatch.setattr(serving, "wide_address", lambda: address or "all addresses")
    if protection:
        assert serving.middleware()
    else:
        with pytest.raises(SystemExit, match="refusing to serve"):
            serving.middleware()


@pytest.mark.parametrize(
    "text",
    [
        "open = 1",
        "opne = true",
        'trainers = "tom"',
        "trainers = [1]",
        'default_role = "admin"',
        'user_header = "X-User"',
        'user_header = "X-User"\nproxies = ["proxy.example"]',
        "open = ",
    ],
)
def test_damaged_settings_are_told_and_let_nobody_in(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "access.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("DGA_ACCESS", str(file))
    with pytest.raises(ConfigError, match="access.toml"):
        access.load()
    assert not serving.settings().is_proxy("127.0.0.1") and serving.settings().user_header


# Every role against every action of the pages.


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "models"
    monkeypatch.setenv("DGA_MODELS", str(root))
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    for name in ("one", "two"):
        make_run(root, name)
    store.set_active("one", root)
    return root


def put(monkeypatch: pytest.MonkeyPatch, role: str, name: str = "somebody") -> None:
    who = Visitor(name, role, "10.0.0.7")
    monkeypatch.setattr(visitor, "visitor", lambda: who)


def import_run() -> None:
    from dga.runs import archive

    file = BytesIO()
    archive.export("one", file)
    with visitor.acting("import"):
        archive.take(file)


def upload() -> None:
    with visitor.acting("upload"):
        library.store(BytesIO(b"river.org\n"), "list.txt")


def label() -> None:
    from dga.runs import reviews

    with visitor.acting("label"):
        reviews.save("one", [Review(domain="river.org", label="benign")])


def score(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    run = store.open_run("one")
    table = SimpleNamespace(name="list.csv")
    started = SimpleNamespace(start=lambda: done.append("score"))
    monkeypatch.setattr(bulk_panels, "ScoringJob", lambda *_: started)
    monkeypatch.setattr(bulk_panels.recent, "add", lambda _: None)
    bulk_panels._begin(bulk_panels.Bulk(), table, "domain", run, 0.5)  # type: ignore[arg-type]


def judge(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    hosts = hosts_page.Hosts(given=("dns.log", b""))
    started = SimpleNamespace(start=lambda: done.append("score") or started, key="")
    monkeypatch.setattr(hosts_page, "HostsJob", lambda *_, **__: started)
    monkeypatch.setattr(hosts_page.recent, "add", lambda _: None)
    hosts_page._begin(hosts, 0.001, False)


PLAN = TrainingPlan(name="new", config=TrainingConfig(), feeds=())


def train(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    monkeypatch.setattr(progress.jobs, "start", lambda plan: done.append("train") or plan)
    progress.start(PLAN)


def cancel(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    job = SimpleNamespace(cancel=lambda: done.append("cancel"), kill=lambda: done.append("cancel"))
    progress._ask_to_stop(job)  # type: ignore[arg-type]
    progress._end(job)  # type: ignore[arg-type]


def wait(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    monkeypatch.setattr(queueing.queue, "tend", lambda: None)
    queueing.add(PLAN)
    done.append("queue")


def look(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    def stop() -> None:  # as Streamlit's does in a page
        raise StopException

    monkeypatch.setattr(visitor.st, "stop", stop)
    visitor.let_in()
    done.append("look")


def export(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    assert run_actions.packed("one", visitor.visitor())[:2] == b"PK"
    done.append("export")


REACHED: dict[str, Callable[[pytest.MonkeyPatch, list[str]], None]] = {
    "look": look,
    "score": score,
    "export": export,
    "train": train,
    "cancel": cancel,
    "queue": wait,
}
DOINGS: dict[str, Callable[[], None]] = {
    "activate": lambda: activation._activate("two"),
    "delete": lambda: run_actions.delete("two"),
    "restore": lambda: run_actions.restore(trash.deleted()[0]),
    "rename": lambda: run_actions.rename("one", "field"),
    "note": lambda: run_actions.annotate("one", "field"),
    "import": import_run,
    "upload": upload,
    "label": label,
    "allow": lambda: allow_panel.keep(pd.DataFrame({"name": ["river.org"], "note": [""]})),
}


@pytest.mark.parametrize("action", DOINGS)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_against_what_the_pages_do(
    root: Path, monkeypatch: pytest.MonkeyPatch, role: str, action: str
) -> None:
    from dga.runs import quarantine

    monkeypatch.setattr(quarantine, "validate", quarantine.inspect)
    monkeypatch.setitem(run_actions.st.session_state, "field", "other")
    if action == "restore":
        trash.delete("two", root)
    put(monkeypatch, role)
    before = len(audit.events())
    if Visitor("", role).may(action):
        DOINGS[action]()
        last = audit.events()[0]
        named = action == "upload" or (last.user, last.origin) == ("somebody", "10.0.0.7")
        assert named and (action == "upload" or last.action == action)
    else:
        with pytest.raises(access.AccessError):
            DOINGS[action]()
        assert len(audit.events()) == before
        assert {run.name for run in store.list_runs(root)} >= {"one"}
        assert store.active_name(root) == "one"


def test_every_action_is_tried_with_every_role() -> None:
    assert sorted((*DOINGS, *REACHED)) == sorted(ACTIONS)


@pytest.mark.parametrize("do", [*REACHED.values(), judge])
@pytest.mark.parametrize("role", ROLES)
def test_every_role_against_what_the_pages_start(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
    do: Callable[[pytest.MonkeyPatch, list[str]], None],
) -> None:
    put(monkeypatch, role)
    done: list[str] = []
    action = next((name for name, known in REACHED.items() if known is do), "score")
    with suppress(access.AccessError, StopException):
        do(monkeypatch, done)
    assert set(done) == ({action} if Visitor("", role).may(action) else set())


def test_nobody_sees_a_page_before_being_known(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, NOBODY, "mallory")
    app = AppTest.from_file(APP, default_timeout=30).run()
    assert not app.exception and not app.text_input
    assert any("mallory may not use this server" in box.value for box in app.error)
    for page in ("bulk", "train", "explore", "runs"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception and not app.selectbox and not app.dataframe


def test_a_viewer_cannot_activate_with_a_button_that_was_sent_all_the_same(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, VIEWER)
    app = AppTest.from_file(APP, default_timeout=30).run()
    app.switch_page("pages/runs.py").run()
    for button in app.button:
        if button.label in ("Delete the run", "Rename the run", "Make active"):
            button.proto.disabled = False  # a browser of one's own sends what it likes
            button.click()
            app.run()
    assert not app.exception
    assert {run.name for run in store.list_runs(root)} == {"one", "two"}
    assert store.active_name(root) == "one"


def test_users_are_told_apart_by_a_key_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, VIEWER, "vera")
    mine = visitor.owner()
    put(monkeypatch, VIEWER, "ann")
    assert mine != visitor.owner() and "vera" not in mine
    put(monkeypatch, TRAINER, "")
    assert visitor.owner() == ""


# Uploads.


def test_uploads_are_listed_deleted_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "models"))
    kept = library.store(BytesIO(b"river.org\n"), "a.txt", quota=20)
    assert library.store(BytesIO(b"river.org\n"), "a.txt", quota=20) == kept
    with pytest.raises(library.FeedError, match="delete one"):
        library.store(BytesIO(b"another.org\n"), "b.txt", quota=20)
    (upload,) = library.uploads()
    assert (upload.path, upload.name, upload.size) == (kept, "a.txt", 10)
    for name in ("../outside", "uploads/names.json", "", kept + "/.."):
        with pytest.raises(library.FeedError, match="no longer exists"):
            library.delete_upload(name)
    library.delete_upload(kept)
    assert library.uploads() == [] and library.files() == []


# The audit log.


def test_the_audit_log_is_private_rotated_and_passes_over_damage(root: Path) -> None:
    folder = root / ".state"
    assert stat.S_IMODE((folder / audit.FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / audit.FILE).write_bytes(b"\xff{\n" + b"x" * audit.MAX_BYTES)
    for number in range(3):
        audit.record("note", f"run{number}", "\x1b[31m" + "x" * 1_000)
    assert [event.subject for event in audit.events(2)] == ["run2", "run1"]
    assert {path.name for path in folder.glob("audit*")} == {"audit.jsonl", "audit.1.jsonl"}
    assert len(audit.events()[0].detail) <= audit.LONGEST and "\x1b" not in audit.events()[0].detail
    for number in range(1, 9):
        (folder / audit.FILE).write_bytes(b"x" * audit.MAX_BYTES)
        audit.record("note", f"later{number}")
    assert len(list(folder.glob("audit*"))) == audit.KEPT + 1


def test_names_are_written_only_where_that_is_switched_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record_name("look up", "secret.example")
    label()
    text = (root / ".state" / audit.FILE).read_text(encoding="utf-8")
    assert "secret.example" not in text and "river.org" not in text
    monkeypatch.setenv(audit.NAMES_VARIABLE, "1")
    audit.record_name("look up", "secret.example")
    assert audit.events()[0].subject == "secret.example"


def test_the_command_line_is_told_as_such(root: Path) -> None:
    trash.delete("two", root)
    event = audit.events()[0]
    assert (event.action, event.subject, event.origin) == ("delete", "two", audit.COMMAND_LINE)
    assert event.user and json.dumps(event.when)
