"""The form of the Train page: settings, presets, devices, and the plan that they become."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga.config import ARCHITECTURES, SETTINGS, TrainingConfig, TrainingPlan
from tests.ui.train.train_page import APP, WAIT, press
from ui.common import draft
from ui.train import progress as training


def test_settings_reach_the_plan(app: AppTest, started: list[TrainingPlan]) -> None:
    app.radio("train_architecture").set_value("bigram")
    app.radio("train_task").set_value("both")
    app.number_input("train_epochs").set_value(3)
    app.number_input("train_learning_rate").set_value(0.01)
    app.selectbox("train_optimizer").set_value("rmsprop")
    app.selectbox("train_balance").set_value("class")
    app.text_input(training.NAME).set_value("my-run").run()
    press(app, "Start training")
    assert started[0].name == "my-run"
    expected = TrainingConfig(
        balance="class",
        architecture="bigram",
        task="both",
        epochs=3,
        learning_rate=0.01,
        optimizer="rmsprop",
    )
    assert started[0].config.resolved() == expected.resolved()


def test_a_setting_out_of_range_is_refused_at_once(app: AppTest) -> None:
    app.number_input("train_epochs").set_value(0).run()
    assert "pochs must be from 1 to 1000, got 0" in app.error[0].value
    assert next(b for b in app.button if b.label == "Start training").disabled


def test_a_bad_run_name_is_refused(app: AppTest, started: list[TrainingPlan]) -> None:
    app.text_input(training.NAME).set_value("../evil").run()
    press(app, "Start training")
    assert "is not a valid run name" in app.error[0].value
    assert not started


def test_devices_come_from_the_child_process(app: AppTest) -> None:
    app.run()
    assert app.selectbox("train_device").options == [
        "Automatic",
        "cpu: Some CPU, 4 threads, 8.0 GiB",
        "gpu:0: Some GPU, 16.0 GiB",
    ]


def test_every_setting_explains_itself() -> None:
    assert all(setting.label and setting.help for setting in SETTINGS.values())
    assert set(SETTINGS) == {*TrainingConfig().to_json()}


def test_the_form_asks_for_what_its_groups_name(app: AppTest) -> None:
    app.run()
    kinds = ("number_input", "selectbox", "radio", "checkbox")
    shown = {field.key for kind in kinds for field in getattr(app, kind)}
    grouped = {f"train_{name}" for name, setting in SETTINGS.items() if setting.group}
    assert grouped <= shown


def test_going_on_from_a_run_keeps_its_network(
    app: AppTest, models: Path, started: list[TrainingPlan]
) -> None:
    (models / "tiny" / "bundle" / "model.keras").write_bytes(b"weights")
    app.run()
    app.selectbox("train_base").set_value("tiny").run()
    press(app, "Start training")
    assert started[0].base == "tiny"
    assert (started[0].config.architecture, started[0].config.task) == ("cnn", "both")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_fields_hold_the_architecture_s_own_values(app: AppTest, architecture: str) -> None:
    app.radio("train_architecture").set_value(architecture).run()
    own = ARCHITECTURES[architecture]
    assert app.number_input("train_epochs").value == own.epochs
    assert app.number_input("train_learning_rate").value == own.learning_rate
    assert app.selectbox("train_optimizer").value == own.optimizer


def test_what_was_changed_stays_when_the_architecture_changes(app: AppTest) -> None:
    app.number_input("train_epochs").set_value(17).run()
    app.radio("train_architecture").set_value("lstm").run()
    assert app.number_input("train_epochs").value == 17
    assert app.number_input("train_batch_size").value == ARCHITECTURES["lstm"].batch_size


def test_presets_set_the_form(app: AppTest, models: Path, started: list[TrainingPlan]) -> None:
    (models / "tiny" / "bundle" / "model.keras").write_bytes(b"weights")
    app.button_group("train_preset").set_value("quick").run()
    assert not app.exception
    assert app.radio("train_architecture").value == "bigram"
    assert app.number_input("train_epochs").value == 3
    app.button_group("train_preset").set_value("continue").run()
    assert app.selectbox("train_base").value == "tiny"
    press(app, "Start training")
    assert started[0].base == "tiny"


def test_a_zero_stands_for_no_limit(app: AppTest, started: list[TrainingPlan]) -> None:
    assert app.number_input("train_max_batches").value == 0
    press(app, "Start training")
    assert started[0].config.max_batches is None and started[0].config.cap_per_family is None


def test_the_form_outlives_the_server(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DGA_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(draft.browser, "name", lambda: "some-browser")
    app.radio("train_architecture").set_value("lstm").run()
    app.number_input("train_epochs").set_value(9).run()
    again = AppTest.from_file(APP, default_timeout=WAIT).switch_page("pages/train.py").run()
    assert not again.exception
    assert again.radio("train_architecture").value == "lstm"
    assert again.number_input("train_epochs").value == 9
