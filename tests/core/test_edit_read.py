"""Reading cuts of any kind, and writing back what was not understood."""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from cuts import clip, dissolve, gap, timeline, track, warp

from photodouble.edit.edit import Edit
from photodouble.edit.media import MediaFinder
from photodouble.edit.read import read_edit
from photodouble.edit.shots import listing
from photodouble.edit.write import written_text
from photodouble_client.errors import ArtistError

SAMPLES = sorted((Path(__file__).parents[1] / "golden" / "edit").glob("*.otio"))
NEWER = ("screening_example.otio",)


def document(root: Any) -> Any:
    return json.loads(otio.adapters.write_to_string(root, "otio_json"))


def through(stored: Any, folder: Path) -> tuple[Edit, Any]:
    """Write a document, read it as an edit, and return the edit and what would be written back."""
    path = folder / "cut.otio"
    path.write_text(json.dumps(stored), "utf-8")
    edit = read_edit(path)
    return edit, json.loads(written_text(edit))


def frames(edit: Edit) -> list[tuple[str, int, tuple[int, ...]]]:
    found = listing(edit, finder=MediaFinder(probe=False)).shots
    return [(shot.clip.name, shot.timing.record_first, shot.timing.frame_map) for shot in found]


@pytest.fixture
def cut() -> Any:
    """A track of two clips with a retime, a dissolve and a gap, as a JSON document."""
    first, second = clip((10, 8, 24), (0, 50, 24), name="a"), clip((0, 6, 24), (0, 50, 24), name="b")
    first.effects.append(warp(2))
    return document(timeline(track(first, dissolve(2, 2), second, gap(3)), start=(86400, 24)))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_public_samples_are_the_same_after_reading_and_writing(sample: Path, tmp_path: Path) -> None:
    before = sample.read_bytes()
    edit = read_edit(sample)
    again = tmp_path / "again.otio"
    again.write_text(written_text(edit), "utf-8")
    if sample.name == "big_int.otio":  # NaN equals nothing; the test of numbers below compares its values
        return
    assert read_edit(again).root.is_equivalent_to(edit.root)
    if sample.name not in NEWER:
        assert otio.adapters.read_from_file(str(again)).is_equivalent_to(
            otio.adapters.read_from_file(str(sample))
        )
    assert sample.read_bytes() == before
    assert listing(edit, finder=MediaFinder(probe=False)).shots


def test_numbers_of_any_length_in_metadata_survive(tmp_path: Path) -> None:
    sample = next(path for path in SAMPLES if path.name == "big_int.otio")
    held = json.loads(written_text(read_edit(sample)))
    numbers = held["tracks"]["children"][0]["children"][0]["metadata"]["int_test"]
    assert numbers["int128"] == 170141183460469231731687303715884105728
    assert numbers["int256"] == 57896044618658097711785492504343953926634992332820282019728792003956564819968
    lost = document(otio.adapters.read_from_file(str(sample)))
    plain = lost["tracks"]["children"][0]["children"][0]["metadata"]["int_test"]
    assert plain["int128"] != numbers["int128"]


def test_markers_of_a_newer_opentimelineio_are_read_and_written_back_as_they_were() -> None:
    sample = next(path for path in SAMPLES if path.name == NEWER[0])
    with pytest.raises(otio.exceptions.UnsupportedSchemaError):
        otio.adapters.read_from_file(str(sample))
    edit = read_edit(sample)
    assert "3 Marker.3 of a newer OpenTimelineIO" in edit.notes[0].what
    written = json.loads(written_text(edit))

    def markers(value: Any) -> list[Any]:
        if isinstance(value, list):
            return [one for child in value for one in markers(child)]
        if not isinstance(value, dict):
            return []
        own = [value] if value.get("OTIO_SCHEMA", "").startswith("Marker.") else []
        return own + [one for child in value.values() for one in markers(child)]

    expected = markers(json.loads(sample.read_text("utf-8")))
    found = markers(written)
    assert len(found) == len(expected) == 3
    for old, new in zip(expected, found, strict=True):
        assert {key: new[key] for key in old} == old


