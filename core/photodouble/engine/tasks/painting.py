"""Tasks about painting: send a frame out, and take it back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import ROOT, TAKE, opened, store_of
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _out(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.painting import plate_frame, send_out, take_frame
    from photodouble.settings import load_settings

    if values["take"]:
        store, take = opened(values, settings)
        frame, root = take_frame(take, values["frame"]), store.root
    else:
        frame = plate_frame(values["plate"], values["frame"], values["colourspace"])
        root = Path() if values["file"] else store_of(values, settings).root
    sent = send_out(
        frame,
        root,
        load_settings(root).settings,
        file=values["file"],
        encoding=values["encoding"],
        overwrite=values["overwrite"],
    )
    return sent.to_json()


def _in(values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.painting import take_back

    return take_back(Path(values["file"]), to=values["to"], overwrite=values["overwrite"]).to_json()


PAINTING = (
    Task(
        "paint.out",
        "Write a frame for an outside paint program: 16-bit TIFF or PNG in a display encoding, or EXR.",
        (
            Argument("frame", "whole", "The frame number."),
            Argument("take", "text", f"Paint on the result of a take. {TAKE.help}", ""),
            ROOT,
            Argument("plate", "path", "Paint on this plate, where no take is named.", ""),
            Argument("colourspace", "text", "The plate's colour space; empty: by the file.", ""),
            Argument("file", "path", "The file to write; empty: in the folder 'paint' of the takes.", ""),
            Argument("encoding", "text", "The colour space to paint in; empty: sRGB.", ""),
            Argument("overwrite", "flag", "Replace an existing file.", False),
        ),
        _out,
    ),
    Task(
        "paint.in",
        "Take a painted frame back: the frame is the artist's, everything else follows.",
        (
            Argument("file", "path", "The painted file; its .paint.json must lie beside it."),
            Argument("to", "path", "Where the override is written; empty: in the folder 'paint'.", ""),
            Argument("overwrite", "flag", "Replace an existing override.", False),
        ),
        _in,
    ),
)
