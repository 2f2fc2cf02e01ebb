"""What was asked for on the command line."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from installing.hosts import HOSTS

ENGINES = ("cpu", "cuda", "none")
ROOT = Path(__file__).resolve().parents[2]
_TEXT = """\
Without words: the hosts that are found on this machine, and an engine that runs on the processor. The same
command again brings everything up to date or mends it. Every path is said before it is touched; --dry-run
says them and touches nothing. Nothing is written into a host's own program folder.
"""


@dataclass(frozen=True)
class Wish:
    """Hold what somebody asked for; empty paths are the usual ones."""

    hosts: tuple[str, ...] = ()
    engine: str = ""
    extras: tuple[str, ...] = ()
    studio: str = ""
    prefix: str = ""
    wheelhouse: str = ""
    python: str = ""
    torch_index: str = ""
    dry_run: bool = False
    uninstall: bool = False
    keep_older: bool = False
    force: bool = False
    root: Path = ROOT
    locks: Path = ROOT / "install" / "locks" / "engine"


def read_wish(arguments: Optional[list[str]] = None) -> Wish:
    """Read the command line; argparse ends the program where it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="install.py",
        description="Install Photo Double, bring it up to date, or take it out again.",
        epilog=_TEXT,
    )
    parser.add_argument(
        "--host",
        action="append",
        choices=HOSTS,
        default=[],
        help="A host to set up; may be given several times.",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="",
        help="cpu (usual), cuda (with torch for NVIDIA cards), or none.",
    )
    parser.add_argument(
        "--extra",
        action="append",
        choices=("models",),
        default=[],
        help="Also what learned models need (torch).",
    )
    parser.add_argument(
        "--studio",
        metavar="PATH",
        default="",
        help="Install for all machines at PATH, and nothing for the user.",
    )
    parser.add_argument(
        "--prefix", metavar="DIR", default="", help="Another folder than the user's usual one."
    )
    parser.add_argument(
        "--wheelhouse", metavar="DIR", default="", help="Take every package from there, no network."
    )
    parser.add_argument(
        "--python", metavar="PATH", default="", help="The Python 3.11 to 3.13 for the engine."
    )
    parser.add_argument(
        "--torch-index",
        metavar="URL",
        default="",
        help="A package index with the build of torch for your card.",
    )
    parser.add_argument("--dry-run", action="store_true", help="Say every path and touch nothing.")
    parser.add_argument(
        "--uninstall", action="store_true", help="Take out what was installed; --host: only that."
    )
    parser.add_argument(
        "--keep-older", action="store_true", help="Leave the folder of an older version in place."
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="Replace or remove also what was changed since; end a busy engine.",
    )
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--locks", type=Path, default=None, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.studio and given.prefix:
        parser.error("--studio and --prefix are two ways; choose one")
    return Wish(
        tuple(dict.fromkeys(given.host)),
        given.engine,
        tuple(given.extra),
        _whole(given.studio),
        _whole(given.prefix),
        _whole(given.wheelhouse),
        given.python and os.path.expanduser(given.python),
        given.torch_index,
        given.dry_run,
        given.uninstall,
        given.keep_older,
        given.force,
        given.root,
        given.locks or given.root / "install" / "locks" / "engine",
    )


def _whole(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""