def test_a_colour_that_was_changed_meanwhile_wins_over_what_was_set_aside(cut: Any, tmp_path: Path) -> None:
    red = {"OTIO_SCHEMA": "Color.1", "name": "Red", "r": 1.0, "g": 0.0, "b": 0.0, "a": 1.0}
    marker = {"OTIO_SCHEMA": "Marker.3", "metadata": {}, "name": "m", "color": red, "comment": ""}
    marker["marked_range"] = cut["tracks"]["children"][0]["children"][0]["source_range"]
    cut["tracks"]["children"][0]["children"][0]["markers"] = [marker]
    edit, _ = through(cut, tmp_path)
    held = edit.root.tracks[0][0].markers[0]
    assert held.color == "RED"
    held.color = "GREEN"
    (written,) = json.loads(written_text(edit))["tracks"]["children"][0]["children"][0]["markers"]
    assert (written["OTIO_SCHEMA"], written["color"]) == ("Marker.2", "GREEN")


def test_a_clip_of_a_version_to_come_is_read_where_it_still_says_the_same(cut: Any, tmp_path: Path) -> None:
    held = cut["tracks"]["children"][0]["children"][0]
    held["OTIO_SCHEMA"], held["mood"] = "Clip.3", {"OTIO_SCHEMA": "Mood.1", "colour": "blue"}
    edit, written = through(cut, tmp_path)
    assert written == cut
    assert frames(edit)[0][2][:2] == (1011, 1013)
    assert "1 Clip.3 of a newer OpenTimelineIO" in edit.notes[0].what


def test_a_timeline_of_a_version_to_come_that_says_something_else_is_refused(
    cut: Any, tmp_path: Path
) -> None:
    cut["OTIO_SCHEMA"], cut["tracks"] = "Timeline.2", {"OTIO_SCHEMA": "Canvas.1", "layers": []}
    with pytest.raises(ArtistError) as caught:
        through(cut, tmp_path)
    assert caught.value.code == "input.bad_edit"


PAINT = [{"OTIO_SCHEMA": "Paint.2", "id": 2**65}]
UNKNOWN = {"OTIO_SCHEMA": "Vendor_Thing.7", "name": "thing", "paint": PAINT}


@pytest.mark.parametrize("place", ["effects", "markers"])
def test_unknown_effects_and_markers_are_kept_in_their_place(cut: Any, tmp_path: Path, place: str) -> None:
    held = cut["tracks"]["children"][0]["children"][0]
    held[place].insert(0, UNKNOWN)
    with pytest.raises(ValueError, match="type mismatch"):
        otio.adapters.read_from_string(json.dumps(cut), "otio_json")
    edit, written = through(cut, tmp_path)
    assert written == cut
    assert f"1 {place[:-1]} (Vendor_Thing.7) not understood" in edit.notes[0].what
    assert [entry[0] for entry in frames(edit)] == ["a", "b"]


def test_an_unknown_reference_is_kept_and_its_range_counts(cut: Any, tmp_path: Path) -> None:
    held = cut["tracks"]["children"][0]["children"][2]
    known = held["media_references"]["DEFAULT_MEDIA"]
    held["media_references"]["DEFAULT_MEDIA"] = {
        "OTIO_SCHEMA": "Vendor_Reference.1",
        "available_range": known["available_range"],
        "target_url": "/plates/b.%04d.exr",
        "secret": 1,
    }
    edit, written = through(cut, tmp_path)
    assert written == cut
    # The dissolve reaches two frames before the media's first, 0, which is held.
    assert frames(edit)[1][2] == (0, 0, 0, 1, 2, 3, 4, 5)


def test_an_unknown_item_keeps_its_length_and_its_place(cut: Any, tmp_path: Path) -> None:
    known, _ = through(cut, tmp_path)
    children = cut["tracks"]["children"][0]["children"]
    six = children[2]["source_range"]
    children.insert(0, {"OTIO_SCHEMA": "Vendor_Title.1", "source_range": six, "text": "THE END"})
    edit, written = through(cut, tmp_path)
    assert written == cut
    assert [first for _, first, _ in frames(edit)] == [first + 6 for _, first, _ in frames(known)]


