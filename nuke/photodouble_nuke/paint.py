"""What the artist painted in the script: the painted picture, and the picture before the paint."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from . import upstream

PAINTERS = ("RotoPaint", "Paint")
"""Classes of nodes that an artist paints on."""

NAMED = "pd_paint_node"
"""The knob that names a paint node in place of a connection."""

NOTES = "pd_overrides"
"""The hidden knob that holds the picture of each painted frame, and the take that it was painted on."""
LISTED = "pd_painted"

_FARTHEST = 1000


def with_paint(pd: Any, connected: Mapping[str, Any]) -> Dict[str, Any]:
    """Add to what is connected the painted picture that a knob names, and the picture before the paint."""
    found = dict(connected)
    if all(port.key != "keys" for port in pd.spec.inputs):
        return found
    if "keys" not in found:
        named = named_node(pd)
        if named is not None:
            found["keys"] = named
    if "keys" in found and "before" not in found:
        before = unpainted(found["keys"], found.get("plate"))
        if before is not None:
            found["before"] = before
    return found


def named_node(pd: Any) -> Optional[Any]:
    """Give the node that the knob names, beside ours; None where it names none."""
    name = str(pd.node[NAMED].value()).strip() if NAMED in pd.node.knobs() else ""
    if not name:
        return None
    with upstream.group_of(pd.node):
        return nuke.toNode(name)


def unpainted(painted: Any, plate: Optional[Any]) -> Optional[Any]:
    """Give what goes into the first paint node between the plate and a painted picture; None for none."""
    begin = upstream.source_of(plate) if plate is not None else None
    end = begin.fullName() if begin is not None else ""
    node, found = upstream.source_of(painted), None
    for _ in range(_FARTHEST):
        if node is None or node.fullName() == end:
            break
        if node.Class() in PAINTERS:
            found = node.input(0)
        node = upstream.source_of(node.input(0))
    return found


def painter(node: Any) -> Optional[Any]:
    """Give the nearest paint node above, or the node itself; None where nobody painted."""
    found = upstream.source_of(node)
    for _ in range(_FARTHEST):
        if found is None or found.Class() in PAINTERS:
            break
        found = upstream.source_of(found.input(0))
    return found


def nothing_painted(message: str, fix: str) -> ArtistError:
    """Make the error of a key frame without paint."""
    return ArtistError("input.bad_key", "There is no painted key", message, fix)


def overrides(pd: Any) -> Dict[int, str]:
    """Give the painted frames that are listed on the node, and their pictures."""
    stored = pd.notes(NOTES).get("frames", {})
    if not isinstance(stored, dict) or LISTED not in pd.node.knobs():
        return {}
    listed = FrameRange.from_text(str(pd.node[LISTED].value()))
    return {int(frame): str(path) for frame, path in stored.items() if int(frame) in listed}


def painted_on(pd: Any) -> str:
    """Give the take that the latest frame was painted on; empty where nothing is painted."""
    return str(pd.notes(NOTES).get("take", "")) if overrides(pd) else ""
