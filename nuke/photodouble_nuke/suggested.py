"""Frames worth painting: the engine names them, a list on the node jumps the playhead to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Tuple

import nuke

from photodouble_client.opspec import OpSpec

from . import buttons, connecting, planning, rendering, running
from .elements import Plan
from .node import PhotoDoubleNode, unrecorded

LIST = "pd_suggested"
NONE = "choose a frame"
"""The first entry of the list: nowhere to go."""


class PlateAlone(PhotoDoubleNode):
    """A node as far as its plate: what else is connected does not count."""

    @property
    def spec(self) -> OpSpec:
        """Give the declaration with the plate as its only input."""
        spec = super().spec
        return replace(spec, ports=tuple(one for one in spec.ports if one.key == "plate"))

    def inputs(self) -> Dict[str, Any]:
        """Give the plate, if it is connected."""
        return {key: node for key, node in super().inputs().items() if key == "plate"}

    def documents(self) -> Dict[str, str]:
        """Give no files."""
        return {}


def plate_files(pd: PhotoDoubleNode) -> Plan:
    """Give the plate as files, rendered first where it has to be; no elements where the artist says no."""
    plan = planning.plan(PlateAlone(pd.node))
    if plan.count and nuke.ask(plan.words + "\n\nNuke waits meanwhile. Render them now?"):
        return rendering.render(plan)
    return plan


def suggest(pd: PhotoDoubleNode) -> None:
    """Ask which frames are worth painting, beside the keys; the list is filled with the answer."""
    connecting.refuse_terminal()
    connecting.check_engine()
    plan = plate_files(pd)
    if plan.count:
        return
    given = {
        "plate": plan.inputs["plate"].path,
        "frames": plan.range.to_text(),
        "count": int(pd.node["pd_suggest_count"].value()),
        "track": pd.documents().get("track", ""),
        "tracker": str(pd.node["tracker"].value()),
        "face": str(pd.node["face"].value()),
        "already": pd.key_frames.to_text(),
    }
    pd.status("Frames are compared ...", "working")
    running.ask(
        "deage.suggest-keys", given, buttons.with_node(pd, _show), buttons.with_node(pd, buttons.refuse)
    )


def _show(pd: PhotoDoubleNode, answer: Any) -> None:
    found = [(int(one["frame"]), float(one["gain_db"])) for one in answer["keys"]]
    with unrecorded():
        pd.set_notes("pd_suggestions", {str(frame): gain for frame, gain in found})
        show_list(pd)
    pd.status(f"Worth painting: {answer['frames']}.")


def suggestions(pd: PhotoDoubleNode) -> List[Tuple[int, str]]:
    """Give the frames worth painting, the best first, and what each gains."""
    return [
        (int(frame), f"Worth painting: {gain:+.1f} dB.") for frame, gain in pd.notes("pd_suggestions").items()
    ]


def show_list(pd: PhotoDoubleNode) -> None:
    """Fill the list on the node."""
    if LIST in pd.node.knobs():
        listed = [f"{frame}   {gain:+.1f} dB" for frame, gain in pd.notes("pd_suggestions").items()]
        pd.node[LIST].setValues([NONE, *listed])
        pd.node[LIST].setValue(0)


def jump(pd: PhotoDoubleNode) -> None:
    """Move the playhead to the frame that is chosen in the list, and let go of the choice."""
    number = int(pd.node[LIST].getValue())
    found = suggestions(pd)
    if 1 <= number <= len(found):
        nuke.frame(found[number - 1][0])
        with unrecorded():
            pd.node[LIST].setValue(0)
