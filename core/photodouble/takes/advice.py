"""What is wrong with a take and what a person could do about it, as a list that leads to the frames."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.stored import Upgrade, upgraded

from .files import write_json
from .store import Take

if TYPE_CHECKING:
    from photodouble.ops.operation import Scratch

ADVICE = "advice.json"
UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1

_LEAST_SHARE = 0.02
"""Less than this part of a frame's matte is not worth a person's time."""
_GAP = 2
"""Stretches of frames that are no farther apart are told as one."""
_LEAST_RELIEF = 0.05
"""A painted frame that takes off less of the shot's expected error is not proposed."""


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong over a stretch of frames.

    `what` is `unseen` (no frame shows what is behind the matte) or `doubtful` (the frames disagree);
    `worst` is the frame to look at, `share` its part of that frame's matte, `box` x0 y0 x1 y1 in plate
    pixels there. `view` is the eye in stereo, otherwise empty.
    """

    what: str
    frames: FrameRange
    worst: int
    share: float
    box: tuple[int, int, int, int]
    view: str = ""

    @property
    def message(self) -> str:
        """Say what is wrong in one sentence."""
        part = f"{100 * self.share:.0f} % of the matte"
        eye = f" ({self.view} eye)" if self.view else ""
        if self.what == "unseen":
            return f"No frame shows what is behind {part}{eye}; that part is invented."
        return f"The frames disagree about {part}{eye}; that part is doubtful."

    @property
    def fix(self) -> str:
        """Say what a person can do."""
        if self.what == "unseen":
            return (
                f"Look at frame {self.worst}; give a clean plate, paint a frame, or reach for frames farther "
                "away."
            )
        return f"Look at frame {self.worst}; paint it, or keep what misleads out (do not sample)."

    def to_json(self) -> dict[str, Any]:
        """Return the plain form, words included."""
        return {
            "what": self.what,
            "frames": self.frames.to_text(),
            "worst": self.worst,
            "share": round(self.share, 4),
            "box": list(self.box),
            "view": self.view,
            "message": self.message,
            "fix": self.fix,
        }


@dataclass(frozen=True)
class Advice:
    """All that is wrong with a take, worst first, and the frame whose painting would help most.

    `relief` is the part of the take's expected error that goes with it, 0 to 1; `paint` is None where no
    frame would help enough to be worth it.
    """

    troubles: tuple[Trouble, ...]
    paint: int | None = None
    relief: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "troubles": [one.to_json() for one in self.troubles],
            "paint": self.paint,
            "relief": round(self.relief, 4),
        }


def keep_advice(take: Take, records: Mapping[str, Scratch]) -> None:
    """Keep what the analysis of each view found in the take, so that it outlives the records."""
    views = {view: scratch.load("advice", 0) for view, scratch in records.items() if scratch.has("advice", 0)}
    if views and not (take.folder / ADVICE).exists():
        stored = {
            view: {name: rows.tolist() for name, rows in sorted(found.items())}
            for view, found in views.items()
        }
        write_json(take.folder / ADVICE, {"schema": SCHEMA, "views": stored})


def advice_of(take: Take) -> Advice:
    """Return what is wrong with a take; raises ArtistError `engine.no_take` where nothing is known yet."""
    views = _stored(take.folder / ADVICE)
    if views is None:
        raise ArtistError(
            "engine.no_take",
            "Nothing is known about this take yet",
            f"{take.label} is not analysed to the end, or was made before advice was kept.",
            "Wait until its first frame is there, or make the take again.",
            detail=str(take.folder / ADVICE),
        )
    troubles = [
        trouble
        for view, rows in views.items()
        for what in ("unseen", "doubtful")
        for trouble in _stretches(what, rows, view)
    ]
    troubles.sort(key=lambda one: (-one.share * len(one.frames), one.worst, one.what))
    return Advice(tuple(troubles), *_best(views))


def _stored(path: Path) -> Mapping[str, Any] | None:
    try:
        stored = upgraded(json.loads(path.read_text(encoding="utf-8")), UPGRADES, "advice")
        views = stored["views"]
        for rows in views.values():
            names = ("frame", "hole", "unseen", "doubtful", "unseen_box", "doubtful_box", "error", "relief")
            if rows["frame"] and len({len(rows[name]) for name in names}) != 1:
                return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return dict(views)


def _stretches(what: str, rows: Mapping[str, Any], view: str) -> list[Trouble]:
    """Join neighbouring frames with the same trouble."""
    held: list[list[int]] = []
    for at, frame in enumerate(rows["frame"]):
        if rows[what][at] < _LEAST_SHARE * max(rows["hole"][at], 1):
            continue
        if held and frame - rows["frame"][held[-1][-1]] <= _GAP:
            held[-1].append(at)
        else:
            held.append([at])
    found = []
    for stretch in held:
        worst = max(stretch, key=lambda at: rows[what][at] / rows["hole"][at])
        x0, y0, x1, y1 = (int(value) for value in rows[f"{what}_box"][worst])
        frames = FrameRange(int(rows["frame"][at]) for at in stretch)
        share = rows[what][worst] / rows["hole"][worst]
        found.append(Trouble(what, frames, int(rows["frame"][worst]), float(share), (x0, y0, x1, y1), view))
    return found


def _best(views: Mapping[str, Any]) -> tuple[int | None, float]:
    """Return the frame whose painting helps most and how much; the eyes of a stereo take count together."""
    relief: dict[int, float] = {}
    total = 0.0
    for rows in views.values():
        total += sum(rows.get("error", ()))
        for frame, gain in zip(rows["frame"], rows.get("relief", ()), strict=True):
            relief[int(frame)] = relief.get(int(frame), 0.0) + float(gain)
    if not relief or total <= 0:
        return None, 0.0
    frame = min(relief, key=lambda one: (-relief[one], one))
    share = min(relief[frame] / total, 1.0)
    return (frame, share) if share >= _LEAST_RELIEF else (None, 0.0)
