"""Movies: every frame exact, ten bits kept, timecode, rate and reel in every header."""

from __future__ import annotations

import pickle
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from photodouble.image.colour import Srgb
from photodouble.image.sequence import Sequence
from photodouble.image.timecode import Timecode
from photodouble.image.window import Box
from photodouble.image.write import output_suffix, write_result
from photodouble_client.errors import ArtistError

av = pytest.importorskip("av")
RATE = Fraction(24000, 1001)
CODECS = {
    "prores": ("plate.mov", "prores_ks", "yuv422p10le", {"profile": "3"}, 0.004),
    "dnxhr": ("plate.mov", "dnxhd", "yuv422p10le", {"profile": "dnxhr_hqx"}, 0.004),
    "h264": ("plate.mp4", "libx264", "yuv420p", {"bf": "3", "crf": "8"}, 0.02),
    "ffv1": ("plate.mkv", "ffv1", "gbrp10le", {}, 0.0006),
}


def level(frame: int) -> float:
    """Give the grey of a frame, 1-based: every frame differs from every other."""
    return 0.1 + 0.8 * ((frame * 7) % 25) / 25


def movie(folder: Path, codec: str, times: list[int] | None = None, length: int = 25) -> Path:
    name, encoder, form, options, _ = CODECS[codec]
    path = folder / name
    container = av.open(str(path), "w")
    stream = container.add_stream(encoder, rate=RATE, options=options)
    stream.width, stream.height, stream.pix_fmt = 256, 128, form
    stream.gop_size = 8 if codec == "h264" else 1
    stream.metadata["timecode"] = "01:02:03:20"
    stream.metadata["reel_name"] = "A007"
    for number in range(length):
        codes = np.full((128, 256, 3), round(level(number + 1) * 65535), np.uint16)
        frame = av.VideoFrame.from_ndarray(codes, "rgb48le").reformat(format=form)
        frame.time_base = 1 / RATE
        frame.pts = times[number] if times else number
        for packet in stream.encode(frame):
            container.mux(packet)
    for packet in stream.encode():
        container.mux(packet)
    container.close()
    return path


@pytest.mark.parametrize("codec", CODECS)
def test_every_frame_is_the_frame_asked_for_in_any_order(tmp_path: Path, codec: str) -> None:
    sequence = Sequence.find(movie(tmp_path, codec))
    assert sequence.frames == tuple(range(1, 26))
    for frame in (1, 2, 3, 20, 7, 8, 25, 24, 1):
        stored = sequence.read(frame).stored()
        assert np.abs(stored - level(frame)).max() < CODECS[codec][4]


def test_ten_bits_are_kept(tmp_path: Path) -> None:
    greys = [Sequence.find(movie(tmp_path, "ffv1")).read(frame).stored()[0, 0, 0] for frame in range(1, 26)]
    codes = np.array(greys) * 1023
    assert np.abs(codes - np.rint(codes)).max() < 0.05
    assert len({round(code) % 4 for code in codes}) == 4


def test_a_result_frame_says_timecode_rate_and_reel(tmp_path: Path) -> None:
    frame = Sequence.find(movie(tmp_path, "prores")).read(6)
    box, out = Box(10, 10, 20, 20), tmp_path / "out.0006.exr"
    assert output_suffix(frame) == ".exr"
    assert len(frame.notes) == 1
    write_result(
        frame, np.ones((10, 10, 3), np.float32), np.ones((10, 10), np.float32), box, out, metadata={}
    )
    part = OpenEXR.File(str(out), separate_channels=True).parts[0]
    code = part.header["timeCode"]
    assert (code.hours, code.minutes, code.seconds, code.frame) == (1, 2, 4, 1)
    assert part.header["reelName"] == "A007"
    assert str(part.header["framesPerSecond"]) == "24000/1001"
    red = part.channels["R"].pixels
    assert np.all(red[10:20, 10:20] == 1)
    linear = Srgb().to_linear(frame.stored()[..., 0]).astype(np.float16)
    linear[10:20, 10:20] = 1
    assert np.array_equal(red, linear)


def test_a_movie_can_be_sent_to_another_process(tmp_path: Path) -> None:
    sequence = Sequence.find(movie(tmp_path, "ffv1"))
    before = sequence.read(4).stored()
    assert np.array_equal(pickle.loads(pickle.dumps(sequence)).read(4).stored(), before)


def test_uneven_frames_are_refused(tmp_path: Path) -> None:
    times = [number + (5 if number > 9 else 0) for number in range(25)]
    with pytest.raises(ArtistError) as caught:
        Sequence.find(movie(tmp_path, "ffv1", times))
    assert caught.value.code == "input.movie_timebase"


def test_a_damaged_movie_is_refused(tmp_path: Path) -> None:
    path = movie(tmp_path, "prores")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ArtistError) as caught:
        Sequence.find(path)
    assert caught.value.code == "input.corrupt_file"


def test_a_movie_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    path = movie(tmp_path, "ffv1")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(ArtistError) as caught:
        Sequence.find(path)
    assert caught.value.code == "input.corrupt_file"
    assert path.name in caught.value.message


def test_a_frame_past_the_end_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="1-25") as caught:
        Sequence.find(movie(tmp_path, "prores")).read(26)
    assert caught.value.code == "input.missing_frames"


def test_without_the_movie_library_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = movie(tmp_path, "prores")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ArtistError, match="movie extra") as caught:
        Sequence.find(path)
    assert caught.value.code == "input.movie_support"


@pytest.mark.parametrize(
    ("start", "rate", "frames", "expected"),
    [
        ("00:00:59:23", Fraction(24), 1, "00:01:00:00"),
        ("00:00:59;29", Fraction(30000, 1001), 1, "00:01:00;02"),
        ("00:09:59;29", Fraction(30000, 1001), 1, "00:10:00;00"),
        ("00:00:00;00", Fraction(30000, 1001), 107892, "01:00:00;00"),
        ("00:00:59;59", Fraction(60000, 1001), 1, "00:01:00;04"),
        ("23:59:59:24", Fraction(25), 1, "00:00:00:00"),
    ],
)
def test_timecode_counts_as_the_standard_says(start: str, rate: Fraction, frames: int, expected: str) -> None:
    code = Timecode.from_text(start, rate)
    assert code is not None
    assert code.later(frames).to_text() == expected
