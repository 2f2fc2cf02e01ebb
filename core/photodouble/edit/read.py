"""Read an edit, whatever program wrote it, and say what was not understood. The file is never changed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import opentimelineio as otio

from photodouble_client.errors import ArtistError

from .aside import Aside, set_aside
from .dialect import dialect_notes
from .edit import Edit
from .foreign import read_foreign
from .note import Note
from .rate import exact_rate

KINDS = {
    ".otio": "otio",
    ".json": "otio",
    ".edl": "edl",
    ".xml": "xml",
    ".fcpxml": "fcpxml",
    ".aaf": "aaf",
    ".ale": "ale",
}
LARGEST = 512 * 1024**2
"""Bytes: a feature film of 2,000 shots with much metadata has some 20 million."""

_EDL_RATE = 24.0
_INFINITY = re.compile(r"(?<=[\s:,\[-])Inf(?=\s*[,\]}\n])")


def read_edit(path: Path | str, *, rate: str = "") -> Edit:
    """Read an edit of any kind; `rate` is the frames per second of one that does not say it, such as an EDL.

    What OpenTimelineIO does not know is set aside and comes back with `write.written_text`. Raises
    ArtistError `input.missing_edit`, `input.bad_edit`, `input.edit_rate` or `input.unsupported_format`.
    """
    path = Path(path)
    kind = _kind(path)
    said = float(exact_rate(rate)) if rate else None
    notes: tuple[Note, ...] = ()
    if kind == "otio":
        text = _text(path)
    else:
        if kind == "edl" and said is None:
            notes = (_assumed(path),)
        text = read_foreign(path.resolve(), kind, said)
    root, aside, unknown = _read_text(text, path)
    return Edit(path, root, kind, (*notes, *unknown, *dialect_notes(root, path.name)), rate, aside)


def edit_of_document(document: Any, path: Path) -> Edit:
    """Read an edit from JSON in memory; `path` says where relative paths begin. Raises as `read_edit`."""
    root, aside, notes = _read_text(json.dumps(document), path)
    return Edit(path, root, "otio", notes, "", aside)


def _kind(path: Path) -> str:
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise ArtistError(
            "input.unsupported_format",
            "This is not an edit",
            f"{path.name} is of a kind that holds no cut.",
            "Give an OTIO, EDL, Final Cut XML, FCPXML, AAF or ALE file.",
        )
    if not path.is_file():
        raise ArtistError(
            "input.missing_edit", "There is no such edit", f"{path} is not there.", "Check the path."
        )
    if path.stat().st_size > LARGEST:
        raise _bad(path, f"It has more than {LARGEST // 1024**2} MB, which no cut needs.")
    return kind


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(path, "It is not text in UTF-8.") from None
    except OSError as error:
        raise _bad(path, f"It cannot be opened: {error.strerror}.") from error


def _read_text(text: str, path: Path) -> tuple[Any, Aside, tuple[Note, ...]]:
    text, document = _parsed(text, path)
    document, aside, notes = set_aside(document, path.name)
    try:
        root = otio.adapters.read_from_string(json.dumps(document) if aside else text, "otio_json")
        written = otio.adapters.write_to_string(root, "otio_json") if "SerializableObjectRef" in text else ""
    except (otio.exceptions.OTIOError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise _bad(path, "Something in it is not what it should be.", str(error)) from None
    del written
    if not isinstance(root, otio.schema.Timeline | otio.core.Item | otio.schema.SerializableCollection):
        raise _bad(path, "It holds no timeline, track, clip or collection.")
    return root, aside, notes


def _parsed(text: str, path: Path) -> tuple[str, Any]:
    """Return the text and what it holds; Inf for infinity is taken, as OpenTimelineIO takes it."""
    try:
        try:
            return text, json.loads(text)
        except ValueError:
            text = _INFINITY.sub("Infinity", text)
            return text, json.loads(text)
    except RecursionError:
        raise _bad(path, "It is nested without end.") from None
    except ValueError as error:
        raise _bad(path, f"It is not whole: {error}.") from None


def _assumed(path: Path) -> Note:
    what = f"An EDL does not say its frame rate; {_EDL_RATE:g} was assumed."
    return Note("time", path.name, what, "Give the rate of the cut (--rate).")


def _bad(path: Path, why: str, detail: str = "") -> ArtistError:
    return ArtistError(
        "input.bad_edit",
        "The cut cannot be read",
        f"{path.name} is damaged, or not what its name says. {why}",
        "Export the cut again from the editing program.",
        detail=detail,
    )
