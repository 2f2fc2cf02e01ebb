"""A new cut takes over the takes of the old one: by id, by place, by content, whatever a host took away."""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from finished_takes import Made
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from photodouble.edit.conform import compare, conform
from photodouble.edit.edit import Edit
from photodouble.edit.join import joined, rejoined
from photodouble.edit.known_takes import KnownTakes
from photodouble.edit.profiles import PROFILES, write_edit
from photodouble.edit.pull import PullWish, pull
from photodouble.edit.push import PushWish, push
from photodouble.edit.read import read_edit
from photodouble.edit.resumed import pull_lacking
from photodouble.edit.shots import list_shots
from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

RATE = 24.0


def time(value: float) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(value, RATE)


def span(first: float, count: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(first), time(count))


def sequence(
    folder: Path, first: int, count: int, stem: str = "plate."
) -> otio.schema.ImageSequenceReference:
    return otio.schema.ImageSequenceReference(
        target_url_base=folder.as_uri() + "/",
        name_prefix=stem,
        name_suffix=".exr",
        start_frame=first,
        rate=RATE,
        frame_zero_padding=4,
        available_range=span(first, count),
    )


def cut(folder: Path, *clips: otio.core.Item, name: str = "cut") -> Edit:
    timeline = otio.schema.Timeline(name)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    track.extend(clips)
    timeline.tracks.append(track)
    return Edit(folder / f"{name}.otio", timeline, "otio")


@pytest.fixture(scope="module")
def shot_with_take(
    tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]
) -> tuple[Path, Any]:
    """Give a folder with twelve frames of a plate and mattes, and a take of the frames 1003 to 1008."""
    folder = tmp_path_factory.mktemp("conform")
    shot_writer(folder / "in", range(1001, 1013))
    return folder, take_of(folder, range(1003, 1009))


def take_of(folder: Path, frames: range, request: JobRequest | None = None, **fields: Any) -> Any:
    ports = {key: PortInput(str(folder / "in" / f"{key}.####.exr")) for key in ("plate", "matte")}
    request = request or JobRequest(
        operation="inpaint",
        inputs=ports,
        range=FrameRange(frames),
        output_root=str(folder / "takes"),
        shot="sh010",
        take="ab12" * 8,
        **fields,
    )
    settings = Settings(
        engine_folder=str(folder / "state"),
        cache_folder=str(folder / "cache"),
        contact_sheet=False,
        threads=1,
    )
    return run_job(request, JobOptions(settings=settings)).take


def clip(folder: Path, first: int = 1003, count: int = 6, name: str = "sh010") -> otio.schema.Clip:
    return otio.schema.Clip(name, sequence(folder / "in", 1001, 12), span(first, count))


def known(folder: Path) -> KnownTakes:
    return KnownTakes.under(str(folder / "takes"))


def pushed(folder: Path, edit: Edit) -> Edit:
    return push(edit, [known(folder).takes[0]], PushWish(temp=True))


def stripped(edit: Edit, *, one_reference: bool = False, rename: bool = False) -> Edit:
    """Return what is left of a cut after a host that keeps no metadata and maybe one reference."""
    root = copy.deepcopy(edit.root)
    for one in root.find_clips():
        one.metadata.clear()
        one.markers.clear()
        one.name = "A001C003" if rename else one.name.removesuffix(" (temp, not approved)")
        references = dict(one.media_references())
        active = one.active_media_reference_key
        if one_reference:
            references = {"DEFAULT_MEDIA": references[active]}
            active = "DEFAULT_MEDIA"
        for reference in references.values():
            reference.metadata.clear()
            reference.name = ""
        one.set_media_references(references, active)
    return dataclasses.replace(edit, root=root)


def test_a_pushed_take_is_found_by_its_id(shot_with_take: tuple[Path, Any]) -> None:
    folder, take = shot_with_take
    found = joined(pushed(folder, cut(folder, clip(folder))), known(folder)).found
    assert [(one.take.take.take_id, one.by, one.was_shown, one.offset) for one in found] == [
        (take.take_id, "take id", True, 0)
    ]


