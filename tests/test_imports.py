"""Who may import whom, as docs/architecture.md says, and what a look-up loads."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dga.runs.store import Run

ROOT = Path(__file__).resolve().parent.parent

TRAINING = {"dga.networks", "dga.training"}
OUTSIDE = {  # library: the rooms that may import it
    "streamlit": {"ui", "pages", "app"},
    "plotly": {"ui.charts"},
    "tensorflow": TRAINING | {"dga.devices"},
    "keras": TRAINING,
    "sklearn": {"dga.training", "dga.datasets.cleaning", "dga.api.estimator"},
    "fastapi": {"dga.service"},
    "dask": {"dga.cluster"},
}

SOURCES = sorted(
    path
    for part in ("dga", "ui", "pages", "app.py")
    for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in SOURCES}


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


def within(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def test_a_room_imports_only_from_rooms_below_it() -> None:
    """The contract of `.importlinter`, checked by `lint-imports`; no import is exempt."""
    settings = (ROOT / ".importlinter").read_text(encoding="utf-8")
    assert "ignore_imports" not in settings
    assert len(settings.partition("layers =")[2].strip().splitlines()) <= 14
    command = [str(Path(sys.executable).with_name("lint-imports"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_a_page_script_only_begins_its_page_and_shows_it(path: Path) -> None:
    """Streamlit runs the script at every rerun; what a page does is in its room of `ui`."""
    body = ast.parse(path.read_text(encoding="utf-8")).body[1:]  # without the docstring
    assert {f"ui.{path.stem}.page", "ui.common.shell"} < {*imports(path)}
    calls = [ast.unparse(node).partition("(")[0] for node in body if isinstance(node, ast.Expr)]
    assert calls == ["shell.begin", "page.show"] and len(body) == 5


@pytest.mark.parametrize("module", MODULES)
def test_heavy_libraries_stay_in_their_rooms(module: str) -> None:
    libraries = {name.partition(".")[0] for name in imports(MODULES[module])} & OUTSIDE.keys()
    assert [name for name in libraries if not within(module, OUTSIDE[name])] == []


@pytest.mark.parametrize(
    "module", [name for name in MODULES if within(name, {"ui", "pages", "app"})]
)
def test_no_page_imports_what_imports_tensorflow(module: str) -> None:
    assert [name for name in imports(MODULES[module]) if within(name, TRAINING)] == []


def test_a_look_up_loads_no_heavy_library(tiny_run: Run) -> None:
    script = (
        "import json, sys; from dga.cli.main import main; main(['lookup', 'garden.com']);"
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
    heavy = {"tensorflow", "keras", "sklearn", "scipy", "pandas", "polars", "streamlit", "plotly"}
    assert loaded.isdisjoint(heavy)


def test_the_pages_load_no_library_of_training() -> None:
    rooms = [name for name in MODULES if within(name, {"ui"})]
    script = (
        "import importlib, json, sys\n"
        f"for name in {rooms}: importlib.import_module(name)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)
    loaded = set(json.loads(told.stdout.splitlines()[-1]))
    assert loaded.isdisjoint({"tensorflow", "keras", "sklearn", "scipy"})


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


SURFACES = {"dga.cli", "dga.cluster", "dga.service"}  # whose users type options
OPTION = re.compile(r"(with|as|give|lower|choose|\() ?--[a-z]")


@pytest.mark.parametrize(
    "module", [name for name in MODULES if within(name, {"dga"}) and not within(name, SURFACES)]
)
def test_the_core_names_no_option_of_the_command_line(module: str) -> None:
    """Its messages are shown by pages and raised to Python too."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and OPTION.search(text)] == []


def test_files_are_scored_without_the_libraries_of_extras(tiny_run: Run, tmp_path: Path) -> None:
    """`pip install .` alone scores names, tables and logs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [name for extra in project["optional-dependencies"].values() for name in extra]
    libraries = {re.split(r"[>\[]", name)[0].replace("-", "_") for name in wanted} | {"sklearn"}
    log = tmp_path / "dns.csv"
    log.write_text("time,client,query\n2026-11-01T08:00:00Z,10.0.0.5,garden.com\n")
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(libraries)}))\n"
        "from dga.cli.main import main\n"
        f"assert main(['score', {str(log)!r}]) == main(['preview', {str(log)!r}]) == 0"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"DGA_MODELS": str(tiny_run.path.parent)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


MOST_POSITIONAL = 6


@pytest.mark.parametrize("module", MODULES)
def test_no_call_needs_many_arguments_by_position(module: str) -> None:
    """More arguments than a reader can keep in order are given by name, or as one object."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    named = {
        node.name: [arg.arg for arg in node.args.args if arg.arg not in ("self", "cls")]
        for node in functions
    }
    assert {name: given for name, given in named.items() if len(given) > MOST_POSITIONAL} == {}


ALIAS = re.compile(r"(?:[A-Z][a-z0-9]+)+")
TYPE = re.compile(
    r"npt\.NDArray|Callable|Literal|tuple|list|dict|Mapping|MutableMapping|Iterator|.* \| "
)


def test_an_alias_means_one_thing() -> None:
    """`Float32s` is float32 wherever it stands, and a `Source` what can be scored."""
    meanings: dict[str, set[str]] = {}
    for path in MODULES.values():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and TYPE.match(text := ast.unparse(node.value)):
                name = ast.unparse(node.targets[0])
                if ALIAS.fullmatch(name):
                    meanings.setdefault(name, set()).add(text)
    assert len(meanings) > 40
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}
