"""The tasks that track points and planes, and that turn drawn shapes into mattes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.engine.tracking import Plate
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _plate(values: Values) -> Plate:
    from photodouble.engine.tracking import Plate

    return Plate.find(
        values["plate"],
        values["frames"],
        colourspace=values["colourspace"],
        undistort=values["undistort"],
        redistort=values["redistort"],
    )


def _plane(values: Values, _settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.tracking import write_plane_track

    return _followed(values, write_plane_track, values["corners"], report)


def _points(values: Values, _settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.tracking import write_point_tracks

    return _followed(values, write_point_tracks, values["points"], report)


def _followed(values: Values, write: Callable[..., Any], places: str, report: Reporter) -> Any:
    from photodouble.engine.tracking import places_from_text, reference_of

    plate = _plate(values)
    return write(
        plate,
        places_from_text(places),
        Path(values["output"]),
        report,
        reference=reference_of(plate, values["reference"]),
        overwrite=values["overwrite"],
    ).to_json()


def _shapes(values: Values, _settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.tracking import write_shapes

    written = write_shapes(
        Path(values["shapes"]),
        _plate({**values, "colourspace": "", "undistort": "", "redistort": ""}),
        values["output"],
        report,
        shutter=values["shutter"],
        track=Path(values["track"]) if values["track"] else None,
        is_keyed=values["keyed"],
        overwrite=values["overwrite"],
    )
    return {"matte": values["output"], "frames": len(written)}


_ON = (
    Argument("plate", "path", "The plate, such as plate.####.exr."),
    Argument("output", "path", "The file to write."),
    Argument("frames", "text", "The frames, such as 1001-1080; empty: the whole plate.", ""),
    Argument("overwrite", "flag", "Replace existing files.", False),
)
_SEEN = (
    Argument("reference", "text", "The frame on which the places are given; empty: the first.", ""),
    Argument("colourspace", "text", "The plate's colour space; empty: by the file.", ""),
    Argument("undistort", "path", "The ST map that takes the lens's distortion off.", ""),
    Argument("redistort", "path", "The ST map that puts it back.", ""),
)

TRACKING = (
    Task(
        "track.plane",
        "Follow a flat thing by its four corners; write the track and a picture with the corners drawn.",
        (
            *_ON,
            *_SEEN,
            Argument("corners", "text", "Four corners around it: X,Y X,Y X,Y X,Y, from the upper left edge."),
        ),
        _plane,
    ),
    Task(
        "track.points",
        "Follow points; write the tracks and a picture with the points drawn.",
        (*_ON, *_SEEN, Argument("points", "text", "The points: X,Y X,Y ..., from the upper left edge.")),
        _points,
    ),
    Task(
        "shapes",
        "Write drawn shapes as a matte sequence in the size of a plate.",
        (
            *_ON,
            Argument("shapes", "path", "The document of shapes, a JSON file."),
            Argument("track", "path", "The track of a plane that carries them along; empty: none.", ""),
            Argument("keyed", "flag", "Every key is drawn on its own frame, not on the reference.", False),
            Argument(
                "shutter", "number", "The share of a frame's time to blur over.", 0.0, minimum=0, maximum=1
            ),
        ),
        _shapes,
    ),
)
