"""Track points or a plane on a plate, or turn drawn shapes into mattes: what the commands and tasks do."""

from __future__ import annotations

import json
from collections.abc import Sequence as Many
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.documents import read_document
from photodouble.image.encoding import decode, encode
from photodouble.image.exr import write_planes
from photodouble.image.pictures import write_png
from photodouble.image.piece import Matrix, between, project
from photodouble.image.proxy import reduce, working_scale
from photodouble.image.sequence import Sequence
from photodouble.image.shapes import Shapes, rasterise, read_shapes
from photodouble.image.stmap import Map, apply_stmap, points_through, read_stmap
from photodouble.image.storage import write_whole
from photodouble.image.track import PlaneTrack, track_plane, track_points
from photodouble.image.track_document import (
    CENTRE,
    plane_document,
    plane_from_document,
    points_document,
)
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import held_frame
from photodouble.takes.copies import OutputPattern, check_apart, check_output
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

Picture = NDArray[np.float32]
_SHOWN = 4
"""Frames on the picture that is written beside a track."""
_LONGEST = 2048


@dataclass(frozen=True)
class Plate:
    """A plate that is tracked on: its pictures, the frames that count, and its lens's maps, if any."""

    pictures: Sequence
    frames: tuple[int, ...]
    undistort: Sequence | None = None
    redistort: Sequence | None = None

    @classmethod
    def find(
        cls, plate: str, frames: str = "", *, colourspace: str = "", undistort: str = "", redistort: str = ""
    ) -> Plate:
        """Find a plate by its pattern; raises ArtistError for frames that are not there."""
        if bool(undistort) != bool(redistort):
            raise ArtistError(
                "usage.arguments",
                "Only one of the two ST maps is given",
                "A lens needs the map that takes its distortion off and the one that puts it back.",
                "Give both undistort and redistort, or neither.",
            )
        pictures = Sequence.find(plate, colourspace=colourspace)
        wanted = tuple(FrameRange.from_text(frames)) if frames else tuple(pictures.frames)
        pictures.require(wanted)
        maps = [Sequence.find(one) if one else None for one in (undistort, redistort)]
        return cls(pictures, wanted, maps[0], maps[1])

    def files(self) -> list[Path]:
        """Return every picture that is read: the plate's and the maps'."""
        maps = [one for one in (self.undistort, self.redistort) if one is not None]
        return [one.path(frame) for one in (self.pictures, *maps) for frame in one.frames]

    def linear(self, frame: int) -> Picture:
        """Return a frame's display window, (h, w, 3) scene-linear."""
        picture = self.pictures.read(held_frame(self.pictures, frame))
        return np.nan_to_num(picture.linear(picture.display_window), posinf=0, neginf=0)

    def grey(self, frame: int) -> Picture:
        """Return a frame (h, w) as codes of 0 to 255, flat, reduced where it is large."""
        coded = encode(np.maximum(self.linear(frame), np.float32(-0.1))).mean(axis=2) * 255
        bent = self._map(self.undistort, frame)
        flat = np.asarray(coded, np.float32) if bent is None else apply_stmap(coded, bent)
        return reduce(flat, self.scale)

    @property
    def scale(self) -> int:
        """Plate pixels along a side of a pixel that is tracked on."""
        size = self.pictures.read(held_frame(self.pictures, self.frames[0])).display_window.size
        return working_scale(size, _LONGEST)

    def inwards(self, points: Matrix, frame: int) -> Matrix:
        """Take places as an artist counts them to those of the grey pictures."""
        bent = self._map(self.redistort, frame)
        flat = points - CENTRE if bent is None else points_through(points - CENTRE, bent)
        return np.asarray((flat + 0.5) / self.scale - 0.5)

    def outwards(self, points: Matrix, frame: int) -> Matrix:
        """Take places of the grey pictures to pixel centres of the plate."""
        flat = (points + 0.5) * self.scale - 0.5
        bent = self._map(self.undistort, frame)
        return np.asarray(flat if bent is None else points_through(flat, bent))

    def _map(self, sequence: Sequence | None, frame: int) -> Map | None:
        if sequence is None:
            return None
        window = self.pictures.read(held_frame(self.pictures, frame)).display_window
        moved = window.moved(-window.x0, -window.y0)
        return read_stmap(sequence, held_frame(sequence, frame), moved)


