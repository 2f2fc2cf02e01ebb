"""Rendering: here, several, and in a Nuke in the background (facts section 7)."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

from . import session, waiting
from .frames import FrameRange, FrameRanges
from .nodes import Group, Node

_RENDERS = ("Write",)


def execute(nameOrNode: Any, *given: Any, **more: Any) -> None:
    """Render a node: `execute(node, start, end, incr, views)` or `execute(node, FrameRange, views)`.

    A missing file, a folder that is not there or a node that cannot be drawn is a RuntimeError, and so is
    "Cancelled".
    """
    session.now().main_only("execute")
    node = _node(nameOrNode)
    frames, views, go_on = _wanted(given, more)
    executeNodes([node], frames, views, go_on)


def executeMultiple(
    nodes: Iterable[Any],
    ranges: Any = (),
    views: Optional[Sequence[str]] = None,
    continueOnError: bool = False,
) -> None:
    """Render several nodes; none means all there are in the group."""
    session.now().main_only("executeMultiple")
    chosen = [_node(one) for one in nodes] or [
        one for one in session.now().group.nodes() if one.Class() in _RENDERS
    ]
    frames: List[int] = []
    for one in ranges if isinstance(ranges, FrameRanges) else ranges or [_root_range()]:
        frames += list(one) if isinstance(one, FrameRange) else list(FrameRange(*one))
    executeNodes(chosen, frames, views, continueOnError)


def executeNodes(
    nodes: Sequence[Node], frames: Sequence[int], views: Optional[Sequence[str]], go_on: bool
) -> None:
    """Render frame by frame, writes in their `render_order` (not of Nuke's own)."""
    running = session.now()
    if running.executing:
        raise RuntimeError("I'm already executing something else")
    for node in nodes:
        if node.Class() not in _RENDERS:
            raise RuntimeError("%s is not executable" % node.name())
    chosen = sorted(nodes, key=lambda one: float(one["render_order"].value()))
    chosen = [one for one in chosen if not one["disable"].value() and not one["reading"].value()]
    before, view = running.root._own["frame"]._state, running.view
    running.executing += 1
    try:
        _told(chosen, "BeforeRender")
        _frames(chosen, frames, list(views or running.root._views()), go_on)
        _told(chosen, "AfterRender")
    finally:
        running.executing -= 1
        running.root._own["frame"]._state = before
        running.view = view


def _frames(nodes: Sequence[Node], frames: Sequence[int], views: Sequence[str], go_on: bool) -> None:
    running = session.now()
    for number, frame in enumerate(frames):
        if running.gui and (running.cancel_progress or running.cancel_at == frame):
            raise RuntimeError("Cancelled")
        state = running.root._own["frame"]._state
        running.root._own["frame"]._state = (type(state[0])(float(frame)),)
        for view in views:
            running.view = view
            for node in nodes:
                _one(node, frame, view, go_on)
        _told(nodes, "RenderProgress")
        waiting.pump()
        if not running.gui:
            running.said.append("Frame %d (%d of %d)" % (frame, number + 1, len(frames)))


def _one(node: Node, frame: int, view: str, go_on: bool) -> None:
    running = session.now()
    if node["use_limit"].value() and not int(node["first"].value()) <= frame <= int(node["last"].value()):
        return
    allowed = str(node["views"].value()).split()
    if allowed and view not in allowed:
        return
    _told([node], "BeforeFrameRender")
    try:
        path = write_frame(node, frame)
    except RuntimeError as error:
        running.said.append(str(error))
        if not go_on:
            raise
        return
    running.rendered.append((node.fullName(), frame, path))
    _told([node], "AfterFrameRender")


def write_frame(node: Node, frame: int) -> str:
    """Write the file of one frame; says its path (not of Nuke's own)."""
    from pathlib import Path

    from .exr_files import write
    from .pictures import draw
    from .pixels import layer_channels

    picture = draw(node, frame)
    path = _path(node, frame)
    if node["file_type"].value() != "exr":
        raise RuntimeError("%s: the fake writes exr only, not %r" % (node.name(), node["file_type"].value()))
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        if not node["create_directories"].value():
            raise RuntimeError("%s: %s: can't write file, no such folder" % (node.name(), path))
        os.makedirs(folder, exist_ok=True)
    space = str(node["colorspace"].value())
    if not node["raw"].value() and space not in ("default", "linear", "scene_linear"):
        raise RuntimeError("%s: the fake writes scene-linear only, not %s" % (node.name(), space))
    picture = _proxied(picture)
    channels = layer_channels(str(node["channels"].value()), list(picture.planes))
    if not channels:
        raise RuntimeError("%s: nothing to write, no channels" % node.name())
    box = picture.box
    if box[2] <= box[0]:
        box = (0, 0, 1, 1)
    write(
        Path(path),
        {channel: picture.plane(channel, box) for channel in channels},
        box,
        (picture.format.width(), picture.format.height()),
        pixel_aspect=picture.format.pixelAspect(),
        half=bool(node["datatype"].value() == "16 bit half"),
        compression=str(node["compression"].value()),
        attributes=_attributes(node, picture.metadata),
    )
    return path


def _path(node: Node, frame: int) -> str:
    root = session.now().root
    held = node["proxy"] if root.proxy() and node["proxy"].value() else node["file"]
    path = session.now().callbacks.filtered(held.evaluate(frame), node)
    if not path:
        raise RuntimeError("%s: no file name" % node.name())
    return path


def _proxied(picture: Any) -> Any:
    """Make the picture smaller while the script is in proxy mode."""
    from .drawn import scaled
    from .formats import Format

    root = session.now().root
    if not root.proxy():
        return picture
    by = float(root["proxy_scale"].value())
    made = picture.format
    return scaled(picture, Format(int(made.width() * by), int(made.height() * by), pa=made.pixelAspect()))


def _attributes(node: Node, metadata: Dict[str, Any]) -> Dict[str, Any]:
    """Choose what is told in the file, by the knob `metadata` (facts section 8; NDK exrGeneral.h)."""
    mode = node["metadata"].values().index(node["metadata"].value())
    if mode == 0:
        return {}
    found: Dict[str, Any] = {"nuke/version": "%d.%dv%d" % session.now().version}
    for name, value in metadata.items():
        plain = isinstance(value, (str, int, float))
        if name.startswith("exr/") and mode >= 2 and plain and isinstance(value, str):
            found[name[4:]] = value
        elif not name.startswith(("exr/", "input/")) and mode >= 3 and plain:
            found[name if node["noprefix"].value() else "nuke/" + name] = str(value)
        elif name.startswith("input/") and mode == 4 and plain:
            found["nuke/" + name] = str(value)
    return found


def executeBackgroundNuke(
    exe_path: str,
    nodes: Sequence[Node],
    frameRange: Any,
    views: Sequence[str],
    limits: Dict[str, Any],
    continueOnError: bool = False,
    flipbookToRun: str = "",
    flipbookOptions: Optional[Dict[str, Any]] = None,
) -> int:
    """Start a Nuke in the background on a saved copy; a number, or -1 where it could not start.

    It renders when the test says so: `host.background()`.
    """
    running = session.now()
    running.main_only("executeBackgroundNuke")
    if not isinstance(frameRange, FrameRanges):
        raise TypeError("executeBackgroundNuke takes FrameRanges")
    if isinstance(views, str) or not isinstance(limits, dict):
        raise TypeError("executeBackgroundNuke takes a list of views and a dict of limits")
    if running.background_refused:
        return -1
    from .scripts import script_text

    job: Dict[str, Any] = {
        "id": len(running.background) + 1,
        "script": script_text(),
        "name": str(running.root["name"].value()),
        "nodes": [one.fullName() for one in nodes],
        "frames": frameRange.toFrameList(),
        "views": list(views),
        "go_on": continueOnError,
        "done": False,
        "limits": dict(limits),
    }
    running.background.append(job)
    _context("BeforeBackgroundRender", {"id": job["id"]})
    return int(job["id"])


def render_background(job: Dict[str, Any]) -> str:
    """Let a Nuke in the background do its work; gives what it ended with, or nothing (not of Nuke's own)."""
    running = session.now()
    job["done"] = True
    said = ""
    count = len(job["frames"])
    for number, frame in enumerate(job["frames"]):
        said = in_terminal(job["script"], job["name"], job["nodes"], [frame], job["views"])[1]
        if said:
            running.said.append(said)
            if not job["go_on"]:
                break
            continue
        told = {"id": job["id"], "frame": frame, "numFrames": count, "frameProgress": number + 1}
        _context("AfterBackgroundFrameRender", told)
    _context("AfterBackgroundRender", {"id": job["id"]})
    return said


def in_terminal(
    text: str,
    name: str,
    writes: Sequence[str],
    frames: Optional[Sequence[int]],
    views: Optional[Sequence[str]] = None,
    started: Optional[Callable[[], None]] = None,
) -> Tuple[List[str], str]:
    """Open a script in a Nuke without a window and render (`-x`); gives what it said, and its error.

    `started` is what its init.py does. No callback of the Nuke that runs now is known there.
    """
    from .root import Root
    from .scripts import load

    outer = session.now()
    inner = session.Session(False, outer.studio, outer.version, outer.always)
    inner.formats = list(outer.formats)
    session.start(inner)
    error = ""
    try:
        inner.root = Root()
        if started is not None:
            started()
        inner.root._own["name"]._state = name
        load(text, inner.root)
        inner.callbacks.fire("OnScriptLoad", inner.root)
        wanted = frames if frames is not None else list(_root_range())
        executeNodes([_node(one) for one in writes], wanted, views, False)
    except RuntimeError as failed:
        error = str(failed)
    finally:
        session.start(outer)
    outer.rendered += inner.rendered
    return inner.said, error


def _context(kind: str, told: Dict[str, Any]) -> None:
    """Tell the callbacks of background renders, whose call takes one argument (facts section 5)."""
    for call, args, kwargs in session.now().callbacks.of(kind, "Write"):
        call(told, *args, **kwargs)


def _told(nodes: Sequence[Node], kind: str) -> None:
    own = kind[0].lower() + kind[1:]
    for node in nodes:
        session.now().callbacks.fire(kind, node)
        node._own_text(own)


def _node(given: Any) -> Node:
    if isinstance(given, Node):
        given._attached()
        return given
    at: Any = session.now().root
    for step in str(given).split("."):
        at = at.node(step) if isinstance(at, Group) else None
    if at is None:
        raise RuntimeError("there is no node %s" % given)
    return at  # type: ignore[no-any-return]


def _root_range() -> FrameRange:
    root = session.now().root
    return FrameRange(root.firstFrame(), root.lastFrame(), 1)


def _wanted(given: Tuple[Any, ...], more: Dict[str, Any]) -> Tuple[List[int], Optional[List[str]], bool]:
    """Take apart the two ways in which execute is called."""
    names: Tuple[str, ...] = ("start", "end", "incr", "views", "continueOnError")
    if given and isinstance(given[0], (FrameRange, FrameRanges, list, tuple)):
        names = ("range", "views", "continueOnError")
    if len(given) > len(names) or set(more) - set(names) or set(names[: len(given)]) & set(more):
        raise TypeError("execute takes %s" % ", ".join(names))
    told = {**dict(zip(names, given)), **more}
    views = told.get("views")
    if isinstance(views, str):
        raise TypeError("views are a list of names")
    go_on = bool(told.get("continueOnError", False))
    if "range" in told:
        many = told["range"]
        frames = list(many) if isinstance(many, FrameRange) else [frame for one in many for frame in one]
        return frames, views, go_on
    whole = _root_range()
    start, end = told.get("start"), told.get("end")
    first = whole.first() if start is None else int(start)
    last = (whole.last() if start is None else first) if end is None else int(end)
    return list(FrameRange(first, last, int(told.get("incr") or 1))), views, go_on


FUNCTIONS: List[Callable[..., Any]] = [execute, executeMultiple, executeBackgroundNuke]
