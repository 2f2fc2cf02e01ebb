"""A job that was checked, claimed and analysed: finish any of its frames, and seal its take."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from photodouble.ops.operation import Reporter, Stopped
from photodouble.provenance.gate import NO_MARK, GateMark
from photodouble.provenance.history import noting_failure
from photodouble.takes.record import FrameRecord
from photodouble.takes.store import MANIFEST, REQUEST, Take
from photodouble_client.errors import ArtistError

from .analysis import Analysis
from .finish import finish_take
from .guard import take_log
from .opened import OpenedElsewhere, frame_work, load_private, save_private
from .options import JobOptions, JobResult
from .outputs import copy_outputs
from .prepare import Prepared
from .work import FrameWork

logger = logging.getLogger(__name__)

_Saved: TypeAlias = tuple[OpenedElsewhere, tuple[int, ...], JobOptions, Analysis | None]


@dataclass(frozen=True)
class OpenedJob:
    """A job that was checked, claimed and analysed: `frames` are those it is asked to write.

    `analysis` is None where the take was sealed already, so that nothing is left to do.
    """

    prepared: Prepared
    take: Take
    frames: tuple[int, ...]
    options: JobOptions
    analysis: Analysis | None
    parent: Take | None = None
    is_new: bool = False
    mark: GateMark = NO_MARK
    _held: list[FrameWork] = field(default_factory=list, repr=False, compare=False)

    @property
    def work(self) -> FrameWork:
        """The work on its frames in this process, opened once."""
        if not self._held:
            self._held.append(frame_work(self.prepared.shots, self.prepared.operation, self.elsewhere))
        return self._held[0]

    @property
    def elsewhere(self) -> OpenedElsewhere:
        """What another process needs to do the same work."""
        facts = {view: shot.facts for view, shot in self.prepared.shots.items()}
        contents = self.analysis.contents if self.analysis is not None else {}
        return OpenedElsewhere(
            self.prepared.request,
            facts,
            self.take,
            contents,
            self.parent,
            self.prepared.warnings,
            self.mark,
        )

    @property
    def manifest(self) -> Path | None:
        """The manifest of the take, if it is sealed."""
        return self.take.folder / MANIFEST if self.take.is_sealed else None

    def missing(self) -> tuple[int, ...]:
        """Return those of its frames that are not finished."""
        if self.take.is_sealed:
            return ()
        return tuple(frame for frame in self.frames if self.take.record(frame) is None)

    def finish_frame(self, frame: int, report: Reporter) -> FrameRecord:
        """Return the record of a frame, made now if it is not finished.

        Raises ArtistError; `engine.stopped` when the work was asked to stop within the frame.
        """
        self._check_place()
        with self.noting_failure(report), telling_stops(self.take), take_log(self.take):
            found = self.take.record(frame)
            if found is None:
                found = self.work.finish(frame, report)
                log_frame(self.take, found)
            return found

    def seal(self, report: Reporter) -> JobResult:
        """Seal the take if its whole range is finished, and make the pictures and copies that belong to it.

        While frames of the range are missing nothing is sealed, and the result has no manifest.
        """
        self._check_place()
        with self.noting_failure(report), telling_stops(self.take), take_log(self.take):
            if (
                self.analysis is not None
                and not self.take.is_sealed
                and finish_take(self.prepared, self.take, self.analysis, self.options, report, mark=self.mark)
            ):
                logger.info("take %s sealed", self.take.take_id)
            return self._result(report)

    def _check_place(self) -> None:
        """Refuse to go on in a take that somebody moved or deleted: half a take would come to be there."""
        if (self.take.folder / REQUEST).is_file():
            return
        raise ArtistError(
            "engine.no_take",
            "The take is gone",
            f"{self.take.folder} was moved or deleted while the job ran.",
            "Bring it back and resume the job, or only resume it: then it makes all frames again.",
        )

    def noting_failure(self, report: Reporter) -> AbstractContextManager[None]:
        """Enter in the history that the job failed, if it fails within."""
        return noting_failure(self.take, self.options, report.warn)

    def save(self, path: Path) -> None:
        """Write the job for `load` in another process of the same user and code."""
        save_private((self.elsewhere, self.frames, self.options, self.analysis), path)

    @classmethod
    def load(cls, path: Path, folder: Path) -> OpenedJob:
        """Open a job that another process saved straight into `folder`, without checking its inputs again.

        Raises ArtistError `engine.refused` for a file that is damaged, foreign or of other code.
        """
        stored = load_private(path, folder)
        elsewhere, frames, options, analysis = cast(_Saved, stored)
        prepared, take = elsewhere.prepared(), elsewhere.take
        return cls(prepared, take, frames, options, analysis, elsewhere.parent, mark=elsewhere.mark)

    def _result(self, report: Reporter) -> JobResult:
        take, output = self.take, self.options.output
        if not take.is_sealed:
            if output:
                report.warn(
                    "Nothing is copied to the output yet: that is done by the job that finds the whole range "
                    f"finished. The frames made so far are in {take.folder / 'result'}."
                )
            return JobResult(take, None)
        copies = tuple(copy_outputs(self.prepared, take, self.options, report)) if output else ()
        sheet = take.folder / "pictures" / "contact_sheet.png"
        return JobResult(take, self.manifest, sheet if sheet.is_file() else None, copies)


@contextmanager
def telling_stops(take: Take | None) -> Iterator[None]:
    """Turn Stopped into ArtistError `engine.stopped`, which says what is kept."""
    try:
        yield
    except Stopped:
        raise ArtistError(
            "engine.stopped",
            "The job was stopped",
            f"The take is {take.label}. Finished frames are kept." if take else "Nothing was written.",
            "Resume the job (--resume): it makes only what is missing." if take else "Start it again.",
        ) from None


def log_frame(take: Take, record: FrameRecord) -> None:
    """Note in the log how a frame came to be."""
    how = f"linked from {record.linked_from}" if record.linked_from else "rendered"
    logger.info("take %s frame %d %s", take.take_id, record.frame, how)
