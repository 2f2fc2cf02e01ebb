"""Bad input: one clear error, the exit status of its family, and nothing written."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from photodouble.cli.main import main
from photodouble.takes.copies import check_writable
from photodouble_client.errors import ArtistError


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def quiet_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> Iterator[None]:
    monkeypatch.setenv("PHOTODOUBLE_USER", environment["PHOTODOUBLE_USER"])
    monkeypatch.chdir(tmp_path)
    yield


@pytest.fixture
def refused(out: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, str]]:
    """Give a function that runs the command line, expects a refusal and nothing written, and returns it."""

    def run(*arguments: object, status: int = 3, written: bool = False) -> dict[str, str]:
        assert main([*map(str, arguments), "--json"]) == status
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert told[-1]["event"] == "failed"
        assert written or not [path for path in out.rglob("*") if path.is_file()]
        error: dict[str, str] = told[-1]["error"]
        return error

    return run


def inpaint(shot, out: Path, *more: object, **paths: object) -> list[object]:  # type: ignore[no-untyped-def]
    ports = {"plate": shot.plate, "matte": shot.matte, "output": out / "clean.####.exr", **paths}
    return ["inpaint", *(part for key, path in ports.items() for part in (f"--{key}", path)), *more]


def test_missing_plate_frames_are_named_with_a_range_that_would_work(tiny_shot, refused, out):
    shot = tiny_shot()
    shot.file("plate", 1003).unlink()
    error = refused(*inpaint(shot, out, "--frames", "1001-1006"))
    assert error["code"] == "input.missing_frames"
    assert "1003" in error["message"]
    assert "--frames 1001-1002,1004-1006" in error["fix"]


@pytest.mark.parametrize(("plate", "lost"), [("plate.####.exr", 1003), ("plate.[1001-1006].exr", 1006)])
def test_a_gap_is_named_when_the_whole_plate_is_asked_for(tiny_shot, refused, out, plate, lost):
    shot = tiny_shot()
    shot.file("plate", lost).unlink()
    error = refused(*inpaint(shot, out, plate=shot.file("plate", lost).parent / plate))
    assert error["code"] == "input.missing_frames"
    assert f"no frame {lost}." in error["message"]
    kept = "1001-1002,1004-1006" if lost == 1003 else "1001-1005"
    assert f"--frames {kept}" in error["fix"]


def test_a_plate_on_twos_has_no_gaps(tiny_shot, out):
    shot = tiny_shot()
    for frame in (1002, 1004, 1006):
        shot.file("plate", frame).unlink()
    assert main([*map(str, inpaint(shot, out, "--quiet"))]) == 0
    assert len(list(out.glob("clean.*.exr"))) == 3


def test_a_frame_list_that_is_empty_is_refused(tiny_shot, refused, out):
    assert refused(*inpaint(tiny_shot(), out, "--frames", ""))["code"] == "input.empty_range"


def test_the_offered_range_does_work(tiny_shot, out, capsys):
    shot = tiny_shot()
    shot.file("plate", 1003).unlink()
    assert main([*map(str, inpaint(shot, out, "--frames", "1001-1002,1004-1006", "--quiet"))]) == 0
    assert len(list(out.glob("clean.*.exr"))) == 5


def test_a_plate_that_is_not_there_is_said(tiny_shot, refused, out):
    error = refused(*inpaint(tiny_shot(), out, plate="nowhere/plate.####.exr"))
    assert error["code"] == "input.missing_sequence"


def test_a_matte_of_another_size_is_refused_with_the_size_it_needs(tiny_shot, refused, out):
    shot = tiny_shot()
    write(shot.file("matte", 1004), {"A": np.ones((24, 32), np.float16)})
    error = refused(*inpaint(shot, out))
    assert error["code"] == "input.size_mismatch"
    assert "64x48" in error["fix"]
    assert "1004" in error["message"]


def test_a_matte_of_another_range_is_refused_with_the_range_that_would_work(tiny_shot, refused, out):
    shot = tiny_shot()
    for frame in (1005, 1006):
        shot.file("matte", frame).unlink()
    error = refused(*inpaint(shot, out))
    assert error["code"] == "input.range_mismatch"
    assert "--frames 1001-1004" in error["fix"]


def test_an_empty_matte_lets_the_plate_pass_through_and_says_so(tiny_shot, out, capsys):
    shot = tiny_shot(frames=(1, 2))
    for frame in shot.frames:
        write(shot.file("matte", frame), {"A": np.zeros((48, 64), np.float16)})
    assert main([*map(str, inpaint(shot, out, "--quiet"))]) == 0
    assert "empty on every frame" in capsys.readouterr().err
    for frame in shot.frames:
        plate = OpenEXR.File(str(shot.file("plate", frame))).channels()["RGB"].pixels
        result = OpenEXR.File(str(out / f"clean.{frame:04d}.exr")).channels()["RGB"].pixels
        assert np.array_equal(plate.view(np.uint16), result.view(np.uint16))


def test_sources_that_are_not_there_are_said(tiny_shot, out, capsys):
    shot = tiny_shot(frames=(1, 2))
    assert main([*map(str, inpaint(shot, out, "--source-frames", "5000-5010", "--quiet"))]) == 0
    said = capsys.readouterr().err
    assert "no frame 5000-5010" in said
    assert "everything is invented" in said


def test_an_override_outside_the_range_is_said(tiny_shot, out, capsys):
    shot = tiny_shot(frames=(1, 2))
    assert main([*map(str, inpaint(shot, out, "--override", "9=painted.exr", "--quiet"))]) == 0
    assert "Frames 9 are outside the range" in capsys.readouterr().err


def test_a_matte_that_covers_everything_is_refused(tiny_shot, refused, out):
    shot = tiny_shot(frames=(1, 2))
    for frame in shot.frames:
        write(shot.file("matte", frame), {"A": np.ones((48, 64), np.float16)})
    error = refused(*inpaint(shot, out, "--matte-channel", "A"))
    assert error["code"] == "input.matte_covers_all"
    assert "--matte-invert" in error["fix"]


@pytest.mark.parametrize("name", ["plate", "matte"])
def test_a_file_that_was_cut_short_is_named(tiny_shot, refused, out, name):
    shot = tiny_shot(frames=(1, 2, 3))
    path = shot.file(name, 2)
    path.write_bytes(path.read_bytes()[:-200])
    error = refused(*inpaint(shot, out))
    assert error["code"] == "input.corrupt_file"
    assert path.name in error["message"]


def test_a_clean_plate_that_was_cut_short_is_named(tiny_shot, refused, out):
    clean = tiny_shot(frames=(7, 8, 9), name="clean")
    clean.file("plate", 9).write_bytes(clean.file("plate", 9).read_bytes()[:-200])
    error = refused(*inpaint(tiny_shot(frames=(1, 2)), out, "--clean-plate", clean.plate))
    assert error["code"] == "input.corrupt_file"
    assert "plate.0009.exr" in error["message"]


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x76\x2f\x31\x01\x02\x00\x00\x00chan"])
def test_a_file_that_is_no_picture_is_named(tiny_shot, refused, out, content):
    shot = tiny_shot(frames=(1, 2, 3))
    shot.file("plate", 3).write_bytes(content)
    error = refused(*inpaint(shot, out))
    assert error["code"] == "input.corrupt_file"


def test_pixels_damaged_inside_a_file_are_found_before_any_frame(tiny_shot, refused, out):
    shot = tiny_shot(frames=(1, 2, 3))
    content = bytearray(shot.file("plate", 3).read_bytes())
    content[-600:-100] = bytes(500)
    shot.file("plate", 3).write_bytes(content)
    error = refused(*inpaint(shot, out))
    assert error["code"] == "input.corrupt_file"


def test_a_deep_exr_is_refused(tiny_shot, refused, out):
    shot = tiny_shot(frames=(1,))
    samples = np.empty((48, 64), object)
    for row in range(48):
        for column in range(64):
            samples[row, column] = np.ones(1, np.float32)
    header = {"type": OpenEXR.deepscanline, "compression": OpenEXR.ZIPS_COMPRESSION}
    OpenEXR.File(header, dict.fromkeys("RGB", samples)).write(str(shot.file("plate", 1)))
    assert refused(*inpaint(shot, out))["code"] == "input.deep_exr"


def test_an_unknown_colour_space_is_refused(tiny_shot, refused, out):
    error = refused(*inpaint(tiny_shot(frames=(1, 2)), out, "--colorspace", "ACEScgg"))
    assert error["code"] == "input.unknown_colourspace"
    assert "ACEScg" in error["fix"]


def test_a_movie_whose_frames_do_not_keep_time_is_refused(tiny_shot, refused, out, tmp_path):
    av = pytest.importorskip("av")
    path = tmp_path / "plate.mov"
    with av.open(str(path), "w") as movie:
        stream = movie.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 600)
        for time in (0, 25, 51, 90, 170, 172):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), time, np.uint8), format="rgb24")
            picture.pts, picture.time_base = time, Fraction(1, 600)
            movie.mux(stream.encode(picture))
        movie.mux(stream.encode(None))
    error = refused(*inpaint(tiny_shot(frames=range(1, 7)), out, plate=path))
    assert error["code"] == "input.movie_timebase"


def test_a_range_without_frames_is_refused(tiny_shot, refused, out, tmp_path):
    stored = request_of(tiny_shot(frames=(1, 2)), out)
    stored["range"] = ""
    assert refused("run", saved(tmp_path, stored))["code"] == "input.empty_range"


def test_a_range_that_runs_backwards_is_refused(tiny_shot, refused, out):
    error = refused(*inpaint(tiny_shot(frames=(1, 2)), out, "--frames", "9-1"), status=2)
    assert error["code"] == "usage.frames"


def test_an_output_that_is_the_plate_is_refused(tiny_shot, refused, out, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    (tmp_path / "same").symlink_to(shot.folder)
    before = shot.file("plate", 1).read_bytes()
    for output in (shot.plate, tmp_path / "same" / "plate.%04d.exr"):
        error = refused(*inpaint(shot, out, "--overwrite", "--root", out, output=output))
        assert error["code"] == "input.output_is_input"
    assert shot.file("plate", 1).read_bytes() == before


def test_an_existing_output_is_kept_unless_it_may_be_replaced(tiny_shot, refused, out):
    shot = tiny_shot(frames=(1, 2))
    out.mkdir()
    (out / "clean.0002.exr").write_bytes(b"mine")
    error = refused(*inpaint(shot, out), written=True)
    assert error["code"] == "input.output_exists"
    assert [path.name for path in out.rglob("*")] == ["clean.0002.exr"]
    assert main([*map(str, inpaint(shot, out, "--overwrite", "--quiet"))]) == 0
    assert (out / "clean.0002.exr").stat().st_size > 1000


def test_an_output_that_cannot_be_written_is_refused(tiny_shot, refused, out, tmp_path):
    (tmp_path / "a_file").write_text("here")
    error = refused(*inpaint(tiny_shot(frames=(1,)), out, output=tmp_path / "a_file" / "clean.####.exr"))
    assert error["code"] == "input.unwritable_output"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc")
@pytest.mark.parametrize("flag", ["--output", "--root"])
def test_an_output_in_a_folder_of_the_system_is_refused_before_the_work(tiny_shot, refused, out, flag):
    place = {"--output": "/proc/nowhere/clean.####.exr", "--root": "/proc/nowhere"}[flag]
    error = refused(*inpaint(tiny_shot(frames=(1,)), out, flag, place))
    assert error["code"] == "input.unwritable_output"


@pytest.mark.parametrize("views", [",", "left,", "left,left"])
def test_views_that_are_not_both_eyes_once_are_refused(tiny_shot, refused, out, views):
    assert (
        refused(*inpaint(tiny_shot(frames=(1,)), out, "--view", views), status=2)["code"] == "usage.bad_value"
    )


@pytest.mark.parametrize("workers", ["0", "-3", "two"])
def test_a_number_of_processes_that_cannot_be_is_refused(tiny_shot, refused, out, workers):
    assert refused(*inpaint(tiny_shot(frames=(1,)), out, f"--workers={workers}"), status=2)["code"]


def test_an_output_of_another_format_is_refused(tiny_shot, refused, out):
    error = refused(*inpaint(tiny_shot(frames=(1,)), out, output=out / "clean.####.png"), status=2)
    assert ".exr" in error["fix"]


def test_an_output_without_a_frame_number_is_refused(tiny_shot, refused, out):
    error = refused(*inpaint(tiny_shot(frames=(1, 2)), out, output=out / "clean.exr"), status=2)
    assert "####" in error["fix"]


def test_a_disk_that_is_full_from_the_start_is_refused(tiny_shot, refused, out, monkeypatch):
    nearly_full = shutil.disk_usage(".")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: nearly_full)
    error = refused(*inpaint(tiny_shot(frames=(1, 2)), out), status=5)
    assert error["code"] == "engine.disk_full"


def test_a_disk_that_fills_up_leaves_no_half_file_and_a_take_to_resume(tiny_shot, refused, out):
    shot = tiny_shot(frames=(1, 2))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, hard))
        error = refused(*inpaint(shot, out), status=5, written=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error["code"] == "engine.disk_full"
    assert not [path for path in out.rglob(".*") if path.is_file() and path.name != ".lock"]
    assert main([*map(str, inpaint(shot, out, "--resume", "--quiet"))]) == 0
    assert len(list(out.glob("clean.*.exr"))) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"colour": "red"}, "input.bad_request"),
        ({"schema": 99}, "input.bad_request"),
        ({"operation": "sharpen"}, "input.bad_request"),
        ({"values": {"matte_grwo": 1}}, "usage.unknown_parameter"),
        ({"values": {"matte_grow": -5}}, "usage.bad_value"),
        ({"inputs": {}}, "input.bad_request"),
    ],
)
def test_a_request_with_a_mistake_is_refused(tiny_shot, refused, out, tmp_path, change, code):
    stored = {**request_of(tiny_shot(frames=(1,)), out), **change}
    error = refused("run", saved(tmp_path, stored), status=2 if code.startswith("usage") else 3)
    assert error["code"] == code


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "\x00\x01"])
def test_a_request_that_is_no_request_is_refused(refused, tmp_path, text):
    path = tmp_path / "request.json"
    path.write_text(text)
    assert refused("run", path)["code"] == "input.bad_request"


def test_frames_outside_the_request_are_refused(tiny_shot, refused, out, tmp_path):
    stored = request_of(tiny_shot(frames=(1, 2)), out)
    error = refused("run", saved(tmp_path, stored), "--frames", "2-4", status=2)
    assert "3-4" in error["message"]


def test_nothing_to_resume_is_said(tiny_shot, refused, out):
    assert refused(*inpaint(tiny_shot(frames=(1,)), out, "--resume"), status=5)["code"] == "engine.no_take"


def test_an_override_that_is_not_understood_is_refused(tiny_shot, refused, out):
    error = refused(*inpaint(tiny_shot(frames=(1,)), out, "--override", "1002"), status=2)
    assert error["code"] == "usage.arguments"


@pytest.mark.parametrize(
    "arguments", [[], ["paintt"], ["inpaint", "--grow", "2"], ["inpaint", "--matte", "m.exr"]]
)
def test_a_command_that_is_not_understood_ends_with_status_2(refused, arguments):
    assert refused(*arguments, status=2)["code"] == "usage.arguments"


@pytest.mark.parametrize(
    ("arguments", "message", "fix"),
    [
        (["inpant"], "COMMAND cannot be inpant", "Did you mean inpaint?"),
        (["inpaint", "--plaet", "p"], "'--plaet' is not understood", "Did you mean --plate?"),
        (["inpaint", "--fram", "1"], "'--fram' is not understood", "photodouble inpaint --help"),
        (["--verson"], "'--verson' is not understood", "Did you mean --version?"),
        (["cache"], "It is one of show, clear.", "photodouble cache --help"),
        (["takes", "lst"], "ACTION cannot be lst", "Did you mean list?"),
        (["takes", "prune", "--keep", "x"], "'x' is not a whole number", "photodouble takes prune --help"),
        (["takes", "show"], "Something is missing: TAKE.", "photodouble takes show --help"),
        (["paint", "out", "x"], "FRAME: 'x' is not a whole number", "photodouble paint out --help"),
        (["run", "r.json", "--frames"], "--frames needs a value.", "photodouble run --help"),
    ],
)
def test_what_was_meant_is_offered_in_plain_words(refused, arguments, message, fix):
    error = refused(*arguments, status=2)
    assert message in error["message"]
    assert fix in error["fix"]
    assert "argument" not in error["message"]


def test_a_choice_or_preset_that_is_misspelt_is_guessed(tiny_shot, refused, out):
    shot = tiny_shot(frames=(1,))
    assert "Did you mean plane?" in refused(*inpaint(shot, out, "--motion", "Plain"), status=2)["fix"]
    assert "Did you mean Person?" in refused(*inpaint(shot, out, "--preset", "persn"), status=2)["fix"]
    assert main([*map(str, inpaint(shot, out, "--preset", "wire", "--quiet"))]) == 0


def test_frames_wholly_outside_the_plate_are_answered_with_its_own(tiny_shot, refused, out):
    shot = tiny_shot(frames=range(1001, 1009))
    error = refused(*inpaint(shot, out, "--frames", "5000-5010"))
    assert error["fix"] == "Choose frames that the plate has: 1001-1008."


def test_a_star_is_answered_with_the_pattern_of_hashes(tiny_shot, refused, out):
    shot = tiny_shot(frames=(1,))
    error = refused(*inpaint(shot, out, plate=str(shot.folder / "plate.*.exr")))
    assert "plate.####.exr" in error["fix"]


def test_an_output_that_is_a_folder_is_said_with_a_name_in_it(tiny_shot, refused, out):
    error = refused(*inpaint(tiny_shot(frames=(1,)), out, output=f"{out}/"), status=2)
    assert error["title"] == "The output is a folder"
    assert f"{out}/clean.####.exr" in error["fix"]


def test_a_request_that_does_not_exist_is_said(refused, tmp_path):
    for given in (tmp_path / "request.json", tmp_path):
        error = refused("run", given)
        assert error["message"] == f"{tmp_path / 'request.json'} does not exist."


def test_excluded_frames_that_are_not_there_are_said(tiny_shot, out, capsys):
    main([*map(str, inpaint(tiny_shot(frames=(1, 2)), out, "--exclude-frames", "7-9", "--quiet"))])
    assert "The plate has no frame 7-9, which is to be excluded." in capsys.readouterr().err


def test_an_error_is_printed_as_title_message_and_fix_without_a_traceback(tiny_shot, out, capsys):
    assert main([*map(str, inpaint(tiny_shot(frames=(1,)), out, plate="no.####.exr"))]) == 3
    told = capsys.readouterr().err
    assert told.splitlines()[0] == "The pictures were not found"
    assert len(told.splitlines()) == 3
    assert "Traceback" not in told


def request_of(shot, out: Path) -> dict[str, object]:  # type: ignore[no-untyped-def]
    from photodouble_client.frames import FrameRange
    from photodouble_client.request import JobRequest

    request = JobRequest("inpaint", inputs=shot.inputs, range=FrameRange(shot.frames), output_root=str(out))
    stored: dict[str, object] = request.to_json()
    return stored


def saved(folder: Path, stored: dict[str, object]) -> Path:
    path = folder / "request.json"
    path.write_text(json.dumps(stored))
    return path


def write(path: Path, channels: dict[str, np.ndarray]) -> None:  # type: ignore[type-arg]
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, channels).write(str(path))


@pytest.mark.parametrize(
    "words",
    [
        ["export", "x", "--to", "", "--use", "temp"],
        ["export", "x", "--to=", "--use", "temp"],
        ["export", "x", "--to", "out", "--use", "temp", "--with", ""],
        ["takes", "movie", "x", "--output", " "],
        ["takes", "archive", "x", ""],
        ["takes", "approve", ""],
        ["report", "--to", ""],
        ["review", "export", "--output", ""],
        ["ledger", "export", ""],
        ["farm", "bundle", "r.json", "--to", ""],
        ["run", ""],
        ["inpaint", "--plate", "", "--matte", "m", "--frames", "1"],
        ["demo", "--output", ""],
        ["paint", "out", "1", "--file", ""],
        ["consent", "add", "mia", "--document", ""],
    ],
)
def test_a_path_that_was_given_empty_is_no_path(words: list[str], refused, tmp_path: Path) -> None:
    assert refused(*words, status=2)["code"] == "usage.bad_value"
    assert [path.name for path in tmp_path.iterdir()] == ["user.toml"]


def test_every_argument_that_names_a_place_is_called_so() -> None:
    from photodouble.cli.asking import _PLACES
    from photodouble.cli.main import parser

    def leaves(of):  # type: ignore[no-untyped-def]
        for action in of._actions:
            if hasattr(action, "choices") and isinstance(action.choices, dict):
                for below in action.choices.values():
                    yield from leaves(below)
            else:
                yield of.prog, action

    words = ("folder", "file", "--to", "--output", "--root")
    strays = [
        (prog, action.metavar)
        for prog, action in leaves(parser())
        if action.nargs != 0
        and any(word in "/".join([*action.option_strings, action.dest]).split("/") for word in words)
        and action.metavar not in _PLACES
    ]
    assert strays == []


def test_an_output_folder_with_a_name_that_no_disk_takes_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path / ("y" * 300) / "take", tmp_path.joinpath(*["z" * 200] * 30) / "take"):
        with pytest.raises(ArtistError) as caught:
            check_writable(folder)
        assert caught.value.code == "input.unwritable_output"
        assert "too long" in caught.value.title
