"""The takes of a node: the list its artist chooses from, and what happens when one is chosen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Set

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.take_folder import TakeFolder, read_take, takes_of, told_pattern
from photodouble_client.take_nodes import READS, picture_knobs
from photodouble_client.take_passes import pass_knobs

from . import group, stale
from .layout import PLATE
from .node import PhotoDoubleNode

SEPARATOR = " · "
GONE = "not found"
TOLD_VIEWS = ("origin", "confidence")
"""Views of pictures that the engine writes only when they are wanted."""

_setting: Set[str] = set()
"""Nodes whose list is being set: what Nuke tells of that is no choice of the artist's."""


@dataclass(frozen=True)
class Row:
    """One take in the list: what is read there, its id and its folder."""

    label: str
    take: str
    folder: str


def rows(pd: PhotoDoubleNode) -> List[Row]:
    """Give the takes in the list, as they were last set, newest first; the plate is not one."""
    stored = pd.notes("pd_takes").get("rows")
    kept = [one for one in stored if _is_row(one)] if isinstance(stored, list) else []
    return [Row(*one) for one in kept]


def _is_row(stored: Any) -> bool:
    return isinstance(stored, list) and len(stored) == 3 and all(isinstance(text, str) for text in stored)


def set_rows(pd: PhotoDoubleNode, listed: Iterable[Row]) -> None:
    """Set the list. What is shown stays what is shown, also where its take is gone from the list."""
    wanted = _unlike(listed)
    if pd.take and all(row.take != pd.take for row in wanted):
        wanted.append(Row(version_of(pd.folder) + SEPARATOR + GONE, pd.take, pd.folder))
    labels = [PLATE, *(row.label for row in wanted)]
    shown = [row.take for row in wanted].index(pd.take) + 1 if pd.take else 0
    knob = pd.node["take"]
    if rows(pd) == wanted and list(knob.values()) == labels and int(knob.getValue()) == shown:
        return
    with _quietly(pd), nuke.Undo("Takes of " + pd.node.name()):
        pd.set_notes("pd_takes", {"rows": [[row.label, row.take, row.folder] for row in wanted]})
        knob.setValues(labels)
        knob.setValue(shown)


def rows_on_disk(folder: str) -> List[Row]:
    """List the takes beside each other in a folder; where they stand only the engine knows."""
    found = []
    for path in takes_of(folder):
        try:
            take = read_take(path)
        except ArtistError:
            continue
        state = "finished" if take.is_sealed else "unfinished"
        found.append(Row(take.version + SEPARATOR + state, take.take, take.folder))
    return found


def rows_of_answer(pd: PhotoDoubleNode, answer: Sequence[Mapping[str, Any]]) -> List[Row]:
    """Read what the engine's `takes.list` says about the takes of this node's shot and operation."""
    wanted = os.path.normcase(folder_of_takes(pd))
    mine = [row for row in answer if os.path.normcase(os.path.dirname(_slashes(row["folder"]))) == wanted]
    if not mine:
        wanted = f"{pd.shot()}/{pd.operation}"
        mine = [row for row in answer if row["name"].rpartition("/")[0] == wanted]
    return [
        Row(version_of(row["folder"]) + SEPARATOR + _standing(row), row["take"], _slashes(row["folder"]))
        for row in mine
    ]


def folder_of_takes(pd: PhotoDoubleNode) -> str:
    """Give the folder that holds the takes of a node; raises ArtistError as `takes_root`."""
    if pd.folder:
        return os.path.dirname(pd.folder)
    return f"{pd.takes_root()}/{pd.shot()}/{pd.operation}"


def add(pd: PhotoDoubleNode, folder: str) -> None:
    """Put a take into the list without showing it; raises ArtistError `engine.no_take`."""
    set_rows(pd, _with_row(pd, read_take(_slashes(folder))))


def choose(pd: PhotoDoubleNode, folder: str) -> None:
    """Show the take in a folder; one step of undo. Raises ArtistError `engine.no_take`."""
    take = read_take(_slashes(folder))
    with _quietly(pd), nuke.Undo(f"Show {take.version} in {pd.node.name()}"):
        _show(pd, take)
        pd.node["pd_take"].setValue(take.take)
        pd.node["pd_folder"].setValue(take.folder)
        set_rows(pd, _with_row(pd, take))
    stale.mark(pd)


def choose_plate(pd: PhotoDoubleNode) -> None:
    """Show what comes in, untouched; one step of undo. The takes stay one click away."""
    with _quietly(pd), nuke.Undo(f"Show the plate in {pd.node.name()}"):
        pd.node["pd_take"].setValue("")
        pd.node["pd_folder"].setValue("")
        set_rows(pd, rows(pd))
    stale.mark(pd)


