"""A shot of a cut: a clip, its media, and which frames of it are seen when."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .media import Media
from .rate import rate_text
from .source import Available
from .timing import Timing


@dataclass(frozen=True)
class Shot:
    """Hold one clip of a cut. Record frames are the cut's own numbers, at `rate` frames per second.

    `key` names the media reference that is shown; `available` says how its media is counted. `nests` are the
    names of the nests that the clip lies in. `warnings` are sentences for the artist.
    """

    name: str
    track: str
    clip: otio.schema.Clip
    key: str
    media: Media
    timing: Timing
    rate: Fraction
    available: Available
    nests: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write the shot as plain JSON values. A refused shot has an empty frame map and no media range."""
        timing, media = self.timing, self.media
        known = bool(timing.frame_map)
        return {
            "name": self.name,
            "clip": self.clip.name,
            "track": self.track,
            "nests": list(self.nests),
            "record_first": timing.record_first,
            "record_last": timing.record_last,
            "cut_first": timing.cut_first,
            "cut_last": timing.cut_last,
            "media_kind": media.kind,
            "media_pattern": media.pattern,
            "media_first": timing.media_first if known else None,
            "media_last": timing.media_last if known else None,
            "media_step": timing.step,
            "movie_first": self._movie_first,
            "handle_head": timing.handle_head,
            "handle_tail": timing.handle_tail,
            "speed": float(timing.speed),
            "rate": float(self.rate) if self.rate.denominator > 1 else int(self.rate),
            "rate_exact": rate_text(self.rate),
            "frame_map": list(timing.frame_map),
            "held": list(timing.held),
            "reference": self.key,
            "colourspace": media.colourspace,
            "pixel_aspect": media.pixel_aspect,
            "refused": timing.refused,
            "warnings": list(self.warnings),
        }

    @property
    def _movie_first(self) -> int | None:
        """Return where in a movie's file, counted from 1, the media's first frame lies."""
        if self.media.kind != "movie" or not self.timing.frame_map:
            return None
        return self.timing.media_first - self.media.first + self.media.movie_first
