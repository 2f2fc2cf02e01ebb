"""Paint one frame of a take in the script: the next take has it as it is, and the other frames follow."""

from __future__ import annotations

from typing import Any, Dict, Tuple

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from . import asked, connecting, fingerprint, keys, paint, rendering, upstream
from .elements import Element, Plan
from .node import PhotoDoubleNode


def use_frame(pd: PhotoDoubleNode) -> None:
    """Write the playhead's frame as it is painted behind the node, for the next take; one step of undo.

    Raises ArtistError `input.bad_paint` where nothing was painted over the result of a take.
    """
    connecting.refuse_terminal()
    frame = int(nuke.frame())
    painter = _painter(pd)
    _check_shown(pd, frame)
    plan = _plan(pd, painter, frame)
    rendering.render(plan)
    if keys.is_unpainted(plan, frame, "painted"):
        raise _bad(f"Frame {frame} of {painter.name()} looks the same before and after the paint.")
    element = plan.elements[0]
    path = element.pattern.replace("%04d", f"{'-' if frame < 0 else ''}{abs(frame):04d}")
    with nuke.Undo(f"Use painted frame {frame}"):
        _keep(pd, {**paint.overrides(pd), frame: path}, pd.take)
    pd.status(f"Frame {frame} is yours. Press Run, and the other frames follow it.")


def release_frame(pd: PhotoDoubleNode) -> None:
    """Let the playhead's frame be made again; one step of undo."""
    frame = int(nuke.frame())
    kept = {number: path for number, path in paint.overrides(pd).items() if number != frame}
    if len(kept) == len(paint.overrides(pd)):
        pd.status(f"Frame {frame} is not painted.")
        return
    with nuke.Undo(f"Let painted frame {frame} go"):
        _keep(pd, kept, paint.painted_on(pd))
    pd.status(f"Frame {frame} is made again by the next take.")


def _keep(pd: PhotoDoubleNode, frames: Dict[int, str], take: str) -> None:
    stored = {str(frame): frames[frame] for frame in sorted(frames)}
    pd.set_notes(paint.NOTES, {"frames": stored, "take": take} if stored else {})
    pd.node[paint.LISTED].setValue(FrameRange(sorted(frames)).to_text())


def _painter(pd: PhotoDoubleNode) -> Any:
    """Find the paint node behind ours: named, or selected."""
    named = paint.named_node(pd)
    chosen = [named] if named is not None else list(nuke.selectedNodes())
    found = [node for node in chosen if node.Class() in paint.PAINTERS and _is_behind(node, pd)]
    if len(found) != 1:
        raise _bad("No RotoPaint behind this node is selected or named.")
    return found[0]


def _is_behind(node: Any, pd: PhotoDoubleNode) -> bool:
    wanted = pd.node.fullName()
    above = upstream.source_of(node)
    while above is not None and above.fullName() != wanted:
        above = upstream.source_of(above.input(0)) if above.Class() in paint.PAINTERS else None
    return above is not None


def _check_shown(pd: PhotoDoubleNode, frame: int) -> None:
    """What is painted on has to be the whole result: inside the matte every pixel of it counts."""
    if not pd.take:
        raise _bad("The node shows the plate, and inside the matte that would be the fill.")
    node = pd.node
    if node["view"].value() != "result" or node["mix"].value() != 1 or node["wipe"].value() != 0:
        raise _bad("The node does not show the whole result: view, mix or wipe say otherwise.")
    shown = node.node("take_fill")
    if not int(shown["first"].value()) <= frame <= int(shown["last"].value()):
        raise _bad(f"The take has no frame {frame}.")


def _plan(pd: PhotoDoubleNode, painter: Any, frame: int) -> Plan:
    """Plan to render the frame after the paint and before it."""
    above = painter
    other = upstream.source_of(painter.input(0))
    while other is not None and other.Class() in paint.PAINTERS:
        above, other = other, upstream.source_of(other.input(0))
    views = asked.views(pd.node)
    parts = (("painted", painter), ("before", above.input(0)))
    elements = tuple(_element(pd, port, node, frame, views) for port, node in parts)
    return Plan({}, elements, FrameRange([frame]), FrameRange([frame]), views, {})


def _element(pd: PhotoDoubleNode, port: str, node: Any, frame: int, views: Tuple[str, ...]) -> Element:
    text = fingerprint.fingerprint(node)
    place = fingerprint.eight_of(f"{text} {pd.take} {','.join(views)}")
    return Element(
        port=port,
        node=node,
        channels="rgb",
        depth="float",
        folder=f"{asked.shot_folder(pd)}/paint/{port}_{place}",
        views=views,
        frames=(frame,),
        fingerprint=text,
        why="it is painted in the script",
        names_view=bool(asked.view_text(views)),
    )


def _bad(message: str) -> ArtistError:
    return ArtistError(
        "input.bad_paint",
        "There is no painted frame",
        message,
        "Show a take, put a RotoPaint behind the node, paint on a frame, select it, and press the button.",
    )
