"""Archives of runs and their graphs, changed; validated in this process to be measured."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.hostile import bombs
from benchmarks.hostile.files import damaged
from benchmarks.hostile.inputs import Inputs
from dga.runs import archive, quarantine, store
from tests.runs_factory import make_run

KERAS_SHARE = 0.2  # of the archives that bring a Keras file
SHIPPED_SHARE = 0.1  # of the archives that are of the shipped run, which is large


class Archives:
    """The members of archives: of a small run, and of the active one."""

    def __init__(self, root: Path) -> None:
        self._models = root / "small"
        self.small = self._exported("small", self._models)

    @cached_property
    def shipped(self) -> dict[str, bytes]:
        """The members of the active run's archive, but for the Keras file, which takes long."""
        return self._exported(store.active_run().name, None)

    def drawn(self, dice: random.Random) -> dict[str, bytes]:
        """Those of one of the two."""
        return self.shipped if dice.random() < SHIPPED_SHARE else self.small

    def _exported(self, name: str, models: Path | None) -> dict[str, bytes]:
        if models and not models.exists():
            make_run(models, name)
        file = io.BytesIO()
        archive.export(name, file, models)
        with zipfile.ZipFile(file) as packed:
            held = {member: packed.read(member) for member in packed.namelist()}
        return {member: held[member] for member in held if not member.endswith(".keras")}


def archives(inputs: Inputs, root: Path) -> None:
    """Exported runs with members changed, signed anew; validated in this process to be measured."""
    known = Archives(root)
    with ExitStack() as stack:
        stack.callback(setattr, quarantine, "validate", quarantine.validate)
        quarantine.validate = lambda folder, seconds=0.0: quarantine.inspect(folder)
        for number, dice in inputs.left("archive"):
            content = drawn_archive(dice, known.drawn(dice))
            with inputs.watched("archive", number):
                archive.take(io.BytesIO(content), root=root / "models")


def drawn_archive(dice: random.Random, members: dict[str, bytes]) -> bytes:
    """An archive in which a member is damaged, a value of a JSON member is odd, or a Keras file
    describes a hostile network."""
    changed = dict(members)
    if dice.random() < KERAS_SHARE:
        changed[f"{store.BUNDLE_FOLDER}/model.keras"] = bombs.keras_file(dice)
    name = dice.choice([name for name in members if name != archive.MANIFEST])
    if name.endswith(".json") and dice.random() < 0.8:
        values = json.loads(members[name])
        spoil(dice, values)
        changed[name] = json.dumps(values).encode()
    else:
        changed[name] = damaged(dice, members[name])
    sums = {n: hashlib.sha256(b).hexdigest() for n, b in changed.items() if n != archive.MANIFEST}
    manifest = {**json.loads(members[archive.MANIFEST]), "files": sums}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(archive.MANIFEST, json.dumps(manifest))
        for member, content in changed.items():
            if member != archive.MANIFEST:
                packed.writestr(member, content)
    return file.getvalue()


def spoil(dice: random.Random, values: Any) -> None:
    """Put an odd value somewhere into JSON values."""
    odd: list[Any] = [None, "", [], {}, -1, 1e308, 10**400, "\x1b[31m", "\ud800", True, [[[]]]]
    while isinstance(values, dict | list) and values:
        key: Any = dice.choice(list(values)) if isinstance(values, dict) else 0
        if not isinstance(values[key], dict | list) or dice.random() < 0.3:
            values[key] = dice.choice(odd)
            return
        values = values[key]


def graphs(inputs: Inputs, root: Path) -> None:
    """Runs whose graph is another: damaged, or with an operator exchanged."""
    import onnx

    known, name = Archives(root), "bundle/model.onnx"
    for number, dice in inputs.left("graph"):
        members = known.drawn(dice)
        graph = onnx.load_from_string(members[name])
        node = dice.choice(graph.graph.node)
        node.op_type = dice.choice(("Loop", "If", "Scan", "Expand", "Tile", "Pad", "Range", "Nope"))
        del node.input[dice.randrange(len(node.input) + 1) :]
        with inputs.watched("graph", number):
            changed = {**members, name: graph.SerializeToString()}
            values = json.loads(members["bundle/bundle.json"])
            values.pop("sha256", None)
            values["onnx_sha256"] = hashlib.sha256(changed[name]).hexdigest()
            changed["bundle/bundle.json"] = json.dumps(values).encode()
            folder = root / f"graph{number}"
            for member, content in changed.items():
                path = folder / member
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            quarantine.inspect(folder)
