"""Who reads an edit, and what that reader takes: profiles, and writing a file by one of them."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from photodouble.image.storage import write_whole
from photodouble_client.errors import ArtistError

from .aside import Aside
from .dress import dressed
from .edit import Edit
from .known_only import known_only
from .media import MediaFinder
from .note import Note
from .profile import Profile
from .write import written_text

NEWEST: Mapping[str, int] = {"Clip": 2, "Marker": 2}
"""What OpenTimelineIO 0.15 to 0.18.1 read, and newer ones too; 0.18.1 refuses a file with newer objects."""
OLDEST: Mapping[str, int] = {"Clip": 1, "Marker": 2}
"""What OpenTimelineIO before 0.15 reads as well: one reference a clip."""

PROFILES: Mapping[str, Profile] = {
    "otio": Profile(
        "otio", "any OpenTimelineIO of 0.15 or later: RV, xSTUDIO, Flame", NEWEST, keeps_unknown=True
    ),
    "resolve": Profile(
        "resolve",
        "DaVinci Resolve 18.5 or later",
        NEWEST,
        one_reference=True,
        urls="plain",
        sequences="brackets",
        needs_timeline=True,
        is_timecoded=True,
    ),
    "nukestudio": Profile(
        "nukestudio",
        "Nuke Studio and Hiero",
        OLDEST,
        one_reference=True,
        urls="url",
        sequences="sequence",
        needs_timeline=True,
    ),
    "blender": Profile(
        "blender", "Blender's sequencer, through an add-on", NEWEST, urls="plain", sequences="first"
    ),
}


def profile_named(name: str) -> Profile:
    """Return a profile; raises ArtistError `usage.bad_value` for an unknown name."""
    if name in PROFILES:
        return PROFILES[name]
    raise ArtistError(
        "usage.bad_value",
        "There is no such profile",
        f"{name!r} is no program that edits are written for.",
        f"Use one of: {', '.join(PROFILES)}.",
    )


def write_edit(
    edit: Edit,
    path: Path,
    profile: Profile,
    *,
    overwrite: bool = False,
    finder: MediaFinder | None = None,
) -> tuple[Note, ...]:
    """Write an edit for a reader, whole or not at all; return what was left out or changed for that reader.

    Raises ArtistError `input.output_is_input` for the file that was read, `input.output_exists`,
    `input.unsupported_format` for a name that is not .otio, `input.edit_profile` for a root that the reader
    does not take, `engine.disk_full`, `input.unwritable_output`.
    """
    check_target(edit, path, overwrite=overwrite)
    ready = dressed(edit, profile, finder or MediaFinder())
    text, notes = _text(ready, profile, path.name)
    write_whole(path, text.encode("utf-8"))
    return (*ready.notes[len(edit.notes) :], *notes)


def for_players(profile: Profile) -> Profile:
    """Return a profile for a strip, which every player shall open: what nobody understood stays out."""
    return dataclasses.replace(profile, keeps_unknown=False)


def _text(edit: Edit, profile: Profile, name: str) -> tuple[str, tuple[Note, ...]]:
    notes: tuple[Note, ...] = ()
    if profile.keeps_unknown or not isinstance(edit.aside, Aside) or not edit.aside:
        text = written_text(edit, profile.schema)
    else:
        document = json.loads(written_text(dataclasses.replace(edit, aside=None), profile.schema))
        document, notes = known_only(document, edit.aside, profile.reader, name)
        text = json.dumps(document, indent=4, ensure_ascii=False)
    cleaned_text, cleaned = clean_text(text)
    if cleaned and profile.keeps_unknown:
        what = f"{cleaned} values in its metadata are no numbers (NaN, infinity); only OTIO reads them."
        return text, (*notes, Note("unknown", name, what))
    if cleaned:
        what = f"{cleaned} values in its metadata are no numbers (NaN, infinity) and are left empty."
        notes = (*notes, Note("dropped", name, what))
    return cleaned_text, notes


def check_target(edit: Edit, path: Path, *, overwrite: bool) -> None:
    """Refuse a place where an edit may not be written, before any work is done; raises as `write_edit`."""
    if path.suffix.lower() != ".otio":
        raise ArtistError(
            "input.unsupported_format",
            "Edits are written as OTIO only",
            f"{path.name} does not end in .otio.",
            "Give a name that ends in .otio; EDL, XML and AAF are read only.",
        )
    if path.exists() and edit.path.exists() and path.samefile(edit.path):
        raise ArtistError(
            "input.output_is_input",
            "The cut would overwrite itself",
            f"{path} is the cut that was read.",
            "Choose another name: the editor's file stays as it is.",
        )
    if path.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "There is a file of that name",
            f"{path} exists.",
            "Choose another name, or replace it (--overwrite).",
        )


def clean_text(text: str) -> tuple[str, int]:
    """Return the text of an edit as strict JSON, and how many values were emptied for that.

    OpenTimelineIO writes NaN and infinity, which no other JSON reader takes.
    """
    if not any(word in text for word in ("NaN", "Infinity", "nan", "inf")):
        return text, 0
    found: list[float] = []
    content = _finite(json.loads(text), found)
    return (
        (json.dumps(content, indent=4, ensure_ascii=False, allow_nan=False), len(found))
        if found
        else (text, 0)
    )


def _finite(value: Any, found: list[float]) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one, found) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one, found) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        found.append(value)
        return None
    return value


def with_sequences(profile: Profile, sequences: str) -> Profile:
    """Return a profile that writes image sequences in another way; an empty text changes nothing."""
    return dataclasses.replace(profile, sequences=sequences) if sequences else profile
