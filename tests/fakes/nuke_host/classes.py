"""The classes of nodes that the fake knows: inputs and knobs, by the facts, section 8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

from . import numbers_knobs as n
from .knobs import (
    Channel_Knob,
    ChannelMask_Knob,
    File_Knob,
    Format_Knob,
    Input_ChannelMask_Knob,
    Knob,
    Multiline_Eval_String_Knob,
    Opaque_Knob,
    PyScript_Knob,
    String_Knob,
)
from .shapes import CurveKnob

Row = Tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    """A class of nodes: how many inputs it has, and its rows (kind of knob, name, default, choices)."""

    inputs: int
    knobs: Tuple[Row, ...] = ()
    optional: int = 0
    """How many of the inputs are masks, written `inputs 2+1`."""
    output: bool = True


_TEXTS = ("onCreate", "onDestroy", "knobChanged", "updateUI", "autolabel")
_RENDER_TEXTS = ("beforeRender", "beforeFrameRender", "afterFrameRender", "afterRender", "renderProgress")
COMMON: Tuple[Row, ...] = (
    (String_Knob, "name", ""),
    (Multiline_Eval_String_Knob, "label", ""),
    (n.Int_Knob, "xpos", 0),
    (n.Int_Knob, "ypos", 0),
    (n.Boolean_Knob, "selected", False),
    (n.Unsigned_Knob, "tile_color", 0),
    (n.Unsigned_Knob, "note_font_color", 0),
    (n.Unsigned_Knob, "gl_color", 0),
    (n.Double_Knob, "note_font_size", 11),
    (String_Knob, "note_font", "Verdana"),
    (n.Boolean_Knob, "hide_input", False),
    (n.Boolean_Knob, "postage_stamp", False),
    (n.Boolean_Knob, "bookmark", True),
    (String_Knob, "icon", ""),
    (String_Knob, "help", ""),
    *[(Multiline_Eval_String_Knob, name, "") for name in _TEXTS],
)
"""Every node has these. `name`, `xpos`, `ypos` and `selected` are written as knobs too."""

_DISABLE: Row = (n.Disable_Knob, "disable", False)
_MIX: Tuple[Row, ...] = ((n.Double_Knob, "mix", 1), _DISABLE)
_MASK: Tuple[Row, ...] = (
    (Input_ChannelMask_Knob, "maskChannelInput", "none"),
    (n.Boolean_Knob, "inject", False),
    (n.Boolean_Knob, "invert_mask", False),
    (n.Boolean_Knob, "fringe", False),
)
_ON_ERROR = ("error", "black", "checkerboard", "nearest frame")
_FRAME_MODE = ("expression", "start at", "offset")
_EDGES = ("hold", "loop", "bounce", "black")
_BOXES = ("union", "intersection", "A", "B")
_SIDES = ("union", "B side", "A side")
_COLOURSPACES = ("default", "linear", "scene_linear", "sRGB", "rec709", "Cineon", "Gamma1.8", "raw")
_READ_FIELDS: Tuple[Row, ...] = (
    (n.Enumeration_Knob, "file_type", " ", (" ", "exr", "dpx", "png", "jpeg", "tiff", "mov", "tga", "hdr")),
    (File_Knob, "file", ""),
    (Format_Knob, "format", ""),
    (File_Knob, "proxy", ""),
    (Format_Knob, "proxy_format", ""),
    (n.Int_Knob, "first", 1),
    (n.Enumeration_Knob, "before", "hold", _EDGES),
    (n.Int_Knob, "last", 1),
    (n.Enumeration_Knob, "after", "hold", _EDGES),
    (n.Enumeration_Knob, "frame_mode", "expression", _FRAME_MODE),
    (String_Knob, "frame", ""),
    (n.Int_Knob, "origfirst", 1),
    (n.Int_Knob, "origlast", 1),
    (n.Boolean_Knob, "origset", False),
    (n.Enumeration_Knob, "on_error", "error", _ON_ERROR),
    (PyScript_Knob, "reload", ""),
    (n.Enumeration_Knob, "colorspace", "default", _COLOURSPACES),
    (n.Boolean_Knob, "premultiplied", False),
    (n.Boolean_Knob, "raw", False),
    (n.Boolean_Knob, "auto_alpha", False),
    (
        n.Enumeration_Knob,
        "localizationPolicy",
        "from auto-localize path",
        ("on", "from auto-localize path", "off"),
    ),
    (n.Boolean_Knob, "noprefix", False),
    _DISABLE,
)
_COMPRESSIONS = (
    "none",
    "Zip (1 scanline)",
    "Zip (16 scanlines)",
    "PIZ Wavelet (32 scanlines)",
    "RLE",
    "B44",
    "B44A",
    "DWAA",
    "DWAB",
)
_METADATA = (
    "no metadata",
    "default metadata",
    "default metadata and exr/*",
    "all metadata except input/*",
    "all metadata",
)
_WRITE_FIELDS: Tuple[Row, ...] = (
    (ChannelMask_Knob, "channels", "rgb"),
    (File_Knob, "file", ""),
    (File_Knob, "proxy", ""),
    (n.Enumeration_Knob, "frame_mode", "expression", _FRAME_MODE),
    (String_Knob, "frame", ""),
    (n.Enumeration_Knob, "colorspace", "default", _COLOURSPACES),
    (n.Boolean_Knob, "premultiplied", False),
    (n.Boolean_Knob, "raw", False),
    (n.MultiView_Knob, "views", ""),
    (n.Enumeration_Knob, "file_type", " ", (" ", "exr", "dpx", "png", "jpeg", "tiff", "mov", "tga", "hdr")),
    (n.Double_Knob, "render_order", 1),
    (PyScript_Knob, "Render", ""),
    (n.Int_Knob, "first", 1),
    (n.Int_Knob, "last", 1),
    (n.Boolean_Knob, "use_limit", False),
    (n.Boolean_Knob, "reading", False),
    (n.Boolean_Knob, "checkHashOnRead", True),
    (n.Enumeration_Knob, "on_error", "error", _ON_ERROR),
    (n.Boolean_Knob, "create_directories", False),
    *[(Multiline_Eval_String_Knob, name, "") for name in _RENDER_TEXTS],
    _DISABLE,
)
EXR_WRITE: Tuple[Row, ...] = (
    (n.Enumeration_Knob, "datatype", "16 bit half", ("16 bit half", "32 bit float")),
    (n.Enumeration_Knob, "compression", "Zip (1 scanline)", _COMPRESSIONS),
    (n.Double_Knob, "dw_compression_level", 45),
    (n.Enumeration_Knob, "metadata", "default metadata", _METADATA),
    (n.Boolean_Knob, "noprefix", False),
    (n.Enumeration_Knob, "interleave", "channels, layers and views",
     ("channels, layers and views", "channels and layers", "channels")),
    (n.Boolean_Knob, "standard_layer_name_format", False),
    (n.Boolean_Knob, "write_full_layer_names", False),
    (n.Boolean_Knob, "truncateChannelNames", False),
    (n.Boolean_Knob, "write_ACES_compliant_EXR", False),
    (n.Boolean_Knob, "autocrop", False),
    (String_Knob, "first_part", "rgba"),
)  # fmt: skip
"""What a Write has only once its file type is exr (facts section 8)."""

_MERGES = ("atop", "average", "color-burn", "conjoint-over", "copy", "difference", "disjoint-over", "divide",
           "exclusion", "from", "geometric", "hard-light", "hypot", "in", "mask", "matte", "max", "min", "minus",
           "multiply", "out", "over", "overlay", "plus", "screen", "soft-light", "stencil", "under",
           "xor")  # fmt: skip
_COPY: Tuple[Row, ...] = tuple(
    (Channel_Knob, "%s%d" % (side, at), "rgba.alpha" if at == 0 else "none")
    for at in range(4)
    for side in ("from", "to")
)
_SHUFFLE_FROM = ("red", "green", "blue", "alpha", "black", "white", "red2", "green2", "blue2", "alpha2")
_SHUFFLE: Tuple[Row, ...] = (
    (Channel_Knob, "in", "rgba"),
    (Channel_Knob, "in2", "none"),
    (Channel_Knob, "out", "rgba"),
    (Channel_Knob, "out2", "none"),
    *[(n.Enumeration_Knob, name, name, _SHUFFLE_FROM) for name in ("red", "green", "blue", "alpha")],
    _DISABLE,
)
_CHANNELS: Row = (ChannelMask_Knob, "channels", "rgb")
_ALL: Row = (ChannelMask_Knob, "channels", "all")
_TRANSFORM_3D: Tuple[Row, ...] = (
    (n.XYZ_Knob, "translate", 0),
    (n.XYZ_Knob, "rotate", 0),
    (n.XYZ_Knob, "scaling", 1),
    (n.Double_Knob, "uniform_scale", 1),
    (n.Enumeration_Knob, "rot_order", "ZXY", ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")),
    (n.Enumeration_Knob, "xform_order", "SRT", ("SRT", "STR", "RST", "RTS", "TSR", "TRS")),
)
_CAMERA: Tuple[Row, ...] = (
    *_TRANSFORM_3D,
    (n.Double_Knob, "focal", 50),
    (n.Double_Knob, "haperture", 24.576),
    (n.Double_Knob, "vaperture", 18.672),
    (n.Double_Knob, "near", 0.1),
    (n.Double_Knob, "far", 10000),
    (n.UV_Knob, "win_translate", 0),
    (n.UV_Knob, "win_scale", 1),
    (n.Double_Knob, "winroll", 0),
    (n.Double_Knob, "focal_point", 2),
    (n.Boolean_Knob, "read_from_file", False),
    (File_Knob, "file", ""),
    (n.Boolean_Knob, "useMatrix", False),
)
_CARD: Tuple[Row, ...] = (
    (n.Int_Knob, "rows", 8),
    (n.Int_Knob, "columns", 8),
    (n.Boolean_Knob, "image_aspect", True),
    *_TRANSFORM_3D,
    (n.Enumeration_Knob, "orientation", "XY", ("XY", "YZ", "ZX")),
    (n.Double_Knob, "lens_in_focal", 1),
    (n.Double_Knob, "lens_in_haperture", 1),
    (n.Double_Knob, "z", 1),
    (Opaque_Knob, "control_points", ""),
    (n.Boolean_Knob, "selectable", True),
    (n.Boolean_Knob, "cast_shadow", True),
    (n.Boolean_Knob, "receive_shadow", True),
)
_CORNERS: Tuple[Row, ...] = tuple(
    (n.XY_Knob, "%s%d" % (side, at), 0) for side in ("to", "from") for at in range(1, 5)
)
_ROTO: Tuple[Row, ...] = (
    (CurveKnob, "curves", ""),
    (Channel_Knob, "output", "alpha"),
    (n.Enumeration_Knob, "cliptype", "format", ("no clip", "bbox", "format", "intersect", "union")),
    (Format_Knob, "format", ""),
    *_MIX,
)

KINDS: Dict[str, Kind] = {
    "AddChannels": Kind(1, ((ChannelMask_Knob, "channels", "none"), (n.AColor_Knob, "color", 0), _DISABLE)),
    "Axis2": Kind(1, _TRANSFORM_3D),
    "BackdropNode": Kind(0, ((n.Double_Knob, "bdwidth", 100), (n.Double_Knob, "bdheight", 100),
                             (n.Double_Knob, "z_order", 0)), output=False),
    "Blur": Kind(2, (_ALL, (n.WH_Knob, "size", 0), *_MASK, *_MIX), optional=1),
    "Camera2": Kind(2, _CAMERA),
    "Camera3": Kind(2, _CAMERA),
    "Card2": Kind(1, _CARD),
    "CatFileCreator": Kind(1, ((File_Knob, "torchScriptFile", ""), (File_Knob, "catFile", ""),
                               (String_Knob, "channelsIn", ""), (String_Knob, "channelsOut", ""),
                               (String_Knob, "modelId", ""), (n.Double_Knob, "outputScale", 1),
                               (PyScript_Knob, "createCatFile", ""))),
    "CheckerBoard2": Kind(0, ((Format_Knob, "format", ""), (n.WH_Knob, "boxsize", 64))),
    "Clamp": Kind(2, (_ALL, (n.AColor_Knob, "minimum", 0), (n.AColor_Knob, "maximum", 1), *_MASK, *_MIX), optional=1),
    "Colorspace": Kind(1, (_CHANNELS, (n.Enumeration_Knob, "colorspace_in", "Linear", ("Linear", "sRGB")),
                           (n.Enumeration_Knob, "colorspace_out", "Linear", ("Linear", "sRGB")), *_MIX)),
    "Constant": Kind(0, ((ChannelMask_Knob, "channels", "rgb"), (n.AColor_Knob, "color", 0),
                         (Format_Knob, "format", ""), (n.Int_Knob, "first", 1), (n.Int_Knob, "last", 1))),
    "Copy": Kind(3, ((Channel_Knob, "channels", "none"), (n.Enumeration_Knob, "bbox", "B side", ("union", "intersection", "A side", "B side")),
                     *_COPY, *_MASK, *_MIX), optional=1),
    "CopyMetaData": Kind(2, (_DISABLE,)),
    "CornerPin2D": Kind(1, (*_CORNERS, (n.Boolean_Knob, "invert", False), _DISABLE)),
    "Crop": Kind(1, ((n.BBox_Knob, "box", 0), (n.WH_Knob, "softness", 0), (n.Boolean_Knob, "reformat", False),
                     (n.Boolean_Knob, "intersect", False), (n.Boolean_Knob, "crop", True), _DISABLE)),
    "Cryptomatte": Kind(1, ((String_Knob, "pickerAdd", ""), (String_Knob, "pickerRemove", ""),
                            (String_Knob, "matteList", ""), _DISABLE)),
    "DeepRecolor": Kind(2, (_ALL, (n.Boolean_Knob, "targetInputAlpha", False))),
    "Dissolve": Kind(3, (_ALL, (n.Double_Knob, "which", 0), *_MASK, _DISABLE), optional=1),
    "Dot": Kind(1),
    "Expression": Kind(2, (*[(String_Knob, "expr%d" % at, "") for at in range(4)],
                           *[(ChannelMask_Knob, "channel%d" % at, "none") for at in range(4)], *_MIX)),
    "FilterErode": Kind(2, ((ChannelMask_Knob, "channels", "alpha"), (n.WH_Knob, "size", 0), *_MASK, *_MIX), optional=1),
    "FrameHold": Kind(1, ((n.Int_Knob, "first_frame", 0), (n.Int_Knob, "increment", 0), _DISABLE)),
    "FrameRange": Kind(1, ((n.Int_Knob, "first_frame", 1), (n.Int_Knob, "last_frame", 1), _DISABLE)),
    "GeoImport": Kind(1, ((File_Knob, "file", ""), (String_Knob, "prim_path", ""))),
    "GeoReference": Kind(1, ((File_Knob, "file", ""), (String_Knob, "prim_path", ""))),
    "Grade": Kind(2, (_CHANNELS, *[(n.AColor_Knob, name, value) for name, value in (
        ("blackpoint", 0), ("whitepoint", 1), ("black", 0), ("white", 1), ("multiply", 1), ("add", 0), ("gamma", 1))],
        (n.Boolean_Knob, "reverse", False), (n.Boolean_Knob, "black_clamp", True),
        (n.Boolean_Knob, "white_clamp", False), *_MASK, *_MIX), optional=1),
    "Group": Kind(100, (_DISABLE,)),
    "Inference": Kind(1, ((File_Knob, "modelFile", ""), (n.Boolean_Knob, "useGPUIfAvailable", True),
                          (n.Boolean_Knob, "halfPrecision", False), (String_Knob, "gpuName", ""),
                          (String_Knob, "serialiseKnob", ""))),
    "Input": Kind(0, ((n.Int_Knob, "number", 0),)),
    "Invert": Kind(2, (_ALL, *_MASK, *_MIX), optional=1),
    "JoinViews": Kind(100),
    "Keymix": Kind(3, (_ALL, (Channel_Knob, "maskChannel", "rgba.alpha"), (n.Boolean_Knob, "invertMask", False),
                       (n.Enumeration_Knob, "bbox", "union", _SIDES), *_MIX)),
    "Merge2": Kind(100, ((n.Enumeration_Knob, "operation", "over", _MERGES),
                         (n.Enumeration_Knob, "bbox", "union", _BOXES),
                         (ChannelMask_Knob, "Achannels", "rgba"), (ChannelMask_Knob, "Bchannels", "rgba"),
                         (ChannelMask_Knob, "output", "rgba"), (ChannelMask_Knob, "also_merge", "none"),
                         (n.Enumeration_Knob, "metainput", "B", ("A", "B", "All")),
                         (n.Enumeration_Knob, "rangeinput", "All", ("A", "B", "All")),
                         (n.Boolean_Knob, "screen_alpha", False),
                         (Input_ChannelMask_Knob, "maskChannelMask", "rgba.alpha"), *_MASK, *_MIX), optional=1),
    "ModifyMetaData": Kind(1, ((Opaque_Knob, "metadata", ""), _DISABLE)),
    "Multiply": Kind(2, (_CHANNELS, (n.AColor_Knob, "value", 1), *_MASK, *_MIX), optional=1),
    "NoOp": Kind(1, (_DISABLE,)),
    "OCIOColorSpace": Kind(1, (_CHANNELS, (String_Knob, "in_colorspace", "scene_linear"),
                               (String_Knob, "out_colorspace", "scene_linear"), *_MIX)),
    "OneView": Kind(1, ((n.OneView_Knob, "view", "main", ("main",)), _DISABLE)),
    "Output": Kind(1, output=False),
    "Premult": Kind(1, (_CHANNELS, (Channel_Knob, "alpha", "rgba.alpha"), (n.Boolean_Knob, "invert", False), _DISABLE)),
    "Read": Kind(0, _READ_FIELDS),
    "ReadGeo2": Kind(1, ((File_Knob, "file", ""),)),
    "Reformat": Kind(1, ((n.Enumeration_Knob, "type", "to format", ("to format", "to box", "scale")),
                         (Format_Knob, "format", ""), (n.Int_Knob, "box_width", 200), (n.Int_Knob, "box_height", 200),
                         (n.Boolean_Knob, "box_fixed", False), (n.Scale_Knob, "scale", 1),
                         (n.Enumeration_Knob, "resize", "width", ("none", "width", "height", "fit", "fill", "distort")),
                         (n.Boolean_Knob, "center", True), (n.Boolean_Knob, "black_outside", False),
                         (n.Boolean_Knob, "pbb", False), (String_Knob, "filter", "Cubic"), _DISABLE)),
    "Remove": Kind(1, ((n.Enumeration_Knob, "operation", "remove", ("remove", "keep")), _ALL, _DISABLE)),
    "Retime": Kind(1, ((n.Int_Knob, "input.first", 1), (n.Int_Knob, "input.last", 1), (n.Double_Knob, "speed", 1), _DISABLE)),
    "Roto": Kind(2, _ROTO),
    "RotoPaint": Kind(5, _ROTO),
    "Saturation": Kind(2, (_CHANNELS, (n.Double_Knob, "saturation", 1), *_MASK, *_MIX), optional=1),
    "ScanlineRender": Kind(4, ((Format_Knob, "format", ""),)),
    "Scene": Kind(100),
    "Shuffle": Kind(1, _SHUFFLE),
    "ShuffleCopy": Kind(2, _SHUFFLE),
    "StickyNote": Kind(0, output=False),
    "Switch": Kind(100, ((n.Int_Knob, "which", 0), _DISABLE)),
    "Text2": Kind(2, (_ALL, (Multiline_Eval_String_Knob, "message", ""), _DISABLE), optional=1),
    "TimeClip": Kind(1, ((n.Int_Knob, "first", 1), (n.Int_Knob, "last", 1), (String_Knob, "frame", ""), _DISABLE)),
    "TimeOffset": Kind(1, ((n.Int_Knob, "time_offset", 0), (n.Boolean_Knob, "reverse_input", False), _DISABLE)),
    "Tracker4": Kind(1, ((Opaque_Knob, "tracks", ""), (n.Int_Knob, "reference_frame", 1), _DISABLE)),
    "Transform": Kind(2, ((n.XY_Knob, "translate", 0), (n.Double_Knob, "rotate", 0), (n.WH_Knob, "scale", 1),
                          (n.XY_Knob, "center", 0), *_MASK, *_MIX), optional=1),
    "Unpremult": Kind(1, (_CHANNELS, (Channel_Knob, "alpha", "rgba.alpha"), _DISABLE)),
    "Viewer": Kind(10, ((n.Int_Knob, "input_number", 0),), output=False),
    "Write": Kind(1, _WRITE_FIELDS),
}  # fmt: skip

_OCIO_CONFIGS = ("nuke-default", "aces_1.2", "fn-nuke_cg-config-v1.0.0_aces-v1.3_ocio-v2.1", "custom")
ROOT: Tuple[Row, ...] = (
    (File_Knob, "name", ""),
    (Multiline_Eval_String_Knob, "label", ""),
    (n.Int_Knob, "frame", 1),
    (n.Int_Knob, "first_frame", 1),
    (n.Int_Knob, "last_frame", 100),
    (n.Boolean_Knob, "lock_range", False),
    (n.Double_Knob, "fps", 24),
    (Format_Knob, "format", "2K_Super_35(full-ap)"),
    (n.Boolean_Knob, "proxy", False),
    (n.Enumeration_Knob, "proxy_type", "scale", ("scale", "format")),
    (Format_Knob, "proxy_format", "1K_Super_35(full-ap)"),
    (n.Double_Knob, "proxy_scale", 0.5),
    (File_Knob, "project_directory", ""),
    (Multiline_Eval_String_Knob, "views", "main #ffffff"),
    (n.Enumeration_Knob, "colorManagement", "Nuke", ("Nuke", "OCIO")),
    (n.Enumeration_Knob, "OCIO_config", "nuke-default", _OCIO_CONFIGS),
    (File_Knob, "customOCIOConfigPath", ""),
    (File_Knob, "OCIOConfigPath", ""),
    (String_Knob, "workingSpaceLUT", "linear"),
    (String_Knob, "monitorLut", "sRGB"),
    (String_Knob, "int8Lut", "sRGB"),
    (String_Knob, "int16Lut", "sRGB"),
    (String_Knob, "logLut", "Cineon"),
    (String_Knob, "floatLut", "linear"),
    (String_Knob, "defaultViewerLUT", "Nuke Root LUTs"),
    *[(Multiline_Eval_String_Knob, name, "") for name in ("onScriptLoad", "onScriptSave", "onScriptClose")],
    *[(Multiline_Eval_String_Knob, name, "") for name in (*_TEXTS, *_RENDER_TEXTS)],
    (PyScript_Knob, "reload", ""),
)


def made(row: Row) -> Knob:
    """Make the knob of a row, with its default."""
    kind, name, default = row[:3]
    if issubclass(kind, n.Enumeration_Knob):
        choice: n.Enumeration_Knob = kind(name, name, row[3])
        choice.setDefaultValue([float(row[3].index(default))])
        return choice
    knob: Knob = kind(name)
    if isinstance(knob, n.Array_Knob):
        knob.setDefaultValue([float(default)] * knob.arraySize())
    else:
        knob._state = knob._default = default
    return knob


def rows_of(kind: str) -> List[Row]:
    """List every knob of a class; raises KeyError for a class the fake does not know."""
    return [*COMMON, *KINDS[kind].knobs]
