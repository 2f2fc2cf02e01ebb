"""Read an edit, whatever program wrote it."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from photodouble_client.errors import ArtistError

from .edit import Edit
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


def read_edit(path: Path | str, *, rate: str = "") -> Edit:
    """Read an edit of any kind; `rate` is the frames per second of an EDL or ALE that does not say it.

    Raises ArtistError `input.missing_edit`, `input.bad_edit`, `input.unsupported_format`.
    """
    path = Path(path)
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
    says = {"rate": float(exact_rate(rate))} if kind in ("edl", "ale") and rate else {}
    root = otio.adapters.read_from_file(
        str(path), adapter_name="otio_json" if kind == "otio" else None, **says
    )
    return Edit(path, root, kind, rate=rate)
