"""Lists of shots beside a cut: an Avid log (ALE) or a table (CSV), one row a clip."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from photodouble.image.timecode import Timecode
from photodouble_client.errors import ArtistError
from photodouble_client.param import did_you_mean

LARGEST = 50_000_000
_BY_NAME = ("name", "clip name", "clip", "clipname", "source clip")
_BY_FILE = ("source file", "file", "file name", "filename", "source", "media")
_BY_REEL = ("tape", "reel", "reel name", "camroll", "tape name")
_ENCODINGS = ("utf-8-sig", "utf-16", "mac-roman")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Columns:
    """Hold the rows of a list; columns are found whatever their case."""

    path: Path
    rows: tuple[Row, ...]
    _index: dict[tuple[str, str], list[Row]] = field(default_factory=dict, repr=False, compare=False)

    def column(self, name: str) -> str:
        """Return a column's name as the list writes it; raises ArtistError `input.edit_columns`."""
        known = {one.casefold(): one for row in self.rows for one in row}
        found = known.get(name.strip().casefold())
        if found is not None:
            return found
        there = sorted(set(known.values()))
        hint = did_you_mean(name, there) if there else ""
        raise _refused(self.path, f"It has no column {name!r}.", f"{hint}It has: {', '.join(there)}.")

    def rows_of(self, clip: Any) -> list[Row]:
        """Find the rows of a clip: by its name, else its file, else its reel and timecode."""
        self._fill()
        reference = clip.media_reference
        url = str(getattr(reference, "target_url", "") or getattr(reference, "name_prefix", ""))
        file = url.replace("\\", "/").rpartition("/")[2]
        names = (clip.name, Path(clip.name).stem, str(getattr(reference, "name", "") or ""))
        reels = _reels(clip)
        for columns, wanted in ((_BY_NAME, names), (_BY_FILE, (file, Path(file).stem)), (_BY_REEL, reels)):
            found = self._matching(columns, wanted)
            if len(found) > 1:
                found = [row for row in found if _holds(row, clip)] or found
            if found:
                return found
        return []

    def _matching(self, columns: tuple[str, ...], wanted: tuple[str, ...]) -> list[Row]:
        for text in wanted:
            for column in columns:
                found = self._index.get((column, text.strip().casefold()))
                if text.strip() and found:
                    return found
        return []

    def _fill(self) -> None:
        if self._index:
            return
        for row in self.rows:
            for column, text in row.items():
                key = column.strip().casefold()
                texts = {text} if key not in _BY_FILE else {text, text.replace("\\", "/").rpartition("/")[2]}
                for one in texts:
                    self._index.setdefault((key, one.strip().casefold()), []).append(row)


def read_columns(path: Path | str) -> Columns:
    """Read a list of shots: .ale or .csv (commas, semicolons or tabs).

    Raises ArtistError `input.edit_columns`.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise _refused(path, "It is too large for a list of shots.", "Give the list of this cut alone.")
        text = _text(path.read_bytes())
    except OSError as error:
        raise _refused(path, f"It cannot be read: {error.strerror}.", "Check the path.") from error
    rows = _log(path, text) if path.suffix.lower() == ".ale" else _table(path, text)
    if not rows:
        raise _refused(path, "There is no row in it.", "Export the list again, with its heading.")
    return Columns(path, tuple(rows))


def _text(content: bytes) -> str:
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _log(path: Path, text: str) -> list[Row]:
    """Read an Avid log; tabs at the end of a row, which Avid writes, are no columns."""
    heading, mark, body = text.partition("\nColumn\n")
    body = "\n".join(line.rstrip("\t") for line in body.split("\n"))
    try:
        clips = otio.adapters.read_from_string(heading + mark + body, "ale")
    except Exception as error:
        raise _refused(path, "It is not an Avid log that can be read.", "Export it again as ALE.") from error
    return [_log_row(clip) for clip in clips if isinstance(clip, otio.schema.Clip)]


def _log_row(clip: Any) -> Row:
    row = {str(key): str(value) for key, value in dict(clip.metadata.get("ALE", {})).items()}
    row.setdefault("Name", clip.name)
    if isinstance(clip.media_reference, otio.schema.ExternalReference):
        row["Source File"] = clip.media_reference.target_url
    if clip.source_range is not None:
        row["Start"] = otio.opentime.to_timecode(clip.source_range.start_time)
        row["End"] = otio.opentime.to_timecode(clip.source_range.end_time_exclusive())
    return row


def _table(path: Path, text: str) -> list[Row]:
    heading = text.partition("\n")[0]
    sign = max(",;\t", key=heading.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=sign, restval=""))
    except csv.Error as error:
        raise _refused(path, f"It is not a table: {error}.", "Export it again as CSV.") from error
    return [
        {str(key).strip(): value.strip() for key, value in row.items() if key and isinstance(value, str)}
        for row in rows
        if any(value for key, value in row.items() if key)
    ]


def _holds(row: Row, clip: Any) -> bool:
    """Say whether a clip's source lies between the Start and End that a row gives as timecode."""
    if clip.source_range is None:
        return False
    start = clip.source_range.start_time
    rate = Fraction(start.rate)
    folded = {key.casefold(): value for key, value in row.items()}
    first, end = (Timecode.from_text(folded.get(key, ""), rate) for key in ("start", "end"))
    return first is not None and end is not None and first.count <= start.value < end.count


def _reels(clip: Any) -> tuple[str, ...]:
    edl = clip.metadata.get("cmx_3600", {})
    return (str(edl.get("reel", "")),) if hasattr(edl, "get") else ()


def _refused(path: Path, why: str, fix: str) -> ArtistError:
    return ArtistError(
        "input.edit_columns", "The list of shots cannot be used", f"{path.name}: {why}", fix, detail=str(path)
    )
