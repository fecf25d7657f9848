"""Going on from a finished run."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from dga.config import TrainingConfig
from dga.errors import ConfigError
from dga.networks import architectures, heads
from dga.networks import grown as networks
from dga.networks.architectures import Output, Tensor, dense
from dga.progress import ignore
from dga.runs import cleaned_names, learnt_names, operators, store
from dga.runs.store import Run
from dga.scoring.bundle import IMPORTED_FILE, KERAS_FILE, ONNX_FILE
from dga.training import warm_start


@pytest.fixture
def stored(models: Path) -> Run:
    """A run with a Keras file of its architecture."""
    run = store.open_run("tiny", models)
    bundle, config = run.bundle(), TrainingConfig.from_json(run.settings).resolved()
    given = heads.outputs_for(config.task, bundle.classes)
    model = architectures.build(config.architecture, bundle.encoder, given)
    model.save(run.path / "bundle" / KERAS_FILE)
    return run


def grown(run: Run, *more: str) -> keras.Model:
    bundle = run.bundle()
    config = TrainingConfig.from_json(run.settings).resolved()
    base = warm_start.network_of(run)
    return networks.grown(base, bundle.encoder, [*bundle.classes, *more], config)


def test_the_known_weights_stay_and_a_new_class_gets_weights_of_its_own(stored: Run) -> None:
    same, more = grown(stored), grown(stored, "new")
    for known, widened in zip(same.weights, more.weights, strict=True):
        kept = widened.numpy()[..., : known.shape[-1]]
        assert np.array_equal(known.numpy(), kept)
    assert more.output["families"].shape[-1] == same.output["families"].shape[-1] + 1


def test_a_new_class_starts_near_the_mean_of_the_known_ones(stored: Run) -> None:
    codes = stored.bundle().encoder.encode(["paypal.com", "xjpwkqzvbnt.ru"]).astype(np.int32)
    shares = keras.ops.convert_to_numpy(grown(stored, "new")(codes)["families"])
    odds = np.log(shares)
    middle = odds[:, :-1].mean(axis=1)
    assert np.allclose(odds[:, -1], middle, atol=0.5)


def test_a_run_of_another_versions_network_is_refused_in_words(
    stored: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def smaller(codes: Tensor, vocabulary: int, given: list[Output]) -> list[Tensor]:
        return dense(layers.Embedding(vocabulary, 4)(codes)[:, 0], given)

    monkeypatch.setitem(architectures.BUILDERS, stored.settings["architecture"], smaller)
    with pytest.raises(ConfigError, match="of another version"):
        grown(stored)


def test_a_network_of_other_sizes_is_refused_in_words(
    stored: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = stored.settings["architecture"]
    usual = architectures.BUILDERS[name]

    def larger(codes: Tensor, vocabulary: int, given: list[Output]) -> list[Tensor]:
        return usual(codes, vocabulary + 1, given)

    monkeypatch.setitem(architectures.BUILDERS, name, larger)
    with pytest.raises(ConfigError, match="of another version"):
        grown(stored)


def test_what_a_file_says_of_its_network_is_not_built(stored: Run) -> None:
    path = stored.path / "bundle" / KERAS_FILE
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    huge = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 10**7}}
    parts["config.json"] = json.dumps({"class_name": "Sequential", "layers": [huge] * 50}).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    assert [weight.shape for weight in grown(stored).weights]


def test_every_layer_that_this_program_registers_may_be_imported() -> None:
    names = {name for name in keras.saving.get_custom_objects() if name.startswith("dga>")}
    assert {name.removeprefix("dga>") for name in names} == operators.KERAS_MODULES["dga"]


def test_weights_larger_than_the_networks_are_not_unpacked(stored: Run) -> None:
    path = stored.path / "bundle" / KERAS_FILE
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["model.weights.h5"] += bytes(2**20 + 2 * len(parts["model.weights.h5"]))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    with pytest.raises(ConfigError, match="larger than the network's"):
        grown(stored)


def test_the_graph_of_an_own_run_serves_again_and_that_of_an_imported_one_does_not(
    stored: Run, models: Path
) -> None:
    assert warm_start.network_of(stored).graph == stored.path / "bundle" / ONNX_FILE
    (stored.path / "bundle" / IMPORTED_FILE).touch()
    assert warm_start.network_of(store.open_run("tiny", models)).graph is None


@pytest.mark.parametrize("cleaned", [True, False])
def test_a_run_hands_on_what_its_cleaning_found_where_it_has_a_record(
    stored: Run, models: Path, cleaned: bool
) -> None:
    learnt_names.save(stored.path, ["a.com"])
    if cleaned:
        record = np.array([(learnt_names.keys(["a.com"])[0], 0)], dtype=cleaned_names.RECORD)
        np.save(stored.path / cleaned_names.CLEANED_FILE, record)
    config = TrainingConfig.from_json(stored.settings).resolved(continued=True)
    former = warm_start.start("tiny", models, config, ignore).former
    assert former is not None
    assert (former.cleaning is not None) is cleaned
    if former.cleaning:
        assert former.cleaning.weights(["a.com"]).tolist() == [0]
