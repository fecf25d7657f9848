"""Export a run as a zip archive with checksums, and import one after checking it.

Nothing in an archive is executed and none of its paths is used: each member must have a name in
MEMBERS, is read up to its limit, and is validated in a temporary folder.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dga import storage
from dga.errors import ArchiveError, RunError
from dga.runs import audit, cleaned_names, learnt_names, notes, quarantine, store
from dga.runs.store import Run
from dga.scoring import bundle, second_look
from dga.storage.plain_json import read_plain

ENDING = ".dga-run.zip"
MANIFEST = "manifest.json"
FORMAT_VERSION = 1
MIB = 2**20
MEMBERS: dict[str, int] = {  # file of a run -> its size limit in bytes
    store.CONFIG_FILE: 16 * MIB,
    store.METRICS_FILE: 64 * MIB,
    store.HISTORY_FILE: 16 * MIB,
    store.PREDICTIONS_FILE: 1024 * MIB,
    store.PROGRESS_FILE: 64 * MIB,
    notes.ABOUT_FILE: MIB,
    learnt_names.LEARNT_FILE: 256 * MIB,
    learnt_names.VALIDATED_FILE: 256 * MIB,
    cleaned_names.CLEANED_FILE: 256 * MIB,
    "MODEL_CARD.md": MIB,
    f"{store.BUNDLE_FOLDER}/{bundle.BUNDLE_FILE}": 16 * MIB,
    f"{store.BUNDLE_FOLDER}/{bundle.ONNX_FILE}": bundle.MAX_GRAPH_BYTES,
    f"{store.BUNDLE_FOLDER}/{bundle.KERAS_FILE}": bundle.MAX_GRAPH_BYTES,
    f"{store.BUNDLE_FOLDER}/{second_look.COUNTS_FILE}": second_look.COUNTS + MIB,
    f"{store.BUNDLE_FOLDER}/{second_look.TREES_FILE}": second_look.MAX_TREES_BYTES,
}
NEEDED = (
    store.CONFIG_FILE,
    store.METRICS_FILE,
    store.HISTORY_FILE,
    store.PREDICTIONS_FILE,
    f"{store.BUNDLE_FOLDER}/{bundle.BUNDLE_FILE}",
    f"{store.BUNDLE_FOLDER}/{bundle.ONNX_FILE}",
)
MANIFEST_BYTES = MIB
MAX_ARCHIVE_BYTES = 2048 * MIB
MAX_RATIO = 200  # compression ratio allowed for members above a MiB
BLOCK = MIB
DAMAGE = (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, UnicodeDecodeError)
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def export(name: str, target: Path | IO[bytes], root: Path | None = None) -> None:
    """Write a run into a zip archive: its known files and their checksums, without the log."""
    run = store.open_run(name, root)
    run.bundle(threads=1)  # refuse to export what could not be imported
    files = {member: run.path / member for member in MEMBERS}
    present = {member: path for member, path in files.items() if path.is_file()}
    manifest = {
        "format_version": FORMAT_VERSION,
        "name": run.name,
        "files": {member: _checksum(path) for member, path in present.items()},
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        for member, path in present.items():
            archive.write(path, member)


def take(source: Path | IO[bytes], name: str = "", root: Path | None = None) -> Run:
    """Import a run from an archive; ArchiveError says what is wrong with it.

    It gets the given name, else its own, with a number appended if that is taken.
    """
    root = root or store.models_folder()
    with _opened(source) as archive:
        members = _members(archive)
        manifest = _manifest(archive, members)
        wanted = store.check_name(name or str(manifest["name"]))
        if name:
            store.refuse_taken(name, root)
        with _aside(root) as folder:
            for member, checksum in manifest["files"].items():
                _unpack(archive, members[member], folder / member, checksum)
            (folder / store.BUNDLE_FOLDER / bundle.IMPORTED_FILE).touch()
            quarantine.validate(folder)
            notes.write(folder, notes.About(notes.read(folder).note))  # drop its former names
            run = store.store(folder, _free(wanted, root), root)
            audit.record("import", run.name, root=root)
            return run


@contextmanager
def _opened(source: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open an archive; ArchiveError if it is missing, too large or damaged."""
    if isinstance(source, Path) and source.exists() and not source.is_file():
        raise ArchiveError(f"{source.name} is not a file; give the file of an exported run")
    if isinstance(source, Path) and source.stat().st_size > MAX_ARCHIVE_BYTES:
        raise ArchiveError(f"the archive is larger than {MAX_ARCHIVE_BYTES // MIB:,} MiB")
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except DAMAGE as error:
        raise ArchiveError(
            f"the file is not an exported run, or it is damaged ({error}); export the run again"
        ) from None


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name; ArchiveError for unknown, encrypted, oversized or repeated ones."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        limit = {**MEMBERS, MANIFEST: MANIFEST_BYTES}.get(member.filename)
        if limit is None:
            raise ArchiveError(f"the archive holds {member.filename!r}, which is not part of a run")
        if member.filename in found:
            raise ArchiveError(f"the archive holds {member.filename} twice")
        if member.flag_bits & 1 or member.compress_type not in PACKED:
            raise ArchiveError(f"{member.filename} is encrypted or compressed in an unknown way")
        if member.file_size > limit:
            raise ArchiveError(f"{member.filename} is larger than {limit // MIB:,} MiB")
        if member.file_size > max(MIB, MAX_RATIO * member.compress_size):
            raise ArchiveError(f"{member.filename} unpacks to over {MAX_RATIO} times its size")
        found[member.filename] = member
    return found


