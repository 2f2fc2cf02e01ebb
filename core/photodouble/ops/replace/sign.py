"""Where the sign is: its corners in every frame, the lens's maps, and the pictures it is followed on.

Places are absolute picture coordinates, pixel centres at whole numbers. With a pair of ST maps the corners
are those of the flat picture; everything between it and the plate goes through the maps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.piece import Matrix, Picture, between, project
from photodouble.image.plane_track import PlaneTrack
from photodouble.image.proxy import reduce, working_scale
from photodouble.image.stmap import Map, apply_stmap, points_through, read_stmap
from photodouble.image.track_document import CENTRE, plane_from_document
from photodouble.image.window import Box
from photodouble.ops.operation import Scratch
from photodouble.ops.replace.import_track import TRACKS_OF_OTHERS, plane_of_others
from photodouble.ops.shot import Shot, held_frame
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
UNIT: Matrix = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
"""The corners of the sign in its own coordinates."""
_LONGEST = 2048
"""Longer side of the pictures that the sign is followed on, in pixels, at most."""


@dataclass(frozen=True)
class Lens:
    """The lens of the plate at one frame: places of the flat picture for the plate's pixels, and back."""

    canvas: Box
    redistort: Map | None = None
    undistort: Map | None = None

    def flat(self, box: Box) -> NDArray[np.float32]:
        """Return the flat place (h, w, 2) of every pixel of a box of the plate."""
        if self.redistort is not None:
            return self.redistort[box.slices_in(self.canvas)]
        rows, columns = np.mgrid[box.y0 : box.y1, box.x0 : box.x1]
        return np.stack([columns, rows], axis=2).astype(np.float32)

    def to_flat(self, points: Matrix) -> Matrix:
        """Take points (n, 2) of the plate to the flat picture."""
        if self.redistort is None:
            return points
        return points_through(points, self.redistort, (self.canvas.x0, self.canvas.y0))

    def to_plate(self, points: Matrix) -> Matrix:
        """Take points (n, 2) of the flat picture to the plate."""
        if self.undistort is None:
            return points
        return points_through(points, self.undistort, (self.canvas.x0, self.canvas.y0))


def lens_of(shot: Shot, frame: int) -> Lens:
    """Read the lens's maps at a frame; without maps the plate is flat."""
    ports = shot.inputs.ports
    if "undistort" not in ports or "redistort" not in ports:
        return Lens(shot.canvas)
    maps = []
    for port in ("redistort", "undistort"):
        shot.note_use(port, frame)
        sequence = ports[port]
        maps.append(read_stmap(sequence, held_frame(sequence, frame), shot.display_window, shot.canvas))
    return Lens(shot.canvas, maps[0], maps[1])


def reference_frame(shot: Shot) -> int:
    """Return the frame on which the corners are given; raises ArtistError `usage.bad_value`."""
    asked = FrameRange.from_text(str(shot.values["reference_frame"]))
    if len(asked):
        return asked.first
    track = given_track(shot)
    return track.start if track is not None else shot.frames[0]


def given_corners(shot: Shot) -> Matrix | None:
    """Return the artist's corners (4, 2) in picture coordinates; None where all are left at 0."""
    corners = np.array([[float(axis) for axis in shot.values[key]] for key in CORNERS])
    if not corners.any():
        return None
    window = shot.display_window
    return np.asarray(corners + np.array([window.x0 - CENTRE, window.y0 - CENTRE]))


def given_track(shot: Shot) -> PlaneTrack | None:
    """Return the track that came with the request, in picture coordinates; None without one."""
    path = shot.inputs.documents.get("track")
    if path is None:
        return None
    if path.suffix.lower() in TRACKS_OF_OTHERS:
        track = plane_of_others(shot.document_path("track") or path, shot.display_window.size)
    else:
        track = plane_from_document(shot.document("track") or {}, path)
    window = shot.display_window
    moved = track.corners + np.array([window.x0, window.y0])
    return PlaneTrack(
        track.indices, track.start, moved, track.error, track.visible, track.lost, track.shutter
    )


