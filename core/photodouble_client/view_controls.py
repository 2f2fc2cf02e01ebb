"""The controls with which a host shows a finished take: declared once, for every host that has them.

They never go to the engine: a request holds what makes a take, these hold how one is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

VIEWS = ("result", "fill", "matte", "origin", "source", "frame")
"""What the OpenFX node can show, in the order of its menu."""

_WIDEST = 1000000


@dataclass(frozen=True)
class ViewControl:
    """One control: `kind` is folder, label, button, choice, int, float, bool or hidden (a count nobody sees).

    The slider goes from `soft_minimum` to `soft_maximum`; a number may be typed from `minimum` to `maximum`.
    """

    key: str
    kind: str
    label: str
    help: str
    default: float = 0.0
    minimum: float = 0.0
    maximum: float = 1.0
    soft_minimum: float = 0.0
    soft_maximum: float = 1.0
    animates: bool = False


VIEW = ViewControl("view", "choice", "View", "What comes out of the node.")
MIX = ViewControl(
    "mix", "float", "Mix", "How much of the fill is laid over the plate.", default=1.0, animates=True
)

STAGED = (
    ViewControl(
        "take",
        "folder",
        "Staged take",
        "The folder that 'photodouble stage' wrote: it holds node.txt. Nothing is shown without it.",
    ),
    ViewControl(
        "newest",
        "button",
        "Use newest",
        "Show the newest version that was staged for the same colour space and format.",
    ),
    ViewControl(
        "refresh", "button", "Refresh", "Render again, and say anew what is shown and how an analysis goes."
    ),
    ViewControl("label", "label", "Shown", "What is shown, and if it is the source, why."),
    VIEW,
    MIX,
    ViewControl(
        "offset",
        "int",
        "Frame offset",
        "Added to the number of the frame. The view 'frame' burns the number that is used into the picture.",
        minimum=-_WIDEST,
        maximum=_WIDEST,
        soft_minimum=-100,
        soft_maximum=100,
    ),
    ViewControl(
        "use_matte",
        "bool",
        "Use matte input",
        "Show the fill only where the matte that is wired in is white as well.",
    ),
    ViewControl(
        "analyse",
        "button",
        "Analyse again",
        "Ask the engine to make this take again, as a new version, by the same rules as any other.",
    ),
    ViewControl("revision", "hidden", "Revision", "Counts refreshes.", maximum=_WIDEST, soft_maximum=_WIDEST),
)
"""Every control of the OpenFX node, in the order in which it shows them."""


def staged_control(key: str) -> ViewControl:
    """Find a control of the OpenFX node by its key; raises KeyError."""
    return {control.key: control for control in STAGED}[key]


def view_label(view: str) -> str:
    """Give the words of a view as a menu shows them."""
    return {"frame": "Frame number"}.get(view, view.capitalize())


def view_choices() -> Tuple[str, ...]:
    """Give the menu of the control `view`."""
    return tuple(view_label(view) for view in VIEWS)
