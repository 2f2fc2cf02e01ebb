"""Plates with known truth, rendered by Blender: what is the same, what is covered, what lies behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.blender

InBlender = Callable[..., dict[str, Any]]
SIZE = (80, 60)
PIXELS = SIZE[0] / 8.0
"""Pixels to a unit of the scene: the camera sees 8 of them without perspective."""


def picture(path: Path) -> Any:
    """Read all channels of a picture as they lie in the file, in the order Blender counts them."""
    import OpenEXR

    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    order = sorted(channels, key="RGBXYZWA".index)
    return np.stack([channels[name].pixels.astype(np.float32) for name in order], axis=-1)


def inner(frame: int) -> tuple[slice, slice]:
    """Give the pixels that the box covers whole: it is a unit wide and walks a quarter of one a frame."""
    left, top = (4 - 0.5 + 0.25 * frame) * PIXELS, SIZE[1] / 2 - PIXELS / 2
    across = slice(int(np.ceil(left)), int(left + PIXELS))
    return slice(int(np.ceil(top)), int(top + PIXELS)), across


def test_with_and_clean_differ_by_the_subject_and_its_shadow_alone(
    in_blender: InBlender, tmp_path: Path
) -> None:
    found = in_blender("plates", size=SIZE, frames=[1, 3], root=str(tmp_path / "a b"))
    assert (found["pressed"], found["error"]) == (["FINISHED"], None)
    assert found["after"] == found["before"], "nothing of the stage is left"
    assert found["frame"] == 1, "the artist's scene stays at its frame"
    assert found["grey"][0] == "Choose the collection with what is to be removed"
    assert found["grey"][1].startswith("A clean-plate test is being rendered")
    assert "Rendering: 1 of 3" in found["drawn"][1]
    assert "Rendered to" in found["drawn"][-1]
    folder = tmp_path / "a b" / "shot é" / "plates" / "v001"
    notes = json.loads((folder / "plates.json").read_text(encoding="utf-8"))
    for number in range(3):
        _check_frame(folder, number, notes["frames"][str(number + 1)], found["four"])


def _check_frame(folder: Path, number: int, notes: dict[str, Any], four: bool) -> None:
    full, clean, matte = (
        picture(folder / f"{name}.000{number + 1}.exr") for name in ("with", "clean", "matte")
    )
    rows, across = inner(number)
    assert matte[rows, across].min() == 1.0
    area = matte[..., 0].sum()
    assert area == pytest.approx(PIXELS**2, rel=0.02), "the matte is how much is covered"
    assert notes["covered"] == pytest.approx(area / (SIZE[0] * SIZE[1]), rel=1e-3)
    differs = np.abs(full - clean).max(axis=-1) > 0
    outside = matte[..., 0] == 0
    left = across.start - 2
    assert not differs[:, :left].any(), "to the left, where there is no shadow, the pixels are the same"
    assert not (differs & outside)[: rows.start - 1].any()
    shadow = (slice(rows.start + 2, rows.stop - 2), slice(across.stop + 4, across.stop + 9))
    assert (full[shadow] < 0.1 * clean[shadow]).all(), "the shadow lies to the right"
    assert np.allclose(clean, clean[0, 0], rtol=2e-3), "the clean plate is an empty floor"
    share = (differs & outside).sum() / outside.sum()
    assert notes["outside_same"] == pytest.approx(1 - share, abs=1e-6)
    assert 0.0 < notes["outside_touched"] <= share + 1e-6
    depth = picture(folder / f"depth.000{number + 1}.exr")
    assert depth[rows, across, 0] == pytest.approx(8.5, abs=1e-3)
    assert depth[2, 2, 0] == pytest.approx(10.0, abs=1e-3)
    if four and number == 1:
        vectors = picture(folder / "vectors.0002.exr")[rows, across]
        step = 0.25 * PIXELS
        assert vectors.shape[-1] == 4
        assert np.median(vectors[..., 0]) == pytest.approx(-step, abs=0.05), "it came from the left"
        assert np.median(vectors[..., 2]) == pytest.approx(-step, abs=0.05), "and goes on to the right"
    assert notes["camera_to_world"][2][3] == 10.0


def test_cancel_keeps_the_finished_frames_and_a_next_test_overwrites_nothing(
    in_blender: InBlender, tmp_path: Path
) -> None:
    found = in_blender("plates", size=[32, 24], frames=[1001, 1009], root=str(tmp_path), stop=2, ending="png")
    assert found["after"] == found["before"]
    folder = tmp_path / "shot é" / "plates" / "v001"
    assert sorted(path.name for path in folder.glob("with.*")) == ["with.1001.png", "with.1002.png"]
    notes = json.loads((folder / "plates.json").read_text(encoding="utf-8"))
    assert list(notes["frames"]) == ["1001", "1002"]
    before = (folder / "with.1001.png").read_bytes()
    in_blender("plates", size=[32, 24], frames=[1001, 1001], root=str(tmp_path), samples=1)
    assert (folder / "with.1001.png").read_bytes() == before
    assert (folder.parent / "v002" / "with.1001.exr").is_file()


def test_a_folder_that_cannot_be_written_is_said_in_the_panel(in_blender: InBlender, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    found = in_blender("plates", size=[32, 24], frames=[1, 1], root=str(tmp_path / "file"))
    assert found["pressed"] == ["CANCELLED"]
    assert found["error"]["code"] == "input.unwritable_output"
    assert "The clean-plate test was not rendered" in found["drawn"][-1]
