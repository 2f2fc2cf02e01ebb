"""A preview shows what the take will show, smaller, and never is a take."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import pytest

from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.proxy import reduce
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Previewed
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import PreviewWanted, new_id

FRAME = 1003


@pytest.fixture
def shot(tiny_shot: Callable[..., Any]) -> Any:
    return tiny_shot(frames=range(1001, 1009))


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Previewed]:
    """Give a function that makes a preview of a request, with one store for all of a test."""
    store, settings = PreviewStore(), Settings(cache_folder=str(tmp_path / "cache"))

    def make(request: JobRequest, frame: int = FRAME, scale: int = 2, **more: Any) -> Previewed:
        report = more.get("report", Reporter())
        wanted = PreviewWanted(request, frame, preview=new_id(), scale=scale)
        return make_preview(wanted, tmp_path / "previews", settings, report, more.get("store", store))

    return make


def request_of(shot: Any, tmp_path: Path, **values: Any) -> JobRequest:
    return JobRequest(
        "inpaint",
        shot.inputs,
        values,
        FrameRange(shot.frames),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
    )


def run(request: JobRequest, tmp_path: Path) -> Any:
    return run_job(request, JobOptions(settings=Settings(cache_folder=str(tmp_path / "cache"))))


def pixels(path: str | Path) -> np.ndarray[Any, Any]:
    found = Sequence.find(path)
    return found.read(found.frames[0]).linear()


def matte_of(shot: Any, frame: int = FRAME) -> np.ndarray[Any, Any]:
    found = Sequence.find(shot.matte)
    return found.read(frame, needs_colour=False).channel("A")


def test_files_are_named_by_the_preview_and_marked_as_one(shot: Any, tmp_path: Path, desk: Any) -> None:
    made = desk(request_of(shot, tmp_path))
    header = OpenEXR.File(made.path).header()
    assert Path(made.path).parent == tmp_path / "previews"
    assert header["photodouble/preview"] == Path(made.path).stem == Path(made.picture).stem
    assert header["photodouble/scale"] == made.scale == 2
    assert "photodouble/take" not in header
    channels = OpenEXR.File(made.path, separate_channels=True).channels()
    assert {name: one.pixels.dtype for name, one in channels.items()} == dict.fromkeys("RGB", np.float16)
    assert not (tmp_path / "takes").exists()


def test_outside_the_matte_it_is_the_reduced_plate(shot: Any, tmp_path: Path, desk: Any) -> None:
    shown = pixels(desk(request_of(shot, tmp_path)).path)
    plate = reduce(pixels(shot.file("plate", FRAME)), 2)
    outside = reduce(matte_of(shot), 2) == 0
    np.testing.assert_allclose(shown[outside], plate[outside], rtol=1e-3, atol=1e-4)
    assert np.abs(shown - plate)[~outside].max() > 0.5


def test_nothing_of_the_removed_thing_bleeds_into_the_edge(shot: Any, tmp_path: Path, desk: Any) -> None:
    plate = pixels(shot.file("plate", FRAME))
    shown = pixels(desk(request_of(shot, tmp_path), scale=3).path)
    clean = plate[matte_of(shot) == 0].max()
    assert reduce(plate, 3)[..., 0].max() > 2.9
    assert shown[..., 0].max() < clean + 0.2


def test_colour_and_level_are_those_of_the_take(shot: Any, tmp_path: Path, desk: Any) -> None:
    request = request_of(shot, tmp_path, grain=0.0)
    shown = pixels(desk(request).path)
    result = run(request, tmp_path)
    take = reduce(pixels(result.take.picture("result", FRAME, "exr")), 2)
    inside = reduce(matte_of(shot), 2) > 0
    np.testing.assert_allclose(shown[inside].mean(axis=0), take[inside].mean(axis=0), atol=0.03)


def test_the_png_shows_the_exr(shot: Any, tmp_path: Path, desk: Any) -> None:
    made = desk(request_of(shot, tmp_path))
    shown = np.clip(pixels(made.path), 0, 1)
    codes = np.where(shown <= 0.0031308, shown * 12.92, 1.055 * shown ** (1 / 2.4) - 0.055) * 255
    png = cv2.imread(made.picture)[..., ::-1].astype(np.float32)
    np.testing.assert_allclose(png, codes, atol=0.8)


def test_a_finished_frame_is_shown_as_it_is(shot: Any, tmp_path: Path, desk: Any) -> None:
    request = request_of(shot, tmp_path)
    take = run(request, tmp_path).take
    before = {path: path.stat().st_mtime_ns for path in take.folder.rglob("*")}
    made = desk(request)
    assert made.notes == (f"This is the finished frame of {take.label}.",)
    expected = reduce(pixels(take.picture("result", FRAME, "exr")), 2)
    np.testing.assert_allclose(pixels(made.path), expected, rtol=2e-3, atol=1e-4)
    assert {path: path.stat().st_mtime_ns for path in take.folder.rglob("*")} == before


def test_a_finished_analysis_serves_another_look(shot: Any, tmp_path: Path, desk: Any) -> None:
    take = run(request_of(shot, tmp_path), tmp_path).take
    softer = request_of(shot, tmp_path, detail=0.0, grain=0.0)
    made = desk(softer, scale=1)
    assert made.notes == (f"Made from the finished analysis of {take.label}: the take will be sharper.",)
    again = run(softer, tmp_path).take
    expected = pixels(again.picture("result", FRAME, "exr"))
    np.testing.assert_allclose(pixels(made.path), expected, atol=0.02)


def test_a_take_of_an_older_plate_is_not_used(shot: Any, tmp_path: Path, desk: Any) -> None:
    request = request_of(shot, tmp_path)
    run(request, tmp_path)
    os.utime(shot.file("plate", 1006), (1, 1))
    assert desk(request).notes[0].startswith("Analysed at half size on 8 frames around 1003")


def test_a_take_with_other_values_is_not_used(shot: Any, tmp_path: Path, desk: Any) -> None:
    run(request_of(shot, tmp_path), tmp_path)
    assert desk(request_of(shot, tmp_path, matte_grow=1)).notes[0].startswith("Analysed at half size")


def test_an_empty_matte_shows_the_plate(shot: Any, tmp_path: Path, desk: Any) -> None:
    made = desk(request_of(shot, tmp_path, matte_erode=30))
    assert made.notes == ("The matte is empty at frame 1003: this is the plate as it is.",)
    plate = reduce(pixels(shot.file("plate", FRAME)), 2)
    np.testing.assert_allclose(pixels(made.path), plate, rtol=1e-3, atol=1e-4)


def test_a_painted_frame_shows_the_artists_pixels(shot: Any, tmp_path: Path, desk: Any) -> None:
    import dataclasses

    from photodouble.image.window import Box
    from photodouble.image.write import write_planes

    painted = tmp_path / "painted.1003.exr"
    plain = {name: np.full((48, 64), level, np.float32) for name, level in zip("RGB", (0.1, 0.5, 0.2))}
    write_planes(painted, plain, data_window=Box(0, 0, 64, 48), display_window=Box(0, 0, 64, 48))
    request = dataclasses.replace(request_of(shot, tmp_path), overrides={FRAME: str(painted)})
    shown = pixels(desk(request).path)
    whole = reduce(matte_of(shot), 2) == 1
    np.testing.assert_allclose(shown[whole], np.broadcast_to((0.1, 0.5, 0.2), shown[whole].shape), atol=1e-3)


def test_a_plate_without_alpha_in_eight_bits_is_shown(shot: Any, tmp_path: Path, desk: Any) -> None:
    import dataclasses

    for frame in shot.frames:
        codes = np.clip(pixels(shot.file("plate", frame)), 0, 1) * 255
        cv2.imwrite(str(tmp_path / f"plate.{frame}.png"), codes[..., ::-1].astype(np.uint8))
    request = request_of(shot, tmp_path)
    plate = PortInput(str(tmp_path / "plate.####.png"), colourspace="linear")
    request = dataclasses.replace(request, inputs={**request.inputs, "plate": plate})
    shown = pixels(desk(request).path)
    outside = reduce(matte_of(shot), 2) == 0
    expected = reduce(np.clip(pixels(shot.file("plate", FRAME)), 0, 1), 2)
    np.testing.assert_allclose(shown[outside], expected[outside], atol=0.005)


def test_a_frame_outside_the_range_is_refused(shot: Any, tmp_path: Path, desk: Any) -> None:
    with pytest.raises(ArtistError) as refused:
        desk(request_of(shot, tmp_path), 1040)
    assert refused.value.code == "usage.frames"


def test_a_missing_frame_is_named(shot: Any, tmp_path: Path, desk: Any) -> None:
    shot.file("plate", FRAME).unlink()
    with pytest.raises(ArtistError) as refused:
        desk(request_of(shot, tmp_path))
    assert refused.value.code == "input.missing_frames" and "1003" in refused.value.message


def test_a_stop_is_obeyed_before_every_picture(shot: Any, tmp_path: Path, desk: Any) -> None:
    asked = [0]

    def stop() -> bool:
        asked[0] += 1
        return asked[0] > 12

    with pytest.raises(ArtistError) as stopped:
        desk(request_of(shot, tmp_path), report=Reporter(should_stop=stop))
    assert stopped.value.code == "engine.stopped"
    assert asked[0] == 13
    assert not list((tmp_path / "previews").glob("*")) if (tmp_path / "previews").exists() else True


def test_the_same_request_gives_the_same_pixels_warm_or_cold(shot: Any, tmp_path: Path, desk: Any) -> None:
    wide, narrow = request_of(shot, tmp_path, matte_grow=2), request_of(shot, tmp_path)
    desk(wide)
    warm = pixels(desk(narrow).path)
    cold = pixels(desk(narrow, store=PreviewStore()).path)
    np.testing.assert_array_equal(warm, cold)


def test_a_store_too_small_for_anything_still_serves(shot: Any, tmp_path: Path, desk: Any) -> None:
    small = pixels(desk(request_of(shot, tmp_path), store=PreviewStore(1)).path)
    np.testing.assert_array_equal(small, pixels(desk(request_of(shot, tmp_path)).path))


def test_a_matte_that_covers_everything_is_refused(shot: Any, tmp_path: Path, desk: Any) -> None:
    with pytest.raises(ArtistError) as refused:
        desk(request_of(shot, tmp_path, matte_grow=90))
    assert refused.value.code == "input.matte_covers_all"


def test_only_the_first_eye_is_shown(shot: Any, tmp_path: Path, desk: Any) -> None:
    import dataclasses

    both = dataclasses.replace(request_of(shot, tmp_path), view="left,right")
    made = desk(both)
    assert made.notes[0] == "Only the view left is shown."
    np.testing.assert_array_equal(pixels(made.path), pixels(desk(request_of(shot, tmp_path)).path))


def test_overscan_keeps_its_place_around_the_display(tmp_path: Path, desk: Any) -> None:
    import dataclasses

    from photodouble.image.window import Box
    from photodouble.image.write import write_planes

    noise = np.random.default_rng(5).random((48, 64)).astype(np.float32)
    data, display = Box(6, 8, 70, 56), Box(10, 10, 66, 50)
    matte = np.zeros((48, 64), np.float32)
    matte[20:30, 20:34] = 1
    for frame in range(1001, 1009):
        plane = np.roll(noise, frame, axis=1)
        for name, planes in (("plate", dict.fromkeys("RGB", plane)), ("matte", {"A": matte})):
            path = tmp_path / f"{name}.{frame}.exr"
            write_planes(path, planes, data_window=data, display_window=display)
    ports = {name: PortInput(str(tmp_path / f"{name}.####.exr")) for name in ("plate", "matte")}
    request = JobRequest("inpaint", ports, {}, FrameRange(range(1001, 1009)), output_root=str(tmp_path))
    made = Sequence.find(desk(dataclasses.replace(request, shot="sh010")).path)
    shown = made.read(made.frames[0])
    assert shown.display_window == Box(0, 0, 28, 20)
    assert shown.data_window == Box(-2, -1, 30, 23)
    np.testing.assert_allclose(shown.linear()[0, 0], np.roll(noise, FRAME, axis=1)[:2, :2].mean(), rtol=2e-3)


def test_a_clean_plate_is_shown_where_no_frame_shows_anything(tmp_path: Path, desk: Any) -> None:
    import dataclasses

    from photodouble.image.window import Box
    from photodouble.image.write import write_planes

    window = Box(0, 0, 160, 120)
    wall = cv2.GaussianBlur(np.random.default_rng(2).random((120, 160)).astype(np.float32), (0, 0), 2)
    wall = (wall - wall.min()) / (wall.max() - wall.min())
    matte = np.zeros((120, 160), np.float32)
    matte[40:80, 60:100] = 1
    files = {"clean": wall, "plate": np.where(matte > 0, np.float32(2), wall)}
    for name, plane in files.items():
        path = tmp_path / f"{name}.1001.exr"
        write_planes(path, dict.fromkeys("RGB", plane), data_window=window, display_window=window)
    write_planes(tmp_path / "matte.1001.exr", {"A": matte}, data_window=window, display_window=window)
    ports = {"plate": "plate.####.exr", "matte": "matte.####.exr", "clean_plate": "clean.1001.exr"}
    inputs = {key: PortInput(str(tmp_path / name)) for key, name in ports.items()}
    request = JobRequest("inpaint", inputs, {"grain": 0.0}, FrameRange([1001]), output_root=str(tmp_path))
    bare = dataclasses.replace(request, inputs={key: inputs[key] for key in ("plate", "matte")})

    def likeness(asked: JobRequest) -> float:
        shown = pixels(desk(asked, 1001, scale=1).path)[42:78, 62:98, 0]
        return float(np.corrcoef(shown.ravel(), wall[42:78, 62:98].ravel())[0, 1])

    assert likeness(request) > 0.9
    assert likeness(bare) < 0.6


def test_detail_is_completed_from_one_preview_to_the_next(
    shot: Any, tmp_path: Path, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from photodouble.engine.preview import from_take

    run(request_of(shot, tmp_path), tmp_path)
    look = request_of(shot, tmp_path, grain=0.0)
    complete = pixels(desk(look, scale=1, store=PreviewStore()).path)
    monkeypatch.setattr(from_take, "MOST_READ", 1)
    store = PreviewStore()
    away = [
        float(np.abs(pixels(desk(look, scale=1, store=store).path) - complete).mean()) for _ in shot.frames
    ]
    assert away[0] > away[-1] == 0
