"""Where the matte is on every frame: measured once for a take, known to every later chunk of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot, held_frame
from photodouble.takes.files import write_json

from .contents import digest

MATTES = "mattes.json"
SCHEMA = 1
_DECIDING = ("matte", "companion", "keep")


def matte_boxes(shot: Shot, report: Reporter, known: Path | None = None) -> Mapping[int, Box]:
    """Return the smallest box around the final matte of every frame of the range.

    `known` is the analysis folder of a take that was begun before: its boxes are taken as they are while no
    matte file, no matte control and no window has changed.
    """
    if "matte" not in shot.inputs.ports:
        return dict.fromkeys(shot.frames, shot.canvas)
    remembered = _remembered(shot, known) if known is not None else None
    if remembered is not None:
        return remembered
    boxes: dict[int, Box] = {}
    held: Box | None = None
    for number, frame in enumerate(shot.frames):
        if held is None or not _is_held(shot):
            held = shot.matte_box(frame)
        boxes[frame] = held
        report.progress(number + 1, len(shot.frames), "checking mattes")
    return boxes


def remember_boxes(shot: Shot, folder: Path) -> None:
    """Keep the boxes of a shot in the analysis folder of its take."""
    if (folder / MATTES).is_file() or "matte" not in shot.inputs.ports:
        return
    boxes = {str(frame): [box.x0, box.y0, box.x1, box.y1] for frame, box in shot.facts.matte_boxes.items()}
    write_json(folder / MATTES, {"schema": SCHEMA, "mark": _mark(shot), "boxes": boxes})


def _remembered(shot: Shot, folder: Path) -> Mapping[int, Box] | None:
    try:
        stored = json.loads((folder / MATTES).read_text(encoding="utf-8"))
        if stored["schema"] != SCHEMA or stored["mark"] != _mark(shot):
            return None
        boxes = {int(frame): Box(*(int(edge) for edge in edges)) for frame, edges in stored["boxes"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return boxes if set(boxes) >= set(shot.frames) else None


def _mark(shot: Shot) -> str:
    """Return a hash of all that decides the boxes: files by size and time, controls, windows."""
    matte = shot.inputs.ports["matte"]
    files = []
    for port in _DECIDING:
        sequence = shot.inputs.ports.get(port)
        for frame in shot.frames if sequence is not None else ():
            if sequence is None or (port != "matte" and sequence.missing([frame])):
                continue
            path = Path(sequence.path(held_frame(sequence, frame)))
            state = path.stat()
            files.append([port, frame, str(path), state.st_size, state.st_mtime_ns])
    windows = [shot.canvas, shot.display_window]
    return digest(
        {
            "files": files,
            "controls": {key: value for key, value in shot.values.items() if key.startswith("matte_")},
            "channels": [matte.channels, matte.view],
            "windows": [[box.x0, box.y0, box.x1, box.y1] for box in windows],
        }
    )


def _is_held(shot: Shot) -> bool:
    animated = any(isinstance(shot.values[key], Mapping) for key in shot.values if key.startswith("matte_"))
    stills = [shot.inputs.ports[port].still for port in _DECIDING if port in shot.inputs.ports]
    return all(stills) and not animated
