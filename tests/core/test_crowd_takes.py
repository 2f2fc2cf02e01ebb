"""A small crowd put into a plate by the real job: what changes, what does not, and who may see it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crowd_shot import (
    COUNT,
    FIRST,
    TALL,
    WIDE,
    card,
    crowd_file,
    element,
    library,
    request,
    write_ground,
)
from numpy.typing import NDArray

from photodouble.cli.main import main
from photodouble.demo.slate import write_frame
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.cryptomatte import cryptomatte_coverage
from photodouble.image.exr import write_planes
from photodouble.image.sequence import Sequence
from photodouble.image.stmap import write_stmap
from photodouble.image.window import Box
from photodouble.ops.crowd.library import write_element
from photodouble.provenance.gate import check
from photodouble.provenance.show import Show
from photodouble.settings import Settings
from photodouble.takes.check import check_take
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, FrameDone, Warned
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

OUTPUTS = {"result", "fill", "matte", "origin", "confidence", "beauty", "depth", "motion", "ids", "shadow"}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a plate, its camera, a crowd file and a library of four people."""
    return write_ground(tmp_path_factory.mktemp("ground"))


def make(asked: JobRequest, said: list[str] | None = None, **more: Any) -> Take:
    def hear(event: Event) -> None:
        if said is not None and isinstance(event, Warned):
            said.append(event.message)

    settings = Settings(cache_folder=str(Path(asked.output_root) / "cache"), contact_sheet=False)
    return run_job(asked, JobOptions(settings=settings, **more), on_event=hear).take


@pytest.fixture(scope="module")
def take(ground: Path, tmp_path_factory: pytest.TempPathFactory) -> Take:
    return make(request(ground, tmp_path_factory.mktemp("takes")))


def planes(take: Take, output: str, *names: str, frame: int = FIRST) -> NDArray[np.float32]:
    picture = Sequence.find(take.picture(output, frame, "exr")).read(frame, needs_colour=False)
    return np.stack([picture.channel(name, picture.display_window) for name in names], axis=2)


def hashes(take: Take) -> dict[str, Any]:
    return {
        key: file.pixel_sha256
        for frame in range(FIRST, FIRST + COUNT)
        for key, file in (take.record(frame) or pytest.fail("a frame is missing")).files.items()
    }


def test_every_output_is_written_for_every_frame(take: Take) -> None:
    for frame in range(FIRST, FIRST + COUNT):
        record = take.record(frame)
        assert record is not None and set(record.files) == OUTPUTS
    assert record.figures["people"] > 10


def test_beside_people_and_shadows_the_plate_is_untouched_bit_for_bit(take: Take, ground: Path) -> None:
    plate = Sequence.find(ground / f"plate/plate.{FIRST}.exr").read(FIRST)
    result = Sequence.find(take.picture("result", FIRST, "exr")).read(FIRST)
    matte, alpha = planes(take, "matte", "A")[..., 0], planes(take, "beauty", "A")[..., 0]
    shadow = planes(take, "shadow", "A")[..., 0]
    nothing = (alpha <= 0) & (shadow <= 0)
    assert 0.2 < nothing.mean() < 0.9 and (matte[nothing] == 0).all()
    for name in "RGB":
        kept, was = result.raw(name)[nothing], plate.raw(name)[nothing]
        assert np.array_equal(kept, was)
    assert (result.linear()[matte > 0.5] != plate.linear()[matte > 0.5]).any()


def test_result_is_the_plate_in_shadow_with_the_beauty_over_it(take: Take, ground: Path) -> None:
    plate = Sequence.find(ground / f"plate/plate.{FIRST}.exr").read(FIRST).linear()
    result = Sequence.find(take.picture("result", FIRST, "exr")).read(FIRST).linear()
    beauty, shadow = planes(take, "beauty", "R", "G", "B", "A"), planes(take, "shadow", "A")
    wanted = plate * (1 - shadow) * (1 - beauty[..., 3:]) + beauty[..., :3]
    np.testing.assert_allclose(result, wanted, atol=2e-3)


def test_origin_names_the_crowd_and_the_frame_that_was_filmed(take: Take) -> None:
    kind, frame = np.moveaxis(planes(take, "origin", "kind", "frame"), 2, 0)
    alpha = planes(take, "beauty", "A")[..., 0]
    assert set(np.unique(kind)) == {0, 5}
    assert set(np.unique(frame[alpha > 0.9])) <= {501, 502, 503}
    assert (frame[kind == 0] == -1).all()


