"""Shots to work: the frames that are pulled, plates numbered anew, and plates that others have numbered."""

from __future__ import annotations

import json
import math
import shutil
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from timecoded import clip, span, write_cut, write_plate

from photodouble.edit.choose import shot_meant
from photodouble.edit.edit import Edit
from photodouble.edit.media import MediaFinder
from photodouble.edit.plates import plate_offset
from photodouble.edit.probe import timecode_of
from photodouble.edit.pull import PullWish, pull, wanted_frames
from photodouble.edit.pull_file import plate_shots, pull_to
from photodouble.edit.read import read_edit
from photodouble.edit.shots import list_shots
from photodouble.image.files import read_picture
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest, PortInput

FIRST, LAST = 1001, 1120
HOUR = 86400


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    """A folder with one plate of 120 frames, timecode from 01:00:00:00."""
    folder = tmp_path_factory.mktemp("my show")
    write_plate(folder / "in", range(FIRST, LAST + 1), aspect=2.0)
    return folder


@pytest.fixture
def shots(show):
    """Give a function that lists the shots of a cut of clips over that plate."""

    def listed(*clips: otio.schema.Clip, handles: int = 8):
        edit = read_edit(write_cut(show / "cut.otio", *clips))
        return edit, list_shots(edit, handles=handles)

    return listed


def plate_clip(name: str = "sh010", start: int = 40, length: int = 10, speed: float = 1.0):
    made = clip(name, "in/plate.%04d.exr", span(HOUR + start, length), span(HOUR, 120))
    if speed == 0:
        made.effects.append(otio.schema.FreezeFrame())
    elif speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return made


@pytest.mark.parametrize(
    ("speed", "handles", "frames", "shown"),
    [
        (1, 8, "1033-1058", "1033-1058"),
        (1, 0, "1041-1050", "1041-1050"),
        (2, 4, "1033-1068", "1033-1041,1043-1059x2,1061-1068"),
        (0.5, 4, "1039-1047", "1039-1047"),
        (-1, 3, "1038-1053", "1038-1053"),
        (0, 8, "1041", "1041"),
    ],
)
def test_a_pull_makes_what_the_clip_shows_and_its_handles(shots, tmp_path, speed, handles, frames, shown):
    edit, (shot,) = shots(plate_clip(speed=speed), handles=handles)
    request = pull(edit, shot, PullWish("inpaint", tmp_path)).request
    fewer = pull(edit, shot, PullWish("inpaint", tmp_path, shown_only=True)).request
    assert request.range.to_text() == request.source_range.to_text() == frames
    assert fewer.range.to_text() == shown


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.integers(0, 100),
    length=st.integers(1, 20),
    speed=st.sampled_from([1, 2, 0.5, -1, -2, 1.25, 3, 0, 0.25, -0.5]),
    handles=st.integers(0, 12),
)
def test_the_frames_pulled_cover_exactly_what_the_clip_shows_and_its_handles(
    show, start, length, speed, handles
):
    timeline = otio.schema.Timeline(
        "cut", tracks=[otio.schema.Track("V1", [plate_clip("a", start, length, speed)])]
    )
    (shot,) = list_shots(Edit(show / "cut.otio", timeline, "otio"), handles=handles, finder=MediaFinder())
    frames, seen = wanted_frames(shot), shot.timing.frame_map
    assert len(seen) == length
    assert set(seen) <= set(frames) == set(range(frames[0], frames[-1] + 1))
    reach = math.ceil(handles * abs(speed))
    slack = max(0, math.ceil(abs(speed)) - 1)
    if not shot.timing.held:
        assert max(FIRST, min(seen) - reach - slack) <= frames[0] <= max(FIRST, min(seen) - reach)
        assert min(LAST, max(seen) + reach) <= frames[-1] <= min(LAST, max(seen) + reach + slack)
    assert frames[0] >= FIRST and frames[-1] <= LAST


