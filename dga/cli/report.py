"""`dga report`: write incidents of hosts as a STIX 2.1 bundle or as MISP events."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dga.reports import incident

FORMATS = ("stix", "misp")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add("file", metavar="FILE", help="incidents in JSON, or the folder of `dga hosts --incidents`")
    add("--format", choices=FORMATS, default="stix", help="default: stix")
    add("-o", "--output", default="-", help="the file to write; - prints (default)")


def run(options: argparse.Namespace) -> None:
    """Write the incidents; names are not defanged, since the output is for machines."""
    incidents = incident.read(Path(options.file))
    if options.format == "stix":
        from dga.reports import stix

        text = stix.render(incidents)
    else:
        from dga.reports import misp

        text = misp.render(incidents)
    if options.output == "-":
        sys.stdout.write(text)
    else:
        from dga.storage.files import write_atomically

        write_atomically(Path(options.output), text)
