"""A small crowd to put into a plate: people of plain blocks, open ground, a camera, and the request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.demo.slate import write_frame
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import write_element
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import CROWD

FIRST, COUNT = 1001, 3
WIDE, TALL = 96, 54
CARD, FEET = (24, 12), 22


def card(number: int, frame: int) -> NDArray[np.float32]:
    """Draw somebody: a block of a colour of its own, whose wardrobe is its lower half."""
    picture = np.zeros((*CARD, 5), np.float32)
    picture[2:FEET, 3:9, 3] = 1
    picture[2:FEET, 3:9, :3] = (0.1 + 0.2 * (number % 4), 0.4, 0.1 + 0.05 * frame)
    picture[12:FEET, 3:9, 4] = 1
    return picture


def element(name: str, **more: Any) -> Element:
    facts: dict[str, Any] = {"identifiable": False, "source_first": 501, "state": "idle"}
    return Element(
        name=name, person=name, rate=24.0, frames=3, size=(CARD[1], CARD[0]), foot=(6.0, FEET),
        height=1.7, pixels_per_metre=12.0, loop_last=2, has_wardrobe=True, **{**facts, **more},
    )  # fmt: skip


def library(folder: Path, count: int = 4, **more: Any) -> Path:
    for number in range(count):
        one = element(f"man_{number}", **more)
        write_element(folder, one, [card(number, frame) for frame in range(3)])
    return folder / "library.json"


def crowd_file(path: Path, **more: Any) -> Path:
    ground = [[-6, -14], [6, -14], [6, -8], [-6, -8]]
    area = {"id": "field", "kind": "standing", "polygon": ground, "spacing": 1.2}
    path.write_text(json.dumps({"schema": 1, "areas": [{**area, **more}]}))
    return path


def write_ground(folder: Path, size: tuple[int, int] = (TALL, WIDE)) -> Path:
    """Write a plate of (height, width), its camera, a crowd file and a library of four people."""
    (folder / "plate").mkdir(parents=True)
    shade = np.random.default_rng(3)
    for number in range(FIRST, FIRST + COUNT):
        picture = 0.2 + 0.02 * shade.standard_normal((*size, 3))
        write_frame(folder / f"plate/plate.{number:04d}.exr", picture.astype(np.float32), number)
    moments = {str(FIRST + n): {"position": [0.1 * n, 1.7, 0], "rotation": [-4, 0, 0]} for n in range(COUNT)}
    camera = {"schema": 1, "kind": "camera", "focal": 24, "frames": moments}
    (folder / "camera.json").write_text(json.dumps(camera))
    crowd_file(folder / "crowd.json")
    library(folder / "people")
    return folder


def request(ground: Path, root: Path, **more: Any) -> JobRequest:
    values = more.pop("values", {})
    inputs = {
        "plate": ground / "plate/plate.####.exr",
        "crowd": ground / "crowd.json",
        "library": ground / "people/library.json",
        "camera": ground / "camera.json",
        **more.pop("inputs", {}),
    }
    return JobRequest(
        operation="crowd",
        spec_version=CROWD.version,
        inputs={key: PortInput(str(path)) for key, path in inputs.items() if path},
        values=CROWD.validate(values),
        range=FrameRange(range(FIRST, FIRST + COUNT)),
        output_root=str(root),
        shot="sh010",
        **more,
    )
