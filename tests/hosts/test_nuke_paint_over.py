"""A frame of a take that is painted in the script: the next take has it, and nothing else is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nuke_stage import Stage

FRAME = 1002


@pytest.fixture
def stage(
    nuke_host: Any,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """Give a script with an inpaint node, a RotoPaint behind it, and an engine that is not started yet."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    made = Stage(nuke_host, tmp_path / "script ü", tiny_shot(range(1001, 1005)))
    made.module("start").with_window()
    made.plate["raw"].setValue(True)
    made.matte["raw"].setValue(True)
    made.roto = made.nuke.nodes.RotoPaint(inputs=[made.node])  # type: ignore[attr-defined]
    yield made
    made.close()


def pixels(path: Path) -> Any:
    """Read the colours of an EXR, as single precision."""
    import OpenEXR

    with OpenEXR.File(str(path), separate_channels=True) as found:
        channels = found.channels()
        return np.stack([channels[sign].pixels.astype(np.float32) for sign in "RGB"], axis=-1)


def result(take: Path, frame: int) -> Any:
    return pixels(next((take / "result").glob(f"*.{frame}.exr")))


def press(stage: Any, name: str = "pd_paint", frame: int = FRAME) -> None:
    stage.host.set_frame(frame)
    stage.host.press(stage.node, name)


def test_a_painted_frame_is_in_the_next_take_and_the_others_follow(stage: Any) -> None:
    from nuke_host.painting import paint

    shown = stage.run()
    assert shown.error is None, stage.status
    first = Path(stage.pd.folder)
    inside = np.argwhere(pixels_of_matte(first) > 0)
    (top, left), (bottom, right) = inside.min(axis=0), inside.max(axis=0) + 1
    box = (int(left), 48 - int(bottom), int(right), 48 - int(top))
    paint(stage.roto, FRAME, box, 0.25)
    stage.host.select(stage.roto)
    press(stage)
    assert not stage.pd.has_failed, stage.status
    assert stage.node["pd_painted"].value() == str(FRAME)
    assert stage.host.undo() and stage.node["pd_painted"].value() == "", "one step of undo"
    assert stage.module("paint").overrides(stage.pd) == {}
    assert stage.host.redo()
    request = stage.module("gathering").request_from(stage.pd, stage.plan())
    assert list(request.overrides) == [FRAME] and request.parent == stage.pd.take
    shown = stage.run()
    assert shown.error is None, stage.status
    second = Path(stage.pd.folder)
    assert second != first
    changed = result(second, FRAME) - result(first, FRAME)
    seen = changed[pixels_of_matte(second) == 1]
    assert seen == pytest.approx(0.25, abs=2e-3), "the paint is in the take as it is"
    press(stage, "pd_unpaint")
    assert stage.node["pd_painted"].value() == "" and stage.module("paint").painted_on(stage.pd) == ""


def pixels_of_matte(take: Path, frame: int = FRAME) -> Any:
    """Read the matte of a take over the whole picture, rows from above."""
    import OpenEXR

    with OpenEXR.File(str(next((take / "matte").glob(f"*.{frame}.exr"))), separate_channels=True) as found:
        part = found.parts[0]
        (left, top), (right, bottom) = part.header["dataWindow"]
        whole = np.zeros((48, 64), np.float32)
        whole[top : bottom + 1, left : right + 1] = part.channels["A"].pixels
        return whole


def test_what_would_not_be_the_result_is_refused(stage: Any) -> None:
    stage.host.select(stage.roto)
    press(stage)
    assert stage.pd.has_failed and "shows the plate" in stage.status
    assert stage.run().error is None, stage.status
    press(stage)
    assert stage.pd.has_failed and "same before and after" in stage.status
    stage.node["mix"].setValue(0.5)
    press(stage)
    assert "does not show the whole result" in stage.status
    stage.node["mix"].setValue(1)
    press(stage, frame=1040)
    assert "has no frame 1040" in stage.status
    stage.host.select(stage.plate)
    press(stage)
    assert "No RotoPaint behind this node" in stage.status
    stage.node["pd_paint_node"].setValue(stage.roto.name())
    press(stage)
    assert "same before and after" in stage.status
    assert stage.node["pd_painted"].value() == ""
