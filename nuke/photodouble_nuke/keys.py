"""Key frames of de-ageing: a frame that was painted in the script is written, before and after the paint."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any, Dict, Optional, Tuple

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from . import connecting, paint, planning, rendering
from .elements import Element, Plan
from .node import PhotoDoubleNode

WRITTEN = ("keys", "before")
"""Ports whose pictures are written when a frame becomes a key."""


class OneFrame(PhotoDoubleNode):
    """A node as it would be with one key frame and no other frame to make."""

    def __init__(self, node: Any, frame: int) -> None:
        """Look at a node of ours at one frame."""
        super().__init__(node)
        self._frame = frame

    def frames(self) -> FrameRange:
        """Give the one frame."""
        return FrameRange([self._frame])

    @property
    def key_frames(self) -> FrameRange:
        """Give the one frame."""
        return self.frames()

    def inputs(self) -> Dict[str, Any]:
        """Give the plate and what was painted; the mattes do not count here."""
        return {key: node for key, node in super().inputs().items() if key in ("plate", *WRITTEN)}

    def documents(self) -> Dict[str, str]:
        """Give no files."""
        return {}


def key_frame(pd: PhotoDoubleNode) -> None:
    """Write the playhead's frame before and after the paint, and count it among the keys.

    One step of undo. Raises ArtistError `input.bad_key` where nothing was painted, `input.missing_frames`
    beside the plate, and as a render does.
    """
    connecting.refuse_terminal()
    frame = int(nuke.frame())
    if "keys" not in pd.inputs():
        raise paint.nothing_painted(
            "Nothing is connected to keys.",
            "Put a RotoPaint behind the plate, paint on it, and connect it to keys.",
        )
    plan = planning.plan(OneFrame(pd.node, frame))
    written = _only(plan)
    if not any(one.port == "keys" for one in written.elements):
        _add(pd, frame)
        pd.status(f"Frame {frame} is a key, as it is in {plan.inputs['keys'].path}.")
        return
    rendering.render(written)
    if is_unpainted(written, frame, "keys"):
        raise paint.nothing_painted(
            f"Frame {frame} looks the same before and after the paint.",
            "Paint on this frame, on a stroke that lasts for it, then press Key this frame.",
        )
    _add(pd, frame)
    pd.status(f"Frame {frame} is a key. Keys: {pd.key_frames.to_text()}.")


def release_frame(pd: PhotoDoubleNode) -> None:
    """Let the playhead's frame be no key any more; one step of undo. The paint stays in the script."""
    frame = int(nuke.frame())
    left = pd.key_frames.without([frame])
    if len(left) == len(pd.key_frames):
        pd.status(f"Frame {frame} is no key.")
        return
    with nuke.Undo(f"Frame {frame} is no key"):
        pd.node["key_frames"].setValue(left.to_text())
    pd.status(f"Frame {frame} is no key any more. Keys: {left.to_text() or 'none'}.")


def _add(pd: PhotoDoubleNode, frame: int) -> None:
    keys = FrameRange(sorted({*pd.key_frames, frame}))
    if len(keys) == len(pd.key_frames):
        return
    with nuke.Undo(f"Key frame {frame}"):
        pd.node["key_frames"].setValue(keys.to_text())


def _only(plan: Plan) -> Plan:
    """Leave in a plan what is painted: the plate is rendered when a take is made."""
    return replace(plan, elements=tuple(one for one in plan.elements if one.port in WRITTEN))


def is_unpainted(plan: Plan, frame: int, after: str) -> bool:
    """Whether before and after are the same file but for what is told in the header."""
    held = {one.port: _pixels(one, frame) for one in plan.elements}
    return held.get("before") is not None and held.get(after) == held.get("before")


def _pixels(element: Element, frame: int) -> Optional[Tuple[bytes, ...]]:
    try:
        return tuple(pixels_of(f"{element.folder}/{name}") for name in element.files(frame))
    except (OSError, ValueError, IndexError, struct.error) as problem:
        raise ArtistError(
            "input.host_render",
            "A frame could not be rendered",
            f"What Nuke wrote of frame {frame} cannot be read.",
            "Press Key this frame again.",
            detail=str(problem),
        ) from problem


def pixels_of(path: str) -> bytes:
    """Give what an EXR holds behind its header: equal bytes are equal pixels, written alike."""
    with open(path, "rb") as stream:
        data = stream.read()
    at = 8
    while data[at]:
        at = data.index(b"\0", data.index(b"\0", at) + 1) + 1
        at += 4 + int(struct.unpack_from("<i", data, at)[0])
    return data[int(struct.unpack_from("<Q", data, at + 1)[0]) :]
