"""A movie shows what the take holds, through the view, within what its codec keeps; and says its status."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

pytest.importorskip("av")

from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tasks import run_task
from photodouble.image.display import displayed
from photodouble.image.movie import Movie, open_movie
from photodouble.image.movie_codes import coded_planes, even
from photodouble.image.movie_write import CODECS, MovieForm, writing_movie
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes import movie as movies
from photodouble.takes.movie import MovieStyle, rate_from, write_movie
from photodouble.takes.slate import Words, burnt_in, slate
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

FRAMES = (1001, 1002, 1003)
CLEAN: dict[str, Any] = {"slate": 0, "burn_in": False}
TOLERANCE = {"h264": 0.012, "prores": 0.009}
"""Mean difference that a codec may make in pictures with hard coloured edges."""

Array = np.ndarray[Any, Any]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_folder=str(tmp_path / "cache"), engine_folder=str(tmp_path / "state"))


@pytest.fixture
def take(tiny_shot: Callable[..., Any], tmp_path: Path, settings: Settings) -> Take:
    shot = tiny_shot(range(1001, 1004))
    ports = {"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)}
    root = str(tmp_path / "takes")
    request = JobRequest(
        "inpaint", ports, {}, FrameRange(FRAMES), output_root=root, shot="sh010", rate="25", person="Ada Love"
    )
    return run_job(request, JobOptions(settings=settings)).take


def unneeded(name: str) -> Take:
    raise AssertionError(f"nobody asked for {name}")


def write(take: Take, path: Path, settings: Settings, status: str = "approved", **style: Any) -> Movie:
    written = write_movie(take, path, MovieStyle(**style), settings, find=unneeded, status=status)
    return open_movie(written)


def picture(movie: Movie, frame: int) -> Array:
    planes = {plane.name: plane.pixels for plane in movie.read(frame).planes}
    return np.stack([planes[name] for name in "RGB"], axis=-1)


def result(take: Take, frame: int, settings: Settings) -> Array:
    path = take.picture("result", frame, "exr")
    return displayed(Sequence.find(path).read(frame).linear(), settings)


def plate(take: Take, frame: int, settings: Settings) -> Array:
    return displayed(Sequence.find(take.request().inputs["plate"].path).read(frame).linear(), settings)


def gap(one: Array, other: Array) -> float:
    return float(np.abs(one - other).mean())


@pytest.mark.parametrize(("codec", "name"), [("h264", "a.mp4"), ("h264", "a.mov"), ("prores", "a.mov")])
@pytest.mark.parametrize("display", ["", "sRGB - Display"])
def test_every_frame_is_the_result_as_the_display_shows_it(
    take: Take, tmp_path: Path, codec: str, name: str, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    look = Settings(display=display)
    movie = write(take, tmp_path / name, look, codec=codec, **CLEAN)
    assert movie.length == 3 and movie.rate == 25
    for number, frame in enumerate(FRAMES):
        assert gap(picture(movie, number + 1), result(take, frame, look)) < TOLERANCE[codec]
        removed = np.s_[18:28, 12 + 4 * number : 18 + 4 * number]
        assert gap(picture(movie, number + 1)[removed], plate(take, frame, look)[removed]) > 0.2


@pytest.mark.parametrize("codec", CODECS)
def test_the_codes_lose_nothing_but_what_rounding_and_thin_chroma_lose(codec: str, tmp_path: Path) -> None:
    across = np.linspace(0, 1, 64, dtype=np.float32)
    smooth = np.stack(np.broadcast_arrays(across[None], across[::-1][:48, None], across[None] ** 2), axis=-1)
    with writing_movie(tmp_path / "a.mov", CODECS[codec], MovieForm(Fraction(24))) as movie:
        movie.write(smooth.astype(np.float32))
    assert np.abs(picture(open_movie(tmp_path / "a.mov"), 1) - smooth)[:, :-2].max() < 0.03


def test_grey_has_the_codes_of_the_standard() -> None:
    grey = np.repeat(np.float32([0, 1, 0.5, 0.5]), 3).reshape(1, 4, 3).repeat(2, axis=0)
    luma, blue, red = coded_planes(grey, 8, halves_lines=True)
    assert luma[0].tolist() == [16, 235, 126, 126] and set(blue.flat) == set(red.flat) == {128}
    assert coded_planes(grey, 10, halves_lines=False)[0][0].tolist() == [64, 940, 502, 502]


def test_an_odd_picture_gets_a_line_and_a_column_more() -> None:
    assert even(np.zeros((5, 7, 3), np.float32)).shape == (6, 8, 3)
    assert even(np.zeros((4, 8, 3), np.float32)).shape == (4, 8, 3)


def test_side_by_side_has_the_plate_left_and_the_result_right(
    take: Take, tmp_path: Path, settings: Settings
) -> None:
    shown = picture(write(take, tmp_path / "a.mov", settings, kind="side", codec="prores", **CLEAN), 2)
    assert shown.shape == (48, 128, 3)
    assert gap(shown[:, :64], plate(take, 1002, settings)) < TOLERANCE["prores"]
    assert gap(shown[:, 64:], result(take, 1002, settings)) < TOLERANCE["prores"]


def test_a_wipe_moves_from_the_result_to_the_plate_unless_it_is_held(
    take: Take, tmp_path: Path, settings: Settings
) -> None:
    moving = write(take, tmp_path / "a.mov", settings, kind="wipe", codec="prores", **CLEAN)
    held = write(take, tmp_path / "b.mov", settings, kind="wipe", codec="prores", position=0.25, **CLEAN)
    assert gap(picture(moving, 1), result(take, 1001, settings)) < TOLERANCE["prores"]
    assert gap(picture(moving, 3), plate(take, 1003, settings)) < TOLERANCE["prores"]
    shown = picture(held, 2)
    assert gap(shown[:, :14], plate(take, 1002, settings)[:, :14]) < TOLERANCE["prores"]
    assert gap(shown[:, 18:], result(take, 1002, settings)[:, 18:]) < TOLERANCE["prores"]
    assert shown[:, 15:17].mean() > 0.8


def test_the_slate_comes_first_and_the_timecode_counts_frame_numbers(
    take: Take, tmp_path: Path, settings: Settings
) -> None:
    movie = write(take, tmp_path / "a.mov", settings, codec="prores", slate=2, burn_in=False)
    assert movie.length == 5
    assert picture(movie, 1)[:6].mean() < 0.15
    assert gap(picture(movie, 3), result(take, 1001, settings)) < TOLERANCE["prores"]
    assert movie.timecode(3) == "00:00:40:01"  # 1001 at 25 frames a second


def test_rate_and_shape_of_a_pixel_are_those_of_the_pictures(
    take: Take, tmp_path: Path, settings: Settings
) -> None:
    request = json.loads((take.folder / "request.json").read_text(encoding="utf-8"))
    (take.folder / "request.json").write_text(json.dumps({**request, "rate": ""}), encoding="utf-8")
    for frame in FRAMES:
        path = str(take.picture("result", frame, "exr"))
        with OpenEXR.File(path) as file:
            channels = {name: channel.pixels.copy() for name, channel in file.channels().items()}
            header = {**file.header(), "pixelAspectRatio": 2.0, "framesPerSecond": Fraction(24000, 1001)}
        OpenEXR.File(header, channels).write(path)
    movie = write(take, tmp_path / "a.mp4", settings, **CLEAN)
    assert movie.rate == Fraction(24000, 1001)
    assert movie.read(1).pixel_aspect == 2.0


WORDS = Words("NIGHT", "sh010", "inpaint", "v001", "0" * 32, "1001-1003", "25", "temp", "sRGB", "result")


def is_red(codes: Array) -> Array:
    return (codes[..., 0] > 150) & (codes[..., 1] < 110) & (codes[..., 2] < 110)


@pytest.mark.parametrize(
    "status", ["suggestion", "in_review", "rejected", "retake", "superseded", "overridden", ""]
)
def test_whatever_is_not_approved_is_marked_so_in_red(status: str) -> None:
    words = dataclasses.replace(WORDS, status=status)
    grey = np.full((360, 640, 3), 90, np.uint8)
    for marked in (
        slate(words, (360, 640)),
        burnt_in(grey, words, 1001),
        burnt_in(grey, words, 1001, only_status=True),
    ):
        assert is_red(marked).sum() > 40
    approved = dataclasses.replace(WORDS, status="approved")
    assert not is_red(slate(approved, (360, 640))).any() and not is_red(burnt_in(grey, approved, 1001)).any()
    np.testing.assert_array_equal(burnt_in(grey, approved, 1001, only_status=True), grey)


def test_the_burn_in_leaves_the_middle_of_the_picture_alone() -> None:
    grey = np.full((360, 640, 3), 90, np.uint8)
    marked = burnt_in(grey, WORDS, 1001)
    np.testing.assert_array_equal(marked[20:-20], grey[20:-20])
    assert (marked[-18:] != burnt_in(grey, WORDS, 1002)[-18:]).any()
    assert (marked != grey).any(axis=2)[:18].all() and (marked != grey).any(axis=2)[-18:].all()


def test_a_movie_that_is_not_approved_says_so_even_without_burn_in(
    take: Take, tmp_path: Path, settings: Settings
) -> None:
    style = {"codec": "prores", **CLEAN}
    marked = picture(write(take, tmp_path / "a.mov", settings, "suggestion", **style), 1)
    plain = picture(write(take, tmp_path / "b.mov", settings, **style), 1)
    assert np.abs(marked - plain)[:12, 32:].mean() > 0.1
    assert gap(marked[16:], plain[16:]) < 0.01


def test_no_name_of_a_person_is_told_to_slate_or_burn_in(
    take: Take, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Words] = []
    monkeypatch.setattr(movies, "slate", lambda words, size: told.append(words) or slate(words, size))
    write(take, tmp_path / "a.mp4", settings)
    assert take.request().person == "Ada Love"
    assert told and "Ada" not in repr(told) and told[0].shot == "sh010"


def test_a_movie_that_is_stopped_leaves_nothing_behind(
    take: Take, tmp_path: Path, settings: Settings
) -> None:
    folder, seen = tmp_path / "out", []
    report = Reporter(on_progress=lambda *done: seen.append(done), should_stop=lambda: len(seen) > 1)
    asked = {"take": str(take.folder), "output": str(folder / "a.mp4")}
    with pytest.raises(ArtistError) as stopped:
        run_task("takes.movie", asked, settings, report)
    assert stopped.value.code == "engine.stopped" and list(folder.iterdir()) == []
    assert seen == [(1, 4, "movie"), (2, 4, "movie")]


def test_the_task_writes_a_movie_and_tells_the_status(take: Take, tmp_path: Path, settings: Settings) -> None:
    asked = {"take": str(take.folder), "output": str(tmp_path / "a.mp4"), "frames": "1002-1003"}
    told = run_task("takes.movie", asked, settings, Reporter())
    assert told == {"take": take.take_id, "movie": asked["output"], "status": "suggestion"}
    assert open_movie(tmp_path / "a.mp4").length == 3
    with pytest.raises(ArtistError) as refused:
        run_task("takes.movie", asked, settings, Reporter())
    assert refused.value.code == "input.output_exists"
    run_task("takes.movie", {**asked, "overwrite": True, "slate": 0}, settings, Reporter())
    assert open_movie(tmp_path / "a.mp4").length == 2


def test_what_cannot_be_is_refused_before_anything_is_written(
    take: Take, tmp_path: Path, settings: Settings
) -> None:
    def code(path: Path, **style: Any) -> str:
        with pytest.raises(ArtistError) as refused:
            write_movie(take, path, MovieStyle(**style), settings, find=unneeded)
        return refused.value.code

    assert code(tmp_path / "a.mp4", codec="prores") == "usage.bad_value"
    assert code(tmp_path / "a.avi") == "usage.bad_value"
    assert code(take.folder / "a.mp4") == "usage.bad_value"
    assert code(tmp_path / "a.mp4", rate="fast") == "usage.bad_value"
    assert code(tmp_path / "a.mp4", frames=FrameRange([1003, 1004])) == "engine.frames_missing"
    assert not [*tmp_path.glob("*.mp4"), *take.folder.glob("*.mp4")]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("", Fraction(24)),
        ("25", Fraction(25)),
        ("23.976", Fraction(24000, 1001)),
        ("24000/1001", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("12.5", Fraction(25, 2)),
    ],
)
def test_a_rate_is_read_as_people_write_it(text: str, rate: Fraction) -> None:
    assert rate_from(text) == rate


def test_the_command_line_writes_the_same_movie(
    take: Take, tmp_path: Path, photodouble: Callable[..., Any], settings: Settings
) -> None:
    flags = ("--output", tmp_path / "a.mp4", "--kind", "side", "--json")
    told = photodouble("takes", "movie", take.folder, *flags)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["status"] == "suggestion"
    asked = {"take": str(take.folder), "output": str(tmp_path / "b.mp4"), "kind": "side"}
    run_task("takes.movie", asked, settings, Reporter())
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
