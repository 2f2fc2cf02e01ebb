"""Trackers and corner pins of the script, handed over as the text that a script holds of them."""

from __future__ import annotations

import contextlib
import os
import re
from typing import Any, Iterator, List

import nuke

from photodouble_client.errors import ArtistError

from . import asked, connecting, upstream
from .node import PhotoDoubleNode, unrecorded

KINDS = re.compile(r"Tracker\d*|CornerPin2D")
_FARTHEST = 1000


def use_tracks(pd: PhotoDoubleNode) -> None:
    """Write the tracking node that is selected, or stands above the plate, and give it to the operation.

    One step of undo. Raises ArtistError `input.few_points` where there is none or several.
    """
    connecting.refuse_terminal()
    node = tracker(pd)
    path = write_node(node, f"{asked.shot_folder(pd)}/tracks")
    with nuke.Undo("Use the Tracker"):
        pd.node["track"].setValue(path)
    pd.status(f"The tracks of {node.name()} are in {os.path.basename(path)}.")


def tracker(pd: PhotoDoubleNode) -> Any:
    """Find the one tracking node that is meant."""
    chosen = [node for node in nuke.selectedNodes() if KINDS.match(node.Class())]
    if len(chosen) == 1:
        return chosen[0]
    above = _above(pd.node.input(0)) if not chosen else None
    if above is None:
        raise ArtistError(
            "input.few_points",
            "No tracking node is meant",
            "Several are selected."
            if chosen
            else "No Tracker or CornerPin2D is selected or above the plate.",
            "Select the one Tracker or CornerPin2D, then press Use the Tracker.",
        )
    return above


def _above(node: Any) -> Any:
    for _ in range(_FARTHEST):
        if node is None or KINDS.match(node.Class()):
            return node
        node = upstream.outer_input(node) if node.Class() == "Input" else node.input(0)
    return None


def write_node(node: Any, folder: str) -> str:
    """Write a node as a script holds it, into a file of its own; one that holds the same is taken again.

    Raises ArtistError `input.unwritable_output`.
    """
    stem = re.sub(r"[^\w.-]+", "_", node.name()) or "node"
    try:
        os.makedirs(folder, exist_ok=True)
        part = f"{folder}/.{stem}.{os.getpid()}.nk"
        with _alone(node):
            nuke.nodeCopy(part)
        return kept(part, folder, stem, ".nk")
    except OSError as problem:
        raise unwritable(folder, problem) from problem


def kept(part: str, folder: str, stem: str, ending: str) -> str:
    """Move a file to its place as a new version, unless the newest one holds the same."""
    pattern = re.compile(re.escape(stem) + r"_v(\d{3,})" + re.escape(ending) + r"\Z")
    numbers = sorted(int(found.group(1)) for found in map(pattern.match, os.listdir(folder)) if found)
    newest = f"{folder}/{stem}_v{numbers[-1]:03d}{ending}" if numbers else ""
    if newest and _text(newest) == _text(part):
        os.remove(part)
        return newest
    path = f"{folder}/{stem}_v{(numbers[-1] if numbers else 0) + 1:03d}{ending}"
    os.replace(part, path)
    return path


def unwritable(folder: str, problem: OSError) -> ArtistError:
    """Make the error of a folder that takes no files."""
    return ArtistError(
        "input.unwritable_output",
        "The folder of the takes cannot be written to",
        f"Nothing can be written into {folder}.",
        "Have the rights of the folder changed, or choose another takes folder on the node.",
        detail=str(problem),
    )


def _text(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


@contextlib.contextmanager
def _alone(node: Any) -> Iterator[None]:
    """Select one node and no other; afterwards everything is as it was, and no step of undo is left."""
    group = upstream.group_of(node)
    root = nuke.root()
    was_modified = bool(root.modified())
    with unrecorded(), group:
        before: List[Any] = list(nuke.selectedNodes())
        try:
            for other in before:
                other.setSelected(False)
            node.setSelected(True)
            yield
        finally:
            node.setSelected(False)
            for other in before:
                other.setSelected(True)
    if not was_modified:
        root.setModified(False)
