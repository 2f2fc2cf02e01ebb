"""The camera of the script for every frame of the plate, worked out by Nuke: expressions and all."""

from __future__ import annotations

import json
import os
import re
import uuid
from typing import Any, Dict, List

import nuke

from photodouble_client.errors import ArtistError

from . import connecting, crowd_files
from .node import PhotoDoubleNode
from .tracks import kept, unwritable

KINDS = re.compile(r"Camera\d*\Z")


def use_camera(pd: PhotoDoubleNode) -> None:
    """Write the selected camera, frame by frame, and give it to the crowd; one step of undo.

    Raises ArtistError `usage.arguments` where none is selected, or one that other nodes move.
    """
    connecting.refuse_terminal()
    chosen = [node for node in nuke.selectedNodes() if KINDS.match(node.Class())]
    if len(chosen) != 1:
        raise _unusable("Several cameras are selected." if chosen else "No camera is selected.")
    plate = pd.node.input(0)
    if plate is None:
        raise _unusable("There is no plate, whose frames the camera is written for.")
    frames = range(int(plate.firstFrame()), int(plate.lastFrame()) + 1)
    path = _written(camera_of(chosen[0], frames), crowd_files.folder(pd))
    with nuke.Undo("Use the Camera"):
        pd.node["camera"].setValue(path)
    pd.status(f"{chosen[0].name()} is in {os.path.basename(path)}, frames {frames[0]}-{frames[-1]}.")


def camera_of(node: Any, frames: range) -> Dict[str, Any]:
    """Give a camera as a document: metres, degrees and millimetres, one moment for every frame."""
    if any(node.input(number) is not None for number in range(node.inputs())):
        raise _unusable(
            f"{node.name()} is moved by what is connected to it, which its own knobs do not tell."
        )
    if node["useMatrix"].value():
        raise _unusable(f"{node.name()} is placed by a matrix.")
    if abs(float(node["winroll"].value())) > 1e-9:
        raise _unusable(f"{node.name()} has a window roll.")
    return {
        "schema": 1,
        "kind": "camera",
        "name": node.name(),
        **_shutter(node),
        "frames": {str(frame): _moment(node, frame) for frame in frames},
    }


def _moment(node: Any, frame: int) -> Dict[str, Any]:
    film = _at(node, "haperture", frame)
    x, y = _several(node, "win_translate", frame)
    return {
        "position": _several(node, "translate", frame),
        "rotation": _several(node, "rotate", frame),
        "order": str(node["rot_order"].value()).lower(),
        "focal": _at(node, "focal", frame),
        "aperture": film * _several(node, "win_scale", frame)[0],
        "shift": [x * film / 2, y * film / 2],
        "focus_distance": _at(node, "focal_point", frame),
        "f_stop": _at(node, "fstop", frame) if "fstop" in node.knobs() else 0.0,
    }


def _shutter(node: Any) -> Dict[str, float]:
    if "shutter" not in node.knobs():
        return {}
    angle = 360 * float(node["shutter"].value())
    offset = str(node["shutteroffset"].value()) if "shutteroffset" in node.knobs() else "start"
    return {"shutter_angle": angle, "shutter_phase": {"start": 0.0, "end": -angle}.get(offset, -angle / 2)}


def _at(node: Any, knob: str, frame: int) -> float:
    return round(float(node[knob].getValueAt(frame)), 6)


def _several(node: Any, knob: str, frame: int) -> List[float]:
    return [round(float(one), 6) for one in node[knob].getValueAt(frame)]


def _written(document: Dict[str, Any], folder: str) -> str:
    try:
        os.makedirs(folder, exist_ok=True)
        part = f"{folder}/.camera.{uuid.uuid4().hex[:8]}.json"
        with open(part, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=1)
        return kept(part, folder, "camera", ".json")
    except OSError as problem:
        raise unwritable(folder, problem) from problem


def _unusable(message: str) -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "The camera cannot be used",
        message,
        "Select one Camera whose own knobs hold the move; bake it where another node moves it.",
    )
