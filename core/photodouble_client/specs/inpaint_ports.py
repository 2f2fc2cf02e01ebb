"""Inpaint: the pictures and mattes that go in and come out."""

from __future__ import annotations

from ..opspec import Port

_RGB = ("R", "G", "B")

PORTS = (
    Port(
        "plate",
        "image",
        "in",
        required=True,
        channels=_RGB,
        encoding="scene-linear",
        help="The pictures to remove something from. Everything outside the matte comes out bit for bit as "
        "it went in.",
    ),
    Port(
        "matte",
        "matte",
        "in",
        required=True,
        channels=("A",),
        help="White where the plate is to be replaced. An animated sequence, or one frame that is held for "
        "the whole shot. A soft edge blends.",
    ),
    Port(
        "do_not_sample",
        "matte",
        "in",
        channels=("A",),
        help="White where pixels must not be used as a source, such as the shadow or the reflection of what "
        "is removed, or an actor who walks past.",
    ),
    Port(
        "companion",
        "matte",
        "in",
        channels=("A",),
        help="White where the shadow, the reflection or the contact of the removed thing goes with it. It is "
        "added to the matte as it is. 'photodouble companion' makes one to look at and to edit.",
    ),
    Port(
        "keep",
        "matte",
        "in",
        channels=("A",),
        help="White where an interaction stays in the picture although the companion matte covers it.",
    ),
    Port(
        "guides",
        "document",
        "in",
        help="Lines along which structure goes on where no frame shows any, such as a kerb, a horizon or the "
        "edge of a wall: a JSON file of points per line and frame.",
    ),
    Port(
        "clean_plate",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="A picture without the thing that is removed: a painted frame, a still from another position or "
        "a whole clean pass. It need not match the shot in length, camera path, exposure or focus.",
    ),
    Port(
        "clean_plate_2",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="A second clean plate, used where the first shows nothing.",
    ),
    Port(
        "clean_plate_3",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="A third clean plate, used where the first two show nothing.",
    ),
    Port(
        "reference",
        "image",
        "in",
        channels=_RGB,
        encoding="scene-linear",
        help="A picture that shows a generative model what is wanted, of any size. Models that take no "
        "picture but words take no notice of it, which is said.",
    ),
    Port(
        "result",
        "image",
        "out",
        required=True,
        channels=_RGB,
        encoding="scene-linear",
        help="The plate with the fill composited through the matte, in the plate's own format.",
    ),
    Port(
        "fill",
        "image",
        "out",
        channels=_RGB,
        encoding="scene-linear",
        help="Only the new pixels, not premultiplied, to composite by hand through the final matte.",
    ),
    Port(
        "matte_out",
        "matte",
        "out",
        channels=("A",),
        help="The final matte after threshold, erode, grow and feather. Where it is zero nothing was "
        "changed.",
    ),
    Port(
        "origin",
        "image",
        "out",
        channels=("kind", "frame"),
        help="Where each pixel comes from. kind: 0 plate, 1 real frame, 2 interpolated, 3 synthesised, 4 the "
        "artist's. frame: the number of the source frame, -1 if there is none.",
    ),
    Port(
        "confidence",
        "image",
        "out",
        channels=("Y",),
        help="How far each filled pixel can be trusted, from 0 to 1.",
    ),
)
