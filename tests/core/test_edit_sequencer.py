"""A cut lies in a sequencer and comes back: every record frame shows the file that it did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from cuts import clip, dissolve, gap, timeline, track

from photodouble.edit.edit import Edit
from photodouble.edit.fit import fits
from photodouble.edit.from_strips import StripCut, edit_of
from photodouble.edit.laid import laid
from photodouble.edit.read import read_edit
from photodouble.edit.shots import list_shots
from photodouble.edit.strip_clip import clip_of
from photodouble.edit.write import written_text
from photodouble_client.errors import ArtistError

NTSC = 24000 / 1001


def strips_of(cut: dict[str, Any]) -> list[dict[str, Any]]:
    """Say what a sequencer would that shows the cut as it was laid."""
    tracks = cut["tracks"]
    return [
        {
            "name": one["name"],
            "track": tracks.index(one["track"]),
            "first": one["record_first"],
            "frames": one["frame_map"],
            "kind": "sequence",
            "pattern": one["media_pattern"],
            "clip_text": one["clip_text"],
            "enabled": one["enabled"],
        }
        for one in cut["strips"]
    ]


def given(cut: dict[str, Any], strips: list[dict[str, Any]], **more: Any) -> StripCut:
    keys = ("rate", "first", "tracks", "name")
    return StripCut.from_json({**{key: cut[key] for key in keys}, "strips": strips, **more})


def frames(edit: Edit) -> list[tuple[str, int, tuple[int, ...]]]:
    return [
        (shot.track, shot.timing.record_first, shot.timing.frame_map) for shot in list_shots(edit, handles=0)
    ]


@pytest.mark.parametrize("rate", [24.0, 25.0, NTSC, 23.976])
@pytest.mark.parametrize("speed", [1.0, 2.0, 0.5, 0.7, -1.0, -2.0, 0.0, 1.37])
def test_a_cut_comes_back_frame_by_frame(rate: float, speed: float) -> None:
    cut = timeline(
        track(gap(3, rate), clip((86410, 9, rate), (86400, 100, rate), speeds=(speed,)), name="V1"),
        track(gap(5, rate), clip((20, 4, 24), (0, 50, 24), name="sh020"), name="V2"),
        start=(86400, rate),
    )
    before = Edit(Path("/cuts/cut.otio"), cut, "otio")
    lies = laid(before, handles=2)
    after = edit_of(given(lies, strips_of(lies)), Path("/cuts/again.otio"))
    assert frames(after) == frames(before)
    assert not after.notes
    assert lies["first"] == 86400
    bare = [{**one, "clip_text": "", "there": [1001, 1100]} for one in strips_of(lies)]
    anew = edit_of(given(lies, bare), Path("/cuts/again.otio"))
    assert frames(anew) == frames(before)
    assert not [note for note in anew.notes if "another frame" in note.what]


@pytest.mark.parametrize("speed", [1.0, 2.0, 0.5, -1.0])
def test_a_strip_that_was_trimmed_and_moved_shows_what_is_left_of_it(speed: float) -> None:
    cut = timeline(track(clip((86410, 9, 24), (86400, 100, 24), speeds=(speed,))), start=(86400, 24))
    lies = laid(Edit(Path("/cuts/cut.otio"), cut, "otio"), handles=2)
    strip = strips_of(lies)[0]
    whole = strip["frames"]
    strip.update(first=86450, frames=whole[3:8])
    after = edit_of(given(lies, [strip]), Path("/cuts/again.otio"))
    assert frames(after) == [("V1", 86450, tuple(whole[3:8]))]
    made = after.root.tracks[0][1]
    assert [effect.time_scalar for effect in made.effects] == [speed], "the retime is the one that it had"


def test_everything_that_a_clip_carries_comes_back_and_sound_stays(tmp_path: Path) -> None:
    shot = clip((10, 5, 24), (0, 50, 24))
    shot.metadata["Hiero"] = {"shot": "sh010 ü"}
    shot.markers.append(otio.schema.Marker("look", color="RED"))
    shot.effects.append(otio.schema.Effect("grade", "Grade", {"gain": 2.0}))
    sound = track(clip((0, 5, 24), (0, 50, 24), name="boom"), name="A1", kind="Audio")
    cut = timeline(track(shot), sound, start=(1000, 24))
    cut.metadata["editor"] = "Müller"
    file = tmp_path / "cut.otio"
    text = json.loads(otio.adapters.write_to_string(cut, "otio_json"))
    text["tracks"]["children"][0]["children"][0]["effects"].append(
        {"OTIO_SCHEMA": "Unheard.7", "name": "glow", "strength": 3}
    )
    file.write_text(json.dumps(text), encoding="utf-8")
    lies = laid(read_edit(file), handles=0)
    strip = {**strips_of(lies)[0], "enabled": False}
    after = edit_of(given(lies, [strip], based_on=str(file)), tmp_path / "again.otio")
    assert after.root.metadata["editor"] == "Müller"
    assert [one.name for one in after.root.tracks] == ["V1", "A1"]
    back = after.root.tracks[0][0]
    assert (back.metadata["Hiero"]["shot"], back.markers[0].name, back.enabled) == ("sh010 ü", "look", False)
    assert '"Unheard.7"' in written_text(after)
    assert "photodouble_aside" not in written_text(after)


def test_strips_that_overlap_are_a_dissolve() -> None:
    cut = timeline(
        track(clip((10, 8, 24), (0, 50, 24)), dissolve(2, 2), clip((20, 8, 24), (0, 50, 24), name="sh020")),
        start=(0, 24),
    )
    before = Edit(Path("/cuts/cut.otio"), cut, "otio")
    lies = laid(before, handles=0)
    after = edit_of(given(lies, strips_of(lies)), Path("/cuts/again.otio"))
    assert frames(after) == frames(before)
    assert isinstance(after.root.tracks[0][1], otio.schema.Transition)


def test_a_strip_inside_another_on_one_track_is_refused() -> None:
    cut = timeline(track(clip((10, 8, 24), (0, 50, 24))), start=(0, 24))
    lies = laid(Edit(Path("/cuts/cut.otio"), cut, "otio"), handles=0)
    strip = strips_of(lies)[0]
    inside = {**strip, "first": 3, "frames": strip["frames"][:2]}
    with pytest.raises(ArtistError, match="lies over"):
        edit_of(given(lies, [strip, inside]), Path("/cuts/again.otio"))


def test_frames_that_no_speed_shows_become_several_clips_and_that_is_said() -> None:
    cut = timeline(track(clip((10, 6, 24), (0, 50, 24))), start=(0, 24))
    lies = laid(Edit(Path("/cuts/cut.otio"), cut, "otio"), handles=0)
    shown = [1011, 1012, 1013, 1020, 1021, 1001]
    after = edit_of(given(lies, [{**strips_of(lies)[0], "frames": shown}]), Path("/cuts/again.otio"))
    assert [frame for _, _, part in frames(after) for frame in part] == shown
    assert "3 clips" in after.notes[0].what


def test_handles_go_on_at_the_speed_of_the_clip(tmp_path: Path) -> None:
    for number in range(1001, 1051):
        (tmp_path / f"sh010.{number}.exr").touch()
    cut = timeline(track(clip((10, 4, 24), (0, 50, 24), speeds=(2.0,))), start=(0, 24))
    cut.tracks[0][0].media_reference.target_url_base = tmp_path.as_uri()
    found = laid(Edit(tmp_path / "cut.otio", cut, "otio"), handles=3)["strips"][0]
    assert (found["lead"], found["frame_map"], found["tail"]) == (
        [1005, 1007, 1009],
        [1011, 1013, 1015, 1017],
        [1019, 1021, 1023],
    )
    assert (found["frames_first"], found["frames_last"]) == (1001, 1050)


@pytest.mark.parametrize(
    ("pictures", "speed"),
    [
        ([0, 2, 4, 6], 2),
        ([0, 0, 1, 1], Fraction(1, 2)),
        ([5, 5, 5], 0),
        ([9, 7, 5, 3], -2),
        ([3, 3, 2, 2], Fraction(-1, 2)),
    ],
)
def test_the_simplest_speed_is_found(pictures: Sequence[int], speed: Fraction) -> None:
    assert speed in [fit.speed for fit in fits(pictures, Fraction(1))]


def test_a_clip_that_shows_a_take_lies_with_its_plate_and_shows_the_take_again() -> None:
    shot = clip((10, 5, 24), (0, 50, 24))
    take = clip((10, 5, 24), (0, 50, 24), name="take").media_reference
    take.metadata["photodouble"] = {"schema": 1, "kind": "take"}
    shot.set_media_references(
        {"DEFAULT_MEDIA": shot.media_reference, "photodouble_v001": take}, "photodouble_v001"
    )
    lies = laid(Edit(Path("/cuts/cut.otio"), timeline(track(shot), start=(0, 24)), "otio"), handles=0)
    found = lies["strips"][0]
    assert (found["media_pattern"], found["take_pattern"]) == (
        "/plates/sh010.####.exr",
        "/plates/take.####.exr",
    )
    assert found["take_frames"] == found["frame_map"] == [1011, 1012, 1013, 1014, 1015]
    trimmed = {**strips_of(lies)[0], "frames": [1012, 1013]}
    back = edit_of(given(lies, [trimmed]), Path("/cuts/again.otio"))
    assert back.root.tracks[0][0].active_media_reference_key == "photodouble_v001"
    assert frames(back) == [("V1", 0, (1012, 1013))]


def test_a_cut_that_goes_to_another_folder_still_finds_media_beside_the_first_one(tmp_path: Path) -> None:
    shot = clip((0, 3, 24), (0, 3, 24))
    shot.media_reference.target_url_base = "plates/"
    (tmp_path / "plates").mkdir()
    for number in (1001, 1002, 1003):
        (tmp_path / "plates" / f"sh010.{number}.exr").touch()
    file = tmp_path / "cut.otio"
    otio.adapters.write_to_file(timeline(track(shot), start=(0, 24)), str(file))
    lies = laid(read_edit(file), handles=0)
    after = edit_of(given(lies, strips_of(lies), based_on=str(file)), tmp_path / "edits" / "again.otio")
    base = after.root.tracks[0][0].media_reference.target_url_base
    assert base == (tmp_path / "plates").as_uri() + "/"


def test_a_clip_that_goes_beyond_its_media_comes_back_as_it_was() -> None:
    cut = timeline(track(clip((40, 14, 24), (0, 50, 24))), start=(0, 24))
    before = Edit(Path("/cuts/cut.otio"), cut, "otio")
    lies = laid(before, handles=4)
    after = edit_of(given(lies, strips_of(lies)), Path("/cuts/again.otio"))
    assert (frames(after), len(after.root.tracks[0])) == (frames(before), 1)


def test_a_strip_that_would_show_another_frame_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import photodouble.edit.from_strips as made_of_strips

    def wrong(*given: Any) -> Any:
        clips = clip_of(*given)
        for one in clips:
            start = one.source_range.start_time
            one.source_range = otio.opentime.TimeRange(
                otio.opentime.RationalTime(start.value + 1, start.rate), one.source_range.duration
            )
        return clips

    monkeypatch.setattr(made_of_strips, "clip_of", wrong)
    cut = timeline(track(clip((10, 5, 24), (0, 50, 24))), start=(0, 24))
    lies = laid(Edit(Path("/cuts/cut.otio"), cut, "otio"), handles=0)
    after = edit_of(given(lies, strips_of(lies)), Path("/cuts/again.otio"))
    assert [note.where for note in after.notes if "another frame" in note.what] == ["sh010"]
