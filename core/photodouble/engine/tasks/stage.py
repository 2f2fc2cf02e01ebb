"""The task that stages a take for a node that only reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import ROOT, TAKE, opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _stage(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.inbox import door
    from photodouble.takes.node_text import StageWish
    from photodouble.takes.staged import write_staged
    from photodouble.takes.staged_words import format_of, number_of, order_of

    _, take = opened(values, settings)
    wish = StageWish(
        values["space"],
        format_of(values["format"]),
        values["pixel_aspect"] or None,
        values["fit"],
        values["compression"],
        order_of(values["order"]),
        number_of(values["begin"]),
        values["origin"],
        values["view"],
    )
    made = write_staged(
        take, wish, report, again=values["again"], door=door(settings), threads=settings.threads
    )
    return made.to_json()


STAGE = (
    Task(
        "stage",
        "Stage a take for a node that only reads: the fill in a host's own values and format.",
        (
            TAKE,
            ROOT,
            Argument("space", "text", "The colour space of the host's timeline or clip, such as ACEScct."),
            Argument("format", "text", "Width and height there, such as 3840x2160; empty: the take's.", ""),
            Argument("pixel_aspect", "number", "Pixel aspect there; 0: 1, or that of the take's.", 0.0),
            Argument(
                "fit",
                "text",
                "How the host lays the take's format into its own.",
                "fit",
                choices=("none", "fit", "fill", "stretch"),
            ),
            Argument(
                "compression",
                "text",
                "none is quick to read, zip is small.",
                "none",
                choices=("none", "zip"),
            ),
            Argument("order", "text", "Plate frames in the order played, with commas; empty: all.", ""),
            Argument("begin", "text", "The number of the first file; empty: that of its frame.", ""),
            Argument("origin", "flag", "Write where each pixel came from, too.", True),
            Argument("view", "text", "The eye of a stereo take; empty: the first.", ""),
            Argument("again", "flag", "Make it anew, beside what the same wish made before.", False),
        ),
        _stage,
    ),
)
