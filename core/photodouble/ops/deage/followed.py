"""Find the face of a shot as was asked for: by itself, by points, by another program's tracks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from photodouble.image.documents import read_document
from photodouble.ops.deage.face import Face, FaceTrack, Picture
from photodouble.ops.deage.face_document import read_face, read_point_keys
from photodouble.ops.deage.given import face_frames, plate
from photodouble.ops.deage.import_tracks import face_from_tracks, read_tracks
from photodouble.ops.deage.landmarks import choose, track_faces
from photodouble.ops.deage.points_track import track_face_points
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


@dataclass(frozen=True)
class Sought:
    """What is looked for: how (`tracker` of the declaration), by which file, and whose face it is."""

    tracker: str = "automatic"
    file: Path | None = None
    face: str = ""
    performer: str = ""
    pixel_aspect: float = 1.0


def follow(shot: Shot, report: Reporter) -> FaceTrack:
    """Return where the chosen face of a shot is in every frame; raises ArtistError as the trackers do."""
    frames = face_frames(shot)
    performers = shot.request.performers
    sought = Sought(
        str(shot.values["tracker"]),
        shot.document_path("track"),
        str(shot.values["face"]),
        performers[0] if performers else "",
        shot.plate(frames[0]).pixel_aspect,
    )

    def picture(frame: int) -> Picture:
        return plate(shot, frame)

    found = follow_faces(picture, frames, shot.display_window.size, sought, report)
    looked_at = {*frames, *shot.source_frames}
    found = tuple(_within(one, looked_at) for one in found)
    return choose(found, sought.face if len(found) > 1 or found[0].kind == "auto" else "", sought.performer)


def is_found_by_networks(shot: Shot) -> bool:
    """Whether the face of a shot is found by the networks, and not by points or another program's tracks."""
    sought = Sought(str(shot.values["tracker"]), shot.document_path("track"))
    return _how(sought, face_frames(shot)) == "landmarks"


def follow_faces(
    pictures: Callable[[int], Picture],
    frames: Sequence[int],
    size: tuple[int, int],
    sought: Sought,
    report: Reporter,
) -> tuple[FaceTrack, ...]:
    """Return the track of every face that is found: one by one's own points, any number by itself.

    `pictures(frame)` gives the plate of `size` (H, W), (H, W, 3) float32 scene-linear. Raises ArtistError
    `usage.arguments` where a file is needed and none was given, and as the trackers do.
    """
    how = _how(sought, frames)

    def tell(done: int, of: int) -> None:
        report.progress(done, of, "following the face")

    if how == "landmarks" or sought.file is None:
        return track_faces(pictures, frames, pixel_aspect=sought.pixel_aspect, on_frame=tell)
    face = Face(sought.face or "1", sought.performer)
    if how == "face":
        return (_covering(read_face(sought.file), frames),)
    if how == "points":
        keys = read_point_keys(sought.file)
        return (
            track_face_points(
                pictures, frames, keys, pixel_aspect=sought.pixel_aspect, face=face, on_frame=tell
            ),
        )
    tracks = read_tracks(sought.file, size)
    return (face_from_tracks(tracks, frames, face=face, pixel_aspect=sought.pixel_aspect),)


def _how(sought: Sought, frames: Sequence[int]) -> str:
    """Return `landmarks`, `points`, `import`, or `face` for a track that is finished."""
    if sought.file is None:
        if sought.tracker in ("points", "import"):
            raise ArtistError(
                "usage.arguments",
                "There is no track file",
                f"The tracker is {sought.tracker}, which needs a file of points.",
                "Give the file (--track), or let the face be found (--tracker landmarks).",
            )
        return "landmarks"
    if sought.tracker == "landmarks":
        return "landmarks"
    stored = read_document(sought.file) if sought.file.suffix.lower() == ".json" else {}
    if stored.get("kind") == "face":
        return "face"
    if sought.tracker != "automatic":
        return sought.tracker
    return "points" if stored.get("kind") == "points" and not _is_whole(stored, frames) else "import"


def _is_whole(stored: dict[str, object], frames: Sequence[int]) -> bool:
    """Whether a document of points holds a place for each of them in every frame."""
    points = stored.get("points")
    if not isinstance(points, list):
        return False
    wanted = {str(frame) for frame in frames}
    return all(isinstance(one, dict) and wanted <= {*one.get("frames", {})} for one in points)


def _within(track: FaceTrack, frames: Collection[int]) -> FaceTrack:
    """Leave out what a given track knows beyond the frames of the plate that may be looked at."""
    rows = [row for row, frame in enumerate(track.frames) if frame in frames]
    if len(rows) == len(track.frames):
        return track
    return replace(
        track,
        frames=tuple(track.frames[row] for row in rows),
        similarity=track.similarity[rows],
        points=track.points[rows],
        valid=track.valid[rows],
        troubles=tuple(track.troubles[row] for row in rows) if track.troubles else track.troubles,
    )


def _covering(track: FaceTrack, frames: Sequence[int]) -> FaceTrack:
    missing = FrameRange(frame for frame in frames if frame not in track.frames)
    if not len(missing):
        return track
    raise ArtistError(
        "input.range_mismatch",
        "The track does not cover the range",
        f"The track of the face has no frame {missing.to_text()}.",
        "Track the whole range again: photodouble deage track. Painted frames count, too.",
    )
