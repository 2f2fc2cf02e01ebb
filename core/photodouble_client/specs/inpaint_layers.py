"""Inpaint: what the analysis knows, given back after an artist edited it."""

from __future__ import annotations

from ..opspec import Port
from ..param import Param

LAYER_PORTS = (
    Port(
        "lighting",
        "image",
        "in",
        help="The light that falls on the fill, frame by frame, as 'photodouble layers lighting' wrote it "
        "and you edited it: layers gain and offset, or red, green and blue as a gain alone. It wins over "
        "the measured light; frames without a picture keep that.",
    ),
    Port(
        "motion_map",
        "image",
        "in",
        help="An ST map per frame that says where its pixels are in the next frame, as 'photodouble layers "
        "motion' wrote it and you edited it. It wins over the measured motion; frames without one, and "
        "pixels that are NaN, keep that.",
    ),
)

LAYERS = (
    Param(
        "light",
        "choice",
        "automatic",
        "Light",
        "How a light that changes over the shot is treated. Automatic follows it, as a smooth gain and "
        "offset a frame, where fills of known pixels come out better; follow always does; steady never.",
        group="Sources",
        choices=("automatic", "follow", "steady"),
    ),
    Param(
        "match_blur",
        "bool",
        True,
        "Match blur",
        "Blur the fill as its frame is blurred by a fast pan or a pull of focus, where its sources are "
        "sharper than what lies around the matte.",
        group="Sources",
    ),
)
