"""Say on a node what changed since its take was made. Nothing is ever made again because of it."""

from __future__ import annotations

import functools
import os
import sys
from typing import Any, Dict, List, Mapping, Tuple

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.take_folder import read_request

from .node import PhotoDoubleNode, unrecorded

MOST = 3
"""So many changes are named on the node; the rest are counted."""


_above: Dict[Tuple[str, str], Tuple[str, ...]] = {}
"""What was found of the inputs of a node for a take, when they were last looked at."""


def changes(pd: PhotoDoubleNode, is_thorough: bool = False, *, looks_above: bool = True) -> Tuple[str, ...]:
    """Name what no longer is as the take was made from; nothing for the plate.

    The pictures that go in are compared by the nodes above, and only where `is_thorough` by the files on
    disk, too. Without `looks_above` it stays with what was last found of them: in a large script that takes
    longer than a dragged slider can wait.
    """
    if not pd.take:
        return ()
    if is_thorough and not os.path.isfile(os.path.join(pd.folder, "request.json")):
        return (f"the take is gone from {pd.folder}",)
    asked = dict(pd.requested()) or _asked_on_disk(pd)
    if not asked:
        return ()
    key = (pd.ident, pd.take)
    if looks_above or key not in _above:
        _above[key] = tuple(_of_inputs(pd, asked, is_thorough))
    return (*_of_range(pd, asked), *_of_values(pd, asked), *_above[key])


def sentence(found: Tuple[str, ...]) -> str:
    """Say what changed in one sentence; empty for nothing."""
    if not found:
        return ""
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    return "Stale: " + "; ".join(found[:MOST]) + more + "."


def mark(pd: PhotoDoubleNode, is_thorough: bool = False, *, looks_above: bool = True) -> str:
    """Write on the node what changed, and how it stands; returns the sentence."""
    said, before = (
        sentence(changes(pd, is_thorough, looks_above=looks_above)),
        str(pd.node["pd_stale"].value()),
    )
    was = bool(nuke.root().modified())
    if before != said:
        with unrecorded():
            pd.node["pd_stale"].setValue(said)
        if not was:
            nuke.root().setModified(False)
    if not is_at_work(pd) and (said != before or not pd.has_failed or is_thorough):
        pd.status(*standing(pd))
    return said


def standing(pd: PhotoDoubleNode) -> Tuple[str, str]:
    """Give the words and the colour for how a node stands while no job of its own runs."""
    said = str(pd.node["pd_stale"].value())
    if not pd.take:
        listed = int(pd.node["take"].numValues()) - 1
        return ("The plate is shown." if listed else "There is no take yet."), ""
    shown = str(pd.node["take"].value()).strip()
    return (f"{shown}. {said}", "stale") if said else (shown, "done" if "approved" in shown else "")


def _asked_on_disk(pd: PhotoDoubleNode) -> Dict[str, Any]:
    """Read what a take was asked for that another node or program made; its inputs are not known here."""
    try:
        request = _request_in(pd.folder)
    except ArtistError:
        return {}
    return {"values": dict(request.values), "range": request.range.to_text()}


@functools.lru_cache(maxsize=64)
def _request_in(folder: str) -> JobRequest:
    """Read a request once: it never changes, and a dragged slider may not wait for a disk."""
    return read_request(folder).checked()


def _of_range(pd: PhotoDoubleNode, asked: Mapping[str, Any]) -> List[str]:
    before = asked.get("range")
    if not isinstance(before, str):
        return []
    try:
        now = pd.frames().to_text()
    except ArtistError as problem:
        return [f"the frames cannot be told any more ({problem.message})"]
    return [] if now == before else [f"the frames were {before} and are now {now}"]


def _of_values(pd: PhotoDoubleNode, asked: Mapping[str, Any]) -> List[str]:
    before = asked.get("values")
    if not isinstance(before, Mapping):
        return []
    try:
        frames = FrameRange.from_text(str(asked.get("range", "")))
        now = pd.values(frames)
    except ArtistError as problem:
        return [problem.message]
    found = []
    for param in pd.spec.params:
        if param.key in before and before[param.key] != now[param.key]:
            found.append(_change(param.label, before[param.key], now[param.key]))
    return found


def _change(label: str, before: Any, now: Any) -> str:
    if isinstance(before, Mapping) or isinstance(now, Mapping):
        return f"{label} is animated otherwise"
    return f"{label} was {_words(before)} and is now {_words(now)}"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple)):
        return " ".join(f"{one:g}" for one in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value != "" else "empty"


def _of_inputs(pd: PhotoDoubleNode, asked: Mapping[str, Any], is_thorough: bool) -> List[str]:
    before = asked.get("inputs")
    if not isinstance(before, Mapping) or not all(isinstance(text, str) for text in before.values()):
        return []
    from . import fingerprint

    now = fingerprint.fingerprints(pd, files=is_thorough)
    found = []
    for key in sorted({*before, *now}):
        name = key.replace("_", " ")
        if key not in now:
            found.append(f"the input {name} is not connected any more")
        elif key not in before:
            found.append(f"the input {name} is new")
        elif fingerprint.graph_of(before[key]) != fingerprint.graph_of(now[key]):
            is_file = key in pd.documents()
            found.append(f"the {name} is another file" if is_file else f"the nodes above the {name} changed")
        elif is_thorough and before[key] != now[key]:
            found.append(f"the file{'' if key in pd.documents() else 's'} of the {name} changed")
    return found


def is_at_work(pd: PhotoDoubleNode) -> bool:
    """Whether a job of the node is on its way; nothing is imported to find out."""
    jobs = sys.modules.get(f"{__package__}.jobs")
    return jobs is not None and bool(jobs.shown(pd).is_at_work)
