"""Who may import whom, as the README's architecture section says; read from the sources."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from dga.runs import Run

ROOT = Path(__file__).resolve().parent.parent

# From low to high. A room imports only from the lines above its own.
LAYERS = (
    ("dga", "dga.errors", "dga.columns"),
    ("dga.config", "dga.setting_texts", "dga.progress"),
    ("dga.arrow_texts", "dga.suffixes", "dga.remembering", "dga.graphs", "dga.calibration"),
    (
        "dga.domains",
        "dga.devices",
        "dga.machine",
        "dga.encoding",
        "dga.writers",
        "dga.groups",
        "dga.wordlikeness",
    ),
    ("dga.grams",),
    ("dga.likelihood",),
    ("dga.tables", "dga.reading", "dga.parsing"),
    ("dga.generators", "dga.formats", "dga.traits", "dga.attacks"),
    ("dga.feeds", "dga.fetch", "dga.kinds"),
    ("dga.dataset", "dga.architectures", "dga.bundle", "dga.curves"),
    ("dga.neighbours", "dga.ranks", "dga.standing", "dga.answering"),
    (
        "dga.evaluation",
        "dga.scorer",
        "dga.examples",
        "dga.thresholds",
        "dga.failures",
        "dga.suspects",
    ),
    ("dga.batches", "dga.checkpoint", "dga.recurrent"),
    ("dga.outputs", "dga.slimming"),
    ("dga.updates",),
    (
        "dga.training",
        "dga.exporting",
        "dga.augmentation",
        "dga.scoring",
        "dga.slices",
        "dga.calibrating",
    ),
    ("dga.explain", "dga.measuring", "dga.sweep"),
    ("dga.edits",),
    ("dga.run_contents",),
    ("dga.notes",),
    ("dga.runs",),
    ("dga.review", "dga.trash", "dga.renaming", "dga.archive_contents"),
    ("dga.updating", "dga.judging"),
    ("dga.pipeline", "dga.jobs", "dga.charts", "dga.arguments"),
    ("dga.queue", "dga.resuming", "dga.rates", "dga.archives"),
    ("dga.forecast",),
    ("dga.console",),
    ("dga.run_commands",),
    ("dga.cli",),
    ("dga.__main__",),
    ("ui",),
    ("pages",),
    ("app",),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}

TRAINING = {
    "dga.grams",
    "dga.likelihood",
    "dga.architectures",
    "dga.recurrent",
    "dga.outputs",
    "dga.updates",
    "dga.training",
    "dga.exporting",
    "dga.updating",
    "dga.judging",
    "dga.pipeline",
}
OUTSIDE = {  # library: the rooms that may import it; a name ends where its folder does
    "streamlit": {"ui", "pages", "app"},
    "plotly": {"dga.charts"},
    "tensorflow": TRAINING | {"dga.devices"},
    "keras": TRAINING,
    "sklearn": {"dga.calibrating"},
}
MOST_LINES = 300

SOURCES = sorted(
    path
    for part in ("dga", "ui", "pages", "app.py")
    for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in SOURCES}


def room_of(module: str) -> str:
    """The room of a module: itself or the package that it belongs to."""
    while module and module not in LEVEL:
        module = module.rpartition(".")[0]
    return module


def imports(path: Path) -> Iterator[str]:
    """Every module that a source imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_its_room(module: str) -> None:
    room = room_of(module)
    assert room and (room != "dga" or module == "dga"), f"{module} stands in no layer"


def test_the_readme_names_every_room() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Architecture")[2]
    tree = section.partition("```")[2].partition("```")[0]
    named = set(re.findall(r"\w+", tree))
    inner = {module for module in MODULES if module.startswith("ui.")}
    rooms = {room for room in LEVEL if room.startswith("dga.")} - {"dga.__main__"}
    assert {name.rpartition(".")[2] for name in rooms | inner} - named == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_from_below(module: str) -> None:
    room = room_of(module)
    wrong = [
        name
        for name in imports(MODULES[module])
        if (other := room_of(name)) in LEVEL and other != room and LEVEL[other] >= LEVEL[room]
    ]
    assert wrong == []


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {module: set(imports(path)) - {module} for module, path in MODULES.items()}
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("module", MODULES)
def test_heavy_libraries_stay_in_their_rooms(module: str) -> None:
    room = room_of(module)
    found = {name.partition(".")[0] for name in imports(MODULES[module])}
    assert [name for name in OUTSIDE if name in found and room not in OUTSIDE[name]] == []


def test_the_page_never_imports_what_imports_tensorflow() -> None:
    for module, path in MODULES.items():
        if room_of(module) in ("ui", "pages", "app"):
            assert TRAINING.isdisjoint(imports(path)), module


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long_to_read(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_a_look_up_loads_no_heavy_library(tiny_run: Run) -> None:
    script = (
        "import json, sys; from dga.cli import main; main(['lookup', 'garden.com']);"
        "print(json.dumps(sorted(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={"DGA_MODELS": str(tiny_run.path.parent)},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    loaded = set(json.loads(told.stdout.splitlines()[-1]))
    assert loaded.isdisjoint({"tensorflow", "keras", "sklearn", "streamlit", "plotly"})


def test_scoring_leaves_no_telemetry_behind(tiny_run: Run, tmp_path: Path) -> None:
    """ONNX Runtime keeps what it will send, and a number for the machine, under the home folder."""
    subprocess.run(
        [sys.executable, "-B", "-m", "dga", "lookup", "garden.com"],
        env={"DGA_MODELS": str(tiny_run.path.parent), "HOME": str(tmp_path)},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert list(tmp_path.rglob("*")) == []
