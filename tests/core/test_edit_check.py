"""A cut is checked before it leaves, by takes on disk and signed decisions alone; a strip shows them all."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from finished_takes import Made, make_take
from pushed_cuts import clip_of, cut_of, plate_reference, span, written

from photodouble.edit.check import CheckedClip, check_edit, wrong
from photodouble.edit.clips import clips_of
from photodouble.edit.edit import Edit
from photodouble.edit.metadata import KEY
from photodouble.edit.profiles import PROFILES, write_edit
from photodouble.edit.push import PushWish, push
from photodouble.edit.read import read_edit
from photodouble.edit.shots import list_shots
from photodouble.edit.strip import strip_of
from photodouble.edit.take_media import all_media
from photodouble.edit.taken import TakeFinder
from photodouble.provenance.keys import load_person_key
from photodouble.takes.review import Wish, decide
from photodouble_client.errors import ArtistError

FRAMES = range(1001, 1009)
INPAINT = "photodouble_inpaint_v001"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("checked") / "site"
        folder.mkdir()
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        return make_take(folder, shot_writer, FRAMES)


@pytest.fixture
def site(once: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Give a show whose take is to be final, and ada, who may approve it."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    return once.copied(tmp_path / "site").decided_by("Ada", "supervisor")


def cut(site: Made, *, start: float = 1002, length: float = 5) -> otio.schema.Timeline:
    reference = plate_reference(site.take.request().inputs["plate"].path, 1001, 40)
    other = otio.schema.GeneratorReference(generator_kind="SMPTEBars", available_range=span(0, 10))
    return cut_of(clip_of(reference, start, length), clip_of(other, 0, 10, name="bars"))


def pushed(site: Made, tmp_path: Path, **wish: Any) -> Edit:
    edit = written(cut(site), tmp_path / "cut.otio")
    return push(edit, all_media([site.take], site.store), PushWish(**wish))


def saved(edit: Edit, tmp_path: Path, profile: str = "otio") -> Edit:
    write_edit(edit, tmp_path / "pushed.otio", PROFILES[profile], overwrite=True)
    return read_edit(tmp_path / "pushed.otio")


def checked(edit: Edit, site: Made, *, final: bool = True) -> tuple[CheckedClip, ...]:
    return check_edit(edit, final=final, takes=TakeFinder(str(site.store.root)))


def kinds(found: tuple[CheckedClip, ...]) -> list[list[str]]:
    return [[one.kind for one in clip.findings] for clip in found]


def test_an_approved_take_may_be_final(site: Made, tmp_path: Path) -> None:
    site.approve()

    found = checked(saved(pushed(site, tmp_path), tmp_path), site)

    assert [(one.name, one.state, one.findings) for one in found] == [("sh010", "approved", ())]
    assert wrong(found) == ()


def test_a_temp_is_listed(site: Made, tmp_path: Path) -> None:
    found = checked(saved(pushed(site, tmp_path, temp=True), tmp_path), site)

    assert kinds(found) == [["not approved", "temp"]]
    assert (found[0].record_first, found[0].record_last) == (86400, 86404)


def test_taking_the_mark_off_by_hand_does_not_help(site: Made, tmp_path: Path) -> None:
    edit = saved(pushed(site, tmp_path, temp=True), tmp_path)
    clip = clips_of(edit.root)[0]
    clip.name = "sh010"
    clip.metadata[KEY]["status"] = "approved"
    clip.media_reference.metadata[KEY]["state"] = "approved"
    del clip.markers[:]

    assert kinds(checked(edit, site)) == [["not approved"]]


def test_a_host_that_strips_all_metadata_hides_nothing(site: Made, tmp_path: Path) -> None:
    edit = saved(pushed(site, tmp_path, temp=True), tmp_path, "resolve")
    clip = clips_of(edit.root)[0]
    clip.name = "sh010"
    clip.metadata.clear()
    clip.media_reference.metadata.clear()

    assert kinds(check_edit(edit, final=True)) == [["not approved"]]


def test_an_approval_that_was_taken_back_counts_at_once(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path)
    decide(site.store, site.take, Wish("retake"), load_person_key("ada"), site.settings)

    assert kinds(checked(edit, site)) == [["not approved"]]


def test_a_take_still_marked_temp_though_it_is_approved_now_is_listed(site: Made, tmp_path: Path) -> None:
    edit = saved(pushed(site, tmp_path, temp=True), tmp_path)
    site.approve()

    found = checked(edit, site)

    assert kinds(found) == [["temp"]]
    assert "push it again" in found[0].findings[0].fix


def test_a_clip_that_shows_its_plate_while_a_take_waits_is_listed(site: Made, tmp_path: Path) -> None:
    edit = saved(pushed(site, tmp_path), tmp_path)
    assert kinds(check_edit(edit, final=True)) == [["not approved"]]

    decide(site.store, site.take, Wish("reject"), load_person_key("ada"), site.settings)
    assert checked(edit, site) == ()


def test_a_changed_plate_makes_a_take_stale(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path)
    plate = Path(site.take.request().inputs["plate"].path.replace("####", "1004"))
    kept = plate.read_bytes()
    shutil.copy(str(plate).replace("1004", "1005"), plate)
    try:
        found = checked(edit, site)
    finally:
        plate.write_bytes(kept)

    assert kinds(found) == [["stale"]]
    assert "1004" in found[0].findings[0].what


def test_a_lost_picture_is_missing(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path)
    site.frame(1004).unlink()

    found = checked(edit, site, final=False)

    assert kinds(found) == [["missing"]]
    assert "1004" in found[0].findings[0].what


def test_a_take_that_is_gone_is_missing(site: Made, tmp_path: Path) -> None:
    edit = saved(pushed(site, tmp_path, temp=True), tmp_path)
    shutil.rmtree(site.take.folder)

    assert kinds(checked(edit, site)) == [["missing", "missing", "temp"]]


def test_a_clip_that_was_made_longer_is_not_covered(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path)
    clips_of(edit.root)[0].source_range = span(1002, 12)

    found = checked(edit, site, final=False)

    assert kinds(found) == [["not covered"]]
    assert "1009-1013" in found[0].findings[0].what


def test_without_its_plate_too_a_longer_clip_is_not_covered(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path, "nukestudio")
    clips_of(edit.root)[0].source_range = span(1002, 12)

    found = checked(edit, site, final=False)

    assert kinds(found) == [["not covered"]]
    assert "86407-86411" in found[0].findings[0].what


def test_a_take_that_was_shifted_shows_other_frames(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path)
    reference = clips_of(edit.root)[0].media_reference
    reference.start_frame = reference.start_frame - 1

    assert "other frames" in kinds(checked(edit, site, final=False))[0]


def test_pictures_that_are_not_the_takes_are_found_by_their_content(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path)
    elsewhere = tmp_path / "delivered"
    shutil.copytree(site.take.folder / "result", elsewhere)
    clips_of(edit.root)[0].media_reference.target_url_base = elsewhere.as_uri() + "/"
    assert kinds(checked(edit, site, final=False)) == [[]]

    shutil.copy(elsewhere / site.frame(1003).name, elsewhere / site.frame(1004).name)

    assert kinds(checked(edit, site, final=False)) == [["other take"]]


def test_a_reference_that_names_another_take_than_it_shows_is_found(site: Made, tmp_path: Path) -> None:
    site.approve()
    edit = saved(pushed(site, tmp_path), tmp_path)
    clips_of(edit.root)[0].media_reference.metadata[KEY]["take"] = "cd34" * 8

    assert kinds(checked(edit, site, final=False)) == [["other take"]]


def test_a_cut_of_plates_alone_has_nothing_to_check(site: Made, tmp_path: Path) -> None:
    assert checked(written(cut(site), tmp_path / "cut.otio"), site) == ()


def test_the_strip_stacks_plate_and_takes_on_the_same_frames(site: Made, tmp_path: Path) -> None:
    edit = pushed(site, tmp_path, temp=True)

    strip = saved(strip_of(edit), tmp_path)

    assert [track.name for track in strip.root.tracks] == ["Video 1", "Video 2"]
    plate, take = (clips_of(track) for track in strip.root.tracks)
    assert [one.name for one in plate] == ["sh010 plate"]
    assert [one.name for one in take] == ["sh010 inpaint v001"]
    assert all(set(one.media_references()) == {"DEFAULT_MEDIA"} for one in (*plate, *take))
    maps = [
        list_shots(Edit(strip.path, otio.schema.Timeline(tracks=[copy.deepcopy(track)]), "otio"))[
            0
        ].timing.frame_map
        for track in strip.root.tracks
    ]
    assert maps[0] == maps[1] == (1002, 1003, 1004, 1005, 1006)


def test_a_strip_says_in_the_file_that_a_take_is_not_approved(site: Made, tmp_path: Path) -> None:
    strip = strip_of(pushed(site, tmp_path))

    take = clips_of(strip.root.tracks[1])[0]
    assert [marker.name for marker in take.markers] == ["sh010/inpaint/v001: suggestion, not approved"]
    assert len(clips_of(strip.root.tracks[0])[0].markers) == 0


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_strip_can_be_written_for_every_reader(site: Made, tmp_path: Path, name: str) -> None:
    strip = strip_of(pushed(site, tmp_path), also_without=True)

    again = saved(strip, tmp_path, name)

    rows = [[type(one).__name__ for one in track] for track in again.root.tracks]
    assert rows == [["Clip", "Clip"], ["Clip", "Gap"]]


def test_a_cut_without_takes_gives_no_strip(site: Made, tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as refused:
        strip_of(written(cut(site), tmp_path / "cut.otio"))
    assert refused.value.code == "input.edit_no_clip"


def test_the_command_line_pushes_checks_and_strips(
    site: Made, tmp_path: Path, photodouble: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    written(cut(site), tmp_path / "reel é.otio")

    done = photodouble("edit", "push", "reel é.otio", "--take", site.take.folder, "--temp")
    assert done.returncode == 0, done.stderr
    assert "Written:" in done.stdout

    final = photodouble("edit", "check", "reel é_takes.otio", "--final", "--json")
    assert final.returncode == 1, final.stderr
    assert [one["kind"] for one in json.loads(final.stdout)["clips"][0]["findings"]] == [
        "not approved",
        "temp",
    ]
    assert photodouble("edit", "check", "reel é_takes.otio").returncode == 0

    strip = photodouble("edit", "strip", "reel é_takes.otio", "--profile", "resolve", "--json")
    assert strip.returncode == 0, strip.stderr
    assert Path(json.loads(strip.stdout)["file"]).name == "reel é_takes_review.otio"

    again = photodouble("edit", "push", "reel é.otio", "--take", site.take.folder, "--temp")
    assert again.returncode == 3
    assert "exists" in again.stderr


def test_the_engine_does_it_by_the_same_names(site: Made, tmp_path: Path) -> None:
    from photodouble.engine.tasks import run_task
    from photodouble.ops.operation import Reporter

    edit = written(cut(site), tmp_path / "cut.otio")
    to = str(tmp_path / "out.otio")
    asked = {"edit": str(edit.path), "takes": str(site.take.folder), "to": to, "profile": "nukestudio"}

    done = run_task("edit.push", asked, site.settings, Reporter())
    found = run_task(
        "edit.check", {"edit": to, "final": True, "root": str(site.store.root)}, site.settings, Reporter()
    )

    assert done["file"] == to
    assert any(INPAINT in note["what"] for note in done["notes"])
    assert found == {"clips": [], "final": True}
