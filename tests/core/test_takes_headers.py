"""Headers read before work starts: every whole file passes, every cut one does not."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from photodouble.engine.headers import plate_windows, windows_at
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError

SIZE = (48, 64)


def header(**more: object) -> dict[str, object]:
    return {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIPS_COMPRESSION, **more}


def tiles(**more: object) -> dict[str, object]:
    description = OpenEXR.TileDescription()
    description.xSize = description.ySize = 16
    return header(type=OpenEXR.tiledimage, tiles=description, **more)


def pixels() -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    return {name: random.random(SIZE).astype(np.float16) for name in "RGB"}


def tiles_first() -> list[OpenEXR.Part]:
    return [
        OpenEXR.Part(tiles(), pixels(), "ids"),
        OpenEXR.Part(header(), pixels(), "beauty"),
    ]


LAYOUTS = {
    "lines from the top": lambda: [OpenEXR.Part(header(), pixels(), "")],
    "lines from the bottom": lambda: [OpenEXR.Part(header(lineOrder=OpenEXR.DECREASING_Y), pixels(), "")],
    "tiles from the bottom": lambda: [OpenEXR.Part(tiles(lineOrder=OpenEXR.DECREASING_Y), pixels(), "")],
    "tiles, then lines": tiles_first,
    "lines, then tiles": lambda: tiles_first()[::-1],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_whole_file_passes_whatever_the_order_of_its_chunks(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "plate.1001.exr"
    OpenEXR.File(LAYOUTS[layout]()).write(str(path))
    assert windows_at(Sequence.find(path), 1001).display == Box(0, 0, 64, 48)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("lost", [1, 900, 12_000])
def test_a_file_cut_short_is_refused(tmp_path: Path, layout: str, lost: int) -> None:
    path = tmp_path / "plate.1001.exr"
    OpenEXR.File(LAYOUTS[layout]()).write(str(path))
    content = path.read_bytes()
    path.write_bytes(content[:-lost])
    with pytest.raises(ArtistError) as caught:
        windows_at(Sequence.find(path), 1001)
    assert caught.value.code == "input.corrupt_file"


def test_a_file_without_its_windows_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "plate.1001.exr"
    OpenEXR.File(LAYOUTS["lines from the top"]()).write(str(path))
    for window in (b"displayWindow\0", b"dataWindow\0"):
        bent = tmp_path / "bent.1001.exr"
        bent.write_bytes(path.read_bytes().replace(window, b"x" + window[1:]))
        with pytest.raises(ArtistError) as caught:
            windows_at(Sequence.find(bent), 1001)
        assert (caught.value.code, caught.value.detail) == ("input.corrupt_file", str(bent))


def test_a_pipe_in_place_of_a_frame_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plate.1001.exr")
    with pytest.raises(ArtistError) as caught:
        windows_at(Sequence.find(tmp_path / "plate.####.exr"), 1001)
    assert caught.value.code == "input.corrupt_file"


def test_a_plate_that_changes_its_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    OpenEXR.File(header(), pixels()).write(str(tmp_path / "plate.1001.exr"))
    larger = {name: np.zeros((50, 70), np.float16) for name in "RGB"}
    OpenEXR.File(header(), larger).write(str(tmp_path / "plate.1002.exr"))
    plate = Sequence.find(tmp_path / "plate.####.exr")
    with pytest.raises(ArtistError) as caught:
        plate_windows(plate, plate.frames, Reporter())
    assert caught.value.code == "input.size_mismatch"
    assert "Frame 1001 of the plate is 64x48, but frame 1002 is 70x50." in caught.value.message
