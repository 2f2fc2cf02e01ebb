"""Crowd: the pictures and documents that go in, and all that comes out."""

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
        help="The pictures to fill. Wherever nobody and no shadow falls, they come out bit for bit as they "
        "went in.",
    ),
    Port(
        "crowd",
        "document",
        "in",
        required=True,
        help="The crowd file: areas, waves and edits, as 'photodouble crowd layout' begins one. Or a crowd "
        "that 'photodouble crowd export' handed on, as USD or cards, edited in another program or not: then "
        "everybody is where that file says, and the controls of people and variation do not count.",
    ),
    Port(
        "library",
        "document",
        "in",
        required=True,
        help="The library.json of the elements, as 'photodouble crowd ingest' writes it.",
    ),
    Port(
        "camera",
        "camera",
        "in",
        help="The camera of the shot: a Nuke script with one camera, .chan, USD or JSON. Without one the "
        "crowd file's four corners on the ground give a camera that stands still.",
    ),
    Port(
        "holdout",
        "matte",
        "in",
        channels=("A",),
        help="White where something in the plate stands in front of everybody.",
    ),
    Port(
        "holdout_depth",
        "image",
        "in",
        channels=("Z",),
        help="How far away what the plate shows is, in metres: people behind it are hidden. 0 or infinity "
        "hides nobody.",
    ),
    Port(
        "undistort",
        "image",
        "in",
        channels=("R", "G"),
        help="The ST map that takes the lens's distortion off the plate, a still or one per frame.",
    ),
    Port(
        "redistort",
        "image",
        "in",
        channels=("R", "G"),
        help="The ST map that puts the lens's distortion back. Both maps are given, or none.",
    ),
    *(
        port
        if port.key != "origin"
        else Port(
            "origin",
            "image",
            "out",
            channels=("kind", "frame"),
            help="Where each pixel comes from. kind: 0 plate, 4 the artist's, 5 a person of the crowd or "
            "their shadow. frame: the frame of the source plate that the person was cut from, -1 if there "
            "is none.",
        )
        for port in INPAINT.outputs
    ),
    Port(
        "beauty",
        "image",
        "out",
        channels=("R", "G", "B", "A"),
        encoding="scene-linear",
        help="The crowd alone, premultiplied, with its grain.",
    ),
    Port(
        "depth",
        "image",
        "out",
        channels=("Z",),
        help="Metres along the view to the person at each pixel, where the crowd covers half of it or more; "
        "infinity elsewhere.",
    ),
    Port(
        "motion",
        "image",
        "out",
        channels=("u", "v"),
        help="Where the person at each pixel moves to until the next frame, in pixels: right and up.",
    ),
    Port(
        "ids",
        "image",
        "out",
        channels=("R", "G", "B", "A"),
        help="Cryptomattes of the people, of the elements they are made of and of the sections they are in.",
    ),
    Port(
        "shadow",
        "matte",
        "out",
        channels=("A",),
        help="How much of the plate's light the shadows take away: 0 none, 1 all.",
    ),
)
