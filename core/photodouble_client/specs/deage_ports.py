"""De-age: the plate, the paint and the mattes that go in, and all that comes out."""

from __future__ import annotations

from ..opspec import Port
from .inpaint import INPAINT

_RGB = ("R", "G", "B")

PORTS = (
    Port(
        "plate",
        "image",
        "in",
        required=True,
        channels=_RGB,
        encoding="scene-linear",
        help="The pictures of the performer. Outside the skin that is treated they come out bit for bit as "
        "they went in, and inside it their grain stays.",
    ),
    Port(
        "keys",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="The painted frames: a sequence that holds only these, at the plate's size and in its colour "
        "space, or as 'photodouble paint in' wrote them. 'photodouble deage suggest-keys' names the "
        "frames worth painting.",
    ),
    Port(
        "before",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="What the painted frames looked like before they were painted, where that is not the plate "
        "itself, such as a regrained or denoised one. Paint is the difference of the two.",
    ),
    Port(
        "deltas",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="Key frames as what is added to the plate, in place of painted frames or beside them: a "
        "sequence of EXRs in float that holds only these, such as the delta of another take.",
    ),
    Port(
        "track",
        "track",
        "in",
        help="Where the face is, as 'photodouble deage track' writes it, or the artist's points on some "
        "frames. Without one the face is found by itself.",
    ),
    Port(
        "occluder",
        "matte",
        "in",
        channels=("A",),
        help="White where something lies over the skin: glasses, a hand, hair. It stays as it is.",
    ),
    Port(
        "skin",
        "matte",
        "in",
        channels=("A",),
        help="White where skin may change at all, painted frames too. Without one it is the face that was "
        "found, and whatever is painted.",
    ),
    Port(
        "regions",
        "shapes",
        "in",
        help="Drawn shapes that go with the face; each counts by its name. A region's name (forehead, crow's "
        "feet, under eye, nasolabial, marionette, cheeks, neck) draws that region; leave is left alone; head "
        "is the outline of head and neck; any other (hand, chest, hairline) is skin that may change.",
    ),
    Port(
        "head",
        "matte",
        "in",
        channels=("A",),
        help="White on the performer: head and neck at least, better all of the body, whose motion is not "
        "the background's. With it, or with a drawn head, the background stands still when the shape is "
        "dialled, and where a slimmed jaw sets it free it is filled from other frames.",
    ),
    Port(
        "behind",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="A clean plate of the background, as large as the plate and lying as it does: one picture, or "
        "one for every frame. It shows where a slimmed jaw sets the background free.",
    ),
    Port(
        "age_map",
        "image",
        "in",
        channels=("R",),
        help="A picture that scales everything per pixel: 1 as the dials say, 0 leaves the plate, 2 twice "
        "as much. It is painted on one frame or several, their numbers in the names, and goes with the face.",
    ),
    Port(
        "look",
        "document",
        "in",
        help="A look that 'photodouble deage look save' wrote on another shot of the performer: its dials, "
        "shape and age map count where this shot's are left as they are.",
    ),
    Port(
        "start_from",
        "document",
        "in",
        help="What another shot of the performer has learned: the file learned.json of its take. Learning "
        "begins with that instead of nothing.",
    ),
    *(
        port
        if port.key != "origin"
        else Port(
            "origin",
            "image",
            "out",
            channels=("kind", "frame"),
            help="Where each pixel comes from. kind: 0 plate, 1 background from another frame, 2 the same "
            "between pixels, 3 changed or made by the program, 4 the artist's paint or clean plate. frame: "
            "the painted frame that counts most, or the one the background is from; -1 if there is none.",
        )
        for port in INPAINT.outputs
    ),
    Port(
        "delta",
        "image",
        "out",
        channels=_RGB,
        encoding="scene-linear",
        help="What is added to the plate, through the matte and the strength: all of the change, to "
        "composite by hand.",
    ),
    Port(
        "uv",
        "image",
        "out",
        channels=("R", "G"),
        help="Where each pixel lies in the face held still, from 0 to 1, first row at the bottom: an ST map "
        "that sticks anything to the skin. It is 0 outside the face.",
    ),
    Port(
        "covered",
        "matte",
        "out",
        channels=("A",),
        help="What was found to lie over the face, where it is looked for (find_occluders): a start for an "
        "occluder matte.",
    ),
    Port(
        "bands",
        "image",
        "out",
        channels=(
            "structure.R", "structure.G", "structure.B",
            "wrinkle.R", "wrinkle.G", "wrinkle.B",
            "pore.R", "pore.G", "pore.B",
        ),
        encoding="scene-linear",
        help="The delta in three layers that add up to it: structure, wrinkles, pores.",
    ),
)  # fmt: skip
