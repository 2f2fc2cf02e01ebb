"""The `photodouble` command: reads the arguments, calls one library function, tells the outcome."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import photodouble
from photodouble.engine.room import check_room, is_memory, out_of_memory
from photodouble_client.errors import ArtistError
from photodouble_client.specs import SPECS

from . import (
    cache,
    companion,
    config,
    consent,
    demo,
    describe,
    doctor,
    edit,
    engine,
    export,
    farm,
    layers,
    ledger,
    models,
    ofx,
    operations,
    paint,
    panel,
    person,
    pictures,
    report,
    review,
    run,
    sign,
    stage,
    takes,
    track,
    variants,
    verify,
)
from .asking import Parser, spelled_out
from .telling import tell_error

COMMANDS = (
    operations,
    run,
    engine,
    farm,
    takes,
    stage,
    review,
    pictures,
    models,
    cache,
    config,
    paint,
    track,
    companion,
    variants,
    demo,
    describe,
    doctor,
    panel,
    sign,
    verify,
    layers,
    edit,
    ledger,
    person,
    consent,
    export,
    report,
    ofx,
)

PICTURES = frozenset(
    (
        *SPECS,
        "run",
        "paint",
        "track",
        "shapes",
        "companion",
        "variants",
        "demo",
        "layers",
        "edit",
        "stage",
    )
)
"""The commands that need the libraries for pictures in this very process."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or the status of the error's family."""
    given = spelled_out(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        namespace = parser().parse_args(given)
        if namespace.command in PICTURES:
            check_room()
        return int(namespace.call(namespace))
    except ArtistError as error:
        tell_error(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001, the edge
        tell_error(out_of_memory(error) if is_memory(error) else _unexpected(error), as_json=as_json)
        return 5


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = Parser(
        prog="photodouble",
        description="Make the pictures that were never shot: take things out of moving plates.",
    )
    top.add_argument("--version", action="version", version=f"photodouble {photodouble.__version__}")
    commands = top.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", required=True, parser_class=Parser
    )
    for command in COMMANDS:
        command.add(commands)
    return top


def _unexpected(error: Exception) -> ArtistError:
    """Log the whole story of a program fault to a file and return the plain sentence that names it."""
    with tempfile.NamedTemporaryFile("w", prefix="photodouble-", suffix=".log", delete=False) as stream:
        path = Path(stream.name)
    handler = logging.FileHandler(path, encoding="utf-8")
    logging.getLogger("photodouble").addHandler(handler)
    logging.getLogger("photodouble.cli").error("the command failed", exc_info=error)
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside Photo Double",
        f"The command ended on a fault of the program. The details are in {path}.",
        "Try again; if it happens again, send us that file.",
        detail=f"{type(error).__name__}: {error}",
    )


if __name__ == "__main__":
    sys.exit(main())
