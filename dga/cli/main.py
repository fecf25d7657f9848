"""Entry point of the command line: parse, run one command, map errors to exit statuses.

Exit status: 0 done, 1 a user's error (one sentence on standard error), 130 cancelled.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from dga import storage
from dga.cli.commands import COMMANDS, build_parser
from dga.errors import DGAError, told

CANCELLED = 130
OBJECTS_BETWEEN_COLLECTIONS = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of this process; returns the exit status."""
    if arguments is not None:
        return _run(arguments)
    # Nearly all objects of a command last as long as its process. So garbage is looked for less
    # often, and not at the end: together they took a fifth of a look-up's time.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    status = _run(sys.argv[1:])
    gc.freeze()
    return status


def _run(arguments: Sequence[str]) -> int:
    storage.keep_private()
    options = build_parser(*COMMANDS.keys() & set(arguments[:1])).parse_args(arguments)
    try:
        status = int(options.carry_out(options) or 0)
        sys.stdout.flush()
        return status
    except DGAError as error:
        return _fail(str(error))
    except BrokenPipeError:  # the reader of the pipe has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(told(error))
    except KeyboardInterrupt:
        print("cancelled", file=sys.stderr)
        return CANCELLED


def _fail(message: str) -> int:
    from dga.cli.console import harmless

    print(f"error: {harmless(message)}", file=sys.stderr)
    return 1
