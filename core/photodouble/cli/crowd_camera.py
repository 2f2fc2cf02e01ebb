"""`photodouble crowd camera`: take the camera of a shot from the program that tracked it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .jobs import absolute
from .telling import tell, tell_json

_TEXTS = (
    ("units", "UNIT", "The length of one unit: m, cm, mm, ft, in, or a number of metres."),
    ("up", "AXIS", "The axis that points up: y or z."),
    ("node", "NAME", "Which camera, where there are several."),
    ("order", "ORDER", "The order of the rotations of a .chan file; default: zxy."),
)
_NUMBERS = (
    ("focal", "MM", "The focal length."),
    ("aperture", "MM", "The width of the film back."),
    ("aperture-height", "MM", "The height of the film back, for the angle of view of a .chan file."),
    ("shutter-angle", "DEGREES", "How long the shutter is open."),
    ("shutter-phase", "DEGREES", "When it opens: -90 with an angle of 180 is around the frame."),
)


def add_camera(actions: Any) -> None:
    """Add the action to `photodouble crowd`."""
    text = "Take the camera of a Nuke script (.nk), a .chan or a USD file, with what the file does not say."
    parser = actions.add_parser("camera", help=text, description=text)
    parser.add_argument("camera", metavar="FILE", help="The camera: .nk, .chan, .usd or .json.")
    parser.add_argument(
        "--to", required=True, metavar="FILE", help="The camera document, such as camera.json."
    )
    for name, value, what in _TEXTS:
        parser.add_argument(f"--{name}", metavar=value, help=what)
    parser.add_argument("--first-frame", type=int, metavar="FRAME", help="Where the move begins in the shot.")
    for name, value, what in _NUMBERS:
        parser.add_argument(f"--{name}", type=float, metavar=value, help=what)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_camera)


def _camera(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_camera import options_of, take_camera

    names = ("first_frame", *(name.replace("-", "_") for name, _, _ in (*_TEXTS, *_NUMBERS)))
    given = {name: getattr(namespace, name) for name in names if getattr(namespace, name) is not None}
    given["units"] = _units(given.get("units"))
    made = take_camera(Path(absolute(namespace.camera)), Path(absolute(namespace.to)), options_of(given))
    if namespace.json:
        tell_json(made.to_json())
        return 0
    for note in made.notes:
        tell(note)
    tell(f"Frames {made.first:g} to {made.last:g}, {made.focal:.1f} mm, {made.height:.2f} m above 0.")
    tell(f"Camera: {made.file}")
    return 0


def _units(text: str | None) -> str | float | None:
    """Return a number of metres where the unit is one."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text