def test_depth_and_motion_are_those_of_the_people(take: Take) -> None:
    depth, alpha = planes(take, "depth", "Z")[..., 0], planes(take, "beauty", "A")[..., 0]
    inside = np.isfinite(depth)
    assert (alpha[inside] >= 0.49).all() and 7.5 < depth[inside].min() < depth[inside].max() < 15
    motion = planes(take, "motion", "u", "v")
    near = inside & (depth < 9) & (planes(take, "ids", "CryptoPerson00.G")[..., 0] > 0.99)
    assert near.sum() > 20
    np.testing.assert_allclose(motion[near][:, 0], -0.1 * 24 / 36 * WIDE / depth[near], atol=0.05)


def test_id_mattes_of_all_people_make_up_the_alpha(take: Take) -> None:
    picture = Sequence.find(take.picture("ids", FIRST, "exr")).read(FIRST, needs_colour=False).whole()
    alpha = planes(take, "beauty", "A")[..., 0]
    box = Box.of_size(TALL, WIDE)
    for names in ("field/*", "man_*", "field"):
        np.testing.assert_allclose(cryptomatte_coverage(picture, names, box), alpha, atol=2e-3)
    one = cryptomatte_coverage(picture, "man_0", box)
    assert 0 < one.sum() < alpha.sum()


def test_a_chunk_of_a_farm_equals_the_whole_run(take: Take, ground: Path, tmp_path: Path) -> None:
    asked = request(ground, tmp_path)
    part = make(asked, frames=FrameRange([FIRST + 1]))
    whole = make(part.request(), resume=True)
    assert hashes(whole) == hashes(take)


