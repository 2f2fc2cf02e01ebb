"""The task that turns filmed people into elements of a crowd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings


def _ingest(values: Mapping[str, Any], settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.crowd_ingest import IngestAsked, ingest_plate

    return ingest_plate(IngestAsked(**values), report, settings)


def _remove(values: Mapping[str, Any], settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.crowd_ingest import remove_elements

    return remove_elements(values["library"], values["names"], settings)


CROWD_INGEST = (
    Task(
        "crowd.ingest",
        "Turn filmed people into elements of a crowd: cut out, keyed, looped, filed in a library.",
        (
            Argument("plate", "path", "The plate with the people, such as people.####.exr."),
            Argument("library", "path", "The folder of the library; it is made where it is not there."),
            Argument("names", "text", "Names of the elements, from left to right, with commas."),
            Argument("frames", "text", "The frames, such as 1001-1080; empty: the whole plate.", ""),
            Argument("colourspace", "text", "The plate's colour space; empty: by the file.", ""),
            Argument(
                "key",
                "text",
                "How people are cut out; screen finds green or blue by itself.",
                "screen",
                choices=("screen", "green", "blue", "alpha", "matte", "difference"),
            ),
            Argument("matte", "path", "A roto matte of the people; empty: none.", ""),
            Argument("clean", "path", "A clean plate to find the difference to; empty: none.", ""),
            Argument("wardrobe", "text", "A wardrobe matte, or none; empty: guessed from colour.", ""),
            Argument("boxes", "text", "Boxes around the people: X0,Y0,X1,Y1 X0,... ; empty: found.", ""),
            Argument("persons", "text", "The performers' ids, with commas; empty: the names.", ""),
            Argument("consents", "text", "References of their consents, with commas.", ""),
            Argument(
                "states", "text", "What is played: idle, clap, cheer, sit, stand, walk or a word.", "idle"
            ),
            Argument("facings", "text", "Degrees: 0 into the camera, 90 to the picture's right.", "0"),
            Argument("heights", "text", "Heights of the people in metres, standing.", "1.75"),
            Argument(
                "metre", "number", "Pixels of a metre where they stand; 0: from heights.", 0.0, minimum=0
            ),
            Argument("rate", "number", "Frames a second.", 25.0, minimum=1),
            Argument(
                "loop", "text", "Find a loop, or keep the whole take.", "find", choices=("find", "whole")
            ),
            Argument("seconds", "number", "Seconds a loop should last at least.", 0.0, minimum=0),
            Argument("extras", "flag", "Nobody on the plate can be recognised.", False),
            Argument("fast", "flag", "Key by colour difference alone.", False),
            Argument("overwrite", "flag", "Replace elements of the same name.", False),
        ),
        _ingest,
    ),
    Task(
        "crowd.remove",
        "Take elements out of a library.",
        (
            Argument("library", "path", "The folder of the library."),
            Argument("names", "text", "Names of the elements, with commas."),
        ),
        _remove,
    ),
)