def test_an_unknown_transition_still_makes_its_neighbours_longer(cut: Any, tmp_path: Path) -> None:
    known, _ = through(copy.deepcopy(cut), tmp_path)
    held = cut["tracks"]["children"][0]["children"][1]
    held["OTIO_SCHEMA"] = "Vendor_Wipe.3"
    edit, written = through(cut, tmp_path)
    assert written == cut
    assert frames(edit) == frames(known)


@pytest.mark.parametrize(
    "value",
    [
        {"OTIO_SCHEMA": "Vendor_Thing.7", "x": 1},
        {"OTIO_SCHEMA": "Marker.9", "x": 1},
        {"OTIO_SCHEMA": "no kind at all", "x": 1},
        {"OTIO_SCHEMA": "Vendor.1", "inside": {"OTIO_SCHEMA": "Clip.99"}},
        [2**63, -(2**64), 1.5, 2**62],
        {"one": {"two": {"three": 10**40}}},
    ],
)
def test_anything_in_metadata_survives(cut: Any, tmp_path: Path, value: Any) -> None:
    cut["tracks"]["children"][0]["children"][0]["metadata"]["vendor"] = value
    cut["metadata"]["vendor"] = value
    assert through(cut, tmp_path)[1] == cut


def test_what_is_set_aside_moves_with_its_clip(cut: Any, tmp_path: Path) -> None:
    children = cut["tracks"]["children"][0]["children"]
    children[0]["effects"].append(UNKNOWN)
    edit, _ = through(cut, tmp_path)
    moved = edit.root.tracks[0]
    moved.insert(3, moved.pop(0))
    written = json.loads(written_text(edit))["tracks"]["children"][0]["children"]
    assert written[-2 if written[-1]["OTIO_SCHEMA"] == "Gap.1" else -1]["effects"][-1] == UNKNOWN


def test_a_stranger_with_our_key_does_no_harm(cut: Any, tmp_path: Path) -> None:
    cut["metadata"]["photodouble_aside"] = "1"
    edit, written = through(cut, tmp_path)
    assert written == cut and not edit.notes


def test_effects_that_are_not_drawn_are_told_by_the_program_that_made_them(cut: Any, tmp_path: Path) -> None:
    effect = {"OTIO_SCHEMA": "Effect.1", "name": "", "effect_name": "Resolve Effect", "enabled": True}
    effect["metadata"] = {"Resolve_OTIO": {"Effect Name": "Transform", "Parameters": []}}
    for held in (0, 2):
        cut["tracks"]["children"][0]["children"][held]["effects"].append(effect)
    edit, written = through(cut, tmp_path)
    assert written == cut
    said = "Effects of DaVinci Resolve stay in the cut and are not drawn: Transform (2)."
    assert [note.what for note in edit.notes] == [said]


EDL = """TITLE: CUT
FCM: NON-DROP FRAME

001  A001C001 V     C        01:00:01:00 01:00:03:00 10:00:00:00 10:00:02:00
* FROM CLIP NAME: sh010.mov
002  A001C002 V     C        02:00:01:00 02:00:05:00 10:00:02:00 10:00:04:00
M2   A001C002       048.0                02:00:01:00
* FROM CLIP NAME: sh020.mov
"""


