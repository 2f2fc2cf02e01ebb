"""Inpaint: take something out of a moving plate. Every control of the operation."""

from __future__ import annotations

from ..opspec import OpSpec
from ..param import Param
from .inpaint_layers import LAYER_PORTS, LAYERS
from .inpaint_model import MODEL
from .inpaint_ports import PORTS
from .inpaint_synthesis import SYNTHESIS

_MATTE = (
    Param(
        "matte_channel",
        "text",
        "auto",
        "Matte channel",
        "Which channel of the matte files is the matte: auto, alpha, R, luminance, the name of a layer or "
        "channel such as mask.R, or the names of Cryptomatte objects such as hero, wall_*. Auto takes alpha "
        "unless that is white everywhere, otherwise grey or the strongest of red, green and blue.",
        group="Matte",
    ),
    Param(
        "matte_invert",
        "bool",
        False,
        "Invert matte",
        "Swap black and white, for mattes that are black where the plate is to be replaced.",
        group="Matte",
    ),
    Param(
        "matte_floor",
        "float",
        0.001,
        "Matte floor",
        "Matte values at or below this count as exactly zero. It keeps compression noise in a matte from "
        "touching the plate.",
        group="Matte",
        minimum=0.0,
        maximum=1.0,
        soft_minimum=0.0,
        soft_maximum=0.05,
        advanced=True,
    ),
    Param(
        "matte_threshold",
        "float",
        0.0,
        "Matte threshold",
        "Make the matte hard: values at or above this become white and the others black. At 0 the soft edge "
        "of the matte is kept.",
        group="Matte",
        animates=True,
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "matte_erode",
        "int",
        0,
        "Erode",
        "Make the matte smaller by this many pixels, before it is grown.",
        group="Matte",
        animates=True,
        minimum=0,
        maximum=200,
        soft_maximum=20,
        unit="px",
    ),
    Param(
        "matte_grow",
        "int",
        0,
        "Grow",
        "Make the matte larger by this many pixels. Raise it when a rim of the removed thing is left.",
        group="Matte",
        animates=True,
        minimum=0,
        maximum=200,
        soft_maximum=20,
        unit="px",
    ),
    Param(
        "matte_feather",
        "float",
        0.0,
        "Feather",
        "Soften the edge of the matte outwards over this many pixels, after growing. The full fill stays "
        "where the matte was white.",
        group="Matte",
        animates=True,
        minimum=0.0,
        maximum=200.0,
        soft_maximum=20.0,
        unit="px",
    ),
)

_PLATE = (
    Param(
        "fill_channels",
        "text",
        "",
        "Channels to fill",
        "The layer or the three channels that are filled, such as beauty or beauty.R,beauty.G,beauty.B. "
        "Empty fills the RGB of the main layer. All other channels pass through.",
        group="Plate",
        advanced=True,
    ),
    Param(
        "premultiplied",
        "choice",
        "auto",
        "Premultiplied",
        "Whether the plate's colour is already multiplied by its alpha. Such a plate is divided for the work "
        "and multiplied again afterwards. Auto goes by the file.",
        group="Plate",
        choices=("auto", "yes", "no"),
        advanced=True,
    ),
    Param(
        "colourspace",
        "text",
        "",
        "Colour space",
        "The colour space the plate is stored in, by its name in the colour configuration. Empty goes by the "
        "file and the configuration's file rules.",
        group="Plate",
    ),
)

