"""Look at everything at once; what fails, or does not answer in time, becomes a row and never an end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from . import colour, disks, engine, history, hosts, libraries, machine, models, people, program, settings
from .place import Place, place_near
from .row import BAD, LOOK, Row, worst

logger = logging.getLogger(__name__)

SCHEMA = 1
PATIENCE = 8.0
"""Seconds after which a look that has not answered, such as at a dead file server, is given up."""
THOROUGH_PATIENCE = 600.0


@dataclass(frozen=True)
class Check:
    """One look: what it is called when it fails as a whole, and what gives its rows."""

    area: str
    name: str
    call: Callable[[Place], Iterable[Row]]


CHECKS: tuple[Check, ...] = (
    Check("program", "Photo Double", program.look),
    Check("program", "Libraries", libraries.look),
    Check("program", "Picture libraries", libraries.load),
    Check("program", "Extras", libraries.extras),
    Check("program", "Panel", program.panel),
    Check("engine", "Engine's Python", engine.interpreter),
    Check("engine", "Engine", engine.running),
    Check("engine", "Runtime folder", engine.folder),
    Check("hosts", "Hosts", hosts.look),
    Check("hosts", "Resolve node", hosts.node),
    Check("machine", "Machine", machine.look),
    Check("machine", "Memory", machine.memory),
    Check("machine", "Graphics card", machine.cards),
    Check("disks", "Disks", disks.look),
    Check("settings", "Settings", settings.look),
    Check("settings", "Colours", colour.look),
    Check("models", "Models", models.look),
    Check("history", "Ledger", history.look),
    Check("people", "Keys", people.keys),
    Check("people", "Show", people.show),
)


@dataclass
class _Looking:
    """One look under way: its thread fills the rows."""

    check: Check
    rows: list[Row] = field(default_factory=list)
    thread: threading.Thread | None = None

    @property
    def is_over(self) -> bool:
        return self.thread is not None and not self.thread.is_alive()


def examined(near: Path, *, is_thorough: bool = False) -> dict[str, Any]:
    """Examine this machine for work near a folder, and return the answer as plain JSON values.

    Nothing is written or made, no engine and no host is started, torch is not imported. With `is_thorough`
    torch is asked (in a process of its own), and the weights of all models are read.
    """
    from photodouble_client.version import VERSION

    begun = time.monotonic()
    rows = look_at(place_near(near, is_thorough=is_thorough))
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "near": str(near),
        "worst": worst(rows),
        "seconds": round(time.monotonic() - begun, 2),
        "rows": [row.to_json() for row in rows],
    }


def look_at(place: Place, checks: Sequence[Check] = CHECKS, patience: float | None = None) -> list[Row]:
    """Return the rows of all checks, in their order; they run at the same time."""
    if patience is None:
        patience = THOROUGH_PATIENCE if place.is_thorough else PATIENCE
    looks = [_Looking(check) for check in checks]
    for one in looks:
        # Daemons, because a look that hangs in the system must not keep the program from ending.
        one.thread = threading.Thread(target=_guarded, args=(one, place), daemon=True)
        one.thread.start()
    end = time.monotonic() + patience
    for one in looks:
        if one.thread is not None:
            one.thread.join(max(0.0, end - time.monotonic()))
    return [row for one in looks for row in (*one.rows, *_unanswered(one, patience))]


def _unanswered(one: _Looking, patience: float) -> list[Row]:
    if one.is_over:
        return []
    fix = "See whether a file server that it lies on is there, and look again."
    found = f"no answer within {patience:g} seconds"
    return [Row(one.check.area, one.check.name, LOOK, found, fix)]


def _guarded(one: _Looking, place: Place) -> None:
    area, name = one.check.area, one.check.name
    try:
        for row in one.check.call(place):
            one.rows.append(row)
    except ArtistError as error:
        one.rows.append(Row(area, name, BAD, error.message, error.fix, error.detail))
    except ImportError as error:
        one.rows.append(_missing(area, name, error))
    except (Exception, SystemExit) as error:
        logger.warning("a look of the doctor failed: %s", name, exc_info=error)
        fix = "Put right what it says, or send it to us; the other rows stand for themselves."
        one.rows.append(
            Row(area, name, BAD, "could not be looked at", fix, f"{type(error).__name__}: {error}")
        )


def _missing(area: str, name: str, error: ImportError) -> Row:
    found = f"could not be looked at: {error.name or 'a library'} cannot be loaded"
    return Row(area, name, BAD, found, "Install Photo Double's libraries again.", str(error))