def test_the_request_says_what_the_cut_and_the_headers_know(shots, tmp_path):
    made = plate_clip()
    made.media_reference.metadata["colorspace"] = "ACEScg"
    edit, (shot,) = shots(made)
    pulled = pull(edit, shot, PullWish("inpaint", tmp_path, output_root=str(tmp_path / "takes")))
    request = pulled.request
    assert (request.operation, request.shot, request.node) == ("inpaint", "sh010", "sh010")
    assert (request.handles, request.rate, request.first_frame) == (8, "24", 1033)
    assert (request.colourspace, request.pixel_aspect) == ("ACEScg", 2.0)
    assert request.script == str(edit.path)
    assert (pulled.cut_in, pulled.cut_out, pulled.offset) == (1041, 1050, 0)
    assert pulled.missing == ("matte",)
    assert JobRequest.from_text(request.to_text()) == request


def test_a_colour_space_that_nobody_knows_is_told_and_left_out(shots, tmp_path):
    made = plate_clip()
    made.media_reference.metadata["colorspace"] = "Show Look v7"
    edit, (shot,) = shots(made)
    pulled = pull(edit, shot, PullWish("inpaint", tmp_path))
    assert pulled.request.colourspace == ""
    assert any("Show Look v7" in note.what for note in pulled.notes)


def test_a_plate_numbered_anew_has_the_same_files_under_other_numbers(shots, show, tmp_path):
    edit, (shot,) = shots(plate_clip(), handles=4)
    pulled, path = pull_to(edit, shot, PullWish("inpaint", tmp_path, first=1001), tmp_path)
    assert path == tmp_path / "sh010" / "inpaint.json"
    assert pulled.request.range.to_text() == "1001-1018"
    assert (pulled.cut_in, pulled.cut_out) == (1005, 1014)
    first = tmp_path / "sh010" / "plate" / "sh010_plate.1001.exr"
    assert first.read_bytes() == (show / "in" / "plate.1037.exr").read_bytes()
    assert timecode_of(first, Fraction(24)).to_text() == "01:00:01:12"
    assert plate_offset(pulled.request, shot) == 1001 - 1037


def test_what_was_pulled_is_not_replaced_unasked(shots, tmp_path):
    edit, (shot,) = shots(plate_clip(), handles=0)
    wish = PullWish("inpaint", tmp_path, first=1001)
    pull_to(edit, shot, wish, tmp_path)
    with pytest.raises(ArtistError) as refused:
        pull_to(edit, shot, wish, tmp_path)
    assert refused.value.code == "input.output_exists"
    (tmp_path / "sh010" / "inpaint.json").unlink()
    with pytest.raises(ArtistError) as refused:
        pull_to(edit, shot, wish, tmp_path)
    assert "1001-1010" in refused.value.message
    with pytest.raises(ArtistError) as refused:
        pull_to(edit, shot, PullWish("inpaint", tmp_path, first=2001), tmp_path)
    assert "1001-1010" in refused.value.message
    assert (tmp_path / "sh010" / "plate" / "sh010_plate.1001.exr").exists()


def test_pulling_again_leaves_no_frame_of_the_last_time(shots, show, tmp_path):
    for handles, last in ((8, 1026), (4, 1018)):
        edit, (shot,) = shots(plate_clip(), handles=handles)
        pull_to(edit, shot, PullWish("inpaint", tmp_path, first=1001, overwrite=True), tmp_path)
        names = sorted(path.name for path in (tmp_path / "sh010" / "plate").iterdir())
        assert names[0] == "pull.json"
        assert names[1:] == [f"sh010_plate.{frame}.exr" for frame in range(1001, last + 1)]
    first = tmp_path / "sh010" / "plate" / "sh010_plate.1001.exr"
    assert first.read_bytes() == (show / "in" / "plate.1037.exr").read_bytes()


def _pulled_by_others(show: Path, folder: Path, frames: range, first: int) -> str:
    folder.mkdir()
    for number, frame in enumerate(frames):
        shutil.copy(show / "in" / f"plate.{frame}.exr", folder / f"io_sh010.{first + number:05d}.exr")
    return str(folder / "io_sh010.#####.exr")


