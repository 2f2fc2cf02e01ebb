"""A Photo Double node of the script, for whatever works with one: what it asks for and what it shows."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Dict, Iterable, List, Mapping, Optional

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.language import said
from photodouble_client.opspec import OpSpec
from photodouble_client.request import JobRequest
from photodouble_client.specs import SPECS

from . import knobs, paint, spans, upstream

COLOURS = {
    "": 0,
    "working": 0x3B6EA5FF,
    "done": 0x4A7A4AFF,
    "stale": 0xB8862BFF,
    "failed": 0xA03A3AFF,
}
"""Tile colours by what they say; 0 is Nuke's own."""

MOST_REQUESTS = 12
"""So many takes are remembered with what they were asked for."""

_NUMBER_AT_END = re.compile(r"[._ -]*(?:#+|@+|%0?\d*[dvV]|-?\d{4,})?\Z")


def is_ours(node: Any) -> bool:
    """Whether a node is one of Photo Double's."""
    return node is not None and "pd_operation" in node.knobs() and node["pd_operation"].value() in SPECS


def all_nodes() -> List[PhotoDoubleNode]:
    """Find every Photo Double node of the script, inside other groups, too."""
    groups = nuke.allNodes("Group", nuke.root(), True)
    return [PhotoDoubleNode(node) for node in groups if is_ours(node)]


def by_ident(ident: str) -> Optional[PhotoDoubleNode]:
    """Find the node with an id, whatever it is called now; None if it was removed."""
    return next((found for found in all_nodes() if found.ident == ident), None)


