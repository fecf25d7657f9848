"""The public API: what `import dga` gives, and the Detector."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dga
from dga.errors import BundleError, ConfigError, DomainError, RunError
from dga.schema import VERDICT_COLUMNS
from tests.runs_factory import make_run

pytestmark = pytest.mark.usefixtures("models")
NAMES = ["garden.com", "xqzk9.net", "192.0.2.7", None, b"garden.com"]


def test_every_export_is_there_and_documented() -> None:
    for name in dga.__all__:
        value = getattr(dga, name)
        assert isinstance(value, str) or value.__doc__, name
        assert name in dir(dga)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = dga.nonsense  # type: ignore[attr-defined]


def test_type_checkers_see_the_same_exports() -> None:
    stub = ast.parse(Path(dga.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    seen = {
        alias.asname: node.module
        for node in ast.walk(stub)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == dga._EXPORTS  # type: ignore[attr-defined]


def test_importing_the_package_imports_no_library() -> None:
    script = "import sys; before = set(sys.modules); import dga; print(*set(sys.modules) - before)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"numpy", "pandas", "onnxruntime"} & set(loaded)
    assert [name for name in loaded if name.startswith("dga")] == ["dga"]


def test_score_has_a_row_for_everything() -> None:
    frame = dga.score(NAMES)
    assert list(frame.columns) == ["given", "domain", *VERDICT_COLUMNS]
    assert frame["verdict"].tolist() == ["benign", "dga", "", "", ""]
    assert frame["domain"].tolist() == ["garden.com", "xqzk9.net", "", "", ""]
    assert frame["problem"].ne("").tolist() == [False, False, True, True, True]
    assert frame["score"].isna().tolist() == [False, False, True, True, True]


@pytest.mark.parametrize("call", ["score", "predict_proba"])
def test_a_single_text_is_refused(call: str) -> None:
    with pytest.raises(TypeError, match="put it in a list"):
        getattr(dga.load(), call)("paypal.com")


def test_the_threshold_is_a_score_or_a_rate() -> None:
    detector = dga.load()
    assert detector.score(["garden.com"], threshold=0.0)["verdict"].tolist() == ["dga"]
    assert detector.threshold(0.0001) == 0.95
    at = detector.score(["xqzk9.net"], fpr=0.0001)
    assert (at["verdict"] == "dga").tolist() == (at["score"] >= 0.95).tolist()
    with pytest.raises(BundleError, match=r"0\.01"):
        detector.score(["a.com"], fpr=0.3)
    with pytest.raises(ConfigError, match="not both"):
        detector.score(["a.com"], fpr=0.01, threshold=0.5)
    with pytest.raises(ConfigError, match="from 0 to 1, got 2"):
        detector.score(["a.com"], threshold=2.0)


def test_probabilities_are_those_of_benign_and_dga() -> None:
    found = dga.load().predict_proba(NAMES)
    assert found.shape == (5, 2)
    assert found[:2].sum(axis=1) == pytest.approx([1, 1])
    assert found[0, 0] > 0.5 > found[1, 0]
    assert np.isnan(found[2:]).all()


def test_a_file_is_scored(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,query\n1,garden.com\n2,no domain\n3,xqzk9.net\n")
    summary = dga.score_file(source, str(tmp_path / "out.parquet"), column="query")
    assert (summary.rows, summary.dga, summary.benign, summary.problems) == (3, 1, 1, 1)
    assert pd.read_parquet(tmp_path / "out.parquet")["id"].tolist() == ["1", "2", "3"]


def test_a_verdict_is_explained() -> None:
    detector = dga.load()
    explanation = detector.explain("hxxp://www.xqzk9[.]net/a")
    assert explanation.name == "xqzk9.net"
    assert len(explanation.contributions) == len("xqzk9.net")
    assert explanation.score == pytest.approx(detector.score(["xqzk9.net"])["score"][0])
    with pytest.raises(DomainError, match="an IP address"):
        detector.explain("192.0.2.7")


def test_a_run_is_loaded_by_name_or_folder(models: Path, tmp_path: Path) -> None:
    assert repr(dga.load("tiny")) == "<Detector 'tiny': cnn, 2 families, threshold 0.600>"
    elsewhere = make_run(tmp_path / "elsewhere", "other")
    assert dga.load(elsewhere.path).name == "other"
    assert dga.load(str(elsewhere.path)).name == "other"
    with pytest.raises(RunError, match="the runs are tiny"):
        dga.load("nosuch")


def test_generate_and_the_error_tree_are_exported() -> None:
    assert len(set(dga.generate("suppobox", 3))) == 3
    assert issubclass(ConfigError, dga.DGAError)


def test_train_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no feeds to train on"):
        dga.train()
    with pytest.raises(ConfigError, match="file not found"):
        dga.train(benign=[tmp_path / "nosuch.csv"])
    with pytest.raises(TypeError, match="put it in a list"):
        dga.train(benign="names.csv")
    with pytest.raises(ConfigError, match="unknown setting epoch"):
        dga.train(epoch=3)
