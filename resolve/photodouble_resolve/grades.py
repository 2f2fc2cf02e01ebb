"""Let a clip on a new track look as its plate does: grade, sizing and Fusion comps, each read back."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Dict, List, Tuple

from .calls import ask, has, listed, named, text, whole

SHAPED = (
    ("Pan", "Tilt", "ZoomX", "ZoomY", "ZoomGang", "RotationAngle", "AnchorPointX", "AnchorPointY")
    + ("Pitch", "Yaw", "FlipX", "FlipY", "CropLeft", "CropRight", "CropTop", "CropBottom", "CropSoftness")
    + ("CropRetain", "CompositeMode", "Opacity", "Distortion", "Scaling", "ResizeFilter")
)


def copy_grade(plate: Any, taken: Any) -> Tuple[str, ...]:
    """Copy the grade onto the take's clip; returns what the artist has to do by hand, if anything."""
    if told(plate) != told(taken) or _has_grade(plate):
        ask(plate, "CopyGrades", [taken])
    if told(plate) != told(taken):
        return ("Copy the plate's grade onto the take by hand: Resolve did not.",)
    return ()


def told(item: Any) -> List[Tuple[Any, ...]]:
    """Read what can be read of a grade: label, table and tools of every node.

    The values inside a node cannot be asked for; a tree that matches node by node was copied whole.
    """
    tree = ask(item, "GetNodeGraph") if has(item, "GetNodeGraph") else item
    count = whole(tree, "GetNumNodes") or 0
    return [
        (
            text(tree, "GetNodeLabel", node),
            text(tree, "GetLUT", node),
            tuple(str(tool) for tool in listed(tree, "GetToolsInNode", node)),
        )
        for node in range(1, count + 1)
    ]


def _has_grade(item: Any) -> bool:
    """Whether there may be a grade to copy; versions that do not name tools never say no."""
    tree = ask(item, "GetNodeGraph")
    return tree is None or any(any(node) for node in told(item)) or len(told(item)) != 1


def copy_group(plate: Any, taken: Any) -> Tuple[str, ...]:
    """Put the take's clip into the colour group of its plate."""
    group = ask(plate, "GetColorGroup")
    if group is None:
        return ()
    ask(taken, "AssignToColorGroup", group)
    found = ask(taken, "GetColorGroup")
    if found is None or text(found, "GetName") != text(group, "GetName"):
        return ("Put the take into the plate's colour group by hand.",)
    return ()


def copy_shape(plate: Any, taken: Any) -> Tuple[str, ...]:
    """Give the take's clip the sizing and blending of its plate."""
    wanted = _shape(plate)
    for name, value in wanted.items():
        if _shape(taken).get(name) != value:
            ask(taken, "SetProperty", name, value)
    found = _shape(taken)
    lost = [name for name, value in wanted.items() if found.get(name) != value]
    if not lost:
        return ()
    return ("Set these of the take by hand as the plate has them: {}.".format(", ".join(lost)),)


def _shape(item: Any) -> Dict[str, Any]:
    return {name: value for name, value in named(item, "GetProperty").items() if name in SHAPED}


def copy_comps(plate: Any, taken: Any) -> Tuple[str, ...]:
    """Copy the Fusion comps of the plate onto the take's clip, through files."""
    count = whole(plate, "GetFusionCompCount") or 0
    if not count:
        return ()
    with tempfile.TemporaryDirectory(prefix="photodouble-") as folder:
        for number in range(1, count + 1):
            path = os.path.join(folder, "comp{}.comp".format(number))
            ask(plate, "ExportFusionComp", path, number)
            if os.path.exists(path):
                ask(taken, "ImportFusionComp", path)
    if (whole(taken, "GetFusionCompCount") or 0) < count:
        return ("Copy the plate's Fusion composition onto the take by hand.",)
    return ()