def test_a_plate_that_others_numbered_is_matched_by_timecode(shots, show, tmp_path):
    plate = _pulled_by_others(show, tmp_path / "io", range(1037, 1055), 1001)
    edit, (shot,) = shots(plate_clip(), handles=4)
    pulled = pull(edit, shot, PullWish("inpaint", tmp_path, plate=plate))
    assert (pulled.offset, pulled.cut_in, pulled.cut_out) == (-36, 1005, 1014)
    assert pulled.request.range.to_text() == "1001-1018"
    assert "timecode" in pulled.how
    assert plate_offset(pulled.request, shot) == -36


def test_a_plate_with_shorter_handles_is_taken_and_told(shots, show, tmp_path):
    plate = _pulled_by_others(show, tmp_path / "io", range(1039, 1053), 1001)
    edit, (shot,) = shots(plate_clip(), handles=4)
    pulled = pull(edit, shot, PullWish("inpaint", tmp_path, plate=plate))
    assert pulled.request.range.to_text() == "1001-1014"
    assert any("handles are shorter" in note.what for note in pulled.notes)


def test_a_plate_that_lacks_what_is_shown_is_refused_with_the_frames(shots, show, tmp_path):
    plate = _pulled_by_others(show, tmp_path / "io", range(1041, 1049), 1001)
    edit, (shot,) = shots(plate_clip(), handles=4)
    with pytest.raises(ArtistError, match="1009-1010") as refused:
        pull(edit, shot, PullWish("inpaint", tmp_path, plate=plate))
    assert refused.value.code == "input.edit_plate"


def test_a_timecode_that_stands_still_matches_nothing_and_an_offset_is_asked_for(shots, tmp_path):
    write_plate(tmp_path / "io", range(1001, 1019), start="")
    for frame in range(1001, 1019):
        write_plate(tmp_path / "still", [frame], start="01:00:01:16")
    edit, (shot,) = shots(plate_clip(), handles=4)
    for folder in ("io", "still"):
        plate = str(tmp_path / folder / "plate.####.exr")
        with pytest.raises(ArtistError, match="no timecode that counts up") as refused:
            pull(edit, shot, PullWish("inpaint", tmp_path, plate=plate))
        assert refused.value.code == "input.edit_plate"
        assert "--offset" in refused.value.fix
    pulled = pull(edit, shot, PullWish("inpaint", tmp_path, plate=plate, offset=-36))
    assert (pulled.cut_in, pulled.how) == (1005, "by the stated offset")


def test_a_cut_whose_media_is_not_here_takes_a_pulled_plate_by_its_source_timecode(tmp_path):
    edl = tmp_path / "cut.edl"
    edl.write_text(
        "TITLE: cut\nFCM: NON-DROP FRAME\n\n"
        "001  A001C003 V     C        01:00:01:16 01:00:02:02 01:00:00:00 01:00:00:10\n"
        "* FROM CLIP NAME: sh010\n",
        encoding="utf-8",
    )
    plate = write_plate(tmp_path / "io", range(1001, 1019), start="01:00:01:12")
    edit = read_edit(edl, rate="24")
    (shot,) = list_shots(edit, handles=4)
    pulled = pull(edit, shot, PullWish("inpaint", tmp_path, plate=plate))
    assert (pulled.cut_in, pulled.cut_out) == (1005, 1014)
    with pytest.raises(ArtistError) as refused:
        pull(edit, shot, PullWish("inpaint", tmp_path))
    assert refused.value.code == "input.edit_media"


def test_camera_raw_is_not_pulled_and_says_what_to_do(tmp_path):
    (tmp_path / "A001C003.R3D").write_bytes(b"raw")
    cut = write_cut(tmp_path / "cut.otio", clip("sh010", "A001C003.R3D", span(HOUR, 10), span(HOUR, 100)))
    edit = read_edit(cut)
    (shot,) = list_shots(edit)
    with pytest.raises(ArtistError, match="RED raw") as refused:
        pull(edit, shot, PullWish("inpaint", tmp_path))
    assert "EXR" in refused.value.fix


