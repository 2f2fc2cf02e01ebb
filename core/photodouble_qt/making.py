"""Make what a tool asks for, off the window's thread: the matte that was drawn, a preview, a job."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Tuple

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Previewed
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import PreviewWanted

from .drawing import Drawing, Points
from .host_line import HostLine
from .tools import Tool

DONE = "done.json"
STANDING = "drawn"


@dataclass(frozen=True)
class Plan:
    """All that one press of a button means; `shapes` is the document that was drawn, empty where none was."""

    tool: Tool
    values: Mapping[str, Any]
    takes_root: str
    shot: str
    frame: int
    shapes: Mapping[str, Any] = field(default_factory=dict)
    follows: bool = True
    matte: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    space: str = ""
    performers: Tuple[str, ...] = ()

    @property
    def drawing(self) -> Drawing:
        """Give what was drawn."""
        return Drawing.from_json(self.shapes) if self.shapes else Drawing()

    @property
    def needs_pixels(self) -> bool:
        """Whether something is drawn on the clip's pixels before it is handed over."""
        return bool(self.shapes) and not self.matte


@dataclass(frozen=True)
class Ready:
    """What the host is asked with, the request that comes of it, and what the artist should know."""

    wanted: Dict[str, Any]
    request: JobRequest
    words: str = ""


def prepare(engine: Engine, line: HostLine, plan: Plan) -> Ready:
    """Let the host fetch the pixels, then draw the matte or lay the crowd on them; raises ArtistError."""
    folder, wanted = _folder(plan), wanted_of(plan)
    request = JobRequest.from_json(line.ask("request", wanted))
    words = ""
    if plan.tool.operation == "crowd":
        _lay_crowd(engine, plan, request, request.inputs["crowd"].path)
    elif plan.tool.has_matte and plan.needs_pixels:
        words = draw_matte(engine, plan, request, folder)
    return Ready(wanted, request, words)


def wanted_of(plan: Plan) -> Dict[str, Any]:
    """Give what the host is asked with; raises ArtistError `usage.arguments` where something is missing."""
    folder = _folder(plan)
    inputs = _inputs(plan, folder)
    wanted: Dict[str, Any] = {
        "operation": plan.tool.operation,
        "values": {**plan.values, **plan.tool.fixed},
        "inputs": {name: one.to_json() for name, one in inputs.items()},
        "takes_root": plan.takes_root,
        "shot": plan.shot,
        "space": plan.space,
        "performers": list(plan.performers),
    }
    if plan.tool.operation == "crowd":
        _copy_preset(plan, inputs["crowd"].path)
    return wanted


def preview(engine: Engine, line: HostLine, plan: Plan, slot: str) -> Tuple[Previewed, str]:
    """Make the frame under the playhead, small, and no take; with it, what the artist should know."""
    ready = prepare(engine, line, plan)
    frames = list(ready.request.range)
    frame = min(frames, key=lambda one: abs(one - plan.frame))
    found = engine.preview(PreviewWanted(ready.request, frame, slot=slot))
    return found, " ".join([text for text in (ready.words, *found.notes) if text])


def submit(engine: Engine, line: HostLine, plan: Plan) -> str:
    """Hand the clip over and say what is worked on."""
    if plan.needs_pixels:
        ready = prepare(engine, line, plan)
        wanted, words = ready.wanted, ready.words
    else:
        # What is not drawn on needs no pixels now, which Resolve may have to render for each asking.
        wanted, words = wanted_of(plan), ""
    answer = line.ask("submit", wanted)
    return " ".join(text for text in (str(answer["words"]), words) if text)


def draw_matte(engine: Engine, plan: Plan, request: JobRequest, folder: str) -> str:
    """Write the matte of what was drawn, once for the same drawing; say where it was lost while followed."""
    drawing, plate = plan.drawing, request.inputs["plate"]
    frames = (request.source_range or request.range).to_text()
    told = _stored(folder, plate, frames)
    if told is not None:
        return told
    os.makedirs(folder, exist_ok=True)
    shapes = os.path.join(folder, "shapes.json")
    _write(shapes, drawing.to_json())
    asked = {"plate": plate.path, "frames": frames, "overwrite": True}
    track, words = "", ""
    if plan.follows:
        track = os.path.join(folder, "track.json")
        reference = drawing.keys()[0]
        found = engine.task(
            "track.plane",
            {
                **asked,
                "output": track,
                "reference": str(reference),
                "corners": corners_text(drawing, reference, plate_size(engine, plate, reference)),
                "colourspace": plate.colourspace,
            },
        )
        words = lost_words(str(found["lost"]))
    engine.task(
        "shapes", {**asked, "shapes": shapes, "output": pattern_in(folder), "track": track, "keyed": True}
    )
    _write(os.path.join(folder, DONE), {"frames": frames, "plate": plate.path, "words": words})
    return words


