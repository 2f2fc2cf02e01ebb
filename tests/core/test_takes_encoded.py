"""A take in a clip's own encoding, and what is on disk, for a host that has no picture library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.engine.tasks import run_task
from photodouble.image.colour import space_named
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

LOG = "ARRI LogC3 (EI800)"


def planes(path: str | Path) -> dict[str, Any]:
    """Read the planes of an EXR."""
    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    return {name: channels[name].pixels for name in channels}


def header(path: str | Path) -> dict[str, Any]:
    """Read the header of an EXR."""
    return dict(OpenEXR.File(str(path), separate_channels=True).header())


def ask(name: str, **arguments: Any) -> Any:
    return run_task(name, arguments, Settings(), Reporter())


@pytest.fixture
def take(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Settings
) -> tuple[Any, Take]:
    shot = tiny_shot(range(1001, 1004))
    return shot, run_job(request_for(shot), JobOptions(settings=settings)).take


def test_the_values_are_the_log_of_the_result(take: tuple[Any, Take], tmp_path: Path) -> None:
    _, made = take
    told = ask("takes.encoded", take=str(made.folder), to=str(tmp_path / "log"), space=LOG)
    assert (told["first"], told["last"], told["size"]) == (1001, 1003, [64, 48])
    for frame in range(1001, 1004):
        linear = planes(made.picture("result", frame, "exr"))
        written = planes(told["pattern"].replace("####", str(frame)))
        assert written["R"].dtype == np.float32
        colours = np.stack([linear[name].astype(np.float32) for name in "RGB"], axis=-1)
        wanted = space_named(LOG).from_linear(colours)
        found = np.stack([written[name] for name in "RGB"], axis=-1)
        assert np.abs(found - wanted).max() < 1e-6
        assert np.abs(found - colours).max() > 0.01


def test_without_a_space_the_values_stay_bit_for_bit(take: tuple[Any, Take], tmp_path: Path) -> None:
    _, made = take
    told = ask("takes.encoded", take=str(made.folder), to=str(tmp_path / "own"))
    for frame in range(1001, 1004):
        was = planes(made.picture("result", frame, "exr"))
        now = planes(told["pattern"].replace("####", str(frame)))
        assert all(np.array_equal(was[name], now[name]) for name in "RGB")
        assert now["R"].dtype == np.float16


def test_frames_lie_in_the_order_played_with_rate_and_timecode(
    take: tuple[Any, Take], tmp_path: Path
) -> None:
    _, made = take
    told = ask(
        "takes.encoded",
        take=str(made.folder),
        to=str(tmp_path / "played"),
        order="1003,1002,1002",
        first=0,
        rate="24000/1001",
        timecode="01:00:00:23",
    )
    assert (told["first"], told["last"]) == (0, 2)
    for number, source in enumerate((1003, 1002, 1002)):
        path = told["pattern"].replace("####", f"{number:04d}")
        assert header(path)["photodouble/frame"] == source
        assert np.array_equal(planes(path)["G"], planes(made.picture("result", source, "exr"))["G"])
    looked = ask("media.look", path=told["pattern"], frames="0-3", whole=True)
    assert (looked["rate"], looked["timecode"]) == ("24000/1001", "01:00:00:23")
    assert (looked["frames"], looked["missing"], looked["blank"]) == ("0-2", "3", "")


def test_a_folder_with_something_else_in_it_is_refused(take: tuple[Any, Take], tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ArtistError) as refused:
        ask("takes.encoded", take=str(take[1].folder), to=str(tmp_path / "used"))
    assert refused.value.code == "input.output_exists"


def test_what_lies_on_disk_is_told(take: tuple[Any, Take]) -> None:
    shot, _ = take
    looked = ask("media.look", path=shot.plate)
    assert (looked["frames"], looked["size"], looked["type"]) == ("1001-1003", [64, 48], "half")
    assert (looked["channels"], looked["is_movie"]) == (["B", "G", "R"], False)


def test_a_black_frame_is_found(take: tuple[Any, Take]) -> None:
    shot, _ = take
    black = {name: np.zeros((48, 64), np.float16) for name in "RGB"}
    OpenEXR.File({}, black).write(str(shot.file("plate", 1002)))
    assert ask("media.look", path=shot.plate, whole=True)["blank"] == "1002"
    assert ask("media.look", path=shot.plate, whole=False)["blank"] == ""


def test_an_order_that_is_no_list_is_refused(take: tuple[Any, Take], tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as refused:
        ask("takes.encoded", take=str(take[1].folder), to=str(tmp_path / "x"), order="1001-1003")
    assert refused.value.code == "usage.frames"


def test_a_movie_comes_back_in_its_own_log_within_one_code(tmp_path: Path, settings: Settings) -> None:
    av = pytest.importorskip("av")
    plate, codes = str(tmp_path / "plate.mkv"), np.mgrid[:48, :64][1].astype(np.float32) * 16
    container = av.open(plate, "w")
    stream = container.add_stream("ffv1", rate=24)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "gbrp10le"
    for number in range(3):
        picture = np.stack([codes + number, codes * 0.9, codes * 0.8 + 100], axis=-1)
        wide = np.rint(picture / 1023 * 65535).astype(np.uint16)
        for packet in stream.encode(av.VideoFrame.from_ndarray(wide, "rgb48le").reformat(format="gbrp10le")):
            container.mux(packet)
    for packet in stream.encode():
        container.mux(packet)
    container.close()
    for frame in range(1, 4):
        empty = {"A": np.zeros((48, 64), np.float16)}
        OpenEXR.File({}, empty).write(str(tmp_path / f"matte.{frame:04d}.exr"))
    request = JobRequest(
        operation="inpaint",
        inputs={
            "plate": PortInput(plate, colourspace=LOG),
            "matte": PortInput(str(tmp_path / "matte.####.exr")),
        },
        range=FrameRange(range(1, 4)),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
    )
    made = run_job(request, JobOptions(settings=settings)).take
    told = ask("takes.encoded", take=str(made.folder), to=str(tmp_path / "log"), space=LOG)
    for frame in range(1, 4):
        was = Sequence.find(plate, colourspace=LOG).read(frame).stored()
        now = planes(told["pattern"].replace("####", f"{frame:04d}"))
        found = np.stack([now[name] for name in "RGB"], axis=-1)
        assert was.max() > 0.9 and np.ptp(was) > 0.8
        assert np.abs(found - was).max() * 1023 <= 1
