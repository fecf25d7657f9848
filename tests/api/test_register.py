"""What others add to the package's tables is used like the package's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dga
from dga import config
from dga.config import Architecture
from dga.datasets import feed_formats, feeds
from dga.datasets.feed_formats import Layout
from dga.errors import FeedError, GeneratorError
from dga.generators import FAMILIES, Family
from dga.tables import TableInfo


@pytest.fixture(autouse=True)
def tables_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_formats, "FORMATS", dict(feed_formats.FORMATS))
    for name in ("counting", "seedless"):
        monkeypatch.delitem(FAMILIES, name, raising=False)


def counting(day: dt.date, seed: int) -> Iterator[str]:
    yield from (f"{day.toordinal() + seed}x{number}.com" for number in range(20))


def test_a_registered_generator_makes_names() -> None:
    family = Family("counting", "random", "counts", "a test", counting)
    try:
        dga.register_generator(family)
        names = dga.generate("counting", 30, date=dt.date(2026, 1, 1))
        assert len(set(names)) == 30
        with pytest.raises(GeneratorError, match="'counting' exists already"):
            dga.register_generator(family)
    finally:
        FAMILIES.pop("counting", None)
    with pytest.raises(GeneratorError, match="has no seed"):
        dga.register_generator(Family("seedless", "random", "", "", counting, seeds=()))


def layout(info: TableInfo, sample: pd.DataFrame) -> Layout | None:
    if "ioc" not in sample.columns:
        return None
    return Layout("ioc", family="campaign", says="dga")


def test_a_registered_feed_format_is_tried_first(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("campaign,ioc\nwinter,xqzk9.net\nspring,abqz7.org\n")
    dga.register_feed_format("house", "campaign and ioc", layout)
    feed = feeds.read_feed(path)
    assert feed.format == "house"
    assert feed.frame["family"].tolist() == ["winter", "spring"]
    assert next(iter(feed_formats.FORMATS)) == "house"
    with pytest.raises(FeedError, match="'house' already"):
        dga.register_feed_format("house", "again", layout)


def test_a_registered_architecture_is_built_and_trained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for table in (config.ARCHITECTURES, config.BUILDERS):
        monkeypatch.setitem(table, "mine", None)  # is taken out again after the test
        del table["mine"]

    def build(codes: Any, vocabulary: int, outputs: Any) -> list[Any]:
        from keras import layers

        from dga.networks.architectures import dense

        held = layers.Embedding(vocabulary, 4)(codes)
        return dense(layers.GlobalAveragePooling1D()(held), outputs)

    dga.register_architecture("mine", Architecture(about="a mean", epochs=1, trims=False), build)
    benign = [f"garden{number}river.com" for number in range(100)]
    names, labels = [*benign, *dga.generate("tinba", 100)], ["benign"] * 100 + ["dga"] * 100
    found = dga.DGAClassifier(architecture="mine", device="cpu").fit(names, labels)
    assert found.detector_.bundle.architecture == "mine"
    assert found.predict_proba(names).shape == (200, 2)
