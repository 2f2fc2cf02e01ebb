"""Read tracks made elsewhere: Nuke trackers and corner pins, plain lists of a match-mover, and our own JSON.

Whatever the file counts in, the places that come out are plate pixels from the left upper edge, with centres
at whole numbers. Nuke counts from the lower edge; SynthEyes's lists hold u and v from -1 to 1, from left to
right and from top to bottom (SynthEyes manual, "Exporting").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from photodouble.image.documents import bad_document, place, read_document
from photodouble.image.nuke_script import Node, curve_of, is_curve, nodes_of
from photodouble.image.track_document import CENTRE, plane_from_document
from photodouble.ops.deage.face import Face, FaceTrack
from photodouble.ops.deage.held import few_points, held_still

Count = Literal["auto", "uv", "share", "pixels", "pixels_up"]
COUNTS: tuple[Count, ...] = ("auto", "uv", "share", "pixels", "pixels_up")
"""What the numbers of a plain list are: u and v from -1 to 1, shares of the picture from 0 to 1, or pixels
from the upper or from the lower edge."""

_SAID = re.compile(r"^\s*#\s*counts in (?P<count>uv|shares|pixels_up|pixels)\s*$", re.MULTILINE)
_COUNTED: Mapping[str, Count] = {"uv": "uv", "shares": "share", "pixels": "pixels", "pixels_up": "pixels_up"}
_LARGEST = 256 * 1024 * 1024
_LINE = re.compile(
    r"^(?P<name>\S.*?)[\s,;]+(?P<frame>-?\d+)[\s,;]+(?P<x>\S+?)[\s,;]+(?P<y>[^\s,;]+)(?:[\s,;]+\S+)?$"
)


@dataclass(frozen=True)
class NamedTrack:
    """One tracked point: its name, and x, y by frame."""

    name: str
    places: Mapping[int, tuple[float, float]]


def read_tracks(
    path: Path, size: tuple[int, int], *, count: Count = "auto", node: str | None = None, offset: int = 0
) -> tuple[NamedTrack, ...]:
    """Read the tracks of a file, `size` (height, width) of the plate they were made on.

    `count` says what a plain list counts in; "auto" goes by its line `# counts in pixels`, or else takes u
    and v for granted and refuses what lies far outside. `node` names one of several Nuke nodes; `offset` is
    added to every frame. Raises ArtistError
    `input.bad_document`.
    """
    text = _text(path)
    if text.lstrip().startswith("{"):
        found = _from_json(path)
    elif re.search(r"^\s*(Tracker\d*|CornerPin2D)\s*\{", text, re.MULTILINE):
        found = _from_nuke(text, path, size, node)
    else:
        found = _from_list(text, path, size, count)
    if not found:
        raise bad_document(path, "It holds no tracked points.")
    return tuple(
        NamedTrack(one.name, {frame + offset: at for frame, at in one.places.items()}) for one in found
    )


def face_from_tracks(
    tracks: Sequence[NamedTrack],
    frames: Sequence[int],
    *,
    face: Face | None = None,
    pixel_aspect: float = 1.0,
    room: float = 1.8,
) -> FaceTrack:
    """Return the track that imported points make; at least three in a frame hold it still.

    Raises ArtistError `input.few_points`.
    """
    frames = tuple(sorted(frames))
    if len(tracks) < 3:
        raise few_points(f"The file holds {len(tracks)} points, and imported tracks need three.")
    places = np.zeros((len(frames), len(tracks), 2))
    visible = np.zeros(places.shape[:2], bool)
    for column, track in enumerate(tracks):
        for row, frame in enumerate(frames):
            if frame in track.places:
                places[row, column], visible[row, column] = track.places[frame], True
    return held_still(
        frames,
        places,
        visible,
        visible.astype(float),
        kind="import",
        face=face or Face("1"),
        pixel_aspect=pixel_aspect,
        room=room,
    )


def _from_nuke(text: str, path: Path, size: tuple[int, int], wanted: str | None) -> list[NamedTrack]:
    nodes = [one for one in nodes_of(text, path) if re.fullmatch(r"Tracker\d*|CornerPin2D", one.kind)]
    if wanted is not None:
        nodes = [one for one in nodes if one.name == wanted]
    if len(nodes) != 1:
        names = ", ".join(one.name for one in nodes)
        raise bad_document(
            path,
            f"It holds several tracking nodes: {names}. Name one." if nodes else f"It holds no {wanted}.",
        )
    found = _corners(nodes[0], path) if nodes[0].kind == "CornerPin2D" else _trackers(nodes[0], path)
    height = size[0]
    return [
        NamedTrack(one.name, {f: (x - CENTRE, height - y - CENTRE) for f, (x, y) in one.places.items()})
        for one in found
    ]


def _corners(node: Node, path: Path) -> list[NamedTrack]:
    """Read a corner pin: where its corners go, or, where only these move, where they come from."""
    ends = [side for side in ("to", "from") if any(_moves(node.knobs.get(f"{side}{n}")) for n in range(1, 5))]
    if not ends:
        raise bad_document(path, f"Nothing of {node.name} is animated.")
    found = [_pair(node.knobs.get(f"{ends[0]}{n}"), f"{ends[0]}{n}", path) for n in range(1, 5)]
    return _same_frames([one for one in found if one is not None])


def _trackers(node: Node, path: Path) -> list[NamedTrack]:
    """Read a tracker: the table of Tracker4, or the knobs track1 to track4 of those before it."""
    table = node.knobs.get("tracks")
    if table is None:
        found = [_pair(node.knobs.get(f"track{n}"), f"track{n}", path) for n in range(1, 5)]
        return [one for one in found if one is not None and len(one.places) > 1]
    parts = [one for one in table if isinstance(one, list)]
    if len(parts) < 3:
        raise bad_document(path, f"The tracks of {node.name} cannot be read.")
    columns = [str(_words(one)[3]) if len(_words(one)) > 3 else "" for one in _lists(parts[1])]
    rows = _lists(parts[2])
    try:
        at = [columns.index(name) for name in ("name", "track_x", "track_y")]
    except ValueError:
        raise bad_document(path, f"The tracks of {node.name} have no columns track_x and track_y.") from None
    found_rows = []
    for row in rows:
        cells = [one for one in row if one != "\n"]
        if len(cells) <= max(at):
            continue
        name = str(cells[at[0]]) if isinstance(cells[at[0]], str) else "".join(_words(cells[at[0]]))
        x, y = (curve_of(cells[column], f"{name} of {node.name}", path) for column in at[1:])
        if len(x) > 1 or len(y) > 1:
            found_rows.append(_track(name, x, y))
    return found_rows


def _pair(value: Any, name: str, path: Path) -> NamedTrack | None:
    if value is None:
        return None
    cells = [one for one in (value if isinstance(value, list) else [value]) if one != "\n"]
    while len(cells) == 1 and isinstance(cells[0], list) and not is_curve(cells[0]):
        cells = [one for one in cells[0] if one != "\n"]
    if len(cells) != 2:
        raise bad_document(path, f"{name} is no pair of numbers x and y.")
    return _track(name, curve_of(cells[0], name, path), curve_of(cells[1], name, path))


def _track(name: str, x: Mapping[int, float], y: Mapping[int, float]) -> NamedTrack:
    """Join two animations; between keys both move in straight lines, beyond them they stand."""
    moving = [one for one in (x, y) if len(one) > 1] or [x]
    first, last = min(min(one) for one in moving), max(max(one) for one in moving)
    frames = range(first, last + 1)
    along, down = (np.interp(frames, sorted(one), [one[key] for key in sorted(one)]) for one in (x, y))
    return NamedTrack(name, dict(zip(frames, zip(along.tolist(), down.tolist()))))


def _same_frames(tracks: Sequence[NamedTrack]) -> list[NamedTrack]:
    """Let corners that stand still stand on all frames of those that move."""
    frames = sorted({frame for one in tracks if len(one.places) > 1 for frame in one.places})
    found = []
    for one in tracks:
        known = sorted(one.places)
        near = {frame: min(max(frame, known[0]), known[-1]) for frame in frames}
        found.append(NamedTrack(one.name, {frame: one.places[near[frame]] for frame in frames}))
    return found


def _from_list(text: str, path: Path, size: tuple[int, int], count: Count) -> list[NamedTrack]:
    """Read lines of name, frame, two numbers and perhaps a code, as SynthEyes and others write them."""
    found: dict[str, dict[int, tuple[float, float]]] = {}
    most = 0.0
    said = _SAID.search(text)
    if count == "auto" and said is not None:
        count = _COUNTED[said["count"]]
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith(("#", "//")):
            continue
        match = _LINE.match(line.strip())
        try:
            if match is None:
                raise ValueError
            x, y = float(match["x"]), float(match["y"])
        except ValueError:
            raise bad_document(path, f"Line {number} is no name, frame and two numbers.") from None
        if not (np.isfinite(x) and np.isfinite(y)):
            raise bad_document(path, f"Line {number} holds no finite numbers.")
        most = max(most, abs(x), abs(y))
        found.setdefault(match["name"].strip('"'), {})[int(match["frame"])] = (x, y)
    if count == "auto" and most > 3:
        raise bad_document(
            path,
            "Its numbers are no u and v from -1 to 1. Say what they are in a line of its own: '# counts in "
            "shares' (0 to 1), '# counts in pixels' or, from the lower edge, '# counts in pixels_up'.",
        )
    return [
        NamedTrack(name, {frame: _in_pixels(at, size, count) for frame, at in sorted(places.items())})
        for name, places in found.items()
    ]


def _in_pixels(at: tuple[float, float], size: tuple[int, int], count: Count) -> tuple[float, float]:
    height, width = size
    x, y = at
    if count in ("auto", "uv"):
        x, y = (x + 1) / 2 * width, (y + 1) / 2 * height
    elif count == "share":
        x, y = x * width, y * height
    elif count == "pixels_up":
        y = height - y
    return x - CENTRE, y - CENTRE


def _from_json(path: Path) -> list[NamedTrack]:
    """Read our own documents: points, or the corners of a plane."""
    stored = read_document(path)
    if stored.get("kind") == "plane":
        plane = plane_from_document(stored, path)
        return [
            NamedTrack(
                f"corner {corner + 1}",
                {
                    index: (float(plane.corners[at, corner, 0]), float(plane.corners[at, corner, 1]))
                    for at, index in enumerate(plane.indices)
                    if index not in plane.lost
                },
            )
            for corner in range(4)
        ]
    points = stored.get("points")
    if stored.get("schema") != 1 or stored.get("kind") != "points" or not isinstance(points, list):
        raise bad_document(path, 'It is no track of schema 1 and of the kind "points" or "plane".')
    return [_json_point(one, f"points[{number}]", path) for number, one in enumerate(points)]


def _json_point(one: Any, what: str, path: Path) -> NamedTrack:
    frames = one.get("frames") if isinstance(one, Mapping) else None
    if not isinstance(frames, Mapping) or not frames:
        raise bad_document(path, f"{what} holds no frames.")
    places = {}
    for text, stored in frames.items():
        if not re.fullmatch(r"-?\d+", text) or not isinstance(stored, Mapping):
            raise bad_document(path, f"{what}: {text!r} is no frame with a place.")
        x, y = place(stored.get("place"), path, f"{what}, frame {text}")
        if stored.get("visible", True):
            places[int(text)] = (x - CENTRE, y - CENTRE)
    return NamedTrack(str(one.get("name", what)), places)


def _lists(value: Any) -> list[list[Any]]:
    return [one for one in value if isinstance(one, list)]


def _words(value: Any) -> list[str]:
    return [str(one) for one in value if isinstance(one, str) and one != "\n"]


def _moves(value: Any) -> bool:
    return isinstance(value, list) and (is_curve(value) or any(_moves(one) for one in value))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise bad_document(path, f"It is larger than {_LARGEST >> 20} MB.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise bad_document(path, f"It cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise bad_document(path, "It is no text.") from problem