@dataclass(frozen=True)
class Tracked:
    """What a tracker wrote: the document, the picture to look at, and what the artist should know."""

    document: Path
    picture: Path
    lost: tuple[int, ...]
    worst: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        lost = FrameRange(self.lost).to_text()
        return {"track": str(self.document), "picture": str(self.picture), "lost": lost, "error": self.worst}


def write_plane_track(
    plate: Plate,
    corners: Many[Many[float]],
    output: Path,
    report: Reporter,
    *,
    reference: int,
    overwrite: bool,
) -> Tracked:
    """Follow four corners through a plate; write the track and a picture with the corners drawn.

    `corners` are pixels from the left and upper edge. Raises ArtistError `usage.bad_value` for corners that
    span nothing, `input.output_exists`.
    """
    _check_output(output, plate, overwrite)
    given = _places(corners, 4, "four corners")
    try:
        found = track_plane(
            plate.grey,
            plate.inwards(given, reference),
            reference,
            plate.frames,
            on_frame=lambda done, of: report.progress(done, of, "tracking"),
        )
    except ValueError:
        raise _untrackable("The four corners span nothing that could be followed.") from None
    outer = [plate.outwards(one, frame) for one, frame in zip(found.corners, found.indices, strict=True)]
    track = PlaneTrack(
        found.indices,
        found.start,
        np.stack(outer),
        found.error * plate.scale,
        found.visible,
        found.lost,
        found.shutter,
    )
    write_whole(output, _text(plane_document(track)))
    picture = output.with_suffix(".png")
    _draw(plate, picture, {frame: (track.at(frame), True) for frame in _shown(track.indices)})
    finite = track.error[np.isfinite(track.error)]
    return Tracked(output, picture, track.lost, round(float(finite.max(initial=0.0)), 4))


def write_point_tracks(
    plate: Plate,
    points: Many[Many[float]],
    output: Path,
    report: Reporter,
    *,
    reference: int,
    overwrite: bool,
) -> Tracked:
    """Follow points through a plate; write the tracks and a picture with the points drawn."""
    _check_output(output, plate, overwrite)
    given = _places(points, 0, "points")
    try:
        found = track_points(
            plate.grey,
            plate.inwards(given, reference),
            reference,
            plate.frames,
            on_frame=lambda done, of: report.progress(done, of, "tracking"),
        )
    except ValueError:
        raise _untrackable("A point lies outside the reference frame.") from None
    for at, frame in enumerate(found.indices):
        found.positions[:, at] = plate.outwards(found.positions[:, at], frame)
    write_whole(output, _text(points_document(found)))
    picture = output.with_suffix(".png")
    places = {frame: found.positions[:, found.indices.index(frame)] for frame in _shown(found.indices)}
    _draw(plate, picture, {frame: (place, False) for frame, place in places.items()})
    lost = tuple(frame for at, frame in enumerate(found.indices) if not found.visible[:, at].any())
    return Tracked(output, picture, lost, 0.0)


def write_shapes(
    shapes: Path,
    plate: Plate,
    output: str,
    report: Reporter,
    *,
    shutter: float = 0.0,
    track: Path | None = None,
    is_keyed: bool = False,
    overwrite: bool = False,
) -> list[Path]:
    """Write drawn shapes as a matte sequence in the size of a plate; return the files.

    With a `track` of a plane the shapes, drawn on its reference frame, are carried along. `is_keyed` says
    that every key is drawn on its own frame instead: there the outline is exactly so, and carried between.
    Raises ArtistError `input.bad_document`, `input.output_exists`.
    """
    drawn = read_shapes(shapes)
    pattern = OutputPattern(output)
    check_output(pattern, plate.frames, inputs=[shapes, *plate.files()], suffix="exr", overwrite=overwrite)
    moved = plane_from_document(read_document(track), track) if track is not None else None
    if moved is not None and is_keyed:
        drawn = _laid_back(drawn, moved)
    written = []
    for done, frame in enumerate(plate.frames):
        report.progress(done, len(plate.frames), "drawing")
        window = plate.pictures.read(held_frame(plate.pictures, frame)).display_window
        box = window.moved(-window.x0, -window.y0)
        place = None if moved is None else (lambda time, at=moved: _carried(at, time))
        matte = rasterise(drawn, frame, box, shutter=shutter, place=place)
        path = pattern.path(frame)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_planes(path, {"A": matte}, data_window=window, display_window=window)
        written.append(path)
    return written


