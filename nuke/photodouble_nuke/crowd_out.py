"""The crowd of a take for other uses: a USD file, and chosen people as cards in the script."""

from __future__ import annotations

import json
import os
from typing import Any, Dict

from photodouble_client.errors import ArtistError

from . import asked, buttons, connecting, crowd_cards, crowd_people, running
from .node import PhotoDoubleNode
from .tracks import unwritable


def write_usd(pd: PhotoDoubleNode) -> None:
    """Write the crowd of the take as a USD point instancer, to be read by any program."""
    path = f"{_place(pd, 'usd')}.usda"
    pd.status("The crowd is being written ...", "working")
    _export(pd, path, lambda found, _answer: found.status(f"The crowd is in {path}"))


def bring_in(pd: PhotoDoubleNode) -> None:
    """Bring the people in the list, or everybody where it is empty, in as cards; one step of undo.

    More than the number on the node are refused, and then nothing is made.
    """
    path = f"{_place(pd, 'cards')}.json"
    wanted = crowd_people.people(pd)
    _refuse_many(pd, len(wanted))
    pd.status("The crowd is being written ...", "working")

    def make(found: PhotoDoubleNode, _answer: Any) -> None:
        cast = crowd_cards.chosen(_read(path), wanted)
        _refuse_many(found, len(cast))
        made = crowd_cards.build(cast, found.name.rpartition(".")[2], found.node)
        found.status(f"{_people(len(cast))} in {made.name()}.")

    _export(pd, path, lambda found, answer: buttons.attempt(found, lambda one: make(one, answer)))


def _export(pd: PhotoDoubleNode, path: str, done: Any) -> None:
    given = {"take": pd.folder, "file": path, "overwrite": True}
    running.ask("crowd.export", given, buttons.with_node(pd, done), buttons.with_node(pd, buttons.refuse))


def _place(pd: PhotoDoubleNode, kind: str) -> str:
    """Give the path of what is written of the take, less its ending; raises ArtistError."""
    connecting.refuse_terminal()
    connecting.check_engine()
    if not pd.take:
        raise ArtistError(
            "engine.no_take",
            "There is no take to hand on",
            "The node shows the plate.",
            "Run the node, then choose its take.",
        )
    folder = f"{asked.shot_folder(pd)}/{kind}"
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as problem:
        raise unwritable(folder, problem) from problem
    return f"{folder}/{pd.folder.rstrip('/').rpartition('/')[2]}"


def _refuse_many(pd: PhotoDoubleNode, count: int) -> None:
    most = int(pd.node["pd_most"].value())
    if count > most:
        raise ArtistError(
            "usage.bad_value",
            "Too many people for cards",
            f"{_people(count)} would be brought in, and the node allows {most}. Nothing was made.",
            "Pick fewer, raise the number if this Nuke can take it, or write USD.",
        )


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _read(path: str) -> Dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as stream:
            found = json.load(stream)
        return dict(found)
    except (OSError, ValueError, TypeError) as problem:
        raise ArtistError(
            "input.bad_document",
            "The cards cannot be read",
            f"{path} holds no cards.",
            "Press the button again; plug-in and engine may be of different versions.",
            detail=str(problem),
        ) from problem
