"""A cut is written for whoever reads it, and says what that reader does not get."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from finished_takes import Made, make_take
from pushed_cuts import clip_of, cut_of, plate_reference, span, time, written
from timecoded import write_plate

from photodouble.edit.address import file_url
from photodouble.edit.check import KINDS
from photodouble.edit.clips import clips_of
from photodouble.edit.edit import Edit
from photodouble.edit.media import MediaFinder
from photodouble.edit.note import Note
from photodouble.edit.paths import path_readings
from photodouble.edit.profiles import PROFILES, clean_text, with_sequences, write_edit
from photodouble.edit.push import PushWish, push
from photodouble.edit.read import read_edit
from photodouble.edit.shots import list_shots
from photodouble.edit.take_media import all_media
from photodouble_client.errors import ArtistError

FRAMES = range(1001, 1009)
INPAINT = "photodouble_inpaint_v001"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]) -> Iterator[Made]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cut ü #1") / "site"
        folder.mkdir()
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        yield make_take(folder, shot_writer, FRAMES)


def plate_of(site: Made) -> str:
    return site.take.request().inputs["plate"].path


def pushed_cut(site: Made, tmp_path: Path, *more: otio.core.Item, start: float = 1001, **wish: Any) -> Edit:
    reference = plate_reference(plate_of(site), 1001, 8, start=start)
    clip = clip_of(reference, start + 2, 5)
    edit = written(cut_of(clip, *more), tmp_path / "cut.otio")
    return push(edit, all_media([site.take], site.store), PushWish(**{"temp": True, **wish}))


def as_read(path: Path) -> Edit:
    return read_edit(path)


def raw(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        path.read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(word)
    )
    return found


def schemas(text: str) -> set[str]:
    return {piece.split('"')[0] for piece in text.split('"OTIO_SCHEMA": "')[1:]}


@pytest.mark.parametrize("name", list(PROFILES))
def test_every_profile_shows_the_same_media_frames_when_read_again(
    site: Made, tmp_path: Path, name: str
) -> None:
    edit = pushed_cut(site, tmp_path, otio.schema.Gap(source_range=span(0, 10)))
    before = list_shots(edit)

    write_edit(edit, tmp_path / "out.otio", PROFILES[name])
    after = list_shots(as_read(tmp_path / "out.otio"))

    assert [shot.timing.frame_map for shot in after] == [shot.timing.frame_map for shot in before]
    assert [shot.media.pattern for shot in after] == [shot.media.pattern for shot in before]
    assert [shot.timing.record_first for shot in after] == [shot.timing.record_first for shot in before]


@pytest.mark.parametrize("name", list(PROFILES))
def test_no_profile_writes_a_schema_that_its_reader_lacks(site: Made, tmp_path: Path, name: str) -> None:
    write_edit(pushed_cut(site, tmp_path), tmp_path / "out.otio", PROFILES[name])
    found = schemas((tmp_path / "out.otio").read_text(encoding="utf-8"))

    known = {*otio.core.type_version_map(), "RationalTime", "TimeRange"}
    assert {one.partition(".")[0] for one in found} <= known
    versions = PROFILES[name].schema
    assert all(int(one.partition(".")[2]) <= versions.get(one.partition(".")[0], 1) for one in found)


def test_the_plain_profile_keeps_everything(site: Made, tmp_path: Path) -> None:
    edit = pushed_cut(site, tmp_path)

    notes = write_edit(edit, tmp_path / "out.otio", PROFILES["otio"])

    assert notes == ()
    assert as_read(tmp_path / "out.otio").root.is_equivalent_to(edit.root)


@pytest.mark.parametrize("name", ["resolve", "nukestudio"])
def test_a_downgrade_keeps_what_is_shown_and_says_what_it_left_out(
    site: Made, tmp_path: Path, name: str
) -> None:
    notes = write_edit(pushed_cut(site, tmp_path), tmp_path / "out.otio", PROFILES[name])

    clip = clips_of(as_read(tmp_path / "out.otio").root)[0]
    assert set(clip.media_references()) == {"DEFAULT_MEDIA"}
    assert clip.media_reference.metadata["photodouble"]["take"] == site.take.take_id
    dropped = [note.what for note in notes if note.kind == "dropped" and note.where == "sh010"]
    assert len(dropped) == 1
    assert f"{INPAINT} is written, DEFAULT_MEDIA left out" in dropped[0]
    assert list(clip.metadata["photodouble"]["left_out"]) == ["DEFAULT_MEDIA"]


def test_a_downgrade_of_a_clip_that_shows_its_plate_names_the_take(site: Made, tmp_path: Path) -> None:
    notes = write_edit(pushed_cut(site, tmp_path, temp=False), tmp_path / "out.otio", PROFILES["nukestudio"])

    assert any(f"DEFAULT_MEDIA is written, {INPAINT} left out" in note.what for note in notes)


def test_resolve_gets_plain_paths_with_the_range_in_the_name(site: Made, tmp_path: Path) -> None:
    write_edit(pushed_cut(site, tmp_path), tmp_path / "out.otio", PROFILES["resolve"])

    track = raw(tmp_path / "out.otio")["tracks"]["children"][0]
    clip = track["children"][0]
    reference = clip["media_references"]["DEFAULT_MEDIA"]
    folder = site.take.folder / "result"
    assert reference["OTIO_SCHEMA"] == "ExternalReference.1"
    assert reference["target_url"] == f"{folder}/sh010_inpaint_v001.[1001-1008].exr"
    assert track["name"] == "Video 1"
    assert track["metadata"]["photodouble"]["name"] == "Plates"


def test_resolve_finds_the_note_of_a_marker_where_it_looks(site: Made, tmp_path: Path) -> None:
    write_edit(pushed_cut(site, tmp_path), tmp_path / "out.otio", PROFILES["resolve"])

    clip = raw(tmp_path / "out.otio")["tracks"]["children"][0]["children"][0]
    notes = [marker["metadata"]["Resolve_OTIO"]["Note"] for marker in clip["markers"]]
    assert any("sh010/inpaint/v001" in note for note in notes)
    assert {marker["OTIO_SCHEMA"] for marker in clip["markers"]} == {"Marker.2"}


def test_resolve_counts_from_the_frame_number_where_the_cut_counts_from_zero(
    site: Made, tmp_path: Path
) -> None:
    edit = pushed_cut(site, tmp_path, start=0)

    notes = write_edit(edit, tmp_path / "out.otio", PROFILES["resolve"])

    clip = clips_of(as_read(tmp_path / "out.otio").root)[0]
    assert clip.source_range == span(1003, 5)
    assert clip.media_reference.available_range == span(1001, 8)
    assert clip.markers[0].marked_range == span(1003, 1)
    assert any(note.kind == "time" and "+1001" in note.what for note in notes)


def test_a_take_that_begins_later_than_its_plate_counts_from_its_own_number(
    site: Made, tmp_path: Path
) -> None:
    reference = plate_reference(plate_of(site).replace("plate.", "gone."), 999, 12, start=0)
    edit = written(cut_of(clip_of(reference, 4, 5)), tmp_path / "cut.otio")
    wish = PushWish(temp=True, offset=0)

    write_edit(
        push(edit, all_media([site.take], site.store), wish), tmp_path / "out.otio", PROFILES["resolve"]
    )

    clip = clips_of(as_read(tmp_path / "out.otio").root)[0]
    assert clip.media_reference.available_range == span(1001, 8)
    assert clip.source_range == span(1003, 5)


def test_resolve_keeps_a_timecode_that_the_cut_says(site: Made, tmp_path: Path) -> None:
    write_edit(pushed_cut(site, tmp_path, start=86400), tmp_path / "out.otio", PROFILES["resolve"])

    clip = clips_of(as_read(tmp_path / "out.otio").root)[0]
    assert clip.source_range == span(86402, 5)
    assert clip.media_reference.available_range == span(86400, 8)


def test_a_title_without_media_becomes_a_gap_for_resolve(site: Made, tmp_path: Path) -> None:
    title = otio.schema.Clip("Fusion Title", source_range=span(0, 24))
    after = clip_of(otio.schema.ExternalReference("/a/b.mov", span(0, 50)), 0, 10, name="last")
    edit = pushed_cut(site, tmp_path, title, after)

    notes = write_edit(edit, tmp_path / "out.otio", PROFILES["resolve"])

    track = as_read(tmp_path / "out.otio").root.tracks[0]
    assert [type(one).__name__ for one in track] == ["Clip", "Gap", "Clip"]
    assert track[1].duration() == time(24)
    assert any(note.where == "Fusion Title" and note.kind == "dropped" for note in notes)


def test_nuke_studio_gets_a_clip_of_the_first_schema_with_an_encoded_url(site: Made, tmp_path: Path) -> None:
    write_edit(pushed_cut(site, tmp_path), tmp_path / "out.otio", PROFILES["nukestudio"])

    clip = raw(tmp_path / "out.otio")["tracks"]["children"][0]["children"][0]
    assert clip["OTIO_SCHEMA"] == "Clip.1"
    reference = clip["media_reference"]
    assert reference["OTIO_SCHEMA"] == "ImageSequenceReference.1"
    assert reference["target_url_base"] == (site.take.folder / "result").as_uri() + "/"
    assert "%C3%BC%20%231" in reference["target_url_base"]


def test_blender_gets_the_plain_path_of_the_first_file_and_every_reference(
    site: Made, tmp_path: Path
) -> None:
    write_edit(pushed_cut(site, tmp_path), tmp_path / "out.otio", PROFILES["blender"])

    references = raw(tmp_path / "out.otio")["tracks"]["children"][0]["children"][0]["media_references"]
    assert references[INPAINT]["target_url"] == str(site.frame(1001))
    assert references["DEFAULT_MEDIA"]["target_url"] == plate_of(site).replace("####", "1001")


@pytest.mark.parametrize(
    "way, ending", [("hashes", ".####.exr"), ("percent", ".%04d.exr"), ("brackets", ".[1001-1008].exr")]
)
@pytest.mark.parametrize("name", ["resolve", "nukestudio"])
def test_sequences_can_be_written_in_another_way_and_are_found_again(
    site: Made, tmp_path: Path, name: str, way: str, ending: str
) -> None:
    edit = pushed_cut(site, tmp_path)

    write_edit(edit, tmp_path / "out.otio", with_sequences(PROFILES[name], way))

    shot = list_shots(as_read(tmp_path / "out.otio"))[0]
    assert shot.timing.frame_map == list_shots(edit)[0].timing.frame_map
    assert shot.media.on_disk
    if name == "resolve":
        assert clips_of(as_read(tmp_path / "out.otio").root)[0].media_reference.target_url.endswith(ending)


def test_a_single_clip_becomes_a_timeline_for_who_needs_one(site: Made, tmp_path: Path) -> None:
    clip = clip_of(plate_reference(plate_of(site), 1001, 8), 1002, 4)
    edit = written(clip, tmp_path / "clip.otio")

    write_edit(edit, tmp_path / "out.otio", PROFILES["resolve"])

    root = as_read(tmp_path / "out.otio").root
    assert isinstance(root, otio.schema.Timeline)
    assert [shot.timing.frame_map for shot in list_shots(as_read(tmp_path / "out.otio"))] == [
        (1002, 1003, 1004, 1005)
    ]


def test_several_timelines_in_one_file_are_refused_for_who_opens_one(tmp_path: Path) -> None:
    collection = otio.schema.SerializableCollection("reels", [cut_of(), cut_of()])
    edit = written(collection, tmp_path / "reels.otio")

    with pytest.raises(ArtistError) as refused:
        write_edit(edit, tmp_path / "out.otio", PROFILES["resolve"])

    assert refused.value.code == "input.edit_profile"
    assert not (tmp_path / "out.otio").exists()


def test_the_file_that_was_read_is_never_written(site: Made, tmp_path: Path) -> None:
    edit = pushed_cut(site, tmp_path)
    before = edit.path.read_bytes()
    (tmp_path / "link.otio").symlink_to(edit.path)

    for place in (edit.path, tmp_path / "link.otio"):
        with pytest.raises(ArtistError) as refused:
            write_edit(edit, place, PROFILES["otio"], overwrite=True)
        assert refused.value.code == "input.output_is_input"
    assert edit.path.read_bytes() == before


def test_an_existing_file_is_only_replaced_when_that_is_said(site: Made, tmp_path: Path) -> None:
    edit = pushed_cut(site, tmp_path)
    (tmp_path / "out.otio").write_text("mine")

    with pytest.raises(ArtistError) as refused:
        write_edit(edit, tmp_path / "out.otio", PROFILES["otio"])
    assert refused.value.code == "input.output_exists"
    assert (tmp_path / "out.otio").read_text() == "mine"

    write_edit(edit, tmp_path / "out.otio", PROFILES["otio"], overwrite=True)
    assert as_read(tmp_path / "out.otio").root.is_equivalent_to(edit.root)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_what_is_no_number_is_emptied_for_hosts_and_told(tmp_path: Path) -> None:
    clip = clip_of(otio.schema.ExternalReference("/a/b.mov", span(0, 50)), 0, 10)
    clip.metadata["vendor"] = {"gain": math.nan, "list": [math.inf, -math.inf, 1.5], "seed": 2**62}
    edit = Edit(tmp_path / "cut.otio", cut_of(clip), "otio")

    kept = write_edit(edit, tmp_path / "kept.otio", PROFILES["otio"])
    notes = write_edit(edit, tmp_path / "out.otio", PROFILES["resolve"])

    stored = raw(tmp_path / "out.otio")["tracks"]["children"][0]["children"][0]["metadata"]["vendor"]
    assert stored == {"gain": None, "list": [None, None, 1.5], "seed": 2**62}
    assert [note.kind for note in notes] == ["dropped"]
    assert [note.kind for note in kept] == ["unknown"]
    again = clips_of(as_read(tmp_path / "kept.otio").root)[0]
    assert again.metadata["vendor"]["list"][0] == math.inf


def test_a_clip_that_is_called_nan_is_left_alone() -> None:
    text = '{"name": "NaN Infinity"}'
    assert clean_text(text) == (text, 0)


def test_media_of_another_system_keeps_its_path(tmp_path: Path) -> None:
    clip = clip_of(otio.schema.ExternalReference("file:///P:/show/a%20b.mov", span(0, 50)), 0, 10)
    edit = written(cut_of(clip), tmp_path / "cut.otio")

    write_edit(edit, tmp_path / "resolve.otio", PROFILES["resolve"])
    write_edit(edit, tmp_path / "studio.otio", PROFILES["nukestudio"])

    urls = [
        clips_of(as_read(tmp_path / f"{name}.otio").root)[0].media_reference.target_url
        for name in ("resolve", "studio")
    ]
    assert urls == ["P:/show/a b.mov", "file:///P:/show/a%20b.mov"]


def test_paths_of_a_map_are_written_as_this_machine_has_them(site: Made, tmp_path: Path) -> None:
    plate = Path(plate_of(site))
    reference = otio.schema.ExternalReference("X:\\in\\plate.[1001-1008].exr", span(1001, 8))
    edit = written(cut_of(clip_of(reference, 1002, 4)), tmp_path / "cut.otio")
    finder = MediaFinder(pairs=[("X:\\in", str(plate.parent))])

    notes: tuple[Note, ...] = write_edit(edit, tmp_path / "out.otio", PROFILES["resolve"], finder=finder)

    url = clips_of(as_read(tmp_path / "out.otio").root)[0].media_reference.target_url
    assert url == str(plate).replace("####", "[1001-1008]")
    assert notes == ()


def with_vendor_effect(site: Made, tmp_path: Path) -> Edit:
    """Push a take into a cut with an effect that only its own program understands."""
    clip = clip_of(plate_reference(plate_of(site), 1001, 8), 1003, 5)
    document = json.loads(otio.adapters.write_to_string(cut_of(clip), "otio_json"))
    stored = document["tracks"]["children"][0]["children"][0]
    stored["effects"] = [{"OTIO_SCHEMA": "RVPaint.1", "strokes": [1, 2], "seed": 2**63 + 1, "name": "note"}]
    stored["metadata"]["seed"] = 2**63 + 1
    (tmp_path / "vendor.otio").write_text(json.dumps(document), encoding="utf-8")
    return push(read_edit(tmp_path / "vendor.otio"), all_media([site.take], site.store), PushWish(temp=True))


def test_what_nobody_understood_is_back_in_the_file_for_anybody(site: Made, tmp_path: Path) -> None:
    write_edit(with_vendor_effect(site, tmp_path), tmp_path / "out.otio", PROFILES["otio"])

    stored = raw(tmp_path / "out.otio")["tracks"]["children"][0]["children"][0]
    assert stored["effects"] == [
        {"OTIO_SCHEMA": "RVPaint.1", "strokes": [1, 2], "seed": 2**63 + 1, "name": "note"}
    ]
    assert stored["metadata"]["seed"] == 2**63 + 1
    assert INPAINT in stored["media_references"]


@pytest.mark.parametrize("name", ["resolve", "nukestudio", "blender"])
def test_a_host_gets_a_file_that_plain_opentimelineio_opens(site: Made, tmp_path: Path, name: str) -> None:
    notes = write_edit(with_vendor_effect(site, tmp_path), tmp_path / "out.otio", PROFILES[name])

    opened = otio.adapters.read_from_file(str(tmp_path / "out.otio"))
    clip = clips_of(opened)[0]
    assert len(clip.effects) == 0
    assert clip.metadata["seed"] == "0x8000000000000001"
    assert "photodouble_aside" not in opened.to_json_string()
    assert any("RVPaint.1" in note.what for note in notes)


def test_resolve_counts_from_the_timecode_in_the_headers(tmp_path: Path) -> None:
    write_plate(tmp_path / "in", range(1001, 1011))
    reference = plate_reference(str(tmp_path / "in" / "plate.####.exr"), 1001, 10, start=0)
    edit = written(cut_of(clip_of(reference, 2, 4)), tmp_path / "cut.otio")

    write_edit(edit, tmp_path / "out.otio", PROFILES["resolve"])

    clip = clips_of(as_read(tmp_path / "out.otio").root)[0]
    assert clip.source_range == span(86402, 4)
    assert clip.media_reference.available_range == span(86400, 10)
    assert list_shots(as_read(tmp_path / "out.otio"))[0].timing.frame_map == (1003, 1004, 1005, 1006)


def test_the_page_names_every_profile_and_what_the_check_finds() -> None:
    page = (Path(__file__).parents[2] / "core" / "docs" / "edit.md").read_text(encoding="utf-8")

    assert [name for name in PROFILES if f"| `{name}` |" not in page] == []
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/show/a b/ü#1/plate.%04d.exr", "file:///show/a%20b/%C3%BC%231/plate.%2504d.exr"),
        ("P:\\show\\a b\\x.mov", "file:///P:/show/a%20b/x.mov"),
        ("\\\\server\\share\\x.mov", "file://server/share/x.mov"),
        ("media/x.mov", "media/x.mov"),
    ],
)
def test_urls_are_encoded_and_read_back(path: str, url: str) -> None:
    assert file_url(path) == url
    assert path.replace("\\", "/") in [one.replace("\\", "/") for one in path_readings(url)]
