"""Take the camera of a shot into a document of our own: whatever its file leaves out is said once, here."""

from __future__ import annotations

import dataclasses
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.documents import read_document
from photodouble.image.storage import write_whole
from photodouble.ops.crowd.camera_files import UNITS, CameraOptions, camera_to_json, read_camera
from photodouble.ops.crowd.fields import Fields
from photodouble.takes.copies import check_writable
from photodouble_client.errors import ArtistError


@dataclass(frozen=True)
class CameraTaken:
    """The camera that was written: its frames, what it looks through, and what could not be followed."""

    file: Path
    first: float
    last: float
    focal: float
    height: float
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {**dataclasses.asdict(self), "file": str(self.file), "notes": list(self.notes)}


def take_camera(source: Path, to: Path, options: CameraOptions | None = None) -> CameraTaken:
    """Read a camera with what its file does not say, and write it as a camera document.

    Raises ArtistError as `read_camera`, and `input.output_is_input`.
    """
    if to.exists() and source.exists() and to.samefile(source):
        raise ArtistError(
            "input.output_is_input",
            "The camera would overwrite itself",
            f"{source} is read and would be written.",
            "Write the camera to a file of another name, such as camera.json.",
        )
    if to.suffix.lower() != ".json" or (to.exists() and not _is_camera(to)):
        raise ArtistError(
            "input.output_exists",
            "The camera needs a file of its own",
            f"{to} is something else, or does not end in .json.",
            "Write the camera to a file of another name, such as camera.json.",
        )
    check_writable(to)
    move = read_camera(source, options)
    write_whole(to, (json.dumps(camera_to_json(move), indent=1) + "\n").encode())
    first = move.at(float(move.frames[0]))
    return CameraTaken(
        to, float(move.frames[0]), float(move.frames[-1]), first.focal, float(first.position[1]), move.notes
    )


def _is_camera(path: Path) -> bool:
    with suppress(ArtistError):
        return read_document(path).get("kind") == "camera"
    return False


def options_of(stored: dict[str, Any]) -> CameraOptions:
    """Read what is said about a camera from plain values; raises ArtistError `input.bad_document`."""
    fields = Fields.of(stored, "options", "camera")
    fields.only({one.name for one in dataclasses.fields(CameraOptions)})
    order = stored.get("order") and fields.text("order").lower()
    if order and sorted(order) != ["x", "y", "z"]:
        raise fields.fault(f"order is {order!r}, and has to be x, y and z in some order, such as zxy.")
    units = stored.get("units")
    if isinstance(units, str) and units.lower() in UNITS:
        fields = dataclasses.replace(fields, stored={**stored, "units": UNITS[units.lower()]})
    return CameraOptions(
        units=fields.maybe("units", 1e-9, 1e9),
        up=stored.get("up") and fields.text("up").lower(),
        first_frame=None
        if stored.get("first_frame") is None
        else fields.whole("first_frame", 1, -(10**7), 10**7),
        focal=fields.maybe("focal", 0.1, 10_000),
        aperture=fields.maybe("aperture", 0.1, 1000),
        shutter_angle=fields.maybe("shutter_angle", 0, 720),
        shutter_phase=fields.maybe("shutter_phase", -720, 720),
        order=order,
        node=stored.get("node") and fields.text("node"),
        aperture_height=fields.maybe("aperture_height", 0.1, 1000),
    )
