"""The flags that say which take is meant, and where takes are kept."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from photodouble.takes.finding import default_root as default_root
from photodouble.takes.finding import found_beside as found_beside
from photodouble.takes.finding import found_take as found_take
from photodouble.takes.finding import no_takes as no_takes
from photodouble.takes.finding import open_root as open_root
from photodouble.takes.finding import store_at

if TYPE_CHECKING:
    from photodouble.takes.store import TakeStore

TAKE_HELP = (
    "The take: its name as 'takes list' prints it, its folder, the beginning of its id (4 signs or more), "
    "or v003 where only one take is called so."
)
ROOT_HELP = (
    "Where takes are kept; default: the setting takes_root, the folder 'takes' of the show, or ./takes."
)


def add_root_flag(parser: argparse.ArgumentParser) -> None:
    """Add --root."""
    parser.add_argument("--root", default="", metavar="FOLDER", help=ROOT_HELP)


def store_of(namespace: argparse.Namespace) -> TakeStore:
    """Return the store that --root names, that the take given by its folder lies in, or of the settings."""
    return store_at(namespace.root, getattr(namespace, "take", None) or "")