def test_a_changed_crowd_file_and_a_changed_element_make_a_take_stale(ground: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    made = make(request(copy, tmp_path))
    assert check_take(made) == ()
    crowd_file(copy / "crowd.json", density=0.5)
    assert [one.message for one in check_take(made)] == ["the crowd file has other content"]
    shutil.copy(ground / "crowd.json", copy / "crowd.json")
    write_element(copy / "people", element("man_2"), [card(9, frame) for frame in range(3)])
    assert [one.message for one in check_take(made)] == ["the library has other content"]
    shutil.rmtree(copy / "people")
    assert [one.message for one in check_take(made)] == ["the library is gone"]


def test_a_new_take_makes_frames_anew_when_only_a_card_changed(ground: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    first = make(request(copy, tmp_path))
    same = make(request(copy, tmp_path, parent=first.take_id))
    assert all(record.linked_from for record in map(same.record, range(FIRST, FIRST + COUNT)) if record)
    write_element(copy / "people", element("man_2"), [card(9, frame) for frame in range(3)])
    other = make(request(copy, tmp_path, parent=first.take_id))
    assert not any(record.linked_from for record in map(other.record, range(FIRST, FIRST + COUNT)) if record)
    assert hashes(other) != hashes(first)


def test_a_holdout_hides_people_and_their_shadows(ground: Path, tmp_path: Path) -> None:
    left = np.zeros((TALL, WIDE), np.float32)
    left[:, : WIDE // 2] = 1
    box = Box.of_size(TALL, WIDE)
    write_planes(tmp_path / "front.exr", {"A": left}, data_window=box, display_window=box, type="float")
    made = make(request(ground, tmp_path, inputs={"holdout": tmp_path / "front.exr"}))
    matte = planes(made, "matte", "A")[..., 0]
    assert (matte[:, : WIDE // 2] == 0).all() and matte[:, WIDE // 2 :].max() > 0.9


def test_people_behind_what_is_nearer_are_hidden(ground: Path, tmp_path: Path) -> None:
    far = np.full((TALL, WIDE), 10.0, np.float32)
    box = Box.of_size(TALL, WIDE)
    write_planes(tmp_path / "far.exr", {"Z": far}, data_window=box, display_window=box, type="float")
    made = make(request(ground, tmp_path, inputs={"holdout_depth": tmp_path / "far.exr"}))
    depth = planes(made, "depth", "Z")[..., 0]
    assert np.isfinite(depth).any() and depth[np.isfinite(depth)].max() <= 10.0


EMPTY, HUGE = '{"schema": 1, "elements": []}', [[-900, -900], [900, -900], [0, 0]]


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda at: shutil.rmtree(at / "people"), "input.bad_document"),
        (lambda at: (at / "people/library.json").write_text(EMPTY), "input.bad_document"),
        (lambda at: (at / "people/library.json").write_text("{"), "input.bad_document"),
        (lambda at: (at / "people/man_1/card.0001.exr").unlink(), "input.missing_frames"),
        (lambda at: crowd_file(at / "crowd.json", polygon=[[0, 0], [1, 1]]), "input.bad_document"),
        (lambda at: crowd_file(at / "crowd.json", spacing=0.05, polygon=HUGE), "engine.memory"),
        (lambda at: (at / "camera.json").write_text("[]"), "input.bad_document"),
        (lambda at: (at / "camera.json").unlink(), "input.bad_document"),
    ],
)
def test_what_cannot_work_is_refused_and_leaves_no_take(
    ground: Path, tmp_path: Path, break_it: Any, code: str
) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    break_it(copy)
    with pytest.raises(ArtistError) as refused:
        make(request(copy, tmp_path / "takes"))
    assert refused.value.code == code
    assert not list((tmp_path / "takes").rglob("manifest.json"))


def test_without_camera_and_ground_it_says_what_is_missing(ground: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="camera") as refused:
        make(request(ground, tmp_path, inputs={"camera": ""}))
    assert refused.value.code == "usage.arguments"


def test_one_element_for_many_is_allowed_and_said(ground: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    shutil.rmtree(copy / "people")
    library(copy / "people", 1)
    said: list[str] = []
    make(request(copy, tmp_path), said)
    assert any("So few filmed people cannot hide it" in one for one in said)


def test_a_camera_that_looks_away_from_everybody_is_told(ground: Path, tmp_path: Path) -> None:
    stored = json.loads((ground / "camera.json").read_text())
    for moment in stored["frames"].values():
        moment["rotation"] = [0, 180, 0]
    away = tmp_path / "away.json"
    away.write_text(json.dumps(stored))
    said: list[str] = []
    made = make(request(ground, tmp_path, inputs={"camera": away}), said)
    assert any("Nobody of the crowd is in the picture" in one for one in said)
    assert made.is_sealed


def test_a_library_named_by_its_folder_and_a_command_without_an_action_work(
    ground: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(
        [
            "crowd", "--plate", str(ground / "plate/plate.####.exr"), "--crowd", str(ground / "crowd.json"),
            "--library", str(ground / "people"), "--camera", str(ground / "camera.json"), "--frames", "1001",
            "--root", str(tmp_path), "--quiet",
        ]
    )  # fmt: skip
    assert status == 0
    assert len(list(tmp_path.rglob("manifest.json"))) == 1


def test_recognisable_people_without_consent_are_not_cleared(ground: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    shutil.rmtree(copy / "people")
    library(copy / "people", 2, identifiable=True)
    said: list[str] = []
    made = make(request(copy, tmp_path / "takes"), said)
    assert made.manifest()["consent"]["state"] == "not cleared"
    assert any("There is no consent of man_0" in one for one in said)
    header = Sequence.find(made.picture("ids", FIRST, "exr")).read(FIRST, needs_colour=False).metadata
    assert header["photodouble/consent"] == "not cleared"
    show = Show.find(tmp_path)
    for at in ("approval", "export"):
        with pytest.raises(ArtistError) as refused:
            check(made.request(), show, Settings(), at, take=made.folder)
        assert refused.value.family == "consent"
    shutil.rmtree(copy / "people")
    assert made.request().performers == ("man_0", "man_1")


def test_only_who_is_cast_needs_consent(ground: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    write_element(copy / "people", element("star", identifiable=True), [card(5, frame) for frame in range(3)])
    crowd_file(copy / "crowd.json", elements=["man_*"])
    said: list[str] = []
    without = make(request(copy, tmp_path / "without"), said)
    assert without.manifest()["consent"]["state"] == "cleared"
    assert without.manifest()["consent"]["performers"] == []
    assert not any("consent" in one for one in said)
    show = Show.find(tmp_path)
    assert check(without.request(), show, Settings(), "approval", take=without.folder).word == ""
    crowd_file(copy / "crowd.json", elements=["man_0", "star"])
    cast = make(request(copy, tmp_path / "cast"))
    assert cast.manifest()["consent"]["state"] == "not cleared"
    assert cast.manifest()["consent"]["performers"] == ["star"]
    with pytest.raises(ArtistError) as refused:
        check(cast.request(), show, Settings(), "approval", take=cast.folder)
    assert "There is no consent of star." in refused.value.message


def test_who_comes_in_with_a_wave_needs_consent(ground: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    star = element("star", identifiable=True, state="cheer")
    write_element(copy / "people", star, [card(5, frame) for frame in range(3)])
    stored = json.loads(crowd_file(copy / "crowd.json", states={"idle": 1}).read_text())
    stored["waves"] = [{"area": "*", "state": "cheer", "period": 4, "width": 0.2, "start": FIRST}]
    (copy / "crowd.json").write_text(json.dumps(stored))
    made = make(request(copy, tmp_path / "takes"))
    assert made.manifest()["consent"]["performers"] == ["star"]
    still = make(request(copy, tmp_path / "still", values={"waves": False}))
    assert still.manifest()["consent"]["performers"] == []


def test_people_nobody_could_recognise_need_no_consent(take: Take) -> None:
    assert take.manifest()["consent"]["state"] == "cleared"
    assert take.request().performers == ()


@pytest.mark.parametrize("name", ["crowd.usda", "cards.json"])
def test_a_crowd_that_was_handed_on_gives_the_same_picture(
    take: Take, ground: Path, tmp_path: Path, name: str
) -> None:
    if name.endswith("usda"):
        pytest.importorskip("pxr")
    assert (
        main(
            [
                "crowd",
                "export",
                str(take.folder),
                f"--{'usd' if 'usda' in name else 'cards'}",
                str(tmp_path / name),
            ]
        )
        == 0
    )
    made = make(request(ground, tmp_path / "takes", inputs={"crowd": tmp_path / name}))
    for output, channels in (("beauty", "RGBA"), ("depth", "Z")):
        for frame in range(FIRST, FIRST + COUNT):
            was, is_ = (planes(one, output, *channels, frame=frame) for one in (take, made))
            np.testing.assert_allclose(is_, was, atol=1e-3)


def test_one_file_can_hold_every_pass_of_a_frame(take: Take, ground: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.####.exr"
    asked = request(ground, tmp_path / "takes")
    make(asked, output=str(packed), layers=True)
    picture = Sequence.find(packed).read(FIRST)
    for name in ("beauty.A", "depth.Z", "motion.u", "shadow.A", "CryptoPerson00.R", "origin.kind"):
        assert name in picture.channels
    np.testing.assert_array_equal(picture.channel("beauty.A"), planes(take, "beauty", "A")[..., 0])
    ids = cryptomatte_coverage(picture.whole(), "field/*", Box.of_size(TALL, WIDE))
    np.testing.assert_allclose(ids, planes(take, "beauty", "A")[..., 0], atol=2e-3)


def test_a_holdout_of_another_size_is_refused(ground: Path, tmp_path: Path) -> None:
    box = Box.of_size(20, 20)
    flat = np.zeros(box.size, np.float32)
    write_planes(tmp_path / "small.exr", {"A": flat}, data_window=box, display_window=box)
    with pytest.raises(ArtistError) as refused:
        make(request(ground, tmp_path, inputs={"holdout": tmp_path / "small.exr"}))
    assert refused.value.code == "input.size_mismatch"


def test_the_frames_of_a_shorter_take_show_the_same_crowd(take: Take, ground: Path, tmp_path: Path) -> None:
    asked = request(ground, tmp_path, source_range=FrameRange(range(FIRST, FIRST + COUNT)))
    whole = make(asked)
    part = make(dataclasses.replace(asked, take="", range=FrameRange([FIRST + 2])))
    was, is_ = (planes(one, "depth", "Z", frame=FIRST + 2) for one in (whole, part))
    np.testing.assert_array_equal(is_, was)


def test_without_offsets_everybody_shows_the_same_moment(ground: Path, tmp_path: Path) -> None:
    made = make(request(ground, tmp_path, values={"time_offset": False}))
    frame = planes(made, "origin", "frame")[..., 0]
    alpha = planes(made, "beauty", "A")[..., 0]
    assert len(np.unique(frame[alpha > 0.9])) == 1


def test_half_the_density_leaves_half_of_the_people_and_moves_nobody(
    take: Take, ground: Path, tmp_path: Path
) -> None:
    half = make(request(ground, tmp_path, values={"density": 0.5}))
    names = [
        {name for key, text in _manifests(one).items() if "CryptoPerson" in key for name in json.loads(text)}
        for one in (take, half)
    ]
    uncovered = names[1] - names[0]  # stood wholly behind somebody who left
    assert len(uncovered) <= 0.05 * len(names[1])
    assert 0.3 < len(names[1]) / len(names[0]) < 0.75


def _manifests(take: Take) -> dict[str, str]:
    header = Sequence.find(take.picture("ids", FIRST, "exr")).read(FIRST, needs_colour=False).metadata
    kinds = {key.rpartition("/")[0]: value for key, value in header.items() if key.endswith("/name")}
    return {str(kinds[key]): str(header[f"{key}/manifest"]) for key in kinds}


def test_maps_of_a_lens_that_bends_nothing_change_nothing(take: Take, ground: Path, tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:TALL, 0:WIDE]
    places = np.stack([columns, rows], axis=2).astype(np.float32)
    write_stmap(tmp_path / "map.exr", places, Box.of_size(TALL, WIDE))
    maps = {"undistort": tmp_path / "map.exr", "redistort": tmp_path / "map.exr"}
    made = make(request(ground, tmp_path / "takes", inputs=maps))
    for output, channels in (("beauty", "RGBA"), ("shadow", "A")):
        was, is_ = (planes(one, output, *channels) for one in (take, made))
        np.testing.assert_allclose(is_, was, atol=2e-3)


def test_a_painted_frame_is_the_artists_where_the_crowd_is(ground: Path, tmp_path: Path) -> None:
    mine = np.full((TALL, WIDE, 3), 0.7, np.float32)
    write_frame(tmp_path / "mine.1002.exr", mine, 1002)
    made = make(request(ground, tmp_path / "takes", overrides={1002: str(tmp_path / "mine.1002.exr")}))
    kind = planes(made, "origin", "kind", frame=1002)[..., 0]
    result = Sequence.find(made.picture("result", 1002, "exr")).read(1002).linear()
    assert set(np.unique(kind)) == {0, 4}
    np.testing.assert_allclose(result[kind == 4], 0.7, atol=1e-3)


def test_a_plate_with_more_around_it_is_filled_whole(ground: Path, tmp_path: Path) -> None:
    (tmp_path / "plate").mkdir()
    crowd = crowd_file(tmp_path / "crowd.json", polygon=[[-9, -14], [9, -14], [9, -7], [-9, -7]])
    cut = make(request(ground, tmp_path / "cut", inputs={"crowd": crowd}))
    inner, outer = Box.of_size(TALL, WIDE), Box(-20, -6, WIDE + 12, TALL + 4)
    grey = {name: np.full(outer.size, 0.2, np.float32) for name in "RGB"}
    for number in range(FIRST, FIRST + COUNT):
        path = tmp_path / f"plate/plate.{number:04d}.exr"
        write_planes(path, grey, data_window=outer, display_window=inner)
    inputs = {"plate": tmp_path / "plate/plate.####.exr", "crowd": crowd}
    made = make(request(ground, tmp_path / "whole", inputs=inputs))
    for output, name in (("depth", "Z"), ("shadow", "A")):
        np.testing.assert_array_equal(planes(made, output, name), planes(cut, output, name))
    result = Sequence.find(made.picture("result", FIRST, "exr")).read(FIRST)
    changed = np.abs(result.linear(outer) - 0.2).max(axis=2) > 0.05
    assert changed[:, :20].any() and changed[:, -12:].any()


def test_an_element_that_is_filmed_anew_meanwhile_is_named(ground: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(ground, tmp_path / "copy")
    asked = request(copy, tmp_path / "takes")

    def repaint(event: Event) -> None:
        if isinstance(event, FrameDone):
            write_element(copy / "people", element("man_2"), [card(7, frame) for frame in range(3)])

    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)
    with pytest.raises(ArtistError) as refused:
        run_job(asked, JobOptions(settings=settings), on_event=repaint)
    assert refused.value.code == "engine.take_mismatch"
    assert "library.json, man_2 of library were written again" in refused.value.message
