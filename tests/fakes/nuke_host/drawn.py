"""How each class of nodes is drawn; each names its page of Foundry's `reference_guide`."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple

import numpy as np

from . import painting, per_pixel
from .nodes import Node
from .pixels import (
    RGBA,
    Box,
    Drawing,
    Picture,
    PictureError,
    around,
    choice,
    layer_channels,
    number,
    numbers,
    overlap,
    source,
    with_planes,
)
from .reading import read

ONE = np.float32(1)


def through(drawing: Drawing, node: Node, frame: float) -> Picture:
    """Pass input 0 on."""
    return drawing.draw(source(node, 0), frame)


def constant(drawing: Drawing, node: Node, frame: float) -> Picture:
    """image_nodes/constant: one colour over the format."""
    made = node["format"].value() if node["format"]._state else drawing.nothing().format
    box = (0, 0, made.width(), made.height())
    values = dict(zip(RGBA, numbers(node, "color", frame)))
    planes = {
        channel: np.full((box[3], box[2]), values.get(channel, 0), np.float32)
        for channel in layer_channels(str(node["channels"].value()), [])
    }
    return Picture(planes, box, made, {})


def checker(drawing: Drawing, node: Node, frame: float) -> Picture:
    """image_nodes/checkerboard: squares of two greys (the colours are the fake's own)."""
    made = node["format"].value() if node["format"]._state else drawing.nothing().format
    y, x = np.mgrid[: made.height(), : made.width()]
    wide, high = numbers(node, "boxsize", frame)
    grey = np.where((x // int(wide) + y // int(high)) % 2, 0.5, 0.1).astype(np.float32)
    planes = {channel: grey for channel in RGBA[:3]}
    planes["rgba.alpha"] = np.ones_like(grey)
    return Picture(planes, (0, 0, made.width(), made.height()), made, {})


def crop(drawing: Drawing, node: Node, frame: float) -> Picture:
    """transform_nodes/crop: nothing outside the box; with reformat the box is the new format."""
    above = through(drawing, node, frame)
    x, y, r, t = (int(round(float(one))) for one in numbers(node, "box", frame))
    wanted = (x, y, r, t)
    made = above.format
    if node["reformat"].getValueAt(frame):
        from .formats import Format

        made = Format(r - x, t - y, pa=above.format.pixelAspect())
        kept = overlap(above.box, wanted)
        moved = (kept[0] - x, kept[1] - y, kept[2] - x, kept[3] - y)
        return Picture(above.over(kept), moved, made, above.metadata)
    kept = overlap(above.box, wanted) if node["crop"].getValueAt(frame) else wanted
    return Picture(above.over(kept), kept, made, above.metadata)


def keymix(drawing: Drawing, node: Node, frame: float) -> Picture:
    """merge_nodes/keymix: Aa + B(1-a) where the mask is not black; where it is, B is not touched."""
    b, a, mask = (drawing.draw(node.input(at), frame) for at in range(3))
    sides = {"union": around(a.box, b.box), "A side": a.box, "B side": b.box}
    box = sides[choice(node, "bbox", frame)]
    channel = str(node["maskChannel"].value())
    where = ONE if channel == "none" or node.input(2) is None else mask.plane(channel, box)
    if node["invertMask"].getValueAt(frame):
        where = ONE - where
    where = where * number(node, "mix", frame)
    planes = b.over(box)
    for name in layer_channels(str(node["channels"].value()), [*a.planes, *b.planes]):
        under, upper = b.plane(name, box), a.plane(name, box)
        with np.errstate(invalid="ignore"):
            mixed = np.asarray(upper * where + under * (ONE - where), np.float32)
        planes[name] = np.where(where == 0, under, np.where(where == 1, upper, mixed))
    return with_planes(b, planes, box)


_Operation = Callable[[Any, Any, Any, Any], Any]
_OPERATIONS: Dict[str, _Operation] = {
    "atop": lambda A, B, a, b: A * b + B * (ONE - a),
    "average": lambda A, B, a, b: (A + B) / np.float32(2),
    "copy": lambda A, B, a, b: A,
    "difference": lambda A, B, a, b: np.abs(A - B),
    "divide": lambda A, B, a, b: np.divide(A, B, out=np.zeros_like(A), where=B != 0),
    "from": lambda A, B, a, b: B - A,
    "in": lambda A, B, a, b: A * b,
    "mask": lambda A, B, a, b: B * a,
    "matte": lambda A, B, a, b: A * a + B * (ONE - a),
    "max": lambda A, B, a, b: np.maximum(A, B),
    "min": lambda A, B, a, b: np.minimum(A, B),
    "minus": lambda A, B, a, b: A - B,
    "multiply": lambda A, B, a, b: A * B,
    "out": lambda A, B, a, b: A * (ONE - b),
    "over": lambda A, B, a, b: A + B * (ONE - a),
    "plus": lambda A, B, a, b: A + B,
    "screen": lambda A, B, a, b: A + B - A * B,
    "stencil": lambda A, B, a, b: B * (ONE - a),
    "under": lambda A, B, a, b: A * (ONE - b) + B,
    "xor": lambda A, B, a, b: A * (ONE - b) + B * (ONE - a),
}


def merge(drawing: Drawing, node: Node, frame: float) -> Picture:
    """merge_nodes/merge: the table of operations; inputs are B, A, mask, A2, A3 and so on."""
    result = drawing.draw(node.input(0), frame)
    uppers = [at for at in range(1, node.inputs()) if at != 2 and node.input(at) is not None]
    operation = choice(node, "operation", frame)
    if operation not in _OPERATIONS:
        raise PictureError("%s: the fake does not merge by %s" % (node.name(), operation))
    for at in uppers:
        result = _merged(
            drawing, node, frame, _OPERATIONS[operation], result, drawing.draw(node.input(at), frame)
        )
    return result


def _merged(
    drawing: Drawing, node: Node, frame: float, operation: _Operation, b: Picture, a: Picture
) -> Picture:
    sides = {"union": around(a.box, b.box), "intersection": overlap(a.box, b.box), "A": a.box, "B": b.box}
    box = sides[choice(node, "bbox", frame)]
    mix = _mix(drawing, node, frame, box)
    planes = b.over(box)
    alpha_a, alpha_b = a.plane("rgba.alpha", box), b.plane("rgba.alpha", box)
    wanted = layer_channels(str(node["output"].value()), [*a.planes, *b.planes])
    wanted += layer_channels(str(node["also_merge"].value()), [*a.planes, *b.planes])
    for name in wanted:
        upper, under = a.plane(name, box), b.plane(name, box)
        made = operation(upper, under, alpha_a, alpha_b)
        planes[name] = _mixed(made, under, mix)
    return with_planes(b, planes, box)


def _mix(drawing: Drawing, node: Node, frame: float, box: Box) -> Any:
    """Give how much of a node counts: its mix, and its mask input where that is connected."""
    mix: Any = number(node, "mix", frame) if "mix" in node.knobs() else ONE
    at = node.optionalInput()
    if at < 0 or node.input(at) is None:
        return mix
    knob = "maskChannelMask" if "maskChannelMask" in node.knobs() else "maskChannelInput"
    channel = str(node[knob].value())
    mask = drawing.draw(node.input(at), frame).plane("rgba.alpha" if channel == "none" else channel, box)
    if node["invert_mask"].getValueAt(frame):
        mask = ONE - mask
    return mask * mix


def _mixed(made: Any, under: Any, mix: Any) -> Any:
    if np.ndim(mix) == 0 and mix == 1:
        return np.asarray(made, np.float32)
    with np.errstate(invalid="ignore"):
        blend = made * mix + under * (ONE - mix)
    return np.where(mix == 0, under, np.where(mix == 1, made, blend)).astype(np.float32)


def copy(drawing: Drawing, node: Node, frame: float) -> Picture:
    """channel_nodes/copy: channels of A (input 1) into B (input 0)."""
    b, a = drawing.draw(node.input(0), frame), drawing.draw(node.input(1), frame)
    sides = {
        "union": around(a.box, b.box),
        "intersection": overlap(a.box, b.box),
        "A side": a.box,
        "B side": b.box,
    }
    box = sides[choice(node, "bbox", frame)]
    mix = _mix(drawing, node, frame, box)
    planes = b.over(box)
    pairs: List[Tuple[str, str]] = [
        (str(node["from%d" % at].value()), str(node["to%d" % at].value())) for at in range(4)
    ]
    pairs += [(name, name) for name in layer_channels(str(node["channels"].value()), list(a.planes))]
    for origin, to in pairs:
        if "none" not in (origin, to):
            planes[to] = _mixed(a.plane(origin, box), b.plane(to, box), mix)
    return with_planes(b, planes, box)


def shuffle(drawing: Drawing, node: Node, frame: float) -> Picture:
    """channel_nodes/shuffle (the old one): a layer's four channels made of those of `in` and `in2`."""
    first = drawing.draw(node.input(0), frame)
    second = drawing.draw(node.input(1), frame) if node.Class() == "ShuffleCopy" else first
    box = around(first.box, second.box)
    planes = first.over(box)
    sides = {
        "": (first, _four(str(node["in"].value()), first)),
        "2": (second, _four(str(node["in2"].value()), second)),
    }
    out = _four(str(node["out"].value()), first)
    shape = (box[3] - box[1], box[2] - box[0])
    made: Dict[str, Any] = {}
    for at, name in enumerate(("red", "green", "blue", "alpha")):
        origin = choice(node, name, frame)
        if at >= len(out):
            continue
        if origin in ("black", "white"):
            made[out[at]] = np.full(shape, float(origin == "white"), np.float32)
            continue
        picture, names = sides["2" if origin.endswith("2") else ""]
        place = ("red", "green", "blue", "alpha").index(origin.rstrip("2"))
        made[out[at]] = (
            picture.plane(names[place], box) if place < len(names) else np.zeros(shape, np.float32)
        )
    return with_planes(first, {**planes, **made}, box)


def _four(layer: str, picture: Picture) -> List[str]:
    """List the channels of a layer in its own order."""
    if layer in ("rgba", "rgb"):
        return list(RGBA)
    if layer == "alpha":
        return ["rgba.alpha"]
    if layer in ("none", ""):
        return []
    there = [name for name in picture.planes if name.rpartition(".")[0] == layer]
    ends = ("red", "green", "blue", "alpha")
    if not there or all(name.rpartition(".")[2] in ends for name in there):
        return ["%s.%s" % (layer, end) for end in ends]
    return there


def switch(drawing: Drawing, node: Node, frame: float) -> Picture:
    """merge_nodes/switch: the input whose number is `which`, no further than there are any."""
    which = int(node["which"].getValueAt(frame))
    return drawing.draw(node.input(max(0, min(which, node.inputs() - 1))), frame)


def dissolve(drawing: Drawing, node: Node, frame: float) -> Picture:
    """merge_nodes/dissolve: between two inputs, 0 is the first; both boxes count."""
    which = float(node["which"].getValueAt(frame))
    inputs = [at for at in range(node.inputs()) if at != 2]
    which = max(0.0, min(which, len(inputs) - 1.0))
    low = int(which)
    one = drawing.draw(node.input(inputs[low] if inputs else 0), frame)
    part = np.float32(which - low)
    if part == 0:
        return one
    other = drawing.draw(node.input(inputs[low + 1]), frame)
    box = around(one.box, other.box)
    planes = one.over(box)
    for name in layer_channels(str(node["channels"].value()), [*one.planes, *other.planes]):
        planes[name] = one.plane(name, box) * (ONE - part) + other.plane(name, box) * part
    return with_planes(one, planes, box)


def _each(change: Callable[[Any, Node, int, float], Any]) -> Callable[[Drawing, Node, float], Picture]:
    """Make a node that changes its channels one by one, under mask and mix."""

    def draw(drawing: Drawing, node: Node, frame: float) -> Picture:
        above = through(drawing, node, frame)
        mix = _mix(drawing, node, frame, above.box)
        planes = dict(above.planes)
        for name in layer_channels(str(node["channels"].value()), list(above.planes)):
            if name in planes:
                at = RGBA.index(name) if name in RGBA else 0
                planes[name] = _mixed(change(planes[name], node, at, frame), planes[name], mix)
        return with_planes(above, planes, above.box)

    return draw


def _graded(plane: Any, node: Node, at: int, frame: float) -> Any:
    """color_nodes/grade: A = multiply * (gain - lift) / (whitepoint - blackpoint), then the rest."""
    told = {
        name: numbers(node, name, frame)[at]
        for name in ("blackpoint", "whitepoint", "black", "white", "multiply", "add", "gamma")
    }
    if told["gamma"] != 1 or node["reverse"].value():
        raise PictureError("%s: the fake grades without gamma and reverse" % node.name())
    slope = told["multiply"] * (told["white"] - told["black"]) / (told["whitepoint"] - told["blackpoint"])
    made = plane * slope + (told["add"] + told["black"] - slope * told["blackpoint"])
    made = np.maximum(made, 0) if node["black_clamp"].value() else made
    return np.minimum(made, 1) if node["white_clamp"].value() else made


def premult(drawing: Drawing, node: Node, frame: float) -> Picture:
    """merge_nodes/premult and unpremult."""
    above = through(drawing, node, frame)
    alpha = above.plane(str(node["alpha"].value()), above.box)
    planes = dict(above.planes)
    for name in layer_channels(str(node["channels"].value()), list(planes)):
        if name in planes and node.Class() == "Premult":
            planes[name] = planes[name] * alpha
        elif name in planes:
            planes[name] = np.divide(planes[name], alpha, out=planes[name].copy(), where=alpha != 0)
    return with_planes(above, planes, above.box)


def remove(drawing: Drawing, node: Node, frame: float) -> Picture:
    """channel_nodes/remove: takes channels away, or all but them."""
    above = through(drawing, node, frame)
    named = layer_channels(str(node["channels"].value()), list(above.planes))
    keep = choice(node, "operation", frame) == "keep"
    planes = {name: plane for name, plane in above.planes.items() if (name in named) == keep}
    return with_planes(above, planes, above.box)


def add_channels(drawing: Drawing, node: Node, frame: float) -> Picture:
    """channel_nodes/addchannels: channels of one colour where there are none."""
    above = through(drawing, node, frame)
    planes = dict(above.planes)
    values = numbers(node, "color", frame)
    shape = (above.box[3] - above.box[1], above.box[2] - above.box[0])
    for at, name in enumerate(layer_channels(str(node["channels"].value()), list(planes))):
        planes.setdefault(name, np.full(shape, values[min(at, 3)], np.float32))
    return with_planes(above, planes, above.box)


def held(drawing: Drawing, node: Node, frame: float) -> Picture:
    """time_nodes/framehold: one frame, or every n-th from it."""
    first = int(node["first_frame"].getValueAt(frame))
    by = int(node["increment"].getValueAt(frame))
    at = first if by == 0 else first + (int(frame) - first) // by * by
    return drawing.draw(node.input(0), at)


def offset(drawing: Drawing, node: Node, frame: float) -> Picture:
    """time_nodes/timeoffset: the input is later by so many frames."""
    return drawing.draw(node.input(0), frame - int(node["time_offset"].getValueAt(frame)))


def moved(drawing: Drawing, node: Node, frame: float) -> Picture:
    """transform_nodes/transform: whole pixels only; anything else would have to be filtered."""
    above = through(drawing, node, frame)
    x, y = (float(one) for one in numbers(node, "translate", frame))
    if x != int(x) or y != int(y) or node["rotate"].value() or set(numbers(node, "scale", frame)) != {ONE}:
        raise PictureError("%s: the fake moves by whole pixels only" % node.name())
    b = above.box
    return with_planes(above, above.planes, (b[0] + int(x), b[1] + int(y), b[2] + int(x), b[3] + int(y)))


def reformat(drawing: Drawing, node: Node, frame: float) -> Picture:
    """transform_nodes/reformat: another format; pixels are kept (resize none) or the nearest is taken."""
    from .formats import Format

    above = through(drawing, node, frame)
    kind = choice(node, "type", frame)
    old = above.format
    if kind == "to format":
        made = node["format"].value()
    elif kind == "to box":
        made = Format(int(node["box_width"].value()), int(node["box_height"].value()))
    else:
        by = [float(one) for one in numbers(node, "scale", frame)]
        made = Format(round(old.width() * by[0]), round(old.height() * by[1]), pa=old.pixelAspect())
    if choice(node, "resize", frame) == "none":
        centred = bool(node["center"].value())
        x = (made.width() - old.width()) // 2 if centred else 0
        y = (made.height() - old.height()) // 2 if centred else 0
        b = above.box
        return Picture(above.planes, (b[0] + x, b[1] + y, b[2] + x, b[3] + y), made, above.metadata)
    return scaled(above, made)


def scaled(picture: Picture, made: Any) -> Picture:
    """Bring a picture to another size by its nearest pixels (Nuke filters; only sizes are compared)."""
    full = (0, 0, picture.format.width(), picture.format.height())
    rows = np.arange(made.height()) * full[3] // max(made.height(), 1)
    columns = np.arange(made.width()) * full[2] // max(made.width(), 1)
    planes = {name: picture.plane(name, full)[rows][:, columns] for name in picture.planes}
    return Picture(planes, (0, 0, made.width(), made.height()), made, picture.metadata)


def told(drawing: Drawing, node: Node, frame: float) -> Picture:
    """metadata_nodes/modifymetadata: `{set key value}` and `{remove key ""}`."""
    from dataclasses import replace

    from photodouble_client import nk

    above = through(drawing, node, frame)
    metadata = dict(above.metadata)
    lines = nk.words(str(node["metadata"].toScript()))
    while len(lines) == 1 and lines[0] and isinstance(lines[0][0], list):
        lines = list(lines[0])
    for line in lines:
        if line[0] == "set":
            metadata[str(line[1])] = str(line[2])
        elif line[0] == "remove":
            metadata.pop(str(line[1]), None)
    return replace(above, metadata=metadata)


def copied_metadata(drawing: Drawing, node: Node, frame: float) -> Picture:
    """metadata_nodes/copymetadata: the picture of input 0 with what is told of input 1 added."""
    from dataclasses import replace

    above, other = drawing.draw(node.input(0), frame), drawing.draw(node.input(1), frame)
    return replace(above, metadata={**above.metadata, **other.metadata})


DRAWN: Dict[str, Callable[[Drawing, Node, float], Picture]] = {
    "Expression": per_pixel.draw,
    "AddChannels": add_channels,
    "CheckerBoard2": checker,
    "Clamp": _each(
        lambda plane, node, at, frame: np.clip(
            plane, numbers(node, "minimum", frame)[at], numbers(node, "maximum", frame)[at]
        )
    ),
    "Constant": constant,
    "Copy": copy,
    "CopyMetaData": copied_metadata,
    "Crop": crop,
    "Dissolve": dissolve,
    "Dot": through,
    "FrameHold": held,
    "FrameRange": through,
    "Grade": _each(_graded),
    "Input": through,
    "Invert": _each(lambda plane, node, at, frame: ONE - plane),
    "Keymix": keymix,
    "Merge2": merge,
    "ModifyMetaData": told,
    "Multiply": _each(lambda plane, node, at, frame: plane * numbers(node, "value", frame)[at]),
    "NoOp": through,
    "Output": through,
    "Premult": premult,
    "Read": read,
    "Reformat": reformat,
    "Remove": remove,
    "RotoPaint": painting.draw,
    "Shuffle": shuffle,
    "ShuffleCopy": shuffle,
    "Switch": switch,
    "TimeClip": through,
    "TimeOffset": offset,
    "Transform": moved,
    "Unpremult": premult,
    "Viewer": through,
    "Write": through,
}
