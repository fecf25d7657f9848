"""`dga fetch`: download public lists of domains into the data folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from dga.cli import console
from dga.datasets import download


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("source", nargs="+", help="tranco, umbrella, majestic or a URL")
    parser.add_argument("--folder", help="where to write; default: DGA_DATA or the data folder")


def run(options: argparse.Namespace) -> None:
    """Print the path of each file."""
    folder = Path(options.folder) if options.folder else download.data_folder()
    for source in options.source:
        show = console.fetch_progress(download.without_password(source))
        print(download.fetch(source, folder, on_progress=show))