def plate_size(engine: Engine, plate: PortInput, frame: int) -> Tuple[int, int]:
    """Ask how large the plate is."""
    told = engine.task(
        "pictures.plate", {"path": plate.path, "frame": frame, "colourspace": plate.colourspace, "size": 480}
    )
    return int(told["width"]), int(told["height"])


def corners_text(drawing: Drawing, frame: int, size: Tuple[int, int]) -> str:
    """Write the four corners around everything that is drawn at a frame, inside the picture."""
    points: List[Any] = [one for outline in drawing.outlines for one in outline.points_at(frame)]
    left, right = _inside([x for x, _ in points], size[0])
    top, bottom = _inside([y for _, y in points], size[1])
    corners: Points = ((left, top), (right, top), (right, bottom), (left, bottom))
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)


def lost_words(frames: str) -> str:
    """Say where an outline could not be followed."""
    if not frames:
        return ""
    return f"What is drawn was lost on frames {frames}: look at them, and move the outline there."


def pattern_in(folder: str) -> str:
    """Name the matte that is drawn into a folder."""
    return os.path.join(folder, "matte.####.exr")


def _inside(places: List[float], end: int) -> Tuple[float, float]:
    return max(1.0, min(places)), min(end - 1.0, max(places))


def _inputs(plan: Plan, folder: str) -> Dict[str, PortInput]:
    if plan.tool.operation == "crowd":
        lacking = [name for name in ("crowd", "library") if not plan.files.get(name)]
        if lacking:
            raise _lacks("The crowd file" if lacking[0] == "crowd" else "The library of people")
        given = {name: PortInput(path) for name, path in plan.files.items() if path}
        return {**given, "crowd": PortInput(os.path.join(folder, "crowd.json"))}
    if not plan.tool.has_matte:
        return {}
    if plan.matte:
        return {"matte": PortInput(plan.matte)}
    if plan.drawing.is_empty:
        if plan.tool.draws == "needed":
            raise _lacks("An outline or a matte")
        return {}
    return {"matte": PortInput(pattern_in(folder))}


def _folder(plan: Plan) -> str:
    """Name the folder of what is drawn: the same for the same drawing, so that it is made once."""
    told = json.dumps([plan.shapes, plan.follows, dict(plan.files), plan.space], sort_keys=True)
    name = hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]
    return os.path.join(plan.takes_root, plan.shot, "mattes", f"{plan.tool.key}_{name}")


def _stored(folder: str, plate: PortInput, frames: str) -> Optional[str]:
    try:
        with open(os.path.join(folder, DONE), encoding="utf-8") as stream:
            told = json.load(stream)
    except (OSError, ValueError):
        return None
    return str(told["words"]) if (told["plate"], told["frames"]) == (plate.path, frames) else None


def _copy_preset(plan: Plan, path: str) -> None:
    """Copy the preset, so that what is drawn for this shot changes no other."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(plan.files["crowd"], path)
    except OSError as problem:
        raise ArtistError(
            "input.bad_document",
            "The crowd file cannot be used",
            f"{plan.files['crowd']} cannot be read, or not be copied to {path}.",
            "Choose another file, or have the rights of the folder changed.",
            str(problem),
        ) from problem


def _lay_crowd(engine: Engine, plan: Plan, request: JobRequest, path: str) -> None:
    """Let people stand on what is drawn, beside those of the preset."""
    drawing = plan.drawing
    if drawing.is_empty:
        return
    frame = drawing.keys()[0]
    areas = {
        f"{STANDING}_{number + 1}": {
            "kind": "standing",
            "plate_polygon": [list(point) for point in outline.points_at(frame)],
            "frame": frame,
        }
        for number, outline in enumerate(drawing.outlines)
    }
    engine.task(
        "crowd.layout",
        {
            "crowd": path,
            "plate": request.inputs["plate"].path,
            "camera": plan.files.get("camera", ""),
            "areas": areas,
        },
    )


def _lacks(what: str) -> ArtistError:
    return ArtistError(
        "usage.arguments", "Something is missing", f"{what} is missing.", "Give it, then try again."
    )


def _write(path: str, stored: Any) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(stored, stream, indent=1, sort_keys=True)
