"""May this cut leave? Every clip is held against the takes and the signed decisions of the show."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.ops.operation import Reporter
from photodouble.settings import Settings, load_settings
from photodouble.takes.check import check_take
from photodouble.takes.review_words import REJECTED
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .clips import is_take, show_plates
from .edit import Edit
from .marking import is_temp_name
from .media import MediaFinder
from .metadata import NOT_APPROVED, plain_name, stamped
from .plates import plate_offset
from .shot import Shot
from .shots import list_shots
from .take_media import RESULT, TakeMedia, take_media
from .taken import TakeFinder, other_files

KINDS = (
    "missing",
    "not covered",
    "other frames",
    "other take",
    "not approved",
    "temp",
    "stale",
    "not cleared",
)


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a clip from being final; `kind` is one of KINDS."""

    kind: str
    what: str
    fix: str = ""


@dataclass(frozen=True)
class CheckedClip:
    """A clip that shows a take, or should, and what was found."""

    name: str
    track: str
    record_first: int
    record_last: int
    take: str
    take_id: str
    state: str
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        return {**vars(self), "findings": [vars(one) for one in self.findings]}


def check_edit(
    edit: Edit,
    *,
    final: bool = False,
    takes: TakeFinder | None = None,
    report: Reporter | None = None,
    **listing: Any,
) -> tuple[CheckedClip, ...]:
    """Return every clip that shows a take or has one, and what is wrong; others only if media is missing.

    For a `final` the inputs and pictures of every take are hashed again, and consent and policy are asked
    as a delivery asks them. Raises ArtistError `input.tampered` where the show's records were changed.
    """
    listing.setdefault("finder", MediaFinder())
    check = _Check(edit, listing["finder"], takes or TakeFinder(), final, report or Reporter())
    found = []
    shots = list_shots(edit, **listing)
    plates = _plate_shots(edit, listing)
    for number, shot in enumerate(shots):
        check.report.progress(number + 1, len(shots), "checking clips")
        one = check.clip(shot, plates.get(number))
        if one is not None:
            found.append(one)
    return tuple(found)


def wrong(checked: Iterable[CheckedClip]) -> tuple[CheckedClip, ...]:
    """Return the clips that may not be final."""
    return tuple(one for one in checked if one.findings)


def _plate_shots(edit: Edit, listing: Mapping[str, Any]) -> dict[int, Shot]:
    """Return the clips that show a take as they are with their plates, by their number in the list."""
    root = copy.deepcopy(edit.root)
    changed = {id(clip) for clip, _ in show_plates(root).values()}
    shots = list_shots(dataclasses.replace(edit, root=root), **listing) if changed else ()
    return {number: shot for number, shot in enumerate(shots) if id(shot.clip) in changed}


