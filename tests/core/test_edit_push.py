"""Takes go into a cut: under their own key, at the frames of the plate, shown when somebody approved them."""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from finished_takes import PERSON, Made, make_take
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pushed_cuts import clip_of, cut_of, plate_reference, span, written

from photodouble.edit.check import check_edit
from photodouble.edit.clips import clips_of
from photodouble.edit.edit import Edit
from photodouble.edit.metadata import KEY, plain_name, stamped
from photodouble.edit.names import ShotNaming
from photodouble.edit.plates import PULLED, note_pulled
from photodouble.edit.push import PushWish, push
from photodouble.edit.shots import list_shots
from photodouble.edit.strip import strip_of
from photodouble.edit.take_media import TakeMedia, all_media
from photodouble.edit.taken import TakeFinder
from photodouble.image.pattern import parse_pattern
from photodouble.provenance.keys import load_person_key
from photodouble.takes.review import Wish, decide
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

FRAMES = range(1001, 1009)
INPAINT = "photodouble_inpaint_v001"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cut") / "site"
        folder.mkdir()
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        return make_take(folder, shot_writer, FRAMES)


@pytest.fixture
def site(once: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    yield once.copied(tmp_path / "site")


def media_of(site: Made) -> list[TakeMedia]:
    return all_media([site.take], site.store)


def plate_of(site: Made) -> str:
    return site.take.request().inputs["plate"].path


def reference_of(site: Made, **more: Any) -> otio.schema.ImageSequenceReference:
    return plate_reference(plate_of(site), FRAMES.start, len(FRAMES), **more)


def one_clip(site: Made, tmp_path: Path, *, start: float = 1002, length: float = 5, **more: Any) -> Edit:
    timecode = more.pop("timecode", None)
    reference = reference_of(site, start=timecode)
    return written(cut_of(clip_of(reference, start, length, **more)), tmp_path / "cut.otio")


def the_clip(edit: Edit) -> otio.schema.Clip:
    return clips_of(edit.root)[0]


def test_a_take_nobody_approved_is_added_and_the_plate_stays_shown(site: Made, tmp_path: Path) -> None:
    clip = the_clip(push(one_clip(site, tmp_path), media_of(site)))

    assert set(clip.media_references()) == {"DEFAULT_MEDIA", INPAINT}
    assert clip.active_media_reference_key == "DEFAULT_MEDIA"
    assert clip.name == "sh010"
    assert stamped(clip)["status"] == "plate"


def test_an_approved_take_is_shown(site: Made, tmp_path: Path) -> None:
    site.decided_by("Ada", "supervisor").approve()

    clip = the_clip(push(one_clip(site, tmp_path), media_of(site)))

    assert clip.active_media_reference_key == INPAINT
    assert clip.name == "sh010"
    assert stamped(clip)["status"] == "approved"
    assert "temp" not in json.dumps(stamped(clip))


def test_temp_is_said_by_name_marker_and_metadata(site: Made, tmp_path: Path) -> None:
    clip = the_clip(push(one_clip(site, tmp_path), media_of(site), PushWish(temp=True)))

    assert clip.active_media_reference_key == INPAINT
    assert clip.name == "sh010 (temp, not approved)"
    assert stamped(clip)["status"] == "temp, not approved"
    assert [one.name for one in clip.markers if one.color == otio.schema.MarkerColor.RED] == [
        "temp, not approved"
    ]


def test_approval_takes_the_temp_mark_away_again(site: Made, tmp_path: Path) -> None:
    temp = push(one_clip(site, tmp_path), media_of(site), PushWish(temp=True))
    site.decided_by("Ada", "supervisor").approve()

    clip = the_clip(push(temp, media_of(site)))

    assert clip.name == "sh010"
    assert clip.active_media_reference_key == INPAINT
    assert [one.name for one in clip.markers] == ["sh010/inpaint/v001: approved"]


def test_what_an_edit_says_about_approval_has_no_effect(site: Made, tmp_path: Path) -> None:
    pushed = push(one_clip(site, tmp_path), media_of(site))
    clip = the_clip(pushed)
    clip.media_references()[INPAINT].metadata[KEY]["state"] = "approved"
    clip.metadata[KEY]["status"] = "approved"
    clip.active_media_reference_key = INPAINT

    again = the_clip(push(pushed, media_of(site)))

    assert stamped(again.media_references()[INPAINT])["state"] == "suggestion"


def test_a_take_that_was_turned_down_is_not_shown(site: Made, tmp_path: Path) -> None:
    site.decided_by("Ada", "supervisor").approve()
    shown = push(one_clip(site, tmp_path), media_of(site))
    decide(site.store, site.take, Wish("reject", "too soft"), load_person_key("ada"), site.settings)

    clip = the_clip(push(shown, media_of(site)))

    assert clip.active_media_reference_key == "DEFAULT_MEDIA"
    assert stamped(clip)["status"] == "plate"
    assert "too soft" in [one.comment for one in clip.markers]


@pytest.mark.parametrize("speed", [1, 2, 0.5, -1, -2, 0, 0.7])
@pytest.mark.parametrize("timecode", [None, 86400, 0])
def test_take_and_plate_show_the_same_frame_at_every_record_frame(
    site: Made, tmp_path: Path, speed: float, timecode: float | None
) -> None:
    begin = (1001 if timecode is None else timecode) + 1
    length = 3 if abs(speed) > 1 else 5
    edit = one_clip(site, tmp_path, start=begin, length=length, speed=speed, timecode=timecode)
    plate = list_shots(edit)[0]

    pushed = push(edit, media_of(site), PushWish(temp=True))
    take = list_shots(pushed)[0]

    assert take.key == INPAINT
    assert take.timing.frame_map == plate.timing.frame_map
    assert len(set(plate.timing.frame_map)) > 1 or speed == 0
    assert take.timing.warnings == plate.timing.warnings
    assert [type(one) for one in the_clip(pushed).effects] == [type(one) for one in the_clip(edit).effects]


@pytest.mark.parametrize("rate", [23.976024627685547, 24000 / 1001, 25, 29.97, 60000 / 1001])
def test_rates_stay_as_they_are_written(site: Made, tmp_path: Path, rate: float) -> None:
    reference = reference_of(site, start=1001 * 2.5, rate=rate)
    clip = otio.schema.Clip("sh010", reference, span(1001 * 2.5 + 2, 4, rate))
    edit = written(cut_of(clip), tmp_path / "cut.otio")
    plate = list_shots(edit)[0].timing.frame_map

    pushed = push(edit, media_of(site), PushWish(temp=True))

    assert list_shots(pushed)[0].timing.frame_map == plate
    assert the_clip(pushed).media_reference.available_range.start_time.rate == rate


def test_a_take_that_is_too_short_is_kept_and_not_shown(site: Made, tmp_path: Path) -> None:
    site.decided_by("Ada", "supervisor").approve()
    reference = plate_reference(plate_of(site), 990, 40)
    edit = written(cut_of(clip_of(reference, 1004, 10)), tmp_path / "cut.otio")

    pushed = push(edit, media_of(site))

    assert the_clip(pushed).active_media_reference_key == "DEFAULT_MEDIA"
    assert INPAINT in the_clip(pushed).media_references()
    assert any("1009-1013" in note.what for note in pushed.notes if note.kind == "media")


def test_only_clips_of_the_takes_own_shot_get_it(site: Made, tmp_path: Path) -> None:
    reference = reference_of(site)
    own, other = clip_of(reference, 1002, 3), clip_of(copy.deepcopy(reference), 1003, 3, name="sh020")
    edit = written(cut_of(own, other), tmp_path / "cut.otio")

    first, second = clips_of(push(edit, media_of(site)).root)

    assert INPAINT in first.media_references()
    assert INPAINT not in second.media_references()


def test_without_its_name_a_take_goes_to_every_clip_of_its_plate(site: Made, tmp_path: Path) -> None:
    clips = [clip_of(reference_of(site), 1002, 3, name=name) for name in ("a", "", "a")]
    edit = written(cut_of(*clips), tmp_path / "cut.otio")

    assert all(INPAINT in clip.media_references() for clip in clips_of(push(edit, media_of(site)).root))


def test_named_clips_only(site: Made, tmp_path: Path) -> None:
    clips = [clip_of(reference_of(site), 1002, 3, name=name) for name in ("a", "b")]
    edit = written(cut_of(*clips), tmp_path / "cut.otio")

    first, second = clips_of(push(edit, media_of(site), PushWish(shots=("b",))).root)

    assert INPAINT not in first.media_references()
    assert INPAINT in second.media_references()


def test_shot_names_are_read_as_they_were_for_the_work(site: Made, tmp_path: Path) -> None:
    clips = [clip_of(reference_of(site), 1002, 3, name=name) for name in ("cam_sh010_v2", "cam_sh020_v2")]
    edit = written(cut_of(*clips), tmp_path / "cut.otio")

    first, second = clips_of(push(edit, media_of(site), names=ShotNaming("sh[0-9]+")).root)

    assert INPAINT in first.media_references()
    assert INPAINT not in second.media_references()


def test_a_cut_without_the_plate_is_refused_and_says_what_it_has(site: Made, tmp_path: Path) -> None:
    other = otio.schema.ExternalReference("/nowhere/other.mov", span(0, 100))
    edit = written(cut_of(clip_of(other, 0, 10, name="sh990")), tmp_path / "cut.otio")

    with pytest.raises(ArtistError) as refused:
        push(edit, media_of(site))

    assert refused.value.code == "input.edit_no_clip"
    assert "sh990" in refused.value.fix


def test_a_renumbered_plate_needs_and_takes_an_offset(site: Made, tmp_path: Path) -> None:
    other = otio.schema.ExternalReference("/nowhere/camera.mov", span(86400, 100))
    edit = written(cut_of(clip_of(other, 86410, 4)), tmp_path / "cut.otio")
    with pytest.raises(ArtistError, match="another plate"):
        push(edit, media_of(site))

    pushed = push(edit, media_of(site), PushWish(temp=True, offset=1002 - 86410))

    assert list_shots(pushed)[0].timing.frame_map == (1002, 1003, 1004, 1005)


def test_pushing_twice_changes_nothing_more(site: Made, tmp_path: Path) -> None:
    once = push(one_clip(site, tmp_path), media_of(site), PushWish(temp=True))

    twice = push(once, media_of(site), PushWish(temp=True))

    assert twice.root.is_equivalent_to(once.root)


def test_the_edit_that_was_given_stays_as_it_is(site: Made, tmp_path: Path) -> None:
    edit = one_clip(site, tmp_path)
    before = copy.deepcopy(edit.root)

    push(edit, media_of(site), PushWish(temp=True))

    assert edit.root.is_equivalent_to(before)


def test_what_others_wrote_on_a_clip_stays(site: Made, tmp_path: Path) -> None:
    clip = clip_of(reference_of(site), 1002, 3)
    clip.metadata["Hiero"] = {"tags": ["a"]}
    clip.markers.append(otio.schema.Marker("lamp", span(1002, 1), comment="theirs"))
    proxy = otio.schema.ExternalReference("/proxy/sh010.mov", span(1001, 8))
    clip.set_media_references({"DEFAULT_MEDIA": clip.media_reference, "proxy": proxy}, "proxy")
    edit = written(cut_of(clip), tmp_path / "cut.otio")

    pushed = the_clip(push(edit, media_of(site), PushWish(shots=("sh010",), offset=0)))

    assert set(pushed.media_references()) == {"DEFAULT_MEDIA", "proxy", INPAINT}
    assert pushed.active_media_reference_key == "proxy"
    assert pushed.metadata["Hiero"]["tags"][0] == "a"
    assert pushed.markers[0].comment == "theirs"


def test_nobodys_name_and_no_prompt_goes_into_the_cut(site: Made, tmp_path: Path) -> None:
    site.decided_by("Zebulon Quagmire", "supervisor").approve()
    decide(
        site.store,
        site.take,
        Wish("note", f"Zebulon Quagmire and {PERSON} want it darker"),
        load_person_key("ada"),
        site.settings,
    )

    text = push(one_clip(site, tmp_path), media_of(site)).root.to_json_string()

    assert "want it darker" in text
    lowered = text.lower()
    assert "quagmire" not in lowered.replace("cut_", "")
    assert '"ada"' not in lowered


def test_provenance_is_hashes_and_ids(site: Made, tmp_path: Path) -> None:
    from photodouble.image.hashes import file_sha256

    clip = the_clip(push(one_clip(site, tmp_path), media_of(site)))
    facts = stamped(clip.media_references()[INPAINT])

    assert facts["take"] == site.take.take_id
    assert facts["file_sha256"] == file_sha256(site.frame(1001))
    assert facts["source_type"].startswith("http://cv.iptc.org/")
    assert len(facts["record_sha256"]) == len(facts["pixels_sha256"]) == 64
    assert set(clip.metadata) == {KEY}


def test_plain_name_takes_only_our_mark_off() -> None:
    assert plain_name("sh010 (temp, not approved)") == "sh010"
    assert plain_name("sh010 (temp)") == "sh010 (temp)"


RATES = (23.976024627685547, 24000 / 1001, 24.0, 25.0, 29.97, 30000 / 1001, 59.94, 60.0)


@settings(
    max_examples=60,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    start=st.sampled_from((0, 1, 1001, 86400, 90123.5)),
    offset=st.integers(0, 60),
    length=st.integers(1, 30),
    speed=st.sampled_from((1.0, 2.0, 0.5, -1.0, -2.5, 0.7, 0.0, 1.1)),
    rates=st.tuples(st.sampled_from(RATES), st.sampled_from(RATES)),
    renumbered=st.sampled_from((0, 1000, -900)),
    margin=st.integers(0, 5),
    step=st.sampled_from((1, 1, 2)),
)
def test_whatever_a_clip_does_with_time_its_take_shows_the_plates_frames(
    once: Made,
    start: float,
    offset: int,
    length: int,
    speed: float,
    rates: tuple[float, float],
    renumbered: int,
    margin: int,
    step: int,
) -> None:
    pace, rate = rates
    plate = plate_reference("/nowhere/plate.####.exr", 1001, 200, start=start, rate=pace)
    plate.frame_step = step
    clip = otio.schema.Clip("sh010", plate, span((start + offset) * rate / pace, length, rate))
    if speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    edit = Edit(Path("/nowhere/cut.otio"), cut_of(clip), "otio")
    shot = list_shots(edit)[0]
    first, last = shot.timing.media_first + renumbered, shot.timing.media_last + renumbered
    assume(shot.timing.frame_map and not shot.timing.held)
    assume(shot.timing.media_first >= shot.available.first)
    there = range(shot.available.first + renumbered, shot.available.last + renumbered + 1, step)
    frames = FrameRange(frame for frame in there if first - margin * step <= frame <= last + margin * step)
    frames = frames if margin else FrameRange(frame + renumbered for frame in shot.timing.frame_map)
    take = dataclasses.replace(media_of(once)[0], frames=frames)

    pushed = push(edit, [take], PushWish(temp=True, shots=("sh010",), offset=renumbered))
    shown = list_shots(pushed)[0]

    assert shown.key == INPAINT
    assert shown.timing.held == shot.timing.held
    assert shown.timing.frame_map == tuple(frame + renumbered for frame in shot.timing.frame_map)


def test_a_plate_that_was_pulled_and_renumbered_is_matched(site: Made, tmp_path: Path) -> None:
    plate = Path(plate_of(site))
    camera = tmp_path / "camera"
    camera.mkdir()
    for frame in FRAMES:
        shutil.copy(plate.parent / f"plate.{frame}.exr", camera / f"A001.{frame + 4000}.exr")
    reference = plate_reference(str(camera / "A001.####.exr"), 5001, 8, start=86400)
    edit = written(cut_of(clip_of(reference, 86402, 4)), tmp_path / "cut.otio")
    media = list_shots(edit)[0].media
    note = plate.parent / PULLED
    note.write_text(
        json.dumps(dict(note_pulled(parse_pattern(str(plate)), media, -4000, FrameRange(FRAMES))))
    )
    try:
        pushed = push(edit, media_of(site), PushWish(temp=True))
        found = check_edit(pushed, takes=TakeFinder(str(site.store.root)))
    finally:
        note.unlink()

    assert list_shots(pushed)[0].timing.frame_map == (1003, 1004, 1005, 1006)
    assert stamped(the_clip(pushed).media_reference)["offset"] == -4000
    assert [one.kind for one in found[0].findings] == ["not approved", "temp"]


def test_a_clip_that_shows_all_of_its_media_keeps_its_length(site: Made, tmp_path: Path) -> None:
    reference = plate_reference(plate_of(site), 1003, 4, start=86400)
    edit = written(cut_of(otio.schema.Clip("sh010", reference)), tmp_path / "cut.otio")

    pushed = push(edit, media_of(site), PushWish(temp=True))

    assert the_clip(pushed).source_range == span(86400, 4)
    assert list_shots(pushed)[0].timing.frame_map == (1003, 1004, 1005, 1006)


def test_a_dissolve_is_covered_too_before_a_take_is_shown(site: Made, tmp_path: Path) -> None:
    tail = plate_reference(plate_of(site), 1001, 8)
    other = clip_of(otio.schema.ExternalReference("/a/b.mov", span(0, 50)), 10, 10, name="b")
    dissolve = otio.schema.Transition(
        transition_type="SMPTE_Dissolve",
        in_offset=otio.opentime.RationalTime(2, 24),
        out_offset=span(0, 3).duration,
    )
    fits = written(cut_of(clip_of(tail, 1001, 5), dissolve, other), tmp_path / "fits.otio")
    longer = plate_reference(plate_of(site), 1001, 40)
    lacks = written(
        cut_of(clip_of(longer, 1001, 7), copy.deepcopy(dissolve), copy.deepcopy(other)),
        tmp_path / "lacks.otio",
    )

    assert the_clip(push(fits, media_of(site), PushWish(temp=True))).active_media_reference_key == INPAINT
    pushed = push(lacks, media_of(site), PushWish(temp=True))
    assert the_clip(pushed).active_media_reference_key == "DEFAULT_MEDIA"
    assert any("1009-1010" in note.what for note in pushed.notes)


def test_two_takes_stand_side_by_side_and_the_approved_one_is_shown(site: Made, tmp_path: Path) -> None:
    first = media_of(site)[0]
    second = dataclasses.replace(first, take=dataclasses.replace(first.take, take_id="ef" * 16, version=2))
    second = dataclasses.replace(second, facts={**first.facts, "take": "ef" * 16, "version": 2})
    site.decided_by("Ada", "supervisor").approve()

    clip = the_clip(push(one_clip(site, tmp_path), [*media_of(site), second]))

    assert set(clip.media_references()) == {"DEFAULT_MEDIA", INPAINT, "photodouble_inpaint_v002"}
    assert clip.active_media_reference_key == INPAINT
    assert stamped(clip)["status"] == "approved"
    assert stamped(clip)["takes"] == [INPAINT, "photodouble_inpaint_v002"]


def test_another_take_of_the_same_version_gets_a_key_of_its_own(site: Made, tmp_path: Path) -> None:
    first = media_of(site)[0]
    other = dataclasses.replace(first, take=dataclasses.replace(first.take, take_id="ef" * 16))
    other = dataclasses.replace(other, facts={**first.facts, "take": "ef" * 16})

    clip = the_clip(push(one_clip(site, tmp_path), [first, other]))

    assert set(clip.media_references()) == {"DEFAULT_MEDIA", INPAINT, f"{INPAINT}_efefefef"}


@pytest.mark.parametrize(
    "nonsense", [5, "text", [1, {"a": 2}], {"takes": 5, "status": [1], "plate_key": {"a": 1}}]
)
def test_nonsense_under_our_key_is_overwritten(site: Made, tmp_path: Path, nonsense: Any) -> None:
    clip = clip_of(reference_of(site), 1002, 3)
    clip.metadata[KEY] = nonsense
    clip.media_reference.metadata[KEY] = nonsense
    clip.markers.append(otio.schema.Marker("theirs", span(1002, 1), metadata={KEY: nonsense}))
    edit = written(cut_of(clip), tmp_path / "cut.otio")

    pushed = push(edit, media_of(site), PushWish(temp=True))

    assert stamped(the_clip(pushed))["takes"] == [INPAINT]
    assert [one.kind for one in check_edit(pushed)[0].findings] == ["not approved", "temp"]
    assert len(clips_of(strip_of(pushed).root)) == 2


def test_a_collection_of_cuts_takes_takes_too(site: Made, tmp_path: Path) -> None:
    reels = [cut_of(clip_of(reference_of(site), 1002, 3)) for _ in range(2)]
    edit = written(otio.schema.SerializableCollection("reels", reels), tmp_path / "reels.otio")

    pushed = push(edit, media_of(site), PushWish(temp=True))

    assert [str(one.active_media_reference_key) for one in clips_of(pushed.root)] == [INPAINT, INPAINT]
