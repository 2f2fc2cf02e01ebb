"""Degrain: take the grain off a plate, and keep it to be put back. Every control of it."""

from __future__ import annotations

from ..opspec import OpSpec, Port
from ..param import Param
from .inpaint import INPAINT

_RGB = ("R", "G", "B")

_GRAIN = (
    Param(
        "strength",
        "float",
        1.0,
        "Strength",
        "How much of the grain goes: 1 takes all that is found, 0 leaves the plate as it is.",
        group="Grain",
        animates=True,
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "luma",
        "float",
        1.0,
        "Brightness",
        "The share of the grain in brightness that goes. Lower it to keep the look of the stock.",
        group="Grain",
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "chroma",
        "float",
        1.0,
        "Colour",
        "The share of the coloured grain that goes, which disturbs a key most.",
        group="Grain",
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "grain_level",
        "float",
        1.0,
        "Grain level",
        "How strong the grain is taken to be, against what was measured in the plate. Raise it where grain "
        "is left, lower it where fine texture goes with the grain.",
        group="Grain",
        minimum=0.25,
        maximum=4.0,
        soft_minimum=0.5,
        soft_maximum=2.0,
    ),
)

_FRAMES = (
    Param(
        "neighbours",
        "int",
        2,
        "Neighbours",
        "So many frames before and after are brought over along the motion and averaged. 0 works on every "
        "frame alone.",
        group="Frames",
        minimum=0,
        maximum=4,
    ),
    Param(
        "spatial",
        "float",
        1.0,
        "Within the frame",
        "How far the grain that the neighbours leave is taken off within the frame. 0 leaves it, and all of "
        "the finest texture with it.",
        group="Frames",
        minimum=0.0,
        maximum=1.0,
    ),
    INPAINT.param("analysis_size"),
)

_MATTE = tuple(param for param in INPAINT.params if param.key.startswith("matte_"))
_PLATE = tuple(INPAINT.param(key) for key in ("fill_channels", "premultiplied", "colourspace"))

_PORTS = (
    Port(
        "plate",
        "image",
        "in",
        required=True,
        channels=_RGB,
        encoding="scene-linear",
        help="The pictures whose grain is taken off.",
    ),
    Port(
        "matte",
        "matte",
        "in",
        channels=("A",),
        help="White where grain is taken off, such as around a key. Outside it the plate stays bit for bit. "
        "Without a matte the whole picture is worked on.",
    ),
)

_REMOVED = Port(
    "grain",
    "image",
    "out",
    channels=_RGB,
    encoding="scene-linear",
    help="What was taken off. Add it to the result and the plate is back, exactly.",
)

DEGRAIN = OpSpec(
    key="degrain",
    label="Degrain",
    version=1,
    summary="Take the grain off a plate along its motion, and keep it as a picture of its own to put back.",
    ports=(*_PORTS, *INPAINT.outputs, _REMOVED),
    params=_GRAIN + _FRAMES + _MATTE + _PLATE,
    presets={
        "For a key": {"luma": 0.3, "neighbours": 3},
        "Half": {"strength": 0.5},
        "Single pictures": {"neighbours": 0},
    },
)
