"""Areas of a crowd from what is drawn in the script: shapes of a Roto, corners of a CornerPin2D, cards."""

from __future__ import annotations

import math
import re
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import nuke

from photodouble_client.errors import ArtistError

from . import crowd_files, suggested
from .node import PhotoDoubleNode

KINDS = re.compile(r"Roto|RotoPaint|CornerPin2D|Card2?")
Corner = Tuple[float, float]
Place = Tuple[float, float, float]
Json = Dict[str, Any]


def add_areas(pd: PhotoDoubleNode) -> None:
    """Write what is selected as areas into the crowd file; one of the same name is replaced.

    Raises ArtistError `usage.arguments` where nothing selected shows an area.
    """
    chosen = [node for node in nuke.selectedNodes() if KINDS.match(node.Class())]
    areas: Dict[str, Json] = {}
    for node in chosen:
        areas.update(areas_of(pd, node))
    if not areas:
        raise _nothing("Nothing that is selected shows an area.")
    plan = suggested.plate_files(pd)
    if plan.count:
        return
    names = [name_of(node) for node in chosen]

    def given(target: str) -> Json:
        return {
            "crowd": target,
            "plate": plan.inputs["plate"].path,
            "camera": pd.documents().get("camera", ""),
            "areas": areas,
            "without": ",".join(f"{name},{name}.[0-9]*" for name in names),
            "picture": target[: -len(".json")] + ".png" if target.endswith(".json") else "",
        }

    def said(answer: Any) -> str:
        places = sum(count for name, count in answer["places"].items() if name in areas)
        many = "1 area" if len(areas) == 1 else f"{len(areas)} areas"
        return f"{many} with {places} places; {answer['taken']} people in all. See {answer['picture']}"

    crowd_files.change(pd, "crowd.layout", given, said, "Make Areas")


def areas_of(pd: PhotoDoubleNode, node: Any) -> Dict[str, Json]:
    """Give the areas of one node by name; raises ArtistError `usage.arguments` where it has none."""
    if node.Class().startswith("Card"):
        found = [_on_ground(card_corners(node))]
    elif node.Class() == "CornerPin2D":
        found = [_on_plate(pd, [tuple(node[f"to{at}"].getValue()) for at in range(1, 5)])]
    else:
        found = [_on_plate(pd, corners) for corners in roto_shapes(node)]
    if not found:
        raise _nothing(f"{node.name()} has no closed shape.")
    look = {
        "spacing": float(pd.node["pd_spacing"].value()),
        "density": float(pd.node["pd_density"].value()),
        "facing": float(pd.node["pd_facing"].value()),
    }
    name = name_of(node)
    names = [name] if len(found) == 1 else [f"{name}.{number}" for number in range(1, len(found) + 1)]
    return {one: {**area, **look} for one, area in zip(names, found)}


def name_of(node: Any) -> str:
    """Name the area of a node as a crowd file takes it."""
    return re.sub(r'[/,"*~?\[\]]', "_", node.name())[:56] or "area"


def _on_plate(pd: PhotoDoubleNode, corners: Sequence[Sequence[float]]) -> Json:
    """Ground that is drawn on the plate: pixels from the upper left corner, at the playhead's frame."""
    height = pd.height
    drawn = [[round(float(one[0]), 3), round(height - float(one[1]), 3)] for one in corners]
    return {"kind": "standing", "plate_polygon": drawn, "frame": int(nuke.frame())}


def _on_ground(corners: Sequence[Place]) -> Json:
    height = sum(one[1] for one in corners) / len(corners)
    if max(abs(one[1] - height) for one in corners) > 0.05:
        raise _nothing("The card does not lie flat: its corners are at different heights.")
    ground = [[round(one[0], 4), round(one[2], 4)] for one in corners]
    return {"kind": "standing", "polygon": ground, "height": round(height, 4)}


