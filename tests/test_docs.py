"""The code blocks of README and docs do what the pages say; the README stays short.

`python` blocks run, one after the other in one namespace a page; an `output` block behind one is
what it prints. Lines that start with `$` in a `console` block run in a shell; the lines below are
what they print. Numbers may differ, and `...` stands for anything: another shipped run changes no
page. `sh` blocks are not run: their commands must exist and take the arguments. A word behind the
language (`python skip`) exempts a block from being run.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib.util
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dga import generators
from dga.cli.commands import COMMANDS, build_parser
from dga.datasets import feed_formats
from docs import command_line, formats

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```([\w ]+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(#[^)]*)?\)")
LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

MODULE = re.compile(r"\bpython3?\s+-m\s+([A-Za-z_][\w.]*\w)")
COMMANDED = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "models/**/*.md", "data/**/*.md", "Makefile", "tests/*.sh")
    for path in ROOT.glob(pattern)
)
DOCUMENTED = sorted(
    path
    for folder in ("dga", "ui", "pages", "benchmarks", "docs", "experiments", "tests")
    for path in (ROOT / folder).rglob("*.py")
)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2g}"


def same(wanted: str, got: str) -> bool:
    """Whether two texts agree, decimal numbers to two digits; `...` stands for anything."""
    wanted, got = (re.sub(r"\d+\.\d+(e-?\d+)?", rounded, text) for text in (wanted, got))
    return doctest.OutputChecker().check_output(wanted, got, LENIENT)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with `dga` on the path, where the shipped run is active."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "shipped").symlink_to(ROOT / "models" / "shipped")
    program = tmp_path / "bin" / "dga"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dga "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DGA_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(feed_formats, "FORMATS", dict(feed_formats.FORMATS))
    monkeypatch.setattr(generators, "FAMILIES", dict(generators.FAMILIES))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(code: str, names: dict[str, Any]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "a code block", "exec"), names)
    return out.getvalue()


@each_page
def test_python_blocks_print_what_the_page_says(page: Path, shell: Path) -> None:
    names: dict[str, Any] = {}
    found = blocks(page)
    for (language, code), (following, wanted) in zip(found, [*found[1:], ("", "")], strict=False):
        if language == "python":
            out = printed(code, names)
            assert following != "output" or same(wanted, out), f"{code}\nprinted:\n{out}"
        elif language.startswith("python"):
            compile(code, page.name, "exec")


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, with what it prints."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, wanted = part.partition("\n")
        yield command, wanted


@each_page
def test_console_blocks_print_what_the_page_says(page: Path, shell: Path) -> None:
    for language, block in blocks(page):
        for command, wanted in commands(block) if language == "console" else ():
            done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert same(wanted, done.stdout), f"{command}\nprinted:\n{done.stdout}"


@each_page
def test_commands_in_sh_blocks_exist(page: Path) -> None:
    parser = build_parser(*COMMANDS)
    for language, block in blocks(page):
        if language != "sh":
            continue
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["dga"]:
                parser.parse_args(words[1:])
            elif words[:2] == ["python", "-m"]:
                assert importlib.util.find_spec(words[2]), line


def documentation(path: Path) -> str:
    """The text of a page, or the docstrings of a source."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))
    return "\n".join(filter(None, map(ast.get_docstring, nodes)))


def runs(module: str) -> bool:
    """Whether `python -m` finds something to run."""
    try:
        found = importlib.util.find_spec(module)
        if found is not None and found.submodule_search_locations:
            found = importlib.util.find_spec(f"{module}.__main__")
    except ModuleNotFoundError:
        return False
    return found is not None


def test_a_module_that_lacks_or_cannot_be_run_is_seen() -> None:
    assert runs("dga") and runs("benchmarks.hosts") and runs("benchmarks.scoring")
    assert not runs("benchmarks.nothing") and not runs("nothing.at.all") and not runs("dga.cli")


@pytest.mark.parametrize("path", [*COMMANDED, *DOCUMENTED], ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_that_are_named_to_be_run_exist(path: Path) -> None:
    named = dict.fromkeys(MODULE.findall(documentation(path)))
    assert [module for module in named if not runs(module)] == []


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_page_of_commands_is_the_parsers() -> None:
    written = command_line.PAGE.read_text(encoding="utf-8")
    assert written == command_line.page(), "run python -m docs.command_line"


def test_the_page_of_formats_is_the_tables() -> None:
    written = formats.PAGE.read_text(encoding="utf-8")
    assert written == formats.page(), "run python -m docs.formats"


def test_the_readme_is_short_and_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 900
    assert "make run" in text and "make test" in text