def places_from_text(text: str) -> list[list[float]]:
    """Read places written as `X,Y X,Y ...`; raises ArtistError `usage.bad_value`."""
    try:
        return [[float(axis) for axis in place.split(",")] for place in text.split()]
    except ValueError:
        raise _untrackable(f"{text!r} is not a list of places such as 120,80 260.5,84.") from None


def reference_of(plate: Plate, text: str) -> int:
    """Return the reference frame a text names, or the first; raises ArtistError `usage.bad_value`."""
    if not text:
        return plate.frames[0]
    frames = FrameRange.from_text(text)
    if len(frames) != 1 or frames.first not in plate.frames:
        raise _untrackable(f"The reference frame {text} is not one of the frames that are tracked.")
    return frames.first


def _laid_back(shapes: Shapes, track: PlaneTrack) -> Shapes:
    """Lay every key from its own frame back onto the reference frame of a track."""

    def back(frame: int, points: Matrix) -> Matrix:
        return project(np.asarray(np.linalg.inv(_carried(track, frame)), np.float64), points)

    bent = next((one.name for one in shapes.shapes if one.kind == "bezier"), None)
    if bent is not None:
        raise _untrackable(f"{bent} has curves with handles, which are drawn on the reference frame only.")
    return Shapes(
        tuple(
            replace(one, keys={frame: back(frame, points) for frame, points in one.keys.items()})
            for one in shapes.shapes
        )
    )


def _carried(track: PlaneTrack, time: float) -> Matrix:
    """Return the homography from the reference to a time of a track, in pixels from the edge."""
    flat = track.corners.reshape(len(track.indices), 8)
    corners = np.array([np.interp(time, track.indices, column) for column in flat.T])
    return between(track.at(track.start) + CENTRE, corners.reshape(4, 2) + CENTRE)


def _places(given: Many[Many[float]], count: int, what: str) -> Matrix:
    found = np.asarray([list(one) for one in given], np.float64)
    if found.ndim != 2 or found.shape[1] != 2 or not np.isfinite(found).all() or count not in (0, len(found)):
        raise _untrackable(f"{what.capitalize()} of two numbers each are needed, x and y.")
    return found


def _untrackable(message: str) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "This cannot be tracked",
        message,
        "Give places in pixels from the left and upper edge, on a reference frame that shows them.",
    )


def _check_output(path: Path, plate: Plate, overwrite: bool) -> None:
    """Refuse a track under another name than one of JSON, over a picture that is read, or over a file."""
    if path.suffix.lower() != ".json":
        raise ArtistError(
            "usage.bad_value",
            "A track is written as JSON",
            f"{path.name} does not end in .json.",
            "Name it such as sign.json.",
        )
    check_apart([path.with_suffix(".png")], plate.files())
    for one in (path, path.with_suffix(".png")):
        if one.exists() and not overwrite:
            raise ArtistError(
                "input.output_exists",
                "The output already exists",
                f"{one} is already there.",
                "Choose another name, or allow overwriting (--overwrite).",
            )


def _text(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, allow_nan=False) + "\n").encode()


def _shown(indices: Many[int]) -> list[int]:
    places = np.unique(np.linspace(0, len(indices) - 1, _SHOWN).round().astype(int))
    return [indices[place] for place in places]


def _draw(plate: Plate, path: Path, marks: dict[int, tuple[Matrix, bool]]) -> None:
    """Write frames beside each other, places marked; four corners joined."""
    shown = []
    for frame, (places, is_plane) in marks.items():
        codes = np.rint(np.clip(encode(plate.linear(frame)), 0, 1) * 255).astype(np.uint8)
        codes = np.ascontiguousarray(codes)
        at = np.round(places * 16).astype(np.int32)
        if is_plane:
            cv2.polylines(codes, [at], True, (40, 255, 60), 1, cv2.LINE_AA, 4)
        for x, y in at:
            cv2.circle(codes, (int(x), int(y)), 4 * 16, (255, 210, 40), 1, cv2.LINE_AA, 4)
        scale = min(1.0, 960 / codes.shape[1])
        size = (max(int(codes.shape[1] * scale), 1), max(int(codes.shape[0] * scale), 1))
        small = cv2.resize(codes, size, interpolation=cv2.INTER_AREA)
        cv2.putText(small, str(frame), (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 210, 40), 1, cv2.LINE_AA)
        shown.append(small)
    write_png(path, decode(np.asarray(np.hstack(shown), np.float32) / np.float32(255)))
