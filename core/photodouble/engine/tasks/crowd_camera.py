"""The task that takes the camera of a shot into a document of our own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings


def _camera(values: Mapping[str, Any], _settings: Settings, _report: Reporter) -> dict[str, Any]:
    from photodouble.engine.crowd_camera import options_of, take_camera

    return take_camera(
        Path(values["camera"]), Path(values["to"]), options_of(dict(values["options"]))
    ).to_json()


CROWD_CAMERA = Task(
    "crowd.camera",
    "Take the camera of a Nuke script, a .chan or a USD file into a camera document.",
    (
        Argument("camera", "path", "The camera: .nk, .chan, .usd or .json."),
        Argument("to", "path", "The camera document to write, such as camera.json."),
        Argument("options", "document", "What the file does not say: units, up, first_frame, node ...", {}),
    ),
    _camera,
)