def test_an_edl_counts_its_record_timecode_and_its_motion(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(EDL, "utf-8")
    edit = read_edit(path)
    assert (edit.kind, edit.notes[0].kind) == ("edl", "time")
    # 10 hours at 24 are frame 864000; 01:00:01:00 is 86424; the second event runs at 48 frames a second.
    first, second = frames(edit)
    assert first == ("sh010.mov", 864000, tuple(range(86424, 86472)))
    assert second == ("sh020.mov", 864048, tuple(range(172824, 172920, 2)))


def test_the_rate_of_an_edl_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(EDL.replace("048.0", "050.0"), "utf-8")
    with pytest.raises(ArtistError):
        read_edit(path, rate="fast")
    edit = read_edit(path, rate="25")
    assert (frames(edit)[0][1], edit.notes) == (900000, ())


def test_a_damaged_edl_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text("001  A V C 01:00:01:00 nonsense\n", "utf-8")
    with pytest.raises(ArtistError) as caught:
        read_edit(path)
    assert caught.value.code == "input.bad_edit" and "cut.edl" in caught.value.message


def test_final_cut_xml_is_read(tmp_path: Path) -> None:
    # A cut without pictures on disk, as the adapter itself writes it.
    made = timeline(track(otio.schema.Clip("sh010", otio.schema.ExternalReference("file:///a.mov"))))
    made.tracks[0][0].media_reference.available_range = clip((0, 9, 24), (0, 50, 24)).available_range()
    made.tracks[0][0].source_range = clip((5, 9, 24), (0, 50, 24)).source_range
    path = tmp_path / "cut.xml"
    otio.adapters.write_to_file(made, str(path), "fcp_xml")
    edit = read_edit(path)
    assert (edit.kind, [(name, shown[0]) for name, _, shown in frames(edit)]) == ("xml", [("sh010", 5)])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("cut.otio", "", "input.bad_edit"),
        ("cut.otio", "{", "input.bad_edit"),
        ("cut.otio", "[1]", "input.bad_edit"),
        ("cut.otio", '{"OTIO_SCHEMA": "Timeline.1"}', "input.bad_edit"),
        ("cut.otio", '{"OTIO_SCHEMA": "Vendor_Root.1"}', "input.bad_edit"),
        ("cut.otio", '{"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 1}', "input.bad_edit"),
        ("cut.otio", "[" * 100_000 + "]" * 100_000, "input.bad_edit"),
        ("cut.otio", '{"a":' * 300 + "1" + "}" * 300, "input.bad_edit"),
        ("cut.otio", "9" * 5000, "input.bad_edit"),
        ("cut.txt", "hello", "input.unsupported_format"),
        ("cut.xml", "<xmeml", "input.bad_edit"),
        ("cut.aaf", "no aaf", "input.bad_edit"),
        ("cut.fcpxml", "<fcpxml/>", "input.bad_edit"),
    ],
)
def test_what_is_no_cut_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: str, code: str
) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(ArtistError) as caught:
        read_edit(path)
    assert caught.value.code == code
    assert path.read_text("utf-8") == content


def test_an_object_inside_itself_is_refused(tmp_path: Path) -> None:
    circle = {"OTIO_SCHEMA": "Stack.1", "OTIO_REF_ID": "s", "name": "", "metadata": {}, "effects": []}
    circle |= {"markers": [], "enabled": True, "source_range": None}
    circle["children"] = [{"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "s"}]
    path = tmp_path / "cut.otio"
    path.write_text(json.dumps(circle), "utf-8")
    with pytest.raises(ArtistError) as caught:
        read_edit(path)
    assert "circle" in caught.value.title


def test_a_cut_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        read_edit(tmp_path / "none.otio")
    assert caught.value.code == "input.missing_edit"


def test_older_versions_can_be_written(cut: Any, tmp_path: Path) -> None:
    edit, _ = through(cut, tmp_path)
    old = json.loads(written_text(edit, {"Clip": 1}))
    assert old["tracks"]["children"][0]["children"][0]["OTIO_SCHEMA"] == "Clip.1"


def test_a_copy_of_an_edit_keeps_what_was_set_aside(cut: Any, tmp_path: Path) -> None:
    cut["tracks"]["children"][0]["children"][0]["effects"].append(UNKNOWN)
    edit, _ = through(cut, tmp_path)
    copied = dataclasses.replace(edit, root=copy.deepcopy(edit.root))
    assert json.loads(written_text(copied)) == cut


def test_a_json_file_is_read_as_otio(tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    shutil.copy(next(one for one in SAMPLES if one.name == "clip_example.otio"), path)
    assert read_edit(path).kind == "otio"
