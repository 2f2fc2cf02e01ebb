"""What a preview goes without, and the sentences that say so."""

from __future__ import annotations

from photodouble.ops.shot import ShotInputs
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

LEFT_OUT = ("motion_map",)
"""Ports a preview makes no use of: a motion map speaks of neighbouring frames, and it has few of them."""


def left_out(request: JobRequest, opened: ShotInputs, lines: FrameRange) -> list[str]:
    """Say what of a request the preview goes without; `lines` are frames with guides it does not look at."""
    said = []
    if request.values.get("model"):
        said.append(f"The model {request.values['model']} is not asked for a preview; the take has its fill.")
    if request.values.get("learning"):
        said.append("Nothing is learned for a preview; the take learns.")
    if "motion_map" in opened.ports:
        said.append("The motion map is not used in a preview; the take follows it.")
    if len(lines):
        said.append(f"The lines on frames {lines.to_text()} are not in this preview; the take has them.")
    return said
