"""Crowd: the controls of shadows and light."""

from __future__ import annotations

from ..param import Param

SHADOW = (
    Param(
        "contact_shadow",
        "float",
        0.6,
        "Contact shadow",
        "How dark the ground gets under people. Many shadows on one place are no darker than one. 0: none.",
        group="Shadow",
        animates=True,
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "shadow_direction",
        "float",
        0.0,
        "Shadow direction",
        "Where shadows fall to, in degrees around the up axis as people's facing is counted: 0 is +z.",
        group="Shadow",
        animates=True,
        minimum=-360.0,
        maximum=360.0,
        unit="deg",
    ),
    Param(
        "shadow_length",
        "float",
        0.0,
        "Shadow length",
        "How long shadows are, as a share of the person's height. 0: only the small one under the soles.",
        group="Shadow",
        animates=True,
        minimum=0.0,
        maximum=10.0,
        soft_maximum=3.0,
    ),
    Param(
        "shadow_softness",
        "float",
        0.6,
        "Shadow softness",
        "How soft the shadow's edge is: 0 hard, 1 as an overcast sky.",
        group="Shadow",
        minimum=0.0,
        maximum=1.0,
    ),
)

MATCH = (
    Param(
        "exposure",
        "float",
        0.0,
        "Exposure",
        "Make everybody brighter or darker by this many stops. The areas of the crowd file have their own.",
        group="Match",
        animates=True,
        minimum=-10.0,
        maximum=10.0,
        soft_minimum=-2.0,
        soft_maximum=2.0,
        unit="stops",
    ),
    Param(
        "follow_light",
        "float",
        1.0,
        "Follow light",
        "How far people follow the light of the plate: darker where a roof shades their part of the stand, "
        "and with a light that changes over the shot. 0 lights all alike.",
        group="Match",
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "side_light",
        "float",
        0.5,
        "Side light",
        "How much people are lit from the side that the shadows fall away from, and from above. It needs "
        "shadows longer than half a person, set by hand to those of the plate; shorter ones light nobody "
        "from a side.",
        group="Match",
        animates=True,
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "grain",
        "float",
        1.0,
        "Grain",
        "How much grain people get. 1 matches the grain measured on the plate, 0 gives none.",
        group="Match",
        minimum=0.0,
        maximum=2.0,
    ),
)
