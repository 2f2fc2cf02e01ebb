"""The companion matte: the shadow of what is removed is found, beats any wider matte, and goes with it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from photodouble.engine.companion import Wanted, write_companion
from photodouble.engine.prepare import prepare
from photodouble.image.encoding import encode
from photodouble.image.exr import write_planes
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.inpaint.companion import Search, companion_of, estimate
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import grow
from photodouble.ops.operation import Reporter, Stopped
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest, PortInput

FRAMES, SIZE = 10, (84, 140)


def clean(frame: int) -> np.ndarray:
    """Give an uneven wall that pans by one pixel a frame."""
    wall = np.random.default_rng(4).random((SIZE[0], 180, 3)).astype(np.float32)
    wall = cv2.GaussianBlur(wall, (0, 0), 1.5) - 0.5
    return np.ascontiguousarray((0.35 + wall)[:, frame : frame + SIZE[1]]).astype(np.float32)


def disc(x: float, y: float, across: float, along: float) -> np.ndarray:
    ys, xs = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    return ((xs - x) / across) ** 2 + ((ys - y) / along) ** 2


def matte(frame: int) -> np.ndarray:
    return (disc(24 + 9 * frame, 32, 8, 16) <= 1).astype(np.float32)


def dark(frame: int) -> np.ndarray:
    """Give the shadow's strength: a soft flat oval below the thing, 0 to 0.5."""
    return np.asarray(0.5 * np.clip(1.4 - disc(30 + 9 * frame, 54, 20, 8), 0, 1), np.float32)


def plate(frame: int, *, shadow: bool = True) -> np.ndarray:
    lit = clean(frame) * (1 - dark(frame)[..., None] * shadow)
    return np.where(matte(frame)[..., None] > 0, np.float32([0.8, 0.1, 0.1]), lit).astype(np.float32)


def shot(*, shadow: bool = True) -> ArrayPlates:
    return ArrayPlates(
        [plate(at, shadow=shadow) for at in range(FRAMES)], [matte(at) for at in range(FRAMES)]
    )


def found(plates: ArrayPlates, search: Search = Search()) -> list[np.ndarray]:  # noqa: B008, it is frozen
    scratch, mattes = MemoryScratch(), []
    estimate(plates, scratch, Settings(), search, Silent())
    for at in range(FRAMES):
        made = companion_of(plates, scratch, at, search)
        whole = np.zeros(SIZE, np.float32)
        if not made.box.is_empty:
            whole[made.box.slices_in(plates.canvas)] = made.matte
        mattes.append(whole)
    return mattes


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def influence(frame: int) -> np.ndarray:
    """Mark what the thing changes outside its matte."""
    changed = np.abs(encode(plate(frame)) - encode(clean(frame))).mean(axis=2) > 0.02
    return np.asarray(changed & (matte(frame) == 0))


def test_the_shadow_is_found_better_than_by_any_wider_matte() -> None:
    ours = np.mean([overlap(one > 0.5, influence(at)) for at, one in enumerate(found(shot()))])
    wider = [
        np.mean(
            [
                overlap((grow(matte(at).astype(np.uint8), by) > 0) & (matte(at) == 0), influence(at))
                for at in range(FRAMES)
            ]
        )
        for by in range(1, 40)
    ]
    assert ours > 0.6
    assert ours > 1.3 * max(wider)


def test_nothing_is_found_where_there_is_no_shadow() -> None:
    assert max(float((one > 0).mean()) for one in found(shot(shadow=False))) < 0.004


def test_what_is_to_stay_is_left_out() -> None:
    kept = found(shot(), Search(keep=frozenset({"shadow", "contact", "reflection"})))
    assert not any(one.any() for one in kept)


def test_a_frame_without_a_matte_has_no_companion() -> None:
    empty = ArrayPlates([clean(at) for at in range(3)], [np.zeros(SIZE, np.float32)] * 3)
    scratch = MemoryScratch()
    estimate(empty, scratch, Settings(), Search(), Silent())
    assert companion_of(empty, scratch, 1, Search()).box.is_empty


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schätten plate")
    window = Box.of_size(*SIZE)
    for at in range(FRAMES):
        planes = {
            "plate": dict(zip("RGB", plate(at).transpose(2, 0, 1), strict=True)),
            "matte": {"A": matte(at)},
        }
        for name, channels in planes.items():
            write_planes(
                folder / f"{name}.{1001 + at}.exr", channels, data_window=window, display_window=window
            )
    return folder


