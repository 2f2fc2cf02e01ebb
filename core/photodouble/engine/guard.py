"""What happens when a job fails: the whole story goes to the take's log, bad input leaves nothing behind."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photodouble.ops.operation import Stopped
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError

from .room import is_memory, out_of_memory

logger = logging.getLogger(__name__)


@contextmanager
def take_log(take: Take) -> Iterator[None]:
    """Write what the program logs during a job into the take, and the whole story of a failure."""
    handler = logging.FileHandler(take.folder / "take.log", encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    top = logging.getLogger("photodouble")
    before = top.level
    top.addHandler(handler)
    top.setLevel(logging.INFO)
    try:
        yield
    except (ArtistError, Stopped):
        raise
    except Exception as error:  # the edge of a job
        if not is_memory(error):
            logger.exception("take %s failed", take.take_id)
        raise told(error, take.folder / "take.log") from error
    finally:
        top.removeHandler(handler)
        top.setLevel(before)
        handler.close()


def told(error: BaseException, log: Path) -> ArtistError:
    """Return the plain error for whatever a job ended on; the whole story of a fault is in `log`."""
    if isinstance(error, ArtistError):
        return error
    return out_of_memory(error) if is_memory(error) else unexpected(error, log)


def unexpected(error: BaseException, log: Path) -> ArtistError:
    """Return the plain error for a failure of the program itself; the whole story is in `log`."""
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside Photo Double",
        f"The job ended on a fault of the program. Finished frames are kept. The details are in {log}.",
        "Resume the job (--resume); if it stops at the same place, send us that file.",
        detail=f"{type(error).__name__}: {error}",
    )


@contextmanager
def cleaning_up(take: Take, is_new: bool) -> Iterator[None]:
    """Leave nothing behind when bad input is found before the first frame of a new take is finished."""
    try:
        yield
    except ArtistError as error:
        if is_new and error.family in ("input", "usage") and not any((take.folder / "frames").glob("*.json")):
            _remove_take(take)
        raise


def _remove_take(take: Take) -> None:
    shutil.rmtree(take.folder, ignore_errors=True)
    for folder in list(take.folder.parents)[:2]:
        try:
            folder.rmdir()
        except OSError:
            return
