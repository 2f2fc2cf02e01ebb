"""A picture of a layout: the plate, dimmed, with everybody as a line from foot to head."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from photodouble.image.display import shown
from photodouble.image.frame import Frame
from photodouble.image.storage import write_whole
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.camera import NEAR, Camera, Screen

_TALL = 1.5
_COLOURS = ((255, 190, 60), (90, 200, 255), (250, 110, 140), (130, 230, 120), (200, 150, 255))
_DIM = 0.45


def write_layout_picture(path: Path, frame: Frame, agents: Agents, camera: Camera, screen: Screen) -> None:
    """Write a PNG of a plate's frame with a line for everybody, coloured by area."""
    codes = shown(np.nan_to_num(frame.linear(frame.display_window)))
    picture = np.ascontiguousarray((codes * _DIM).astype(np.uint8))
    feet, depth = camera.see(agents.foot, screen)
    heads, _ = camera.see(agents.foot + np.array([0.0, _TALL, 0.0]), screen)
    for row in np.argsort(-depth):
        if depth[row] <= NEAR or not _near(feet[row], screen):
            continue
        colour = _COLOURS[int(agents.area[row]) % len(_COLOURS)]
        ends = [tuple(round(float(part) * 16) for part in point) for point in (feet[row], heads[row])]
        cv2.line(picture, ends[0], ends[1], colour, 1, cv2.LINE_AA, 4)
    done, encoded = cv2.imencode(".png", picture[..., ::-1])
    if not done:
        raise ValueError("the layout cannot be encoded as PNG")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, encoded.tobytes())


def _near(foot: np.ndarray[tuple[int, ...], np.dtype[np.float64]], screen: Screen) -> bool:
    return bool(-100 <= foot[0] <= screen.width + 100 and -100 <= foot[1] <= screen.height + 400)
