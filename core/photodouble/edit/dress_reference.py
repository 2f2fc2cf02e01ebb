"""A reference as its reader takes it: URL or plain path, and a sequence in the reader's own words."""

from __future__ import annotations

import copy
from typing import Any

import opentimelineio as otio

from photodouble.image.pattern import NamePattern, parse_pattern

from .address import file_url, folder_url, plain_folder
from .edit import Edit
from .media import Media, MediaFinder
from .profile import Profile

_FILES = ("sequence", "still", "movie", "raw", "missing")


def dressed_reference(reference: Any, profile: Profile, edit: Edit, finder: MediaFinder) -> Any:
    """Return a reference for a reader; the same object where there is nothing to change."""
    if not (profile.urls or profile.sequences) or not _names_files(reference):
        return reference
    media = finder.of(reference, edit.path)
    if not media.pattern or media.kind not in _FILES:
        return reference
    name = parse_pattern(media.pattern)
    if name.is_single:
        return _restyled(reference, _styled(media.pattern, profile))
    return _sequence(reference, profile, media, name)


def _names_files(reference: Any) -> bool:
    return isinstance(reference, (otio.schema.ExternalReference, otio.schema.ImageSequenceReference))


def _sequence(reference: Any, profile: Profile, media: Media, name: NamePattern) -> Any:
    if profile.sequences in ("", "sequence"):
        return _own_sequence(reference, profile, media, name)
    if profile.sequences == "first":
        return _restyled(reference, _styled(str(name.path(media.first)), profile))
    width = name.width
    place = {
        "brackets": f"[{media.first:0{width}d}-{media.last:0{width}d}]",
        "hashes": "#" * width,
        "percent": f"%0{width}d",
    }[profile.sequences]
    path = str(name.folder / f"{name.prefix}{place}{name.suffix}")
    return _restyled(reference, _styled(path, profile))


def _own_sequence(reference: Any, profile: Profile, media: Media, name: NamePattern) -> Any:
    folder = str(name.folder)
    base = plain_folder(folder) if profile.urls == "plain" else folder_url(folder)
    if isinstance(reference, otio.schema.ImageSequenceReference):
        made = copy.deepcopy(reference)
        made.target_url_base = base
        return made
    rate = _rate(reference, media)
    made = otio.schema.ImageSequenceReference(
        target_url_base=base,
        name_prefix=name.prefix,
        name_suffix=name.suffix,
        start_frame=media.first,
        frame_step=media.step,
        rate=rate,
        frame_zero_padding=name.width,
        available_range=_available(reference, media, rate),
    )
    return _as_before(made, reference)


def _restyled(reference: Any, url: str) -> Any:
    if isinstance(reference, otio.schema.ExternalReference):
        if reference.target_url == url:
            return reference
        made = copy.deepcopy(reference)
        made.target_url = url
        return made
    made = otio.schema.ExternalReference(url, reference.available_range)
    return _as_before(made, reference)


def _as_before(made: Any, reference: Any) -> Any:
    """Give a new reference the name, the metadata and the picture bounds of the one it stands for."""
    before = copy.deepcopy(reference)
    made.name = before.name
    made.available_image_bounds = before.available_image_bounds
    for key in before.metadata:
        made.metadata[key] = before.metadata[key]
    return made


def _available(reference: Any, media: Media, rate: float) -> otio.opentime.TimeRange:
    if reference.available_range is not None:
        return reference.available_range
    start = media.start_timecode.count if media.start_timecode is not None else media.first
    one = otio.opentime.RationalTime
    return otio.opentime.TimeRange(one(start, rate), one(media.last - media.first + 1, rate))


def _rate(reference: Any, media: Media) -> float:
    if reference.available_range is not None:
        return float(reference.available_range.start_time.rate)
    return float(media.rate or 24)


def _styled(path: str, profile: Profile) -> str:
    return file_url(path) if profile.urls == "url" else path