_SOURCES = (
    Param(
        "source_frames",
        "frames",
        "",
        "Source frames",
        "The only frames that pixels may be taken from, such as 1001-1080. Empty allows every frame of the "
        "plate's range.",
        group="Sources",
    ),
    Param(
        "exclude_frames",
        "frames",
        "",
        "Exclude frames",
        "Frames that pixels must never be taken from, such as flash frames and slates. They are "
        "still filled.",
        group="Sources",
    ),
    Param(
        "reach",
        "int",
        48,
        "Reach",
        "How many frames before and after a frame are searched for what the matte hides. More finds more "
        "behind slow things and takes longer.",
        group="Sources",
        minimum=1,
        maximum=1000,
        soft_maximum=100,
        unit="frames",
    ),
    Param(
        "motion",
        "choice",
        "automatic",
        "Motion",
        "How the background moves. Automatic tries all three and believes, pixel by pixel, whichever best "
        "restores a known ring around the matte. Static is a locked camera, plane follows a flat or distant "
        "background, flow follows everything on its own.",
        group="Sources",
        choices=("automatic", "static", "plane", "flow"),
    ),
    Param(
        "exposure_match",
        "bool",
        True,
        "Match exposure",
        "Match the brightness and colour of every source frame to the frame it fills, for drifting exposure, "
        "changing light and clean plates shot at another stop.",
        group="Sources",
    ),
    Param(
        "unseen",
        "choice",
        "synthesise",
        "Unseen pixels",
        "What to do where no frame shows the background: synthesise invents texture on one key frame and "
        "carries it through the shot, smooth spans the gap softly, leave keeps the plate.",
        group="Sources",
        choices=("synthesise", "smooth", "leave"),
    ),
    Param(
        "key_frame",
        "frames",
        "",
        "Key frame",
        "The frame on which unseen pixels are invented, before they are carried through the shot. Empty "
        "picks the frame that shows the most.",
        group="Sources",
        shown_when={"unseen": ("synthesise",)},
        advanced=True,
    ),
)

_FINISH = (
    Param(
        "detail",
        "float",
        1.0,
        "Detail",
        "How much of the fine detail of the best source frame is laid over the fill. 1 matches the plate, 0 "
        "is the soft average of all sources.",
        group="Finish",
        minimum=0.0,
        maximum=2.0,
    ),
    Param(
        "grain",
        "float",
        1.0,
        "Grain",
        "How much grain the fill gets. 1 matches the grain measured around the matte in each channel, 0 "
        "gives none.",
        group="Finish",
        minimum=0.0,
        maximum=2.0,
    ),
    Param(
        "seam",
        "float",
        4.0,
        "Seam",
        "Over how many pixels differences in brightness at the edge of the matte are spread into the fill. "
        "Raise it if the outline of the matte can be seen.",
        group="Finish",
        minimum=0.0,
        maximum=64.0,
        soft_maximum=16.0,
        unit="px",
    ),
    Param(
        "analysis_size",
        "int",
        960,
        "Analysis size",
        "The longer side of the reduced picture on which motion is measured. The fill is always made at full "
        "resolution. Larger follows finer motion and takes longer.",
        group="Finish",
        minimum=128,
        maximum=8192,
        soft_minimum=480,
        soft_maximum=1920,
        unit="px",
        advanced=True,
    ),
    Param(
        "seed",
        "seed",
        0,
        "Seed",
        "Changes the random grain and the invented texture. The same seed gives the same pixels.",
        group="Finish",
        advanced=True,
    ),
    Param(
        "device",
        "choice",
        "auto",
        "Device",
        "What computes. Auto gives a model the graphics card, if there is one, and the rest to the "
        "processor. Cpu keeps all on the processor. Cuda and mps also give an NVIDIA or Apple card the "
        "gathering, warping and smoothing; the pixels stay within 1/512 of white.",
        group="Finish",
        choices=("auto", "cpu", "cuda", "mps"),
        advanced=True,
    ),
)

INPAINT = OpSpec(
    key="inpaint",
    label="Inpaint",
    version=1,
    summary="Remove a wire, a rig, a marker or a person from a moving plate, with real pixels from other "
    "frames before invented ones.",
    ports=PORTS + LAYER_PORTS,
    params=_MATTE + _PLATE + _SOURCES + LAYERS + SYNTHESIS + MODEL + _FINISH,
    presets={
        "Wire": {"matte_grow": 1, "matte_feather": 1.0, "reach": 24, "seam": 2.0},
        "Tracking markers": {"matte_grow": 2, "matte_feather": 2.0, "reach": 24, "seam": 6.0},
        "Person": {"matte_grow": 4, "matte_feather": 2.0, "reach": 96},
        "Set extension": {"model_fills": "matte", "matte_feather": 4.0},
        "Set or wardrobe variation": {"model_fills": "change", "strength": 0.75, "matte_feather": 2.0},
        "Style frames": {"model_fills": "change", "strength": 0.55},
    },
)