class PhotoDoubleNode:
    """Look at a node, and change it, in the words of Photo Double. Main thread only."""

    def __init__(self, node: Any) -> None:
        """Take a group that `is_ours`."""
        self.node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PhotoDoubleNode) and other.ident == self.ident

    def __hash__(self) -> int:
        return hash(self.ident)

    @property
    def name(self) -> str:
        """Give the name in the script, with the groups it lies in."""
        return str(self.node.fullName())

    @property
    def ident(self) -> str:
        """Give the id that stays when the node is renamed."""
        return self._text("pd_node")

    @property
    def operation(self) -> str:
        """Give the key of the operation."""
        return self._text("pd_operation")

    @property
    def spec(self) -> OpSpec:
        """Give the declaration of the operation."""
        return SPECS[self.operation]

    @property
    def take(self) -> str:
        """Give the id of the take that is shown; empty for the plate."""
        return self._text("pd_take")

    @property
    def folder(self) -> str:
        """Give the folder of the take that is shown; empty for the plate."""
        return self._text("pd_folder")

    def chosen_folder(self) -> str:
        """Give the folder of the take that is shown; raises ArtistError `engine.no_take` for the plate."""
        if not self.folder:
            raise ArtistError(
                "engine.no_take", "No take is chosen", "The node shows the plate.", "Choose a take first."
            )
        return self.folder

    @property
    def script(self) -> str:
        """Give the path of the script; empty if it was never saved."""
        return str(nuke.root()["name"].value() or "")

    @property
    def job(self) -> str:
        """Give the id of the latest job of this node; empty if it has none."""
        return self._text("pd_job")

    @property
    def parent(self) -> str:
        """Give the take whose frames are kept; empty if none are."""
        return self._text("pd_parent") if self.locked else ""

    @property
    def height(self) -> float:
        """Give the height of the plate in pixels, which points are counted from."""
        plate = self.node.input(0)
        return float((plate if plate is not None else nuke.root()).format().height())

    def inputs(self) -> Dict[str, Any]:
        """Give what goes in, by port: what is connected, and what was painted in between."""
        return paint.with_paint(self, self.connected())

    def connected(self) -> Dict[str, Any]:
        """Give what is connected, by port."""
        ports = knobs.picture_ports(self.spec)
        found = {port.key: self.node.input(number) for number, port in enumerate(ports)}
        return {key: node for key, node in found.items() if node is not None}

    @property
    def key_frames(self) -> FrameRange:
        """Give the frames that count as keys; raises ArtistError `usage.frames`."""
        return FrameRange.from_text(self._text("key_frames"))

    def documents(self) -> Dict[str, str]:
        """Give the paths of the ports that are files."""
        ports = knobs.file_ports(self.spec)
        found = {port.key: knobs.path_of(self.node[knobs.knob_name(port.key)]).strip() for port in ports}
        return {key: path for key, path in found.items() if path}

    def values(self, frames: Iterable[int] = ()) -> Dict[str, Any]:
        """Read every control; what is animated gives a value for every frame (without `frames`: its own).

        Raises ArtistError where the frames cannot be told or a value cannot be taken.
        """
        numbers = list(frames) or list(self.frames())
        return self.spec.validate(knobs.values_of(self.node, self.spec, numbers, self.height))

    def frames(self) -> FrameRange:
        """Give the frames to make; raises ArtistError `input.empty_range` or `usage.frames`."""
        choice = str(self.node["frames"].value())
        if choice == "these":
            found = FrameRange.from_text(str(self.node["frame_list"].value()))
            _ = found.first
            return spans.few(found)
        source = self.node.input(0) if choice == "plate" else None
        if source is not None:
            return spans.span(source.firstFrame(), source.lastFrame())
        root = nuke.root()
        return spans.span(root["first_frame"].value(), root["last_frame"].value())

    def takes_root(self) -> str:
        """Give the folder takes are kept in; raises ArtistError where the script was never saved."""
        has_own = "takes_folder" in self.node.knobs()
        typed = knobs.path_of(self.node["takes_folder"]).strip() if has_own else ""
        if typed and os.path.isabs(typed):
            return typed.replace("\\", "/")
        if not self.script:
            raise ArtistError(
                "input.unwritable_output",
                "There is no place for the takes yet",
                "Takes are kept beside the script, and this one was never saved.",
                "Save the script, or choose a folder under Takes.",
            )
        beside = os.path.join(os.path.dirname(os.path.abspath(self.script)), typed or "takes")
        return os.path.normpath(beside).replace("\\", "/")

    def shot(self) -> str:
        """Give the name that takes are filed under: typed, of the environment, or by the plate's file."""
        typed = self._text("shot").strip() or os.environ.get("PHOTODOUBLE_SHOT", "").strip()
        if typed:
            return typed
        path = upstream.file_of(self.node.input(0)) or self.script
        stem = os.path.splitext(os.path.basename(path))[0]
        return _NUMBER_AT_END.sub("", stem) or stem or "shot"

    @property
    def locked(self) -> Dict[int, str]:
        """Give the frames that the next take keeps, and the picture that each is kept from."""
        stored = self.notes("pd_locks")
        try:
            listed = FrameRange.from_text(self._text("locked_frames"))
        except ArtistError:
            return {}
        return {frame: str(stored[str(frame)]) for frame in listed if str(frame) in stored}

    def submitted(self, request: JobRequest, fingerprints: Mapping[str, str], job: str) -> None:
        """Remember what a take was asked for, so that it can be said what changed since; undo leaves it."""
        asked = {
            "values": dict(request.values),
            "range": request.range.to_text(),
            "inputs": dict(fingerprints),
            "chosen": self.folder,
        }
        stored = {key: one for key, one in self.notes("pd_request").items() if key != request.take}
        kept = dict(list(stored.items())[-(MOST_REQUESTS - 1) :])
        with unrecorded():
            self.set_notes("pd_request", {**kept, request.take: asked})
            self._set("pd_job", job)

    def requested(self) -> Mapping[str, Any]:
        """Give what the take that is shown was asked for by this node; empty if it was not."""
        found = self.notes("pd_request").get(self.take, {})
        return found if isinstance(found, dict) else {}

    def chosen_before(self, job: str) -> str:
        """Give the folder of the take that was shown when a job was asked for; empty for the plate."""
        found = self.notes("pd_request").get(job, {})
        return str(found.get("chosen", "")) if isinstance(found, dict) else ""

    def forget_job(self) -> None:
        """Follow no job any more."""
        with unrecorded():
            self._set("pd_job", "")

    def choose(self, folder: str) -> None:
        """Show the take in a folder; one step of undo. Raises ArtistError `engine.no_take`."""
        from . import takes

        takes.choose(self, folder)

    def list_take(self, folder: str) -> None:
        """Put the take in a folder into the list without showing it. Raises ArtistError `engine.no_take`."""
        from . import takes

        takes.add(self, folder)

    @property
    def stale(self) -> str:
        """Say what changed since the take that is shown was made, as it was last looked at; else empty."""
        return self._text("pd_stale")

    def status(self, text: str, colour: str = "") -> None:
        """Say on the node how it stands; `colour` is one of COLOURS. The script does not count as changed."""
        was = bool(nuke.root().modified())
        with unrecorded():
            self._set("pd_status", said(text))
            tile = COLOURS[colour]
            if int(self.node["tile_color"].value()) != tile:
                self.node["tile_color"].setValue(tile)
        if not was:
            nuke.root().setModified(False)

    @property
    def has_failed(self) -> bool:
        """Whether the node says that something went wrong."""
        return int(self.node["tile_color"].value()) == COLOURS["failed"]

    def notes(self, knob: str) -> Dict[str, Any]:
        """Read a hidden knob that holds JSON; what is damaged is as if nothing were there."""
        try:
            found = json.loads(self._text(knob) or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def set_notes(self, knob: str, notes: Mapping[str, Any]) -> None:
        """Write a hidden knob that holds JSON."""
        self._set(knob, json.dumps(notes, separators=(",", ":"), ensure_ascii=True) if notes else "")

    def _text(self, knob: str) -> str:
        return str(self.node[knob].value() or "") if knob in self.node.knobs() else ""

    def _set(self, knob: str, value: str) -> None:
        if self._text(knob) != value:
            self.node[knob].setValue(value)


class unrecorded:  # noqa: N801, read as a word: `with unrecorded():`
    """Change the script without a step of undo; within another one nothing is switched on again too soon."""

    def __enter__(self) -> None:
        self._undo = nuke.Undo()
        self._was_off = bool(self._undo.disabled())
        self._undo.disable()

    def __exit__(self, *_problem: Any) -> None:
        self._undo.enable()
        if self._was_off and not self._undo.disabled():
            self._undo.disable()
