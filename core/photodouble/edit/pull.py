"""Make work of a shot of a cut: its plate at the right frames with handles, and the request for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from photodouble.image.colour import space_named
from photodouble.image.pattern import NamePattern, parse_pattern
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput, new_take_id
from photodouble_client.specs import SPECS

from .edit import Edit
from .media import Media
from .note import Note
from .paths import pattern_text
from .plates import Matched, known_offset, no_match, own_offset, plate_frames
from .plates import plate_offset as plate_offset
from .rate import rate_text
from .renumber import pull_plate
from .shot import Shot


@dataclass(frozen=True)
class PullWish:
    """Say what is wanted of a shot.

    `first` pulls the plate under numbers that begin there; `plate` is one that somebody else has pulled, and
    `offset` what is added to a media frame for its number, if no timecode tells. `shown_only` leaves out
    frames that a retime skips. `inputs` and `values` are what a cut cannot know: a matte, keys, controls.
    """

    operation: str
    folder: Path
    output_root: str = ""
    handles: int = 8
    first: int | None = None
    plate: str = ""
    offset: int | None = None
    shown_only: bool = False
    colourspace: str = ""
    inputs: Mapping[str, PortInput] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    performers: tuple[str, ...] = ()
    use: str = "temp"
    overwrite: bool = False


@dataclass(frozen=True)
class Pulled:
    """Hold a request and where it stands in the cut.

    `cut_in` and `cut_out` are the plate's frames that are shown first and last in the plate's own order;
    `offset` is what was added to a media frame. `missing` are the inputs to be given before it runs.
    """

    request: JobRequest
    cut_in: int
    cut_out: int
    offset: int
    how: str
    missing: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    files: tuple[Path, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write what was pulled as plain JSON values."""
        return {
            "cut_in": self.cut_in,
            "cut_out": self.cut_out,
            "matched": self.how,
            "missing": list(self.missing),
            "notes": [note.to_json() for note in self.notes],
            "offset": self.offset,
            "plate": self.request.inputs["plate"].path,
            "range": self.request.range.to_text(),
        }


def pull(edit: Edit, shot: Shot, wish: PullWish, report: Reporter | None = None) -> Pulled:
    """Make the request of one operation on a shot, as it was listed with its handles.

    The frames are those that the clip shows, from its lowest to its highest, and the handles beyond them that
    exist. Nothing is written but a renumbered plate. Raises ArtistError `input.edit_media`,
    `input.edit_plate`, and as `renumber.pull_plate`.
    """
    _check(shot, wish)
    frames = wanted_frames(shot, shown_only=wish.shown_only)
    notes = [Note("time", shot.name, warning) for warning in shot.warnings]
    if wish.plate:
        plate, matched = _given_plate(shot, wish)
        frames, lacking = _covered(shot, frames, plate, matched.offset)
        notes += [Note("media", shot.name, lacking)] if lacking else []
    else:
        frames = _on_disk(shot, frames)
        plate, matched = _own_plate(shot, wish, frames)
    notes += _likeness(shot, wish)
    colourspace, said = _colourspace(shot.media, wish)
    notes += [Note("media", shot.name, said)] if said else []
    files: list[Path] = []
    if not wish.plate and wish.first is not None:
        media = dataclasses.replace(shot.media, colourspace=colourspace)
        target = parse_pattern(plate)
        files = pull_plate(media, frames, matched.offset, target, report, overwrite=wish.overwrite)
        # A movie's frames have become scene-linear on the way.
        colourspace = "" if media.kind == "movie" else colourspace
    request = _request(edit, shot, wish, plate, FrameRange(frame + matched.offset for frame in frames))
    request = dataclasses.replace(request, colourspace=colourspace)
    shown = sorted({*shot.timing.frame_map} & {*frames}) or frames
    return Pulled(
        request,
        shown[0] + matched.offset,
        shown[-1] + matched.offset,
        matched.offset,
        matched.how,
        tuple(port.key for port in request.spec.inputs if port.required and port.key not in request.inputs),
        tuple(notes),
        tuple(files),
    )


def wanted_frames(shot: Shot, *, shown_only: bool = False) -> tuple[int, ...]:
    """List the media frames that a shot needs: what its clip shows and the handles, ascending.

    A host may blend neighbours where a retime skips frames, so these are among them unless `shown_only`.
    """
    timing, step = shot.timing, shot.timing.step
    head = range(timing.media_first - timing.handle_head * step, timing.media_first, step)
    tail = range(timing.media_last + step, timing.media_last + timing.handle_tail * step + 1, step)
    shown = timing.frame_map if shown_only else range(timing.media_first, timing.media_last + 1, step)
    return tuple(sorted({*head, *shown, *tail}))


def _check(shot: Shot, wish: PullWish) -> None:
    if wish.operation not in SPECS:
        raise _refused("usage.bad_value", f"There is no operation {wish.operation!r}.", _operations())
    if wish.plate and wish.first is not None:
        raise _refused(
            "usage.arguments",
            "A plate that is there already is not numbered again.",
            "Give either the plate (--plate) or its first number (--first).",
        )
    if wish.offset is not None and not wish.plate:
        raise _refused(
            "usage.arguments",
            "An offset says how a given plate is numbered, and no plate is given.",
            "Name the plate (--plate), or leave out the offset (--offset).",
        )
    if shot.timing.refused:
        raise _refused(
            "input.edit_media", f"{shot.name}: {shot.timing.refused}", "Render the retime and cut that in."
        )
    if not shot.media.on_disk and not wish.plate:
        trouble = shot.media.trouble or "Its media was not found."
        raise _refused("input.edit_media", f"{shot.name or 'The clip'}: {trouble}", shot.media.fix)
    if shot.media.kind == "raw" and not wish.plate:
        raise _refused("input.edit_media", f"{shot.name}: {shot.media.trouble}", shot.media.fix)


