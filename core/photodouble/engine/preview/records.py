"""Analysis records of previews, each kept under what it depends on, so that little is done twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from photodouble.engine.contents import code_version
from photodouble.ops.operation import Operation

from .shot import ReducedShot
from .store import PreviewStore

Record = dict[str, npt.NDArray[Any]]

PICTURE_STAGES = ("view",)
"""Records of one frame's picture alone."""
MOTION_STAGES = ("motion", "motion_check")
"""Records of a frame and the next: their pictures, their mattes, and how motion is followed."""
MOTION_CONTROLS = ("motion", "analysis_size")


class WarmRecords:
    """A scratch in the store. Motion between two frames outlives a change of reach, seam or detail.

    A stage that is not known to depend on less depends on everything that the analysis reads.
    """

    def __init__(self, shot: ReducedShot, operation: Operation, store: PreviewStore) -> None:
        """Keep the records of one shot."""
        self._shot, self._store = shot, store
        self._numbers = tuple(sorted({*shot.source_frames, *shot.frames, *shot.overrides}))
        canvas = (shot.canvas, shot.grid.scale, int(shot.values.get("analysis_size", 0)))
        self._common = ("record", operation.key, operation.version, code_version(), canvas)
        self._all = _digest(self._everything(operation))
        self._held: dict[tuple[object, ...], Record] = {}

    def save(self, stage: str, index: int, **arrays: npt.NDArray[Any]) -> None:
        """Keep a record; those in use stay even when the store is too small for all of them."""
        key = self._key(stage, index)
        self._held[key] = dict(arrays)
        self._store.keep(key, self._held[key])

    def load(self, stage: str, index: int) -> Record:
        """Return a record; KeyError if there is none."""
        found = self._find(stage, index)
        if found is None:
            raise KeyError((stage, index))
        return dict(found)

    def has(self, stage: str, index: int) -> bool:
        """Whether the step was already done."""
        return self._find(stage, index) is not None

    def drop(self, stage: str, index: int) -> None:
        """Forget one record, if it is there."""
        key = self._key(stage, index)
        self._held.pop(key, None)
        self._store.drop(key)

    def _find(self, stage: str, index: int) -> Record | None:
        key = self._key(stage, index)
        if key not in self._held:
            kept = self._store.peek(key)
            if kept is None:
                return None
            self._held[key] = kept
        return self._held[key]

    def _key(self, stage: str, index: int) -> tuple[object, ...]:
        if stage in PICTURE_STAGES:
            return (*self._common, stage, self._shot.plate_mark(self._numbers[index]))
        if stage in MOTION_STAGES:
            pair = self._numbers[index : index + 2]
            seen = [(self._shot.plate_mark(one), self._shot.matte_mark(one)) for one in pair]
            followed = tuple(str(self._shot.values.get(key)) for key in MOTION_CONTROLS)
            return (*self._common, stage, *seen, *followed)
        return (*self._common, stage, index, self._all)

    def _everything(self, operation: Operation) -> Mapping[str, object]:
        shot = self._shot
        values = {key: value for key, value in shot.values.items() if key not in operation.render_only}
        marks = [(shot.plate_mark(one), shot.matte_mark(one)) for one in self._numbers]
        cleans = [
            [(number, plate.path(number), plate.path(number).stat().st_mtime_ns) for number in plate.frames]
            for plate in shot.clean_plates
        ]
        others = shot.other_marks()
        return {
            "values": values,
            "marks": marks,
            "cleans": cleans,
            "sources": shot.source_frames,
            "others": others,
        }


def _digest(content: Mapping[str, object]) -> str:
    """Return one short name of content whose text is the same in every run."""
    return hashlib.sha256(repr(sorted(content.items())).encode()).hexdigest()
