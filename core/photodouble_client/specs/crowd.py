"""Crowd: fill a stand, a field or a street with people cut from a few filmed ones. Every control of it."""

from __future__ import annotations

from ..opspec import OpSpec
from ..param import Param
from .crowd_light import MATCH, SHADOW
from .crowd_ports import PORTS
from .inpaint import INPAINT

_PEOPLE = (
    Param(
        "fill",
        "float",
        1.0,
        "Fill",
        "How much of every seated area is taken, on top of what the areas say. Who sits somewhere at 0.9 "
        "sits there at 0.95 too: others come, nobody moves.",
        group="People",
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "density",
        "float",
        1.0,
        "Density",
        "How densely people stand and walk, on top of what the areas say. Nobody moves when it changes.",
        group="People",
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "seed",
        "seed",
        0,
        "Seed",
        "Deals everybody anew: who sits where, in what, and when they move. What was locked or edited in the "
        "crowd file stays. The same seed gives the same pixels.",
        group="People",
    ),
    Param(
        "repeat_radius",
        "float",
        0.0,
        "Repeat radius",
        "Within this distance no two people are the same one at the same moment. 0 takes what the crowd file "
        "says, or follows the spacing. Large crowds of few elements cannot keep it everywhere; how often it "
        "failed is said.",
        group="People",
        minimum=0.0,
        maximum=100.0,
        soft_maximum=3.0,
        unit="m",
    ),
)

_VARIATION = (
    Param(
        "mirror",
        "bool",
        True,
        "Mirror",
        "Turn some people left to right. Switch it off where letters or a driving side would show it.",
        group="Variation",
    ),
    Param(
        "time_offset",
        "bool",
        True,
        "Time offset",
        "Start everybody at another moment of what they do. Off lets all of them move as one.",
        group="Variation",
    ),
    *(
        Param(
            key,
            "float",
            1.0,
            label,
            f"How far people differ in {what}: 1 as the crowd file says, 0 not at all, 2 twice as far.",
            group="Variation",
            minimum=0.0,
            maximum=4.0,
            soft_maximum=2.0,
        )
        for key, label, what in (
            ("scale_variation", "Size", "size"),
            ("brightness_variation", "Brightness", "brightness and warmth"),
            (
                "wardrobe_variation",
                "Wardrobe",
                "the colour of their clothes, where there is a wardrobe matte",
            ),
        )
    ),
)

_ACTION = (
    Param(
        "state",
        "text",
        "",
        "State",
        "What everybody does, such as idle, clap or cheer. Empty: as the areas say.",
        group="Action",
    ),
    Param(
        "waves",
        "bool",
        True,
        "Waves",
        "Let the waves of the crowd file run through the areas.",
        group="Action",
    ),
)

_LENS = (
    Param(
        "motion_blur",
        "choice",
        "automatic",
        "Motion blur",
        "Automatic takes the shutter of the camera file, or a half-open one; set takes that below; off "
        "keeps everybody sharp.",
        group="Lens",
        choices=("automatic", "set", "off"),
    ),
    Param(
        "shutter",
        "float",
        0.5,
        "Shutter",
        "The share of a frame's time for which the shutter was open: 0.5 is 180 degrees.",
        group="Lens",
        minimum=0.0,
        maximum=1.0,
        shown_when={"motion_blur": ("set",)},
    ),
    Param(
        "focus_distance",
        "float",
        0.0,
        "Focus distance",
        "How far from the camera the focus lies; people before and behind it get soft. 0 takes what the "
        "camera file says, and keeps all sharp where it says nothing.",
        group="Lens",
        animates=True,
        minimum=0.0,
        maximum=100000.0,
        soft_maximum=200.0,
        unit="m",
    ),
    Param(
        "f_stop",
        "float",
        4.0,
        "F-stop",
        "How far the lens was open: small numbers make the depth of field shallow.",
        group="Lens",
        animates=True,
        minimum=0.5,
        maximum=64.0,
        soft_maximum=22.0,
    ),
    Param(
        "softness",
        "float",
        0.0,
        "Softness",
        "Soften everybody by a blur of this radius, to sit in a soft plate.",
        group="Lens",
        animates=True,
        minimum=0.0,
        maximum=20.0,
        soft_maximum=3.0,
        unit="px",
    ),
)

_IDS = (
    Param(
        "id_ranks",
        "int",
        0,
        "ID ranks",
        "How many people the ID matte keeps in one pixel. 0 takes as many as the crowd needs, which is "
        "measured on its densest frames.",
        group="ID matte",
        advanced=True,
        minimum=0,
        maximum=16,
    ),
)

_PLATE = tuple(INPAINT.param(key) for key in ("fill_channels", "premultiplied", "colourspace"))

CROWD = OpSpec(
    key="crowd",
    label="Fill with a crowd",
    version=1,
    summary="Fill a stand, a field or a street of a plate with people cut from a few filmed ones: no two "
    "neighbours alike, each with an id, in the plate's perspective, light and grain.",
    ports=PORTS,
    params=_PEOPLE + _VARIATION + _ACTION + _LENS + SHADOW + MATCH + _IDS + _PLATE,
    presets={
        "Stadium": {},
        "Overcast": {"shadow_length": 0.0, "shadow_softness": 1.0, "contact_shadow": 0.5},
        "Low sun": {"shadow_length": 2.5, "shadow_softness": 0.2, "contact_shadow": 0.7},
        "Half empty": {"fill": 0.5, "density": 0.5},
    },
    consent="marked",
)
