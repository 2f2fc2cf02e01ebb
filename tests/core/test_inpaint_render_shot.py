"""A shot on disk becomes footage: the right frames, what may be sampled, and the same pixels in pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from photodouble.engine.prepare import prepare
from photodouble.image.encoding import encode
from photodouble.image.proxy import reduce
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.inpaint.footage_shot import ShotFootage
from photodouble.ops.inpaint.tiles import SIDE, Tiles
from photodouble.ops.inpaint.views import View
from photodouble.ops.shot import Shot
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import INPAINT

WINDOW = Box(-3, 2, 397, 302)


def write(path: Path, picture: np.ndarray) -> None:
    """Write (h, w, 3) as RGB or (h, w) as A, over an overscan data window."""
    planes = {"A": picture} if picture.ndim == 2 else {n: picture[:, :, i] for i, n in enumerate("RGB")}
    write_planes(path, planes, data_window=WINDOW, display_window=Box(0, 0, 390, 300), type="float")


def picture(number: int) -> np.ndarray:
    """Give the pixels of a frame, with one NaN on frame 2."""
    values = np.random.default_rng(number).uniform(0, 3, (*WINDOW.size, 3)).astype(np.float32)
    if number == 2:
        values[10, 20] = np.nan
    return values


def shot(folder: Path, **values: object) -> Shot:
    """Write five frames and a matte that moves, and prepare a job on frames 2-4."""
    for number in range(1, 6):
        matte = np.zeros(WINDOW.size, np.float32)
        matte[100:150, 40 * number : 40 * number + 60] = 1
        write(folder / f"plate.{number:04d}.exr", picture(number))
        write(folder / f"matte.{number:04d}.exr", matte)
    write(folder / "mine.exr", np.full((*WINDOW.size, 3), 0.25, np.float32))
    request = JobRequest(
        "inpaint",
        inputs={key: PortInput(str(folder / f"{key}.####.exr")) for key in ("plate", "matte")},
        values=INPAINT.validate({"analysis_size": 200, **values}),
        range=FrameRange(range(1, 6)),
        overrides={3: str(folder / "mine.exr")},
        output_root=str(folder / "takes"),
        shot="test",
    )
    return prepare(request).shot


def test_painted_frames_are_sources_and_never_targets(tmp_path: Path) -> None:
    footage = ShotFootage(shot(tmp_path))
    assert footage.numbers == (1, 2, 3, 4, 5)
    assert footage.painted == {2} and footage.targets == (0, 1, 3, 4)
    assert np.all(footage.linear(2, Box(100, 110, 120, 120)) == 0.25)
    assert footage.usable(2, WINDOW).all()


def test_the_working_picture_is_the_plate_reduced_though_made_in_bands(tmp_path: Path) -> None:
    footage = ShotFootage(shot(tmp_path))
    assert footage.scale == 2 and footage.size == (150, 200)
    whole = np.nan_to_num(picture(4))
    assert np.array_equal(footage.picture(3), encode(reduce(whole, 2)))
    assert np.isfinite(footage.picture(1)).all()


def test_matte_and_broken_pixels_may_not_be_sampled(tmp_path: Path) -> None:
    footage = ShotFootage(shot(tmp_path))
    usable = footage.usable(1, WINDOW)
    assert usable[10, 20] == 0 and not usable[100:150, 80:140].any()
    assert usable.sum() == WINDOW.width * WINDOW.height - 50 * 60 - 1
    assert np.array_equal(footage.banned(1), reduce((usable == 0).astype(np.float32), 2) > 0)


def test_excluded_frames_are_filled_but_never_sampled(tmp_path: Path) -> None:
    footage = ShotFootage(shot(tmp_path, exclude_frames="4"))
    assert footage.numbers.index(4) in footage.targets
    index = footage.numbers.index(4)
    assert footage.excluded == {index}
    assert View(footage).closed(index).all()
    assert np.array_equal(View(footage).blind(index), footage.hole(index))


def test_tiles_give_what_was_read_and_forget_what_is_too_much() -> None:
    canvas = Box(-10, 5, 600, 700)
    whole = np.random.default_rng(0).uniform(0, 9, (*canvas.size, 3)).astype(np.float32)
    reads: list[Box] = []

    def read(box: Box) -> tuple[np.ndarray, np.ndarray]:
        reads.append(box)
        return whole[box.slices_in(canvas)], np.ones(box.size, np.uint8)

    tiles = Tiles(SIDE * SIDE * 13 * 2)
    asked = Box(200, 100, 420, 420)
    for _ in range(2):
        values, usable = tiles.read(7, asked, canvas, read)
        assert np.array_equal(values, whole[asked.slices_in(canvas)]) and usable.all()
    assert 4 < len(reads) <= 8
    reads.clear()
    roomy = Tiles(2**30)
    for _ in range(2):
        roomy.read(7, asked, canvas, read)
    assert len(reads) == 4
