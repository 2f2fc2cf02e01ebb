"""Stereo: one job, both eyes, the same source frames; one file per eye or both eyes in one EXR."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from photodouble.cli.main import main
from photodouble.engine.painting import take_frame
from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble.takes.check import check_take
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

FRAMES = (1, 2, 3)
EYES = ("left", "right")


@pytest.fixture
def stereo(tiny_shot, tmp_path):  # type: ignore[no-untyped-def]
    """Give the plates of both eyes on disk, one folder and file name for each."""
    return {eye: tiny_shot(frames=FRAMES, name=f"{eye}_eye", seed=seed) for seed, eye in enumerate(EYES, 5)}


def run(tmp_path: Path, plate: str, matte: str, **options: object) -> Take:
    request = JobRequest(
        "inpaint",
        inputs={"plate": PortInput(plate), "matte": PortInput(matte)},
        values={"unseen": "smooth"},
        range=FrameRange(FRAMES),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
        view=str(options.pop("view", "left,right")),
    )
    settings = Settings(cache_folder=str(tmp_path / "cache"))
    return run_job(request, JobOptions(settings=settings, **options)).take  # type: ignore[arg-type]


def colours(path: Path, channels: str = "RGB") -> np.ndarray:  # type: ignore[type-arg]
    found: np.ndarray = OpenEXR.File(str(path)).channels()[channels].pixels  # type: ignore[type-arg]
    return found


def test_both_eyes_of_one_job_equal_each_eye_alone(stereo, tmp_path):
    plate, matte = (str(tmp_path / "%V_eye" / f"{name}.####.exr") for name in ("plate", "matte"))
    both = run(tmp_path, plate, matte)
    for eye in EYES:
        alone = run(tmp_path, stereo[eye].plate, stereo[eye].matte, view=eye)
        for frame in FRAMES:
            result = colours(both.picture("result", frame, "exr", eye))
            assert np.array_equal(result, colours(alone.picture("result", frame, "exr")))
            assert not np.array_equal(result, colours(stereo[eye].file("plate", frame)))


def test_a_take_of_both_eyes_is_not_sent_out_for_painting(stereo, tmp_path):
    plate, matte = (str(tmp_path / "%V_eye" / f"{name}.####.exr") for name in ("plate", "matte"))
    with pytest.raises(ArtistError) as refused:
        take_frame(run(tmp_path, plate, matte), FRAMES[0])
    assert refused.value.code == "usage.arguments"
    alone = run(tmp_path, stereo["left"].plate, stereo["left"].matte, view="left")
    assert take_frame(alone, FRAMES[0]).number == FRAMES[0]


def test_an_excluded_frame_is_excluded_for_both_eyes(stereo, tmp_path):
    stereo["right"].file("matte", 3).unlink()
    request_range = FrameRange((1, 2))
    request = JobRequest(
        "inpaint",
        inputs={
            "plate": PortInput(str(tmp_path / "%V_eye" / "plate.####.exr")),
            "matte": PortInput(str(tmp_path / "%V_eye" / "matte.####.exr")),
        },
        range=request_range,
        source_range=FrameRange(FRAMES),
        output_root=str(tmp_path / "takes"),
        view="left,right",
    )
    take = run_job(request, JobOptions(settings=Settings(cache_folder=str(tmp_path / "cache")))).take
    for frame in request_range:
        for eye in EYES:
            source = OpenEXR.File(str(take.picture("origin", frame, "exr", eye))).channels()["frame"].pixels
            assert 3 not in source


def test_both_eyes_in_one_file_are_both_filled_and_nothing_else_changes(stereo, tmp_path):
    folder = tmp_path / "multi view"
    folder.mkdir()
    for frame in FRAMES:
        channels = {}
        for eye, prefix in (("left", ""), ("right", "right.")):
            pixels = colours(stereo[eye].file("plate", frame))
            channels.update({f"{prefix}{name}": pixels[..., i].copy() for i, name in enumerate("RGB")})
        channels["Z"] = np.full(pixels.shape[:2], frame, np.float32)
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        header["multiView"] = ["left", "right"]
        path = folder / f"plate.{frame:04d}.exr"
        OpenEXR.File(header, channels).write(str(path))
    matte = stereo["left"].matte
    take = run(tmp_path, str(folder / "plate.####.exr"), matte)
    for frame in FRAMES:
        inside = OpenEXR.File(str(stereo["left"].file("matte", frame))).channels()["A"].pixels > 0
        before = OpenEXR.File(str(folder / f"plate.{frame:04d}.exr"), separate_channels=True).channels()
        after = OpenEXR.File(str(take.picture("result", frame, "exr")), separate_channels=True).channels()
        assert sorted(before) == sorted(after)
        for name in before:
            changed = before[name].pixels != after[name].pixels
            assert not changed[~inside].any()
            assert changed[inside].any() == (name != "Z")


def test_the_output_needs_a_place_for_the_view(stereo, tmp_path):
    plate, matte = (str(tmp_path / "%V_eye" / f"{name}.####.exr") for name in ("plate", "matte"))
    with pytest.raises(ArtistError) as refused:
        run(tmp_path, plate, matte, output=str(tmp_path / "out.####.exr"))
    assert "%V" in refused.value.fix
    run(tmp_path, plate, matte, output=str(tmp_path / "out" / "clean_%V.####.exr"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"clean_{eye}.{frame:04d}.exr" for eye in EYES for frame in FRAMES
    ]


def test_check_names_the_eye_whose_plate_changed(stereo, tmp_path):
    plate, matte = (str(tmp_path / "%V_eye" / f"{name}.####.exr") for name in ("plate", "matte"))
    take = run(tmp_path, plate, matte)
    assert check_take(take) == ()
    stereo["right"].file("plate", 2).write_bytes(stereo["right"].file("plate", 1).read_bytes())
    assert [(change.what, change.frames.to_text()) for change in check_take(take)] == [("right plate", "2")]


def test_a_stereo_take_lists_the_files_of_both_eyes(stereo, tmp_path):
    plate, matte = (str(tmp_path / "%V_eye" / f"{name}.####.exr") for name in ("plate", "matte"))
    manifest = json.loads((run(tmp_path, plate, matte).folder / "manifest.json").read_text())
    assert manifest["outputs"]["result.left"] == "result/sh010_inpaint_v001_left.####.exr"
    assert set(manifest["inputs"]) == {"left@matte", "left@plate", "right@matte", "right@plate"}


def test_eyes_that_differ_in_their_file_names_make_one_shot(stereo, tmp_path, monkeypatch, environment):
    monkeypatch.setenv("PHOTODOUBLE_USER", environment["PHOTODOUBLE_USER"])
    for eye in EYES:
        for frame in FRAMES:
            stereo[eye].file("plate", frame).rename(tmp_path / f"plate_{eye}.{frame:04d}.exr")
    matte = stereo["left"].matte
    paths = [
        "--plate",
        tmp_path / "plate_%V.####.exr",
        "--matte",
        matte,
        "--output",
        tmp_path / "%V.####.exr",
    ]
    assert main(["inpaint", *map(str, paths), "--view", "left,right", "--quiet"]) == 0
    assert (tmp_path / "takes" / "plate" / "inpaint" / "v001" / "manifest.json").is_file()
    assert all((tmp_path / f"{eye}.{frame:04d}.exr").is_file() for eye in EYES for frame in FRAMES)