def _manifest(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> dict[str, Any]:
    """The manifest: the archive's files with their checksums."""
    if MANIFEST not in members:
        raise ArchiveError(f"the archive holds no {MANIFEST}; it is not an exported run")
    try:
        manifest = read_plain(archive.read(MANIFEST).decode("utf-8"))
        version, files = manifest["format_version"], manifest["files"]
        sound = isinstance(files, dict) and all(isinstance(one, str) for one in files.values())
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArchiveError(f"{MANIFEST} is damaged ({error}); export the run again") from None
    if version != FORMAT_VERSION:
        raise ArchiveError(
            f"the archive has format version {version!r}; this program reads {FORMAT_VERSION}"
        )
    if not sound or set(files) != set(members) - {MANIFEST}:
        raise ArchiveError(f"{MANIFEST} does not match the files in the archive")
    if missing := [name for name in NEEDED if name not in files]:
        raise ArchiveError(f"the archive lacks {', '.join(missing)}; export the run again")
    return {"name": manifest.get("name", ""), "files": files}


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, checksum: str) -> None:
    """Unpack a member block by block; ArchiveError if it is longer than declared."""
    digest, left = hashlib.sha256(), member.file_size
    with archive.open(member) as packed, open(target, "wb") as file:
        while block := packed.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise ArchiveError(f"{member.filename} is longer than the archive says")
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != checksum:
        raise ArchiveError(f"{member.filename} does not match its checksum; export the run again")


@contextmanager
def _aside(root: Path) -> Iterator[Path]:
    """A temporary folder beside the runs; removed afterwards unless it became a run."""
    root.mkdir(parents=True, exist_ok=True)
    storage.sweep_scratch(root)  # left by killed imports
    with storage.Scratch("import", root) as scratch:
        folder = scratch / "run"
        (folder / store.BUNDLE_FOLDER).mkdir(parents=True)
        yield folder


def _free(name: str, root: Path) -> str:
    """The name itself, or with the first number appended that makes it free."""
    for number in range(1, 10_000):
        tried = name if number == 1 else f"{name[:58]}-{number}"
        try:
            store.refuse_taken(tried, root)
        except RunError:
            continue
        return tried
    raise RunError(f"there are too many runs called {name!r}; rename one")


def _checksum(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
