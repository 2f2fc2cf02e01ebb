"""Replace: put new artwork on a sign, a screen or a poster of a moving plate. Every control of it."""

from __future__ import annotations

from ..opspec import OpSpec, Port
from ..param import Param
from .inpaint import INPAINT

_CORNERS = tuple(
    Param(
        key,
        "point",
        [0.0, 0.0],
        label,
        f"Where the {label.lower()} corner of the sign is on the reference frame, in pixels from the left "
        "and upper edge of the picture. Leave all four at 0 where a track is given.",
        group="Sign",
        unit="px",
    )
    for key, label in (
        ("top_left", "Top left"),
        ("top_right", "Top right"),
        ("bottom_right", "Bottom right"),
        ("bottom_left", "Bottom left"),
    )
)

_SIGN = (
    Param(
        "reference_frame",
        "frames",
        "",
        "Reference frame",
        "The frame on which the corners are given, and which every other one is compared with. Take one that "
        "shows the sign large, sharp and whole. Empty is the first frame, or that of the track.",
        group="Sign",
    ),
    Param(
        "locale",
        "text",
        "",
        "Locale",
        "The language or market whose artwork is used: de takes poster.de.png where the artwork is "
        "poster.png, or fills in {locale} in its name.",
        group="Sign",
    ),
    Param(
        "fit",
        "choice",
        "stretch",
        "Fit",
        "How the artwork is laid between the corners: stretch fills them exactly, crop keeps its shape and "
        "cuts what is over, inside keeps its shape and leaves the old sign beside it.",
        group="Sign",
        choices=("stretch", "crop", "inside"),
    ),
    Param(
        "grow",
        "float",
        0.0,
        "Grow",
        "Make the sign larger all around by this many pixels of the reference frame, or smaller. Raise it "
        "when a rim of the old sign is left.",
        group="Sign",
        minimum=-50.0,
        maximum=50.0,
        soft_minimum=-5.0,
        soft_maximum=5.0,
        unit="px",
    ),
)

_LIGHT = (
    Param(
        "light",
        "choice",
        "automatic",
        "Light",
        "How the artwork is lit. Automatic makes its brightest parts as bright as those of the old sign and "
        "follows shadows and changing light over the shot; same_design also matches every colour, for the "
        "same poster in another language; follow leaves its brightness on the reference frame as it is; none "
        "is for a screen that gives its own light.",
        group="Match",
        choices=("automatic", "same_design", "follow", "none"),
    ),
    Param(
        "exposure",
        "float",
        0.0,
        "Exposure",
        "Make the artwork brighter or darker by this many stops.",
        group="Match",
        animates=True,
        minimum=-10.0,
        maximum=10.0,
        soft_minimum=-2.0,
        soft_maximum=2.0,
        unit="stops",
    ),
    Param(
        "motion_blur",
        "choice",
        "automatic",
        "Motion blur",
        "Automatic measures from the plate how long the shutter was open, set takes the shutter below, off "
        "keeps the artwork sharp.",
        group="Match",
        choices=("automatic", "set", "off"),
    ),
    Param(
        "shutter",
        "float",
        0.5,
        "Shutter",
        "The share of a frame's time for which the shutter was open: 0.5 is 180 degrees.",
        group="Match",
        minimum=0.0,
        maximum=1.0,
        shown_when={"motion_blur": ("set",)},
    ),
    Param(
        "match_focus",
        "bool",
        True,
        "Match focus",
        "Make the artwork as soft as the edges of the old sign are.",
        group="Match",
    ),
    Param(
        "softness",
        "float",
        0.0,
        "Softness",
        "Soften the artwork by this many pixels more.",
        group="Match",
        animates=True,
        minimum=0.0,
        maximum=50.0,
        soft_maximum=5.0,
        unit="px",
    ),
    Param(
        "grain",
        "float",
        1.0,
        "Grain",
        "How much grain the artwork gets. 1 matches the grain measured on the sign, 0 gives none.",
        group="Match",
        minimum=0.0,
        maximum=2.0,
    ),
    Param(
        "seed",
        "seed",
        0,
        "Seed",
        "Changes the random grain. The same seed gives the same pixels.",
        group="Match",
        advanced=True,
    ),
)

_FRONT = (
    Param(
        "in_front",
        "choice",
        "automatic",
        "In front",
        "What passes in front of the sign and stays there: automatic finds it by how it differs from the "
        "old sign, and adds the matte where one is given; matte takes the matte alone; nothing covers all.",
        group="In front",
        choices=("automatic", "matte", "nothing"),
    ),
    Param(
        "front_sensitivity",
        "float",
        1.0,
        "Sensitivity",
        "How little must differ from the old sign to stay in front. Raise it where the new sign shows "
        "through a person, lower it where bits of the old sign stay.",
        group="In front",
        animates=True,
        minimum=0.1,
        maximum=10.0,
        soft_minimum=0.5,
        soft_maximum=2.0,
        shown_when={"in_front": ("automatic",)},
    ),
)

_PORTS = (
    Port(
        "plate",
        "image",
        "in",
        required=True,
        channels=("R", "G", "B"),
        encoding="scene-linear",
        help="The pictures with the old sign. Everything beside the sign comes out bit for bit as it "
        "went in.",
    ),
    Port(
        "artwork",
        "image",
        "in",
        required=True,
        channels=("R", "G", "B"),
        encoding="scene-linear",
        help="The new sign, seen from the front: one picture, or a sequence or movie with the plate's frame "
        "numbers for a screen. An alpha channel lets the old sign show through.",
    ),
    Port(
        "track",
        "track",
        "in",
        help="The track of the sign's four corners, as 'photodouble track plane' writes it, edited by hand "
        "or not. Without one the sign is followed from the corners given.",
    ),
    Port(
        "front",
        "matte",
        "in",
        channels=("A",),
        help="White where something passes in front of the sign and must stay.",
    ),
    Port(
        "undistort",
        "image",
        "in",
        channels=("R", "G"),
        help="The ST map that takes the lens's distortion off the plate, a still or one per frame.",
    ),
    Port(
        "redistort",
        "image",
        "in",
        channels=("R", "G"),
        help="The ST map that puts the lens's distortion back. Both maps are given, or none.",
    ),
    *INPAINT.outputs,
)

_PLATE = tuple(INPAINT.param(key) for key in ("fill_channels", "premultiplied", "colourspace"))

REPLACE = OpSpec(
    key="replace",
    label="Replace a sign",
    version=1,
    summary="Put new artwork on a sign, a screen or a poster of a moving plate: it follows, is lit, blurred "
    "and grained like the old one, and stays behind what passes in front.",
    ports=_PORTS,
    params=_CORNERS + _SIGN + _LIGHT + _FRONT + _PLATE,
    presets={
        "Sign or poster": {},
        "Same poster, other language": {"light": "same_design"},
        "Screen": {"light": "none", "motion_blur": "automatic"},
    },
)
