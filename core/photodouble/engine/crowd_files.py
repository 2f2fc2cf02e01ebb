"""The crowd file outside a job: begin it, look at it, edit it, score it, and hand it to other programs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.engine.crowd_picture import write_layout_picture
from photodouble.image.library_files import crowd_files
from photodouble.image.sequence import Sequence
from photodouble.ops.crowd.areas import Area, GroundRectangle, Standing
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.camera import CameraMove, Screen
from photodouble.ops.crowd.camera_files import read_camera
from photodouble.ops.crowd.density import thresholds
from photodouble.ops.crowd.document import CrowdDocument, read_crowd, write_crowd
from photodouble.ops.crowd.ground import drawn_on, on_ground, solve_ground
from photodouble.ops.crowd.places import places
from photodouble.takes.copies import check_apart
from photodouble_client.errors import ArtistError

PATH = "crowd file"


@dataclass(frozen=True)
class LaidOut:
    """What a crowd file holds: how many places each area has, how many are taken, and a picture."""

    crowd: Path
    places: dict[str, int]
    taken: int
    picture: Path | None
    focal: float

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "crowd": str(self.crowd),
            "places": self.places,
            "taken": self.taken,
            "picture": str(self.picture) if self.picture is not None else "",
            "focal": round(self.focal, 3),
        }


def lay_out(
    crowd: Path,
    plate: str,
    *,
    camera: str = "",
    ground: GroundRectangle | None = None,
    areas: tuple[dict[str, Any], ...] = (),
    without: tuple[str, ...] = (),
    picture: Path | None = None,
) -> LaidOut:
    """Begin a crowd file, or add to one, and draw where its people would be on a frame of the plate.

    `ground` replaces the four corners of the file; `areas` are added, in the form the file stores, and one of
    the same id is replaced; areas whose ids match a pattern of `without` go first. A file that is begun with
    corners only gets that ground to stand on. Raises ArtistError as reading the file, the camera and the
    plate does.
    """
    document = read_crowd(crowd) if crowd.is_file() else None
    ground = ground or (document.ground if document is not None else None)
    sequence = Sequence.find(plate)
    if picture is not None:
        plates = [Path(sequence.path(frame)) for frame in sequence.frames]
        _check_picture(picture, (*plates, *crowd_files(crowd)))
    at = ground.frame if ground is not None and not camera else sequence.frames[0]
    frame = sequence.read(sequence.frames[0] if sequence.still or at not in sequence.frames else at)
    window = frame.display_window
    screen = Screen(window.width, window.height, frame.pixel_aspect)
    move = _move(camera, ground, screen)
    added = [area_from_json(one, PATH, str(one.get("id", "area"))) for one in areas]
    if document is None and not added:
        added = [_whole_ground(ground, move, screen)]
    document = _joined(document, ground, added, without, crowd)
    agents = places(document.areas, ground=lambda area: _drawn(area, move, screen, at))
    taken = agents.rank < thresholds(document.areas, agents)
    write_crowd(document, crowd)
    if picture is not None:
        write_layout_picture(picture, frame, agents.only(taken), move.at(at), screen)
    counts = {name: int(np.count_nonzero(agents.area == index)) for index, name in enumerate(agents.areas)}
    return LaidOut(crowd, counts, int(taken.sum()), picture, move.at(at).focal)


def _check_picture(picture: Path, read: tuple[Path, ...]) -> None:
    """Refuse a picture that takes the place of the plate or of a density map, or is no PNG."""
    check_apart([picture], read)
    if picture.suffix.lower() != ".png":
        raise ArtistError(
            "usage.bad_value",
            "The picture of the layout is a PNG",
            f"{picture.name} does not end in .png.",
            "Choose a name such as crowd.png.",
        )


def _move(camera: str, ground: GroundRectangle | None, screen: Screen) -> CameraMove:
    if camera:
        return read_camera(Path(camera))
    if ground is not None:
        return solve_ground(ground, screen)
    raise ArtistError(
        "usage.arguments",
        "There is no camera",
        "Nothing says how the plate sees the ground.",
        "Give the camera (--camera), or four corners on the ground (--corners) and a length (--width).",
    )


def _whole_ground(ground: GroundRectangle | None, move: CameraMove, screen: Screen) -> Area:
    """Return the rectangle itself as ground to stand on; raises where there is none to begin with."""
    if ground is None:
        raise ArtistError(
            "usage.arguments",
            "The crowd file needs an area",
            "A new crowd file was asked for without any area.",
            "Draw one on the plate (--area), or give seats (--seats) or corners on the ground (--corners).",
        )
    corners = on_ground(np.asarray(ground.corners, np.float64), move.at(ground.frame), screen)
    polygon = tuple((round(float(x), 3), round(float(z), 3)) for x, z in corners)
    return Standing(id="ground", polygon=polygon)


def _joined(
    document: CrowdDocument | None,
    ground: GroundRectangle | None,
    added: list[Area],
    without: tuple[str, ...],
    crowd: Path,
) -> CrowdDocument:
    before = document.areas if document is not None else ()
    kept = [area for area in before if not any(fnmatchcase(area.id, one) for one in without)]
    known = {area.id: area for area in (*kept, *added)}
    areas = tuple(known.values())
    found = document or CrowdDocument(areas, name=crowd.stem)
    return CrowdDocument.from_json(dataclasses.replace(found, areas=areas, ground=ground).to_json(), crowd)


def _drawn(area: Standing, move: CameraMove, screen: Screen, frame: int) -> tuple[tuple[float, float], ...]:
    return drawn_on(area if area.frame is not None else dataclasses.replace(area, frame=frame), move, screen)