def test_a_gap_in_the_media_is_named(shots, show, tmp_path):
    shutil.copytree(show / "in", tmp_path / "in")
    (tmp_path / "in" / "plate.1045.exr").unlink()
    edit = read_edit(write_cut(tmp_path / "cut.otio", plate_clip()))
    (shot,) = list_shots(edit)
    with pytest.raises(ArtistError, match="1045") as refused:
        pull(edit, shot, PullWish("inpaint", tmp_path))
    assert refused.value.code == "input.edit_media"


def test_a_movie_is_read_from_its_own_first_frame_and_pulled_as_pictures(tmp_path):
    av = pytest.importorskip("av")
    _write_movie(av, tmp_path / "a.mov", 20, "01:00:00:00")
    edit = read_edit(write_cut(tmp_path / "cut.otio", clip("sh010", "a.mov", span(HOUR + 5, 4))))
    (shot,) = list_shots(edit, handles=2)
    own = pull(edit, shot, PullWish("inpaint", tmp_path))
    assert own.request.range.to_text() == "4-11"
    assert own.cut_in == 6
    anew, _ = pull_to(edit, shot, PullWish("inpaint", tmp_path, first=1001), tmp_path / "out")
    assert anew.request.range.to_text() == "1001-1008"
    first = read_picture(tmp_path / "out" / "sh010" / "plate" / "sh010_plate.1001.exr")
    assert timecode_of(first.path, Fraction(24)).to_text() == "01:00:00:03"
    assert plate_offset(anew.request, shot) == 1001 - (HOUR + 3)


@pytest.mark.parametrize(
    ("name", "at", "word"),
    [("sh01", None, "sh010"), ("double", None, "2 clips"), ("double", 5, "seen at"), ("", 500, "500")],
)
def test_a_shot_that_is_not_one_is_refused(shots, name, at, word):
    _, listed = shots(plate_clip("sh010"), plate_clip("double"), plate_clip("double", 50))
    with pytest.raises(ArtistError) as refused:
        shot_meant(listed, name, at)
    assert refused.value.code == "input.edit_shot"
    assert word in refused.value.message + refused.value.fix


def test_a_double_name_is_told_apart_by_a_frame_of_the_cut(shots):
    _, listed = shots(plate_clip("sh010"), plate_clip("double"), plate_clip("double", 50))
    assert shot_meant(listed, "double", 25).timing.media_first == FIRST + 50


@pytest.mark.parametrize(
    "wish",
    [
        PullWish("repaint", Path()),
        PullWish("inpaint", Path(), first=1001, plate="a.####.exr"),
        PullWish("inpaint", Path(), offset=3),
    ],
)
def test_a_wish_that_cannot_be_is_refused(shots, wish):
    edit, (shot,) = shots(plate_clip())
    with pytest.raises(ArtistError) as refused:
        pull(edit, shot, wish)
    assert refused.value.code.startswith("usage.")


def test_deage_asks_for_the_performer_and_the_age(shots, tmp_path):
    edit, (shot,) = shots(plate_clip())
    notes = [note.what for note in pull(edit, shot, PullWish("deage", tmp_path)).notes]
    assert any("performer" in note for note in notes)
    assert any("age" in note for note in notes)
    wish = PullWish("deage", tmp_path, performers=("p1",), values={"target_age": 35})
    assert pull(edit, shot, wish).notes == ()


def test_the_command_pulls_and_the_request_runs(photodouble, tiny_shot, tmp_path):
    shot = tiny_shot(range(1001, 1007))
    made = clip("sh010", "in/plate.%04d.exr", span(1002, 2), span(1001, 6))
    cut = write_cut(tmp_path / "cut.otio", made)
    bare = photodouble("edit", "pull", cut, "--shot", "sh010", "--op", "inpaint", "--handles", 1)
    assert bare.returncode == 0, bare.stderr
    assert "Cut in 1002, cut out 1003." in bare.stdout
    assert "needs its matte" in bare.stdout
    flags = ("--handles", 1, "--matte", shot.matte, "--overwrite", "--json", "--root", tmp_path / "takes")
    full = photodouble("edit", "pull", cut, "--shot", "sh010", "--op", "inpaint", *flags)
    told = json.loads(full.stdout)
    assert (told["range"], told["missing"]) == ("1001-1004", [])
    done = photodouble("run", told["request"])
    assert done.returncode == 0, done.stderr
    results = sorted((tmp_path / "takes").rglob("*result*/*.exr"))
    assert [path.name[-8:-4] for path in results] == ["1001", "1002", "1003", "1004"]