class _Check:
    """One run over a cut: remembers what it learnt of each take."""

    def __init__(
        self, edit: Edit, finder: MediaFinder, takes: TakeFinder, final: bool, report: Reporter
    ) -> None:
        self._edit, self._finder = edit, finder
        self.takes, self.final, self.report = takes, final, report
        self._cleared: dict[str, tuple[Finding, ...]] = {}

    def clip(self, shot: Shot, plate: Shot | None) -> CheckedClip | None:
        reference = shot.clip.media_reference
        take = self.takes.at(shot.media)
        elsewhere = take is None and is_take(reference)
        if elsewhere:
            take = self.takes.named(reference)
        if take is None:
            findings = self._without(shot, elsewhere)
            waiting = () if elsewhere else self._waiting(shot)
            return _checked(shot, (*findings, *waiting)) if findings or waiting else None
        state = self.takes.standing(take)
        findings = [*self._pictures(shot, plate, take, elsewhere), *self._cleared_take(take)]
        said = stamped(reference).get("take", take.take_id)
        if said != take.take_id:
            what = f"The cut says take {str(said)[:8]}, and its pictures are those of {take.label}."
            findings.append(Finding("other take", what, "Push the take again."))
        if _says_temp(shot):
            fix = "" if not state.is_approved else "It is approved now: push it again."
            findings.append(Finding("temp", f"It is marked {NOT_APPROVED}.", fix))
        return _checked(shot, tuple(findings), take, state.state)

    def _without(self, shot: Shot, elsewhere: bool) -> list[Finding]:
        found = []
        if elsewhere:
            what = f"The take {str(stamped(shot.clip.media_reference).get('take', ''))[:8]} is not here."
            found.append(Finding("missing", what, "Say where takes are kept (--root)."))
        if shot.media.kind == "missing":
            found.append(Finding("missing", shot.media.trouble, shot.media.fix))
        if _says_temp(shot):
            found.append(Finding("temp", f"It is marked {NOT_APPROVED}.", "Push its take again."))
        return found

    def _waiting(self, shot: Shot) -> tuple[Finding, ...]:
        """Say of a clip that shows its plate which of its takes still wait for a decision."""
        found = []
        for reference in shot.clip.media_references().values():
            take = self._take_of(reference) if is_take(reference) else None
            if take is not None:
                standing = self.takes.standing(take)
                if not standing.is_approved and standing.state != REJECTED:
                    what = f"It shows the plate, and {take.label} waits: {standing.text}."
                    found.append(
                        Finding("not approved", what, "Decide about the take, or remove it from the clip.")
                    )
        return tuple(found)

    def _take_of(self, reference: Any) -> Take | None:
        media = self._finder.of(reference, self._edit.path)
        return self.takes.at(media) or self.takes.named(reference)

    def _pictures(self, shot: Shot, plate: Shot | None, take: Take, elsewhere: bool) -> list[Finding]:
        """Look for the frames that the clip shows among those of the take, and on disk."""
        try:
            media = take_media(take, self.takes.standing(take), _output(shot, take))
        except ArtistError as error:
            return [Finding("missing", error.message, error.fix)]
        if shot.timing.refused:
            return [
                Finding("not covered", shot.timing.refused, "Bake the speed change in the editing program.")
            ]
        uncovered = _uncovered(shot, plate, media)
        shown = tuple(frame for frame in dict.fromkeys(shot.timing.frame_map) if frame in media.frames)
        return uncovered + self._files(shot, media, shown, elsewhere)

    def _files(self, shot: Shot, media: TakeMedia, shown: tuple[int, ...], elsewhere: bool) -> list[Finding]:
        if elsewhere:
            other = FrameRange(other_files(media.hashes, shot.media, shown)) if shot.media.pattern else shown
            what = "are not those of the take that the cut names"
            kind = "other take"
        else:
            other = FrameRange(frame for frame in shown if not media.file(frame).is_file())
            what, kind = "are not on disk", "missing"
        if not other:
            return []
        frames = FrameRange(other).to_text()
        return [
            Finding(
                kind, f"Frames {frames} of {media.take.label} {what}.", "Restore the take, and push it again."
            )
        ]

    def _cleared_take(self, take: Take) -> tuple[Finding, ...]:
        if take.take_id not in self._cleared:
            self._cleared[take.take_id] = self._clear(take)
        return self._cleared[take.take_id]

    def _clear(self, take: Take) -> tuple[Finding, ...]:
        standing = self.takes.standing(take)
        if not standing.is_approved:
            fix = "Have it approved ('photodouble takes approve'), or take it out of the cut."
            return (Finding("not approved", f"{take.label}: {standing.text}.", fix), *self._stale(take))
        return self._export(take) if self.final else ()

    def _stale(self, take: Take) -> tuple[Finding, ...]:
        changes = check_take(take, report=self.report) if self.final and take.is_sealed else ()
        return tuple(
            Finding("stale", f"{one.message}.", "Make a new take of what is there now.") for one in changes
        )

    def _export(self, take: Take) -> tuple[Finding, ...]:
        """Ask as a delivery asks: approval for final, consent, policy, and whether it is current."""
        from photodouble.takes.delivery_check import check_export

        store = self.takes.store_of(take)
        settings: Settings = load_settings(store.root).settings
        try:
            check_export(take, store, "final", settings, self.report)
        except ArtistError as error:
            if error.code == "input.tampered":
                raise
            return self._stale(take) or (Finding("not cleared", error.message, error.fix),)
        return ()


def _uncovered(shot: Shot, plate: Shot | None, media: TakeMedia) -> list[Finding]:
    """Hold the frames that the clip shows of its take against those that it shows of its plate."""
    fix = "Make the missing frames ('photodouble edit conform')."
    offset = plate_offset(media.request, plate) if plate is not None else None
    if plate is None or offset is None:
        absent = FrameRange(frame for frame in shot.timing.frame_map if frame not in media.frames)
        if not absent and not shot.timing.held:
            return []
        what = f"There is no frame of {media.take.label} for record frames {_held(shot, absent)}."
        return [Finding("not covered", what, fix)]
    wanted = tuple(frame + offset for frame in plate.timing.frame_map)
    missing = media.missing(FrameRange(wanted))
    if missing:
        what = f"{media.take.label} lacks frames {missing.to_text()} of what the clip shows."
        return [Finding("not covered", what, fix)]
    if wanted != shot.timing.frame_map:
        what = f"It shows other frames of {media.take.label} than of its plate."
        return [Finding("other frames", what, "Push the take again.")]
    return []


def _held(shot: Shot, absent: FrameRange) -> str:
    first = shot.timing.record_first
    shown = [first + place for place, frame in enumerate(shot.timing.frame_map) if frame in absent]
    return FrameRange((*shown, *shot.timing.held)).to_text()


def _output(shot: Shot, take: Take) -> str:
    """Return which output of a take a clip shows: by its folder, or by what the cut says."""
    folder = Path(shot.media.pattern or ".").parent
    if folder.is_relative_to(take.folder) and folder != take.folder:
        return folder.relative_to(take.folder).parts[0]
    return str(stamped(shot.clip.media_reference).get("output", "") or RESULT)


def _says_temp(shot: Shot) -> bool:
    return is_temp_name(shot.clip) or stamped(shot.clip).get("status") == NOT_APPROVED


def _checked(
    shot: Shot, findings: tuple[Finding, ...], take: Take | None = None, state: str = ""
) -> CheckedClip:
    timing = shot.timing
    return CheckedClip(
        shot.name or plain_name(shot.clip.name),
        shot.track,
        timing.record_first,
        timing.record_last,
        take.label if take is not None else "",
        take.take_id if take is not None else "",
        state,
        findings,
    )
