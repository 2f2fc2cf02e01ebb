"""Tiles: several passes of one group of people, moved around, as one full stand. Every control of it."""

from __future__ import annotations

from ..opspec import OpSpec, Port
from ..param import Param
from .inpaint import INPAINT

PASSES = (1, 2, 3, 4, 5, 6, 7, 8)
"""The numbers of the passes there can be besides the master."""

_LAY = (
    Param(
        "align",
        "choice",
        "automatic",
        "Align",
        "Automatic lays every pass upon the master by what both show; off takes them as they are.",
        group="Passes",
        choices=("automatic", "off"),
    ),
    Param(
        "camera",
        "choice",
        "automatic",
        "Camera",
        "Whether the camera stands still, so that one place holds for the whole shot, or moves, so that "
        "every frame is laid over anew. Automatic looks at the master.",
        group="Passes",
        choices=("automatic", "locked", "moves"),
    ),
    Param(
        "match_light",
        "bool",
        True,
        "Match light",
        "Bring every pass into the exposure and the sun of the master, softly over picture and time.",
        group="Passes",
    ),
    Param(
        "seam_softness",
        "float",
        3.0,
        "Seam softness",
        "How wide the change from one pass to the next is.",
        group="Passes",
        minimum=0.0,
        maximum=200.0,
        soft_maximum=20.0,
        unit="px",
    ),
)

_PLATE_PORT = Port(
    "plate",
    "image",
    "in",
    required=True,
    channels=("R", "G", "B"),
    encoding="scene-linear",
    help="The master: the pass all others are laid upon. What no other pass covers stays bit for bit.",
)

_PASS_PORTS = tuple(
    port
    for number in PASSES
    for port in (
        Port(
            f"pass_{number}",
            "image",
            "in",
            channels=("R", "G", "B"),
            encoding="scene-linear",
            help="A pass with the group in another place. Later passes lie over earlier ones: give the rows "
            "at the back first.",
        ),
        Port(
            f"region_{number}",
            "matte",
            "in",
            channels=("A",),
            help="White where the people of this pass are, drawn roughly. Without one they are found.",
        ),
    )
)

_PLATE = tuple(INPAINT.param(key) for key in ("fill_channels", "premultiplied", "colourspace"))

TILES = OpSpec(
    key="tiles",
    label="Tile plates",
    version=1,
    summary="Lay several passes of one group of people, moved around between takes, together to one full "
    "stand: aligned, in one light, cut where the seam is seen least.",
    ports=(_PLATE_PORT, *_PASS_PORTS, *INPAINT.outputs),
    params=_LAY + _PLATE,
    presets={"Locked camera": {"camera": "locked"}, "Motion control": {"camera": "moves"}},
    consent="marked",
)