def follow_knob(pd: PhotoDoubleNode) -> None:
    """Show what the artist chose in the list; raises ArtistError `engine.no_take`, and then shows the old."""
    if pd.ident in _setting:
        return
    number = int(pd.node["take"].getValue())
    listed = rows(pd)
    row = listed[number - 1] if 0 < number <= len(listed) else None
    if (row.take if row is not None else "") == pd.take:
        # After a redo the list comes back last, and only then has the take its name.
        stale.mark(pd, looks_above=False)
        return
    if row is None:
        choose_plate(pd)
        return
    try:
        choose(pd, row.folder)
    except ArtistError:
        follow_take(pd)
        raise


def follow_take(pd: PhotoDoubleNode) -> None:
    """Let the list show the take that is shown, as after an undo."""
    if pd.ident in _setting:
        return
    takes = ["", *(row.take for row in rows(pd))]
    knob = pd.node["take"]
    if pd.take in takes and int(knob.getValue()) != takes.index(pd.take):
        with _quietly(pd):
            knob.setValue(takes.index(pd.take))


def show_again(pd: PhotoDoubleNode) -> None:
    """Look at the folder of the take again: what was written beside it since is shown, too."""
    if not pd.take:
        return
    _show(pd, read_take(pd.folder))
    for name in READS:
        read = pd.node.node(name)
        if read is not None and nuke.GUI and "reload" in read.knobs():
            read["reload"].execute()


def wants_told(pd: PhotoDoubleNode) -> bool:
    """Whether the view wants pictures that the engine has to write first."""
    told = pd.node.node("take_told")
    return bool(
        pd.take and pd.node["view"].value() in TOLD_VIEWS and told is not None and not told["file"].value()
    )


def version_of(folder: str) -> str:
    """Give the version that a folder is called by."""
    return _slashes(folder).rstrip("/").rpartition("/")[2]


def _show(pd: PhotoDoubleNode, take: TakeFolder) -> None:
    pictures: Dict[str, Dict[str, Any]] = picture_knobs(take, told=told_pattern(take))
    if group.has_passes(pd.spec):
        pictures.update(pass_knobs(take))
    group.show(pd.node, pictures)
    _name_motion(pd.node.node("take_motion"), pd.node.node("take_moving"))


def _name_motion(read: Any, copy: Any) -> None:
    """Take the motion under the names that this Nuke gives channels without a layer."""
    if read is None or copy is None or not nuke.GUI or not read["file"].value() or read.hasError():
        return
    there = [str(name) for name in read.channels()]
    for number, end in enumerate((".u", ".v")):
        named = [name for name in there if name.endswith(end)]
        if len(named) == 1 and str(copy[f"from{number}"].value()) != named[0]:
            copy[f"from{number}"].setValue(named[0])


def _with_row(pd: PhotoDoubleNode, take: TakeFolder) -> List[Row]:
    """Give the list with a take in it; one that has ended since is no longer called unfinished."""
    state = "finished" if take.is_sealed else "unfinished"
    row = Row(take.version + SEPARATOR + state, take.take, take.folder)
    known = rows(pd)
    at = [one.take for one in known].index(take.take) if take.take in [one.take for one in known] else -1
    if at < 0:
        return [row, *known]
    if take.is_sealed and SEPARATOR + "unfinished" in known[at].label:
        known[at] = row
    return known


def _standing(row: Mapping[str, Any]) -> str:
    """Say where a take stands: what was decided, otherwise whether it is finished."""
    review = str(row.get("review", ""))
    status = str(row.get("status", ""))
    return review.replace("_", " ") if review not in ("", "suggestion") else status


def _unlike(listed: Iterable[Row]) -> List[Row]:
    """Keep every label once: Nuke finds a choice by its text."""
    found: List[Row] = []
    labels: Set[str] = {PLATE}
    for row in listed:
        label = row.label
        while label in labels:
            label += " "
        labels.add(label)
        found.append(Row(label, row.take, row.folder))
    return found


def _slashes(path: str) -> str:
    return str(path).replace("\\", "/")


class _quietly:  # noqa: N801, read as a word
    """Set the list without following it."""

    def __init__(self, pd: PhotoDoubleNode) -> None:
        self._idents = {pd.ident} - _setting

    def __enter__(self) -> None:
        _setting.update(self._idents)

    def __exit__(self, *_problem: Any) -> None:
        _setting.difference_update(self._idents)
