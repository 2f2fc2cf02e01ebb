# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Edits panel says: what came of the latest wish, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import listening
from ._vendor.photodouble_client.errors import ArtistError


@dataclass
class _Known:
    """What the panel shows of the latest wish."""

    lines: tuple[str, ...] = ()
    error: ArtistError | None = None
    requests: tuple[str, ...] = ()


_known = _Known()


def lines() -> tuple[str, ...]:
    """Give the sentences that the latest wish ended with."""
    return _known.lines


def error() -> ArtistError | None:
    """Give what went wrong with the latest wish, or None."""
    return _known.error


def requests() -> tuple[str, ...]:
    """Name the files of the requests for frames that the new cut lacks."""
    return _known.requests


def ask_for(files: tuple[str, ...]) -> None:
    """Remember the requests that a new cut brought; none once they were handed over."""
    _known.requests = files


def tell(*said: str) -> None:
    """Show what came of a wish."""
    _known.lines, _known.error = tuple(one for one in said if one), None
    listening.redraw()


def refuse(problem: ArtistError) -> None:
    """Show what went wrong with a wish."""
    _known.lines, _known.error = (), problem
    listening.redraw()


def words_of(notes: Any) -> list[str]:
    """Write the engine's notes on a cut as sentences."""
    return [" ".join(part for part in (f"{one['where']}:", one["what"], one["fix"]) if part) for one in notes]


def checked_words(row: Any) -> str:
    """Say of one clip what is wrong with it."""
    findings = "; ".join(f"{one['kind']}: {one['what'].rstrip('.')}" for one in row["findings"])
    return f"{row['name']}: {findings or row['state'] or 'good'}"


def gone(path: str, why: str) -> ArtistError:
    """Say that a request that was written is not there any more."""
    return ArtistError(
        "input.missing_edit",
        "The request is not there any more",
        f"{path} cannot be read.",
        "Conform to the new cut again.",
        detail=why,
    )


def no_strips(left_out: tuple[str, ...]) -> ArtistError:
    """Say that there is nothing to write."""
    why = " ".join(left_out) or "The Sequencer of this scene is empty."
    return ArtistError(
        "input.missing_edit", "There is no cut in this scene", why, "Add strips, or import a cut."
    )


def not_its_plate(strip: str, label: str, lacking: list[int]) -> ArtistError:
    """Say that a take belongs to another strip, or is too short for this one."""
    why = (
        f"{label} lacks frames {', '.join(map(str, lacking))}." if lacking else f"{label} has another plate."
    )
    return ArtistError(
        "input.edit_no_clip",
        "The take does not cover this strip",
        f"{strip} shows its plate's own frames, and {why}",
        "Choose the strip of the take's plate, or make the take longer.",
    )


def under_a_speed(strip: str) -> ArtistError:
    """Say that a take cannot be laid above a strip that a speed effect shows otherwise."""
    return ArtistError(
        "input.edit_no_clip",
        "A speed effect plays this strip",
        f"{strip} is seen through a speed effect, and the take would be laid at its own speed.",
        "Push the take into the cut instead, or use retiming keys in place of the effect.",
    )


def unregister() -> None:
    """Drop what the latest wish ended with."""
    _known.lines, _known.error, _known.requests = (), None, ()
