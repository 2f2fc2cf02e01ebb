"""A job that learns and follows an artist's lines: from files to a frame, with what came of it said."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from photodouble.engine.prepare import prepare
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.inpaint.operation import OPERATION
from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import INPAINT

SIZE = (80, 128)
WINDOW = Box.of_size(*SIZE)


def standing_shot(folder: Path) -> Shot:
    """Write three frames of a wall above a road, seen by a camera that stands still; a line on frame 2."""
    noise = np.random.default_rng(6).standard_normal((*SIZE, 3)).astype(np.float32)
    wall = 0.2 + 0.05 * cv2.GaussianBlur(noise, (0, 0), 1.5)
    wall[40:] += 0.3
    matte = np.zeros(SIZE, np.float32)
    matte[24:58, 50:84] = 1
    for number in (1, 2, 3):
        write_planes(
            folder / f"plate.{number:04d}.exr",
            {name: wall[:, :, i] for i, name in enumerate("RGB")},
            data_window=WINDOW,
            display_window=WINDOW,
            type="float",
        )
        write_planes(
            folder / f"matte.{number:04d}.exr",
            {"A": matte},
            data_window=WINDOW,
            display_window=WINDOW,
            type="half",
        )
    lines = {"schema": 1, "lines": [{"frame": 2, "points": [[0, 40], [128, 40]]}]}
    (folder / "lines.json").write_text(json.dumps(lines))
    inputs = {key: PortInput(str(folder / f"{key}.####.exr")) for key in ("plate", "matte")}
    request = JobRequest(
        "inpaint",
        inputs={**inputs, "guides": PortInput(str(folder / "lines.json"))},
        values=INPAINT.validate({"learning": True, "learning_minutes": 0.05, "grain": 0.0, "seed": 3}),
        range=FrameRange((1, 2, 3)),
        output_root=str(folder / "takes"),
        shot="test",
    )
    return prepare(request).shot


def test_a_job_learns_follows_the_line_and_says_what_came_of_it(tmp_path: Path) -> None:
    shot, scratch = standing_shot(tmp_path), FolderScratch(tmp_path / "records")
    told: list[str] = []
    OPERATION.analyse(shot, scratch, Reporter(on_warning=told.append))
    assert int(scratch.load("learn", 0)["steps"]) == 12
    assert any("learning.png" in line for line in told) and any("kept apart" in line for line in told)
    assert int(scratch.load("key", 0)["at"]) == 1
    made = OPERATION.render(shot, scratch, 3)
    inside = made.matte > 0
    rows = np.arange(made.box.y0, made.box.y1)[:, None]
    upper = made.fill.mean(axis=2) < 0.35
    clear = inside & (np.abs(rows - 39.5) > 2)
    assert (upper == (rows < 40))[clear].mean() > 0.95
