"""`photodouble models nuke`: a small network as TorchScript for Nuke's CatFileCreator."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings

from .jobs import absolute
from .telling import tell, tell_json

Action = Callable[[Any, str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]


def add_nuke(actions: Any, action: Action) -> None:
    """Add the command to the actions of `photodouble models`."""
    from photodouble_client.request import USES

    text = (
        "Write a small network as TorchScript for Nuke's CatFileCreator, with a text of what to type there."
    )
    parser = action(actions, "nuke", text, _nuke)
    parser.add_argument("name", metavar="NAME", help="The model's name.")
    parser.add_argument(
        "--output", required=True, metavar="FILE", help="The program to write: a name in .pt."
    )
    parser.add_argument("--use", choices=USES, default="temp", help="What it is for; default: temp.")
    parser.add_argument("--overwrite", action="store_true", help="Replace existing files.")


def _nuke(namespace: argparse.Namespace) -> int:
    from photodouble.models.nuke_export import write_named_model

    made = write_named_model(
        namespace.name,
        Path(absolute(namespace.output)),
        Path(),
        load_settings(Path()).settings,
        use=namespace.use,
        overwrite=namespace.overwrite,
    )
    if namespace.json:
        tell_json(made.to_json())
        return 0
    tell(f"Wrote {made.script}")
    tell(f"What to type into CatFileCreator is in {made.words}")
    return 0