def test_inputs_and_controls_are_checked_before_anything_is_written(photodouble, tiny_shot, tmp_path):
    tiny_shot(range(1001, 1007))
    cut = write_cut(tmp_path / "cut.otio", clip("sh010", "in/plate.%04d.exr", span(1002, 2), span(1001, 6)))
    for flags in (
        ("--set", "matte_grow=much"),
        ("--set", "nothing=1"),
        ("--input", "nothing=a.exr"),
        ("--set", "x"),
    ):
        answer = photodouble("edit", "pull", cut, "--shot", "sh010", "--op", "inpaint", *flags)
        assert answer.returncode in (2, 3), answer.stderr
    assert not (tmp_path / "pulled").exists()


def test_the_task_answers_with_the_request(shots, show, tmp_path):
    from photodouble.engine.tasks import run_task
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

    shots(plate_clip())
    arguments = {
        "edit": str(show / "cut.otio"),
        "operation": "inpaint",
        "shot": "sh010",
        "handles": 2,
        "first": "1001",
        "output": str(tmp_path),
        "inputs": {"matte": PortInput("/m.####.exr").to_json()},
    }
    answer = run_task("edit.pull", arguments, Settings(), Reporter())
    assert (answer["range"], answer["cut_in"], answer["missing"]) == ("1001-1014", 1003, [])
    assert JobRequest.from_json(answer["document"]).inputs["matte"].path == "/m.####.exr"


def _write_movie(av, path: Path, length: int, timecode: str) -> None:
    import numpy as np

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 32, 16, "yuv420p"
        stream.metadata["timecode"] = timecode
        container.metadata["timecode"] = timecode
        for number in range(length):
            picture = np.full((16, 32, 3), number * 10, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


def test_where_a_clip_shows_a_take_its_plate_is_pulled(show, tmp_path):
    write_plate(tmp_path / "take", range(1001, 1121))
    made = plate_clip()
    take = otio.schema.ExternalReference(str(tmp_path / "take" / "plate.%04d.exr"), span(HOUR, 120))
    take.metadata["photodouble"] = {"kind": "take"}
    key = "photodouble_inpaint_v001"
    made.set_media_references({"DEFAULT_MEDIA": made.media_reference.deepcopy(), key: take}, key)
    edit = read_edit(write_cut(show / "pushed.otio", made))
    assert Path(list_shots(edit)[0].media.pattern).parent.name == "take"
    (shot,) = plate_shots(edit, handles=8)
    assert (
        Path(pull(edit, shot, PullWish("inpaint", tmp_path)).request.inputs["plate"].path).parent.name == "in"
    )


def test_shots_are_listed_with_the_same_names_and_maps_as_they_are_pulled(photodouble, show, tmp_path):
    made = plate_clip("A001_sh010_v2")
    made.media_reference.target_url = "P:/show/in/plate.%04d.exr"
    cut = write_cut(tmp_path / "cut.otio", made, plate_clip("untitled"))
    flags = ("--name-pattern", "sh[0-9]+", "--path-map", f"P:/show={show}")
    listed = photodouble("edit", "shots", cut, "--json", *flags)
    first, second = json.loads(listed.stdout)
    assert (first["name"], second["name"]) == ("sh010", "")
    assert first["media_pattern"] == str(show / "in" / "plate.####.exr")
    assert "No shot name was found" in listed.stderr
    assert photodouble("edit", "pull", cut, "--shot", "sh010", "--op", "crowd", *flags).returncode == 0