def _likeness(shot: Shot, wish: PullWish) -> list[Note]:
    """Say what an operation on a likeness needs, which no cut knows: who it is, and the age to show."""
    spec = SPECS[wish.operation]
    said = []
    if spec.consent == "required" and not wish.performers:
        what = f"{spec.label} runs only with the consent of the performer, and none is named."
        said.append(Note("status", shot.name, what, "Name the performer (--performer)."))
    if any(param.key == "target_age" for param in spec.params) and not wish.values.get("target_age"):
        what = "The age that is to be shown is not said."
        said.append(Note("status", shot.name, what, "Give it (--set target_age=35)."))
    return said


def _operations() -> str:
    return f"Use one of: {', '.join(SPECS)}."


def _given_plate(shot: Shot, wish: PullWish) -> tuple[str, Matched]:
    """Match a plate that somebody else pulled: by what is known, else by the stated offset."""
    if not plate_frames(wish.plate):
        raise _refused(
            "input.missing_sequence",
            f"Nothing was found at {wish.plate}.",
            "Check the pattern, such as p.####.exr.",
        )
    if wish.offset is not None:
        return wish.plate, Matched(wish.offset, "by the stated offset")
    matched = known_offset(wish.plate, shot)
    if matched is None:
        raise no_match(wish.plate, shot)
    return wish.plate, matched


def _own_plate(shot: Shot, wish: PullWish, frames: tuple[int, ...]) -> tuple[str, Matched]:
    """Return the plate of the cut itself, or the place where it is pulled to under new numbers."""
    if wish.first is None:
        return shot.media.pattern, Matched(own_offset(shot.media), "it is the media of the cut")
    suffix = ".exr" if shot.media.kind == "movie" else Path(shot.media.pattern).suffix
    name = f"{wish.folder.name}_plate."
    target = NamePattern(wish.folder / "plate", name, suffix, 4, None, False)
    return pattern_text(target), Matched(wish.first - frames[0], f"numbered from {wish.first}")


def _covered(shot: Shot, frames: tuple[int, ...], plate: str, offset: int) -> tuple[tuple[int, ...], str]:
    """Take the frames that a given plate has; it may lack handles, but nothing that is shown."""
    there = set(plate_frames(plate))
    lacking = [frame for frame in frames if frame + offset not in there]
    shown = FrameRange(frame + offset for frame in lacking if frame in set(shot.timing.frame_map))
    if len(shown):
        raise _refused(
            "input.edit_plate",
            f"{Path(plate).name} lacks frames that {shot.name} shows: {shown.to_text()}.",
            "Pull those frames too, or check the offset (--offset).",
        )
    left = tuple(frame for frame in frames if frame + offset in there)
    numbers = FrameRange(frame + offset for frame in lacking).to_text()
    return left, f"The plate has no frame {numbers}, so the handles are shorter." if lacking else ""


def _on_disk(shot: Shot, frames: tuple[int, ...]) -> tuple[int, ...]:
    """Refuse gaps in the media of a shot: raises ArtistError `input.edit_media`."""
    media = shot.media
    if media.kind in ("still", "movie"):
        found = tuple(frame for frame in frames if media.first <= frame <= media.last)
        if media.kind == "movie" and not set(found) & set(shot.timing.frame_map):
            raise _refused(
                "input.edit_media",
                f"{shot.name} shows none of the frames of {Path(media.pattern).name}.",
                "Relink the clip to the media that it shows.",
            )
        return found or (media.first,)
    there = set(media.frames)
    gaps = FrameRange(frame for frame in frames if frame not in there)
    if len(gaps):
        raise _refused(
            "input.edit_media",
            f"{Path(media.pattern).name} lacks frames that {shot.name} needs: {gaps.to_text()}.",
            "Bring them back, or ask for shorter handles (--handles).",
        )
    return frames


def _colourspace(media: Media, wish: PullWish) -> tuple[str, str]:
    """Return the plate's colour space; one of the cut that means nothing here is left out, and said."""
    if wish.colourspace:
        space_named(wish.colourspace)
        return wish.colourspace, ""
    if not media.colourspace:
        return "", ""
    try:
        space_named(media.colourspace)
    except ArtistError:
        return "", (
            f"The cut says the colour space {media.colourspace!r}, which is not known here. Set OCIO to the "
            "show's configuration, or say it (--colourspace); until then the file's kind decides."
        )
    return media.colourspace, ""


def _request(edit: Edit, shot: Shot, wish: PullWish, plate: str, frames: FrameRange) -> JobRequest:
    spec = SPECS[wish.operation]
    rate: Fraction | None = shot.media.rate or shot.rate
    return JobRequest(
        operation=spec.key,
        spec_version=spec.version,
        inputs={**wish.inputs, "plate": PortInput(plate, frames)},
        values=dict(wish.values),
        range=frames,
        source_range=frames,
        handles=wish.handles,
        rate=rate_text(rate) if rate else "",
        first_frame=frames.first,
        pixel_aspect=shot.media.pixel_aspect,
        take=new_take_id(),
        output_root=wish.output_root,
        show=wish.names.get("show", ""),
        sequence=wish.names.get("sequence", ""),
        shot=wish.names.get("shot", "") or shot.name,
        task=wish.names.get("task", ""),
        person=wish.names.get("person", ""),
        performers=wish.performers,
        use=wish.use,
        host="command line",
        script=str(edit.path.absolute()),
        node=shot.clip.name,
    )


def _refused(code: str, message: str, fix: str) -> ArtistError:
    return ArtistError(code, "The shot cannot be pulled", message, fix)
