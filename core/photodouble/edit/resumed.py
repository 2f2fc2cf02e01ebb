"""The request for a longer take: what is made already is linked from the old one, the rest is made."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.image.pattern import parse_pattern
from photodouble.ops.operation import Reporter
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

from .join import Joined
from .metadata import plain_name
from .note import Note
from .plates import PULLED
from .pull import wanted_frames
from .renumber import pull_more
from .take_media import PLATE, RESULT, TakeMedia

_NONE = FrameRange()


@dataclass(frozen=True)
class Resumed:
    """A request that makes what a shot lacks. `frames` are those to be made, `kept` those that are linked.

    `to_pull` are frames that its plate lacks, where the plate was pulled out of the cut under other numbers.
    """

    shot: str
    take: str
    request: JobRequest
    frames: FrameRange
    kept: FrameRange
    notes: tuple[Note, ...] = ()
    to_pull: FrameRange = _NONE
    joined: Joined | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Write the request as plain JSON values, with what it is for."""
        return {
            "kept": self.kept.to_text(),
            "made": self.frames.to_text(),
            "name": self.shot,
            "notes": [note.to_json() for note in self.notes],
            "operation": self.request.operation,
            "parent": self.request.parent,
            "request": self.request.to_json(),
            "take_label": self.take,
        }


def resumed(ones: Sequence[Joined]) -> Resumed:
    """Return the request for the frames that clips show and their take lacks, with the handles that exist.

    Its parent is the old take; every finished frame is locked to the old take's own picture, so that it is
    linked and the new frames are made to fit it. Painted frames of the old take stay as they were made.
    """
    take = ones[0].take
    old, locks = take.request, _pictures(take)
    frames = FrameRange({*old.range, *locks, *(frame for one in ones for frame in _span(one))})
    made = frames.without(locks)
    request = dataclasses.replace(
        old,
        take="",
        parent=take.take.take_id,
        range=frames,
        source_range=FrameRange({*old.source_range, *frames}) if len(old.source_range) else old.source_range,
        inputs={key: _longer(port, frames) for key, port in old.inputs.items()},
        values=_held(old.values, frames),
        locks={**old.locks, **locks},
        overrides={frame: path for frame, path in old.overrides.items() if frame not in locks},
        person="",
        host="",
        host_version="",
        script="",
        node="",
    )
    lacking = {key: missing for key, port in request.inputs.items() if len(missing := _without(port, made))}
    to_pull = lacking.pop(PLATE, _NONE) if _is_pulled(ones[0]) else _NONE
    notes = (*_inputs_lack(ones[0], lacking), *_values_held(ones[0], made))
    name = plain_name(ones[0].shot.name)
    return Resumed(name, take.take.label, request, made, FrameRange(locks), notes, to_pull, ones[0])


def pull_lacking(one: Resumed, report: Reporter | None = None) -> tuple[Path, ...]:
    """Pull the frames that a plate of other numbers than the cut's lacks, beside those that were pulled.

    Raises ArtistError as `renumber.pull_more`.
    """
    if one.joined is None or not len(one.to_pull):
        return ()
    plate = parse_pattern(one.request.inputs[PLATE].path)
    media, offset = one.joined.shot.media, one.joined.offset
    there = set(media.frames) if media.kind != "movie" else None
    frames = [frame - offset for frame in one.to_pull if there is None or frame - offset in there]
    return tuple(pull_more(media, frames, offset, plate, report))


def write_resumed(found: Iterable[Resumed], folder: Path) -> tuple[Path, ...]:
    """Write each request into a folder as `SHOT_OPERATION_FIRST-LAST.json`; return the paths in order.

    A file of that name that holds another request stays, and the new one gets a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in found:
        request, text = one.request, one.request.to_text()
        stem = f"{request.shot or one.shot}_{request.operation}_{request.range.first}-{request.range.last}"
        path = _free(folder, re.sub(r"[^\w.-]+", "_", stem), text)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return tuple(written)


def _span(one: Joined) -> set[int]:
    """Return the frames that a clip wants of its take: all that it shows, what lies between, and handles."""
    return {*one.wanted, *(frame + one.offset for frame in wanted_frames(one.shot))}


def _pictures(media: TakeMedia) -> dict[int, str]:
    """Return the finished pictures of a take by frame, as a lock names them."""
    found = {}
    for frame in media.frames:
        record = media.take.record(frame)
        written = record.files.get(RESULT) if record is not None else None
        if written is not None:
            found[frame] = str(media.take.folder / written.path)
    return found


def _longer(port: PortInput, frames: FrameRange) -> PortInput:
    """Let an input that was narrowed to some frames reach over the new ones."""
    if not len(port.range):
        return port
    return dataclasses.replace(port, range=FrameRange({*port.range, *frames}))


def _held(values: Mapping[str, Any], frames: FrameRange) -> dict[str, Any]:
    """Hold what is animated: a frame without a value gets that of the nearest frame that has one."""
    return {key: _held_value(value, frames) for key, value in values.items()}


def _held_value(value: Any, frames: FrameRange) -> Any:
    known = value.get("frames") if isinstance(value, Mapping) else None
    if not isinstance(known, Mapping) or not known:
        return value
    by_frame = {int(frame): one for frame, one in known.items()}
    held = {frame: by_frame[min(by_frame, key=lambda at: (abs(at - frame), at))] for frame in frames}
    return {**value, "frames": {str(frame): one for frame, one in sorted({**held, **by_frame}.items())}}


def _without(port: PortInput, frames: FrameRange) -> FrameRange:
    """Return those of some frames that an input does not have; a still and a movie have them all."""
    pattern = parse_pattern(port.path)
    return _NONE if pattern.is_single else frames.without(pattern.find())


def _is_pulled(one: Joined) -> bool:
    """Whether the plate of a take was pulled out of a cut, under numbers of its own."""
    return (parse_pattern(one.take.plate).folder / PULLED).is_file() and one.shot.media.on_disk


def _inputs_lack(one: Joined, lacking: Mapping[str, FrameRange]) -> Iterable[Note]:
    for key, missing in sorted(lacking.items()):
        what = f"The {key} has no frame {missing.to_text()}."
        fix = f"Bring or draw the {key} on them before you run the request."
        yield Note("media", plain_name(one.shot.name), what, fix)


def _values_held(one: Joined, made: FrameRange) -> Iterable[Note]:
    animated = sorted(key for key, value in one.take.request.values.items() if _is_animated(value))
    if animated and len(made):
        what = f"{', '.join(animated)} is animated, and held on the new frames {made.to_text()}."
        yield Note("time", plain_name(one.shot.name), what)


def _is_animated(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("frames"), Mapping)


def _free(folder: Path, stem: str, text: str) -> Path:
    number = 1
    while True:
        path = folder / (f"{stem}.json" if number == 1 else f"{stem}_{number}.json")
        if not path.exists() or _holds(path, text):
            return path
        number += 1


def _holds(path: Path, text: str) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8")) == json.loads(text))
    except (OSError, ValueError):
        return False
