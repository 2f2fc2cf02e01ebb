"""Use the files of a Read as they are, where Nuke would give the very same pixels; say why not, where not."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Tuple

import nuke

from photodouble_client.opspec import Port

from . import asked, files_on_disk, upstream

LINEAR = ("linear", "default (linear)", "scene_linear", "raw", "default (scene_linear)")
_NAMED = re.compile(r"(?:default|scene_linear|compositing_linear)? ?\((.*)\)\Z")


@dataclass(frozen=True)
class Source:
    """What a port is given: a pattern and its frames, or the reason why it has to be rendered first."""

    path: str = ""
    frames: Tuple[int, ...] = ()
    is_still: bool = False
    why_not: str = ""


def source(node: Any, port: Port, frames: Iterable[int], views: Iterable[str] = ()) -> Source:
    """Say whether the files above an input can be used as they are for these frames."""
    read = upstream.source_of(node)
    if read is None or read.Class() != "Read":
        return Source(why_not="it is made in the script")
    if upstream.changes_in_time(read):
        return Source(why_not="the Read is switched off on some frames")
    path = str(nuke.filename(read) or "")
    reason = _picture_differs(read, port, path) or _place_differs(read, path, list(views))
    if reason:
        return Source(why_not=reason)
    if not files_on_disk.place_of(path):
        return _still(read, path)
    return _sequence(read, path, list(frames))


def _picture_differs(read: Any, port: Port, path: str) -> str:
    """Say what the Read does to the pixels of its files, if anything."""
    if not path.lower().endswith(".exr"):
        return "its files are no EXR"
    if not _is_as_stored(read):
        return "the Read converts its colours"
    if _on(read, "premultiplied"):
        return "the Read divides by alpha"
    if port.role == "matte" and _on(read, "auto_alpha"):
        return "the Read makes an alpha of its own"
    metadata = read.metadata() or {}
    for key, size in (("input/width", read.width()), ("input/height", read.height())):
        if key in metadata and int(metadata[key]) != int(size):
            return "the Read has another format than its files"
    return ""


def _place_differs(read: Any, path: str, views: Iterable[str]) -> str:
    """Say what else stands between the Read and its files."""
    if not os.path.isabs(path):
        return "its path is no full path"
    if nuke.root().proxy():
        return "the script is in proxy mode"
    if re.search(r"%[vV]", path) is None and len(list(views)) > 1:
        return "one file may hold several views"
    mode, start = asked.text(read, "frame_mode"), asked.text(read, "frame")
    if start not in ("", "0") or (start == "0" and mode != "offset"):
        return "the Read moves its frames"
    if files_on_disk.place_of(path) and not _is_named_so(read, path):
        return "the path is changed on the way"
    return ""


def _is_named_so(read: Any, path: str) -> bool:
    """Whether the file of the present frame is the one that the pattern names: filters may change it."""
    named = str(nuke.filename(read, nuke.REPLACE) or "")
    at_frame = files_on_disk.names_of(path, int(nuke.frame()))
    return named in at_frame or named in files_on_disk.frames_on_disk(path).values() or "%v" in path.lower()


def _still(read: Any, path: str) -> Source:
    if not os.path.isfile(path):
        return Source(why_not="its file is not there")
    is_held = all(asked.text(read, name) in ("", "hold") for name in ("before", "after"))
    return (
        Source(path, is_still=True) if is_held else Source(why_not="the Read shows its file on some frames")
    )


def _sequence(read: Any, path: str, frames: Iterable[int]) -> Source:
    wanted = list(frames)
    first, last = int(read["first"].value()), int(read["last"].value())
    outside = [frame for frame in wanted if not first <= frame <= last]
    if outside:
        return Source(why_not="the Read has no frame {} and repeats another".format(outside[0]))
    there = files_on_disk.frames_on_disk(path)
    gaps = [frame for frame in wanted if frame not in there]
    if gaps and asked.text(read, "on_error") not in ("", "error"):
        return Source(why_not="the Read shows something else where a file is missing")
    return Source(path, tuple(wanted))


def _is_as_stored(read: Any) -> bool:
    """Whether the Read leaves values as they are: raw, or in the space that the script works in."""
    if _on(read, "raw"):
        return True
    knobs = read.knobs()
    space = str(knobs["colorspace"].value()) if "colorspace" in knobs else "linear"
    if space == "default":
        return asked.of_script("floatLut") in LINEAR
    working = asked.of_script("workingSpaceLUT")
    named = _NAMED.match(space)
    inner = named.group(1) if named else space
    if asked.of_script("colorManagement") == "OCIO":
        return space == "scene_linear" or (bool(working) and working in (space, inner))
    return space in LINEAR or inner in LINEAR


def missing(path: str, frames: Iterable[int]) -> Tuple[int, ...]:
    """List the frames whose files are not there."""
    there: Dict[int, str] = files_on_disk.frames_on_disk(path)
    return tuple(frame for frame in frames if frame not in there)


def _on(node: Any, name: str) -> bool:
    return name in node.knobs() and bool(node[name].value())
