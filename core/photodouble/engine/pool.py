"""Workers: frames are rendered here or spread over processes; the pictures are the same either way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.synchronize import Event

from photodouble.ops.operation import Reporter, Stopped
from photodouble.takes.record import FrameRecord
from photodouble_client.errors import ArtistError

from .work import FrameWork

Opened = Callable[[], FrameWork]


@dataclass(frozen=True)
class Crew:
    """How frames are shared out: the number of worker processes and of threads in all (0: every core)."""

    workers: int = 1
    threads: int = 0

    @property
    def threads_each(self) -> int:
        """The fixed share of threads of each worker, at least one."""
        return max((self.threads or os.cpu_count() or 1) // max(self.workers, 1), 1)

    def finish(
        self, frames: tuple[int, ...], here: FrameWork, elsewhere: Opened, report: Reporter
    ) -> Iterator[FrameRecord]:
        """Finish the frames and yield each record as it comes.

        `here` does the work in this process; `elsewhere` opens the same work in another one and must
        survive pickling. Raises Stopped between frames, ArtistError `engine.memory` when a worker dies.
        """
        if self.workers <= 1 or len(frames) <= 1:
            limit_threads(self.threads)
            for frame in frames:
                yield here.finish(frame, report)
            return
        yield from self._spread(frames, elsewhere, report)

    def _spread(self, frames: tuple[int, ...], elsewhere: Opened, report: Reporter) -> Iterator[FrameRecord]:
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        pool = ProcessPoolExecutor(
            max_workers=min(self.workers, len(frames)),
            mp_context=context,
            initializer=_begin,
            initargs=(elsewhere, stop, self.threads_each),
        )
        pending = {pool.submit(_finish, frame) for frame in frames}
        try:
            while pending:
                done, pending = wait(pending, timeout=0.25, return_when=FIRST_COMPLETED)
                yield from (_result(future) for future in done)
                report.check()
        except BaseException:
            stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def limit_threads(threads: int) -> None:
    """Let the pixel libraries of this process use so many threads; 0 leaves them as they are."""
    if threads <= 0:
        return
    import cv2
    import numba

    cv2.setNumThreads(threads)
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))


def _result(future: Future[FrameRecord]) -> FrameRecord:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise ArtistError(
            "engine.memory",
            "A worker process ended without a word",
            "The system stopped a worker, most often because memory ran out. Finished frames are kept.",
            "Set fewer workers and resume the job (--resume).",
            detail=str(error),
        ) from error


_work: FrameWork | None = None
_report = Reporter()


def _begin(elsewhere: Opened, stop: Event, threads: int) -> None:
    global _work, _report
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr
    limit_threads(threads)
    _report = Reporter(should_stop=stop.is_set)
    _work = elsewhere()


def _finish(frame: int) -> FrameRecord:
    if _work is None:
        raise Stopped
    return _work.finish(frame, _report)
