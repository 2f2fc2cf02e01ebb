"""Texts that are filled in: `[value knob]`, `%04d`, `####`, `%v`, `%V`; and `path first-last`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Optional, Tuple

from . import session

if TYPE_CHECKING:
    from .nodes import Node

_VALUE = re.compile(r"(?<!\\)\[value ([\w.]+)\]")
_RANGE = re.compile(r"^(.*?)\s+(-?\d+)(?:-(-?\d+))?\s*$")


def filled(text: str, node: Optional[Node], time: Optional[float] = None) -> str:
    """Fill in a text at a frame: the current one unless told."""
    frame = int(session.now().root._frame_now() if time is None else time)
    text = _VALUE.sub(lambda match: _told(match.group(1), node), text)
    if re.search(r"(?<!\\)\[", text):
        raise RuntimeError("the fake cannot run the Tcl in %r" % text)
    text = re.sub(r"\\([\[\]$\"{}])", r"\1", text)
    return at_frame(text, frame)


def at_frame(text: str, frame: int) -> str:
    """Write the file of one frame: `%04d` and `####`, and `%V`, `%v` for the view."""
    view = session.now().view
    text = text.replace("%V", view).replace("%v", view[:1])
    text = re.sub(r"%(\d*)d", lambda match: _padded(frame, int(match.group(1) or 1)), text)
    return re.sub(r"#+", lambda match: _padded(frame, len(match.group(0))), text)


def path_and_range(text: str) -> Tuple[str, Optional[Tuple[int, int]]]:
    """Split `path first-last` (facts section 4, fromUserText)."""
    match = _RANGE.match(text)
    if match is None or not re.search(r"%\d*d|#", match.group(1)):
        return text, None
    first = int(match.group(2))
    return match.group(1), (first, int(match.group(3)) if match.group(3) else first)


def _padded(frame: int, width: int) -> str:
    return ("-" if frame < 0 else "") + str(abs(frame)).zfill(width)


def _told(name: str, node: Optional[Node]) -> str:
    at = node
    steps = name.split(".")
    for step in steps[:-1]:
        if step == "root":
            at = session.now().root
        elif step == "parent" and at is not None:
            at = at.parent()
        elif step != "this" and at is not None:
            parent = at.parent()
            at = parent.node(step) if parent is not None else None
    if at is None or steps[-1] not in at.knobs():
        raise RuntimeError("[value %s]: no such knob" % name)
    return str(at[steps[-1]].value())