class Grey:
    """Serve the pictures on which the sign is followed: grey codes, flat, of a large plate reduced."""

    def __init__(self, shot: Shot) -> None:
        """Choose the size for a shot."""
        self._shot = shot
        self.scale = working_scale(shot.canvas.size, _LONGEST)

    def __call__(self, frame: int) -> Picture:
        """Return a frame (h, w) float32, codes 0 to 255 and above for highlights."""
        values = np.nan_to_num(self._shot.plate_linear(frame, self._shot.canvas), posinf=0, neginf=0)
        grey = encode(np.maximum(values, np.float32(-0.1))).mean(axis=2) * 255
        lens = lens_of(self._shot, frame)
        if lens.undistort is not None:
            grey = apply_stmap(grey, lens.undistort, (self._shot.canvas.x0, self._shot.canvas.y0))
        return reduce(np.asarray(grey, np.float32), self.scale)

    def inwards(self, points: Matrix) -> Matrix:
        """Take picture coordinates to those of these pictures."""
        corner = (self._shot.canvas.x0, self._shot.canvas.y0)
        return np.asarray((points - corner + 0.5) / self.scale - 0.5)

    def outwards(self, points: Matrix) -> Matrix:
        """Take coordinates of these pictures to picture coordinates."""
        corner = (self._shot.canvas.x0, self._shot.canvas.y0)
        return np.asarray((points + 0.5) * self.scale - 0.5 + corner)


def grown(corners: Matrix, pixels: float) -> Matrix:
    """Move every side of a four-sided figure outwards by `pixels`, or inwards."""
    if pixels == 0:
        return corners
    centre = corners.mean(axis=0)
    lines = []
    for first, second in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (second - first) / np.linalg.norm(second - first)
        out = np.array([along[1], -along[0]])
        out = out if np.dot(out, (first + second) / 2 - centre) > 0 else -out
        lines.append((out, float(np.dot(out, first)) + pixels))
    found = []
    for before, after in zip(lines[-1:] + lines[:-1], lines, strict=True):
        found.append(np.linalg.solve(np.stack([before[0], after[0]]), [before[1], after[1]]))
    return np.stack(found)


def load_track(scratch: Scratch) -> PlaneTrack:
    """Return the track that the analysis kept, in flat picture coordinates."""
    record = scratch.load("track", 0)
    return PlaneTrack(
        tuple(int(index) for index in record["indices"]),
        int(record["start"]),
        record["corners"],
        record["error"],
        record["visible"],
        tuple(int(index) for index in record["lost"]),
        float(record["shutter"]),
    )


def save_track(scratch: Scratch, track: PlaneTrack) -> None:
    """Keep a track."""
    scratch.save(
        "track",
        0,
        indices=np.array(track.indices, np.int64),
        start=np.array(track.start),
        corners=track.corners,
        error=track.error,
        visible=track.visible,
        lost=np.array(track.lost, np.int64),
        shutter=np.array(track.shutter),
    )


def to_unit(corners: Matrix) -> Matrix:
    """Return the homography (3, 3) from flat places to the sign's own coordinates of 0 to 1."""
    return between(corners, UNIT)


def on_plate(corners: Matrix, lens: Lens, steps: int = 16) -> Matrix:
    """Return the sign's outline on the plate, (4 * steps, 2); straight sides may be bent by the lens."""
    share = (np.arange(steps) / steps)[:, None]
    sides = zip(UNIT, np.roll(UNIT, -1, axis=0), strict=True)
    unit = np.concatenate([first * (1 - share) + second * share for first, second in sides])
    return lens.to_plate(project(between(UNIT, corners), unit))


def missing_sign(message: str, fix: str) -> ArtistError:
    """Make the error for a sign that nobody pointed at, or that cannot be followed."""
    return ArtistError("usage.bad_value", "The sign's corners cannot be used", message, fix)