def request(files: Path, **more: object) -> JobRequest:
    inputs = {name: PortInput(str(files / f"{name}.####.exr")) for name in ("plate", "matte")}
    from photodouble_client.frames import FrameRange

    return JobRequest(
        operation="inpaint", inputs=inputs, range=FrameRange(range(1001, 1001 + FRAMES)), **more
    )


def test_removed_with_its_companion_the_shadow_is_gone_and_keep_leaves_it(
    files: Path, photodouble: Callable[..., object], tmp_path: Path
) -> None:
    ports = ["--plate", files / "plate.####.exr", "--matte", files / "matte.####.exr"]
    companion = tmp_path / "companion.####.exr"
    made = photodouble("companion", *ports, "--output", companion, "--json")
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    assert answer["found"]["shadow"] >= FRAMES - 2
    assert Path(answer["sheet"]).is_file()
    window = Box.of_size(*SIZE)
    write_planes(
        tmp_path / "keep.exr", {"A": np.ones(SIZE, np.float32)}, data_window=window, display_window=window
    )
    for name, more in (("without", []), ("with", []), ("kept", ["--keep", tmp_path / "keep.exr"])):
        own = [] if name == "without" else ["--companion", companion]
        output = tmp_path / name / "clean.####.exr"
        done = photodouble("inpaint", *ports, *own, *more, "--root", tmp_path / name, "--output", output)
        assert done.returncode == 0, done.stderr
    frame, at = 1005, 4
    results = {
        name: Sequence.find(tmp_path / name / "clean.####.exr").read(frame).linear(window)
        for name in ("without", "with", "kept")
    }
    core = (dark(at) > 0.3) & (matte(at) == 0)
    rest = {name: float(np.abs(result - clean(at))[core].mean()) for name, result in results.items()}
    assert rest["with"] < 0.25 * rest["without"]
    assert np.array_equal(results["kept"], results["without"])


def test_existing_files_stereo_and_strange_words_are_refused(
    files: Path, settings: object, tmp_path: Path
) -> None:
    pattern = str(tmp_path / "companion.####.exr")
    (tmp_path / "companion.1003.exr").write_bytes(b"edited by hand")
    for wanted, more, code in (
        (Wanted(pattern), {}, "input.output_exists"),
        (Wanted(pattern), {"view": "left,right"}, "usage.arguments"),
        (Wanted(pattern, keep=("smoke",)), {}, "usage.bad_value"),
        (Wanted(str(tmp_path / "c.####.png")), {}, "input.unsupported_format"),
        (Wanted(pattern, sensitivity=float("nan")), {}, "usage.bad_value"),
        (Wanted(str(tmp_path / "c.exr")), {}, "usage.arguments"),
    ):
        with pytest.raises(ArtistError) as caught:
            write_companion(request(files, **more), wanted, settings, Reporter())
        assert caught.value.code == code
    assert (tmp_path / "companion.1003.exr").read_bytes() == b"edited by hand"


def test_no_input_is_written_over_even_when_that_is_allowed(files: Path, settings: object) -> None:
    asked = request(files)
    before = {path: path.read_bytes() for path in files.rglob("*.exr")}
    for pattern in (port.path for port in asked.inputs.values()):
        with pytest.raises(ArtistError) as caught:
            write_companion(asked, Wanted(pattern, overwrite=True), settings, Reporter())
        assert caught.value.code == "input.output_is_input"
    assert before == {path: path.read_bytes() for path in files.rglob("*.exr")}


def test_a_stop_leaves_no_matte_and_nothing_in_the_cache(
    files: Path, settings: object, tmp_path: Path
) -> None:
    asked = iter([False] * 40)
    report = Reporter(should_stop=lambda: next(asked, True))
    with pytest.raises(Stopped):
        write_companion(request(files), Wanted(str(tmp_path / "o" / "c.####.exr")), settings, report)
    assert not (tmp_path / "o" / "c_sheet.png").exists()
    assert not list(settings.cache_path().glob(".companion-*"))


def test_a_companion_that_lacks_frames_is_told(files: Path, tmp_path: Path) -> None:
    window = Box.of_size(*SIZE)
    for frame in (1001, 1003):
        write_planes(
            tmp_path / f"companion.{frame}.exr",
            {"A": np.zeros(SIZE, np.float32)},
            data_window=window,
            display_window=window,
        )
    asked = request(files)
    inputs = {**asked.inputs, "companion": PortInput(str(tmp_path / "companion.####.exr"))}
    warnings = prepare(dataclasses.replace(asked, inputs=inputs, take="a" * 32)).warnings
    assert any("companion" in one and "1002,1004-1010" in one for one in warnings)
