"""`dga devices`: list the processors that can train."""

from __future__ import annotations

import argparse
import json

from dga import devices
from dga.cli.options import add_json
from dga.devices import Device


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)


def run(options: argparse.Namespace) -> None:
    """Print a line per device. Imports TensorFlow if it is installed."""
    for device in devices.devices():
        print(json.dumps(device.to_json()) if options.json else line(device))


def line(device: Device) -> str:
    """A device as one line of text."""
    memory = f"{device.memory / 2**30:.1f} GiB" if device.memory else "memory unknown"
    threads = f", {device.threads} threads" if device.threads else ""
    return f"{device.name}: {device.about}{threads}, {memory}"