@pytest.mark.parametrize("one_reference", [False, True])
@pytest.mark.parametrize("rename", [False, True])
def test_a_take_is_found_by_its_place_when_all_metadata_is_gone(
    shot_with_take: tuple[Path, Any], one_reference: bool, rename: bool
) -> None:
    folder, take = shot_with_take
    bare = stripped(pushed(folder, cut(folder, clip(folder))), one_reference=one_reference, rename=rename)
    joining = joined(bare, known(folder))
    assert [(one.take.take.take_id, one.by, one.was_shown) for one in joining.found] == [
        (take.take_id, "media path", True)
    ]
    assert [shot.timing.frame_map for shot in joining.shots] == [tuple(range(1003, 1009))]
    assert joining.shots[0].media.pattern == str(folder / "in" / "plate.####.exr")


def test_a_plate_alone_leads_to_the_take_that_was_made_of_it(shot_with_take: tuple[Path, Any]) -> None:
    folder, take = shot_with_take
    found = joined(cut(folder, clip(folder, name="")), known(folder)).found
    assert [(one.take.take.take_id, one.by, one.was_shown) for one in found] == [
        (take.take_id, "media path", False)
    ]


def test_results_copied_under_other_names_and_numbers_are_known_by_their_content(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, take = shot_with_take
    for frame in range(1003, 1009):
        shutil.copy(take.picture("result", frame, "exr"), tmp_path / f"x.{frame - 1000:04d}.exr")
    moved = otio.schema.Clip("x", sequence(tmp_path, 3, 6, "x."), span(4, 4))
    joining = joined(cut(tmp_path, moved), known(folder))
    assert [(one.take.take.take_id, one.by) for one in joining.found] == [(take.take_id, "content hash")]
    assert list(joining.found[0].wanted) == [1004, 1005, 1006, 1007]


def test_a_plate_copied_under_other_names_and_numbers_is_known_by_its_content(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, take = shot_with_take
    for frame in range(1001, 1013):
        shutil.copy(folder / "in" / f"plate.{frame}.exr", tmp_path / f"y.{frame + 5000}.exr")
    moved = otio.schema.Clip("y", sequence(tmp_path, 6001, 12, "y."), span(6002, 6))
    found = joined(cut(tmp_path, moved), known(folder)).found
    assert [(one.take.take.take_id, one.by, one.offset) for one in found] == [
        (take.take_id, "content hash", -5000)
    ]
    assert found[0].missing.to_text() == "1002"


def test_a_result_that_was_compressed_anew_is_known_by_its_pixels(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    OpenEXR = pytest.importorskip("OpenEXR")
    folder, take = shot_with_take
    for frame in range(1003, 1009):
        with OpenEXR.File(str(take.picture("result", frame, "exr")), separate_channels=True) as file:
            header = {**file.header(), "compression": OpenEXR.PIZ_COMPRESSION}
            channels = {name: channel.pixels for name, channel in file.channels().items()}
            OpenEXR.File(header, channels).write(str(tmp_path / f"z.{frame}.exr"))
    again = otio.schema.Clip("z", sequence(tmp_path, 1003, 6, "z."), span(1003, 6))
    found = joined(cut(tmp_path, again), known(folder)).found
    assert [(one.take.take.take_id, one.by) for one in found] == [(take.take_id, "content hash")]


def test_a_plate_that_was_exchanged_leads_to_no_take_and_says_so(
    shot_with_take: tuple[Path, Any], tmp_path: Path, shot_writer: Callable[..., Any]
) -> None:
    folder, _ = shot_with_take
    shutil.copytree(folder, tmp_path / "copy")
    for path in (tmp_path / "copy" / "takes").rglob("re*.json"):
        path.write_text(path.read_text().replace(str(folder), str(tmp_path / "copy")))
    assert joined(cut(tmp_path, clip(tmp_path / "copy")), known(tmp_path / "copy")).found
    shot_writer(tmp_path / "copy" / "in", range(1001, 1013), seed=9)
    joining = joined(cut(tmp_path, clip(tmp_path / "copy")), known(tmp_path / "copy"))
    assert joining.found == ()
    assert "made from another plate" in joining.notes[0].what


def test_a_picture_of_a_take_that_was_changed_is_not_taken_for_it(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, _ = shot_with_take
    shutil.copytree(folder, tmp_path / "copy")
    take = known(tmp_path / "copy").takes[0]
    edit = stripped(pushed(tmp_path / "copy", cut(tmp_path, clip(folder))), one_reference=True)
    shutil.copy(folder / "in" / "plate.1003.exr", take.file(1003))
    joining = joined(edit, known(tmp_path / "copy"))
    assert joining.found == ()
    assert "sealed" in joining.notes[0].what


def test_what_is_rejoined_is_what_was_pushed(shot_with_take: tuple[Path, Any]) -> None:
    folder, take = shot_with_take
    before = pushed(folder, cut(folder, clip(folder)))
    joining = joined(stripped(before, one_reference=True, rename=True), known(folder))
    after = rejoined(joining, joining.found)
    one = next(iter(after.root.find_clips()))
    assert one.active_media_reference_key == "photodouble_inpaint_v001"
    assert set(one.media_references()) == {"DEFAULT_MEDIA", "photodouble_inpaint_v001"}
    assert one.name == "A001C003 (temp, not approved)"
    assert one.media_references()["photodouble_inpaint_v001"].metadata["photodouble"]["take"] == take.take_id
    plate = one.media_references()["DEFAULT_MEDIA"]
    assert (plate.name_prefix, plate.start_frame) == ("plate.", 1001)


def test_a_trimmed_shot_keeps_its_take_and_asks_for_nothing(shot_with_take: tuple[Path, Any]) -> None:
    folder, take = shot_with_take
    old = pushed(folder, cut(folder, clip(folder)))
    done = conform(old, cut(folder, clip(folder, 1004, 4), name="new"), known(folder))
    assert [change.kind for change in done.changes] == ["trimmed"]
    assert [(one.take.take.take_id, one.was_shown) for one in done.found] == [(take.take_id, True)]
    assert done.requests == ()
    shown = next(iter(done.edit.root.find_clips()))
    assert shown.active_media_reference_key == "photodouble_inpaint_v001"


def test_an_extended_shot_asks_for_the_missing_frames_and_links_the_others(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    first, _ = shot_with_take
    folder = tmp_path / "copy"
    shutil.copytree(first, folder)
    for path in [*(folder / "takes").rglob("re*.json")]:
        path.write_text(path.read_text().replace(str(first), str(folder)))
    old = pushed(folder, cut(folder, clip(folder)))
    new = cut(folder, clip(folder, 1003, 8), name="new")
    done = conform(old, new, known(folder), handles=0)
    assert [(one.kind, one.frames_needed.to_text()) for one in done.changes] == [("extended", "1009-1010")]
    assert [(one.frames.to_text(), one.kept.to_text()) for one in done.requests] == [
        ("1009-1010", "1003-1008")
    ]
    assert next(iter(done.edit.root.find_clips())).active_media_reference_key == "DEFAULT_MEDIA"
    request = JobRequest.from_text(done.requests[0].request.to_text())
    take = take_of(folder, range(0), request.with_take("cd34" * 8))
    linked = [frame for frame in range(1003, 1011) if take.record(frame).linked_from]
    assert linked == list(range(1003, 1009))
    assert take.manifest()["parent"] == "ab12" * 8
    again = conform(old, new, known(folder), handles=0, temp=True)
    assert again.requests == ()
    shown = next(iter(again.edit.root.find_clips()))
    assert shown.active_media_reference_key == "photodouble_inpaint_v002"


def test_handles_that_were_made_cover_an_extension(shot_with_take: tuple[Path, Any]) -> None:
    folder, _ = shot_with_take
    old = pushed(folder, cut(folder, clip(folder, 1004, 3)))
    done = conform(old, cut(folder, clip(folder, 1003, 6), name="new"), known(folder))
    assert [(one.kind, len(one.frames_needed)) for one in done.changes] == [("extended", 0)]
    assert done.requests == ()


def test_a_retimed_and_renamed_shot_of_a_stripped_cut_is_the_same_shot(
    shot_with_take: tuple[Path, Any],
) -> None:
    folder, _ = shot_with_take
    old = pushed(folder, cut(folder, clip(folder)))
    bare = stripped(old, one_reference=True, rename=True)
    one = next(iter(bare.root.find_clips()))
    one.source_range = span(1003, 3)
    one.effects.append(otio.schema.LinearTimeWarp("", 2.0))
    found = compare(old, bare, known(folder)).changes
    assert [(one.kind, one.by) for one in found] == [("retimed", "take")]
    assert "renamed" in found[0].also


def test_both_halves_of_a_split_shot_keep_the_take(shot_with_take: tuple[Path, Any]) -> None:
    folder, _ = shot_with_take
    old = pushed(folder, cut(folder, clip(folder)))
    new = cut(folder, clip(folder, 1003, 2, "a"), clip(folder, 1006, 3, "b"), name="new")
    done = conform(old, new, known(folder))
    assert [one.also[-2:] for one in done.changes] == [("split", "renamed")] * 2
    assert [one.clip for one in done.found] == [0, 1]
    assert all(one.was_shown for one in done.found)


def test_the_answer_survives_json(shot_with_take: tuple[Path, Any]) -> None:
    folder, _ = shot_with_take
    done = conform(cut(folder, clip(folder)), cut(folder, clip(folder, 1003, 8), name="n"), known(folder))
    stored = json.loads(json.dumps(done.to_json()))
    assert stored["requests"][0]["parent"] == "ab12" * 8
    assert stored["takes"][0]["by"] == "media path"


@st.composite
def clips_of_the_shot(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a clip that shows frames 1003 to 1008 at some pace, in whatever time its media is counted."""
    speed = draw(st.sampled_from([1, 1, 2, -1, 0]))
    first = draw(st.integers(1003, 1008))
    most = 1009 - first
    count = draw(st.integers(1, max(1, most // 2 if speed == 2 else most)))
    if speed == 2 and first + 2 * count - 1 > 1008:
        speed = 1
    return {
        "first": first,
        "count": count,
        "speed": speed,
        "start": draw(st.sampled_from([0, 1001, 86400, 3600 * 24 + 17])),
    }


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    drawn=st.lists(clips_of_the_shot(), min_size=1, max_size=3),
    profile=st.sampled_from(["otio", "resolve", "nukestudio", "blender"]),
    one_reference=st.booleans(),
    rename=st.booleans(),
)
def test_push_then_strip_all_metadata_then_rejoin_finds_the_same_take(
    shot_with_take: tuple[Path, Any],
    drawn: list[dict[str, Any]],
    profile: str,
    one_reference: bool,
    rename: bool,
) -> None:
    folder, take = shot_with_take
    clips = []
    for one in drawn:
        media = sequence(folder / "in", 1001, 12)
        media.available_range = span(one["start"], 12)
        source = span(one["first"] - 1001 + one["start"], one["count"])
        made = otio.schema.Clip("sh010", media, source)
        if one["speed"] == 0:
            made.effects.append(otio.schema.FreezeFrame())
        elif one["speed"] != 1:
            made.effects.append(otio.schema.LinearTimeWarp("", one["speed"]))
        clips.append(made)
    before = cut(folder, *clips)
    shown = [shot.timing.frame_map for shot in list_shots(before)]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "host.otio"
        write_edit(pushed(folder, before), path, PROFILES[profile])
        came = stripped(read_edit(path), one_reference=one_reference, rename=rename)
        joining = joined(came, known(folder))
    assert [one.take.take.take_id for one in joining.found] == [take.take_id] * len(clips)
    assert [tuple(one.shot.timing.frame_map) for one in joining.found] == shown
    assert all(not len(one.missing) and one.was_shown and one.offset == 0 for one in joining.found)
    again = rejoined(joining, joining.found)
    active = [one.active_media_reference_key for one in again.root.find_clips()]
    assert active == ["photodouble_inpaint_v001"] * len(clips)
    assert [shot.timing.frame_map for shot in list_shots(again)] == shown


def test_an_edl_that_names_no_media_takes_it_from_the_old_cut(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, take = shot_with_take
    edl = tmp_path / "v2.edl"
    edl.write_text(
        "TITLE: v2\nFCM: NON-DROP FRAME\n\n"
        "001  AX       V     C        00:00:41:20 00:00:42:00 01:00:00:00 01:00:00:04\n"
        "* FROM CLIP NAME: sh010\n"
    )
    new = read_edit(edl, rate="24")
    found = compare(pushed(folder, cut(folder, clip(folder))), new, known(folder), handles=0)
    assert [(one.kind, one.seen.frames) for one in found.changes] == [("trimmed", (1004, 1005, 1006, 1007))]
    assert [one.take.take.take_id for one in found.found] == [take.take_id]
    assert "that of the old cut is taken" in found.new.edit.notes[-1].what


def test_media_that_is_nowhere_is_said_and_its_take_is_not_put_back(shot_with_take: tuple[Path, Any]) -> None:
    folder, _ = shot_with_take
    lost = otio.schema.Clip("sh010", sequence(Path("/nowhere"), 5001, 12), span(5003, 6))
    old = pushed(folder, cut(folder, clip(folder)))
    done = conform(old, cut(folder, lost, name="new"), known(folder))
    assert [(one.kind, "media not found" in one.also) for one in done.changes] == [("media changed", True)]
    assert done.found == ()
    assert any("So its take was not put back." in note.what for note in done.notes)


def test_a_cut_without_clips_leaves_all_shots_gone_and_is_conformed_to_itself(
    shot_with_take: tuple[Path, Any],
) -> None:
    folder, _ = shot_with_take
    old, empty = pushed(folder, cut(folder, clip(folder))), cut(folder, name="empty")
    assert [one.kind for one in compare(old, empty, known(folder)).changes] == ["gone"]
    assert conform(empty, empty, known(folder)).changes == ()


def test_a_plate_of_other_numbers_is_pulled_further_for_a_longer_take(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    first, _ = shot_with_take
    shutil.copytree(first / "in", tmp_path / "in")
    for frame in range(1001, 1013):
        (tmp_path / "in" / f"matte.{frame}.exr").rename(tmp_path / "in" / f"m.{frame - 1000 + 2000}.exr")
    old = cut(tmp_path, clip(tmp_path))
    shot = list_shots(old, handles=0)[0]
    matte = {"matte": PortInput(str(tmp_path / "in" / "m.####.exr"))}
    wish = PullWish("inpaint", tmp_path / "sh010", str(tmp_path / "takes"), first=2003, inputs=matte)
    request = pull(old, shot, wish).request.with_take("ef56" * 8)
    take_of(tmp_path, range(0), request)
    done = conform(old, cut(tmp_path, clip(tmp_path, 1003, 8), name="n"), known(tmp_path), handles=0)
    assert [(one.offset, one.missing.to_text()) for one in done.found] == [(1000, "2009-2010")]
    assert [one.frames_needed.to_text() for one in done.changes] == ["1009-1010"]
    assert done.requests[0].to_pull.to_text() == "2009-2010"
    assert [path.name for path in pull_lacking(done.requests[0])] == [
        "sh010_plate.2009.exr",
        "sh010_plate.2010.exr",
    ]
    noted = json.loads((tmp_path / "sh010" / "plate" / "pull.json").read_text())
    assert noted["frames"] == "2003-2010"
    take = take_of(tmp_path, range(0), done.requests[0].request.with_take("0a1b" * 8))
    assert [frame for frame in range(2003, 2011) if not take.record(frame).linked_from] == [2009, 2010]


def test_what_is_animated_is_held_on_the_new_frames(shot_with_take: tuple[Path, Any]) -> None:
    folder, _ = shot_with_take
    here = known(folder).takes[0]
    values = {"matte_grow": {"frames": {str(frame): frame - 1003 for frame in range(1003, 1009)}}}
    moving = dataclasses.replace(here, request=dataclasses.replace(here.request, values=values))
    done = conform(
        cut(folder, clip(folder)),
        cut(folder, clip(folder, 1002, 9), name="n"),
        KnownTakes([moving]),
        handles=0,
    )
    held = done.requests[0].request.values["matte_grow"]["frames"]
    assert (held["1002"], held["1009"], held["1010"]) == (0, 5, 5)
    assert any("matte_grow is animated, and held" in note.what for note in done.notes)


def test_the_engine_answers_as_the_command_line_does(
    shot_with_take: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, take = shot_with_take
    old, new, output = (str(tmp_path / name) for name in ("old.otio", "new.otio", "out.otio"))
    write_edit(pushed(folder, cut(folder, clip(folder))), Path(old), PROFILES["otio"])
    write_edit(cut(folder, clip(folder, 1003, 8, "A001")), Path(new), PROFILES["otio"])
    cuts = {"old": old, "new": new, "handles": 0}
    plain, report = Settings(), Reporter()
    told = run_task("edit.diff", cuts, plain, report)
    assert [(one["kind"], one["frames_needed"]) for one in told["changes"]] == [("extended", "1009-1010")]
    done = run_task("edit.conform", {**cuts, "to": output}, plain, report)
    assert JobRequest.from_text(Path(done["requests"][0]["file"]).read_text()).parent == take.take_id
    there = run_task("edit.join", {"file": output, "root": str(folder / "takes")}, plain, report)
    assert [one["take"] for one in there["takes"]] == [take.take_id]
    with pytest.raises(ArtistError) as refused:
        run_task("edit.conform", {**cuts, "to": new, "overwrite": True}, plain, report)
    assert refused.value.code == "input.output_is_input"


def test_an_approved_take_is_shown_in_the_new_cut_without_being_asked_for(made: Made) -> None:
    made.decided_by("Ada", "supervisor").approve()
    shot = made.take.request().inputs["plate"].path
    folder = Path(shot).parent

    def one(first: int, name: str) -> Edit:
        media = sequence(folder, 1001, 2)
        return cut(made.folder, otio.schema.Clip("sh010", media, span(first, 1)), name=name)

    done = conform(one(1001, "old"), one(1002, "new"), KnownTakes.of(made.store), handles=0)
    shown = next(iter(done.edit.root.find_clips()))
    assert (shown.active_media_reference_key, shown.name) == ("photodouble_inpaint_v001", "sh010")
    assert [(change.kind, len(change.frames_needed)) for change in done.changes] == [("extended", 0)]


def test_a_ramp_that_cannot_be_read_is_said_and_breaks_nothing(shot_with_take: tuple[Path, Any]) -> None:
    folder, _ = shot_with_take
    ramped = clip(folder)
    ramped.effects.append(otio.schema.TimeEffect("ramp", "VendorRamp"))
    old = pushed(folder, cut(folder, clip(folder)))
    done = conform(old, cut(folder, ramped, name="new"), known(folder))
    assert [("its time cannot be read" in one.also, len(one.frames_needed)) for one in done.changes] == [
        (True, 0)
    ]
    assert done.requests == ()
    assert next(iter(done.edit.root.find_clips())).active_media_reference_key == "DEFAULT_MEDIA"


def test_a_shot_whose_take_is_gone_is_the_same_shot_and_that_is_said(
    shot_with_take: tuple[Path, Any],
) -> None:
    folder, take = shot_with_take
    before = pushed(folder, cut(folder, clip(folder)))
    nobody = KnownTakes([])
    found = joined(before, nobody)
    assert [note.where for note in found.notes if take.label in note.what] == ["sh010"]
    assert found.shots[0].media.pattern.endswith("plate.####.exr")
    changes = compare(before, cut(folder, clip(folder, 1004, 5)), nobody).changes
    assert [one.kind for one in changes] == ["trimmed"]
    assert not any(take.label in note.what for note in joined(before, known(folder)).notes)