def roto_shapes(node: Any) -> List[List[Corner]]:
    """Give the points of every closed shape of a Roto at the playhead, from the lower edge.

    Raises ArtistError `usage.arguments` for a shape that a transform moves, which its points do not tell.
    """
    try:
        return [_points(node, shape) for shape in _shapes(node, node["curves"].rootLayer)]
    except (AttributeError, TypeError, IndexError, RuntimeError) as problem:
        raise ArtistError(
            "usage.arguments",
            "The shapes cannot be read",
            f"This Nuke does not hand the shapes of {node.name()} out as others do.",
            "Use a CornerPin2D with its four corners, or a Card on the ground.",
            detail=str(problem),
        ) from problem


def _shapes(node: Any, layer: Any) -> Iterator[Any]:
    _refuse_moved(node, layer)
    for one in layer:
        kind = type(one).__name__
        if kind == "Layer":
            yield from _shapes(node, one)
        elif kind == "Shape":
            _refuse_moved(node, one)
            yield one


def _refuse_moved(node: Any, one: Any) -> None:
    if not one.getTransform().isDefault():
        raise _nothing(f"In {node.name()} {one.name} is moved by a transform, which its points do not tell.")


def _points(node: Any, shape: Any) -> List[Corner]:
    frame = nuke.frame()
    places = [point.center.getPosition(frame) for point in shape]
    if len(places) < 3:
        raise _nothing(f"A shape of {node.name()} has fewer than three points.")
    return [(float(place[0]), float(place[1])) for place in places]


def card_corners(node: Any) -> List[Place]:
    """Give the four corners of a card in the world at the playhead, going around it."""
    if node.Class() != "Card2" and "orientation" not in node.knobs():
        raise _nothing(f"{node.name()} is a card that is not known.")
    if any(node.input(number) is not None for number in range(1, node.inputs())):
        raise _nothing(f"{node.name()} is moved by another node. Put its place into its own knobs.")
    if str(node["xform_order"].value()) != "SRT":
        raise _nothing(f"{node.name()} has another transform order than SRT.")
    wide, high = 0.5, 0.5 * _aspect(node)
    lies = str(node["orientation"].value())
    around = [(-wide, -high), (wide, -high), (wide, high), (-wide, high)]
    return [_placed(node, _flat(lies, a, b)) for a, b in around]


def _flat(lies: str, a: float, b: float) -> Place:
    """Give a point of a card that lies in a plane: across and up where the card is upright."""
    if lies == "XY":
        return a, b, 0.0
    return (0.0, a, b) if lies == "YZ" else (b, 0.0, a)


def _aspect(node: Any) -> float:
    """Give how high a card is for its width: as the picture on it, where it follows that."""
    if not node["image_aspect"].value():
        return 1.0
    shown = node.input(0)
    shape = (shown if shown is not None else nuke.root()).format()
    return float(shape.height()) / (float(shape.width()) * float(shape.pixelAspect()))


def _placed(node: Any, point: Place) -> Place:
    even = float(node["uniform_scale"].value())
    scaled = [one * float(size) * even for one, size in zip(point, node["scaling"].getValue())]
    turned = rotated(scaled, node["rotate"].getValue(), str(node["rot_order"].value()))
    x, y, z = (one + float(moved) for one, moved in zip(turned, node["translate"].getValue()))
    return x, y, z


def rotated(point: Sequence[float], angles: Sequence[float], order: str) -> List[float]:
    """Turn a point around x, y and z by degrees, one after the other in an order such as ZXY."""
    place = list(point)
    for axis in order.upper():
        at = "XYZ".index(axis)
        one, other = (at + 1) % 3, (at + 2) % 3
        cos, sin = math.cos(math.radians(angles[at])), math.sin(math.radians(angles[at]))
        place[one], place[other] = (
            cos * place[one] - sin * place[other],
            sin * place[one] + cos * place[other],
        )
    return place


def _nothing(message: str) -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "Nobody can stand there",
        message,
        "Select a Roto with a closed shape, a CornerPin2D, or a Card2 that lies on the ground.",
    )
