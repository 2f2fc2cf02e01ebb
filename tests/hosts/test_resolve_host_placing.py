"""The made-up Resolve's traps of placing, deleting, saving and importing (facts 6, 9 and 12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from resolve_host import WouldHang, pictures

Start = Callable[..., Any]
HOUR = 86400


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("plate")
    for frame in range(1001, 1051):
        pixels = np.full((48, 64, 3), (frame - 1000) / 64, np.float32)
        pictures.write(str(folder / f"plate.{frame}.exr"), pixels, "exr", "RGBHalfZIP", {})
    return str(folder / "plate.%04d.exr")


@pytest.fixture
def host(resolve_host: Start) -> Any:
    return resolve_host()


@pytest.fixture
def clip(host: Any, plate: str) -> Any:
    made = host.media(plate, 1001, 1050)
    host.timeline()
    return made


def append(host: Any, *entries: dict[str, Any]) -> Any:
    return host.project().GetMediaPool().AppendToTimeline(list(entries))


def on(host: Any, track: int = 1) -> list[tuple[int, int]]:
    items = host.project().GetCurrentTimeline().GetItemListInTrack("video", track)
    return [(item.GetStart() - HOUR, item.GetEnd() - HOUR) for item in items]


def info(clip: Any, first: int, end: int, record: int, **more: Any) -> dict[str, Any]:
    return {"mediaPoolItem": clip, "startFrame": first, "endFrame": end, "recordFrame": record, **more}


def test_the_end_frame_of_an_append_is_exclusive(host: Any, clip: Any) -> None:
    append(host, info(clip, 5, 15, HOUR))
    assert on(host) == [(0, 10)]


def test_of_two_clips_in_one_place_the_earlier_stays_and_the_other_is_a_phantom(host: Any, clip: Any) -> None:
    append(host, info(clip, 0, 20, HOUR))
    (phantom,) = append(host, info(clip, 0, 10, HOUR + 10))
    assert phantom.GetName() == clip.GetName()
    assert on(host) == [(0, 20)]


def test_what_came_with_a_dropped_clip_is_gone_after_saving(host: Any, clip: Any) -> None:
    append(host, info(clip, 0, 20, HOUR), info(clip, 0, 10, HOUR + 10), info(clip, 0, 5, HOUR + 40))
    assert on(host) == [(0, 20), (40, 45)]
    assert host.resolve.GetProjectManager().SaveProject() is True
    assert on(host) == []


def test_a_clean_append_outlives_saving(host: Any, clip: Any) -> None:
    append(host, info(clip, 0, 20, HOUR), info(clip, 0, 5, HOUR + 40))
    assert host.resolve.GetProjectManager().SaveProject() is True
    assert on(host) == [(0, 20), (40, 45)]


@pytest.mark.parametrize(
    "wrong", [{"startFrame": -1}, {"endFrame": 51}, {"recordFrame": 0}, {"mediaPoolItem": None}]
)
def test_frames_that_are_not_there_cannot_be_placed(host: Any, clip: Any, wrong: dict[str, Any]) -> None:
    assert append(host, {**info(clip, 0, 10, HOUR), **wrong}) == []
    assert on(host) == []


def test_a_track_that_is_not_there_or_locked_takes_nothing(host: Any, clip: Any) -> None:
    append(host, info(clip, 0, 10, HOUR, trackIndex=2))
    assert host.project().GetCurrentTimeline().GetTrackCount("video") == 1
    host.project().GetCurrentTimeline().SetTrackLock("video", 1, True)
    append(host, info(clip, 0, 10, HOUR))
    assert on(host) == []


def test_deleting_needs_the_edit_page_and_may_need_a_second_go(host: Any, clip: Any) -> None:
    items = append(host, info(clip, 0, 10, HOUR))
    timeline = host.project().GetCurrentTimeline()
    host.resolve.OpenPage("color")
    assert timeline.DeleteClips(items) is False
    host.resolve.OpenPage("edit")
    assert timeline.DeleteClips(items) is False
    assert timeline.DeleteClips(items) is True
    assert on(host) == []


def test_sound_comes_along_unless_only_pictures_are_asked_for_and_outlives_its_picture(
    host: Any, clip: Any
) -> None:
    host.flaky_deletes = 0
    host.inside(clip)._media.has_sound = True
    timeline = host.timeline("sound")
    append(host, info(clip, 0, 10, HOUR, mediaType=1))
    assert timeline.GetItemListInTrack("audio", 1) == []
    items = append(host, info(clip, 0, 10, HOUR + 20))
    assert timeline.DeleteClips(items) is True
    assert len(timeline.GetItemListInTrack("audio", 1)) == 1


def test_media_is_imported_into_the_current_bin(host: Any, plate: str) -> None:
    pool = host.project().GetMediaPool()
    takes = pool.AddSubFolder(pool.GetRootFolder(), "Takes")
    assert pool.GetCurrentFolder().GetName() == "Takes"
    host.media(plate, 1001, 1010)
    assert len(takes.GetClipList()) == 1
    assert pool.GetRootFolder().GetClipList() == []


def test_one_numbered_file_is_a_still_and_a_pattern_a_sequence(host: Any, plate: str) -> None:
    pool = host.project().GetMediaPool()
    (still,) = pool.ImportMedia([plate % 1001])
    assert (still.GetClipProperty("Type"), still.GetClipProperty("Frames")) == ("Still", "1")
    (clip,) = pool.ImportMedia([{"FilePath": plate, "StartIndex": 1001, "EndIndex": 1020}])
    assert clip.GetClipProperty("Frames") == "20"
    assert clip.GetClipProperty("File Path").endswith("plate.[1001-1020].exr")
    assert pool.ImportMedia([str(Path(plate).parent)])[0].GetClipProperty("Frames") == "50"


def test_an_import_of_nothing_is_an_empty_list(host: Any, plate: str) -> None:
    pool = host.project().GetMediaPool()
    assert pool.ImportMedia([plate.replace("plate.", "gone.") % 1001]) == []
    assert pool.ImportMedia([{"FilePath": plate, "StartIndex": 2001, "EndIndex": 2010}]) == []


def test_a_gap_in_a_folder_makes_two_clips(host: Any, tmp_path: Path) -> None:
    for frame in (1, 2, 4, 5):
        pictures.write(str(tmp_path / f"a.{frame:04d}.exr"), np.zeros((4, 4, 3)), "exr", "RGBHalf", {})
    assert len(host.project().GetMediaPool().ImportMedia([str(tmp_path)])) == 2


def test_a_timeline_from_clips_needs_them_in_the_current_bin(host: Any, clip: Any) -> None:
    pool = host.project().GetMediaPool()
    pool.AddSubFolder(pool.GetRootFolder(), "Other")
    assert pool.CreateTimelineFromClips("t", [info(clip, 0, 10, HOUR)]) is None
    pool.SetCurrentFolder(pool.GetRootFolder())
    assert pool.CreateTimelineFromClips("t", [info(clip, 0, 10, HOUR)]).GetName() == "t"


def test_a_new_timeline_is_the_current_one_and_lies_in_the_bin(host: Any, clip: Any) -> None:
    pool = host.project().GetMediaPool()
    assert pool.CreateEmptyTimeline("Reel 1") is None
    made = pool.CreateEmptyTimeline("Reel 2")
    assert host.project().GetCurrentTimeline().GetName() == "Reel 2"
    assert "Timeline" in [one.GetClipProperty("Type") for one in pool.GetCurrentFolder().GetClipList()]
    assert pool.DeleteTimelines([made]) is False
    host.project().SetCurrentTimeline(host.project().GetTimelineByIndex(1))
    assert pool.DeleteTimelines([made]) is True


def test_saving_the_untitled_project_would_hang(resolve_host: Start) -> None:
    with pytest.raises(WouldHang):
        resolve_host(project="").resolve.GetProjectManager().SaveProject()


def test_a_project_with_changes_stands_in_the_way_of_a_new_one(host: Any, clip: Any) -> None:
    manager = host.resolve.GetProjectManager()
    assert manager.CreateProject("Other") is None
    manager.SaveProject()
    assert manager.CreateProject("Other").GetName() == "Other"
    assert manager.DeleteProject("Other") is False
    assert manager.CloseProject(manager.GetCurrentProject()) is True
    assert manager.DeleteProject("Other") is True


def test_there_may_be_no_project_no_timeline_and_no_database(resolve_host: Start) -> None:
    host = resolve_host(project=None)
    assert host.resolve.GetProjectManager().GetCurrentProject() is None
    assert resolve_host().project().GetCurrentTimeline() is None
    host.is_half_started = True
    assert host.resolve.GetProjectManager().GetCurrentDatabase() is None


def test_a_reel_name_is_promised_and_ignored(clip: Any) -> None:
    assert clip.SetClipProperty("Reel Name", "A001") is True
    assert clip.GetClipProperty("Reel Name") == ""


def test_a_table_is_found_in_the_system_folder_once_the_list_was_read(
    host: Any, clip: Any, tmp_path: Path
) -> None:
    (item,) = append(host, info(clip, 0, 10, HOUR))
    host.lut_folder = str(tmp_path)
    (tmp_path / "look.cube").write_text("")
    assert item.SetLUT(1, "look.cube") is False
    assert host.project().RefreshLUTList() is True
    assert item.SetLUT(1, "look.cube") is True
    assert item.SetLUT(1, "/elsewhere/look.cube") is False
    assert item.GetLUT(1) == "look.cube"


def test_stills_are_exported_only_where_the_gallery_is_seen(host: Any, clip: Any, tmp_path: Path) -> None:
    append(host, info(clip, 0, 10, HOUR))
    host.resolve.OpenPage("color")
    host.project().GetCurrentTimeline().GrabStill()
    album = host.project().GetGallery().GetCurrentStillAlbum()
    assert album.ExportStills(album.GetStills(), str(tmp_path), "still", "drx") is False
    assert host.project().ExportCurrentFrameAsStill(str(tmp_path / "still.png")) is True
    host.shows_gallery = True
    assert album.ExportStills(album.GetStills(), str(tmp_path), "still", "drx") is True


def test_a_compound_and_a_fusion_clip_hold_what_lay_there(host: Any, clip: Any) -> None:
    (item,) = append(host, info(clip, 0, 10, HOUR))
    timeline = host.project().GetCurrentTimeline()
    compound = timeline.CreateCompoundClip([item], {"name": "Two"})
    assert compound.GetMediaPoolItem().GetClipProperty("Type") == "Compound"
    assert on(host) == [(0, 10)]
    fusion = timeline.CreateFusionClip([compound])
    assert fusion.GetMediaPoolItem().GetClipProperty("Type") == "Fusion"


def test_offline_media_says_so(host: Any, clip: Any) -> None:
    assert clip.GetClipProperty("Online Status") == "Online"
    host.project().GetMediaPool().UnlinkClips([clip])
    assert clip.GetClipProperty("Online Status") == "Offline"


def test_third_party_metadata_came_with_19(host: Any, clip: Any, resolve_host: Start, plate: str) -> None:
    assert clip.SetThirdPartyMetadata({"photodouble": "v001"}) is True
    assert clip.GetThirdPartyMetadata("photodouble") == "v001"
    old = resolve_host(version="18.6").media(plate, 1001, 1010)
    assert "SetThirdPartyMetadata" not in dir(old)


def exported(host: Any, path: Path) -> dict[str, Any]:
    timeline = host.project().GetCurrentTimeline()
    assert timeline.Export(str(path), host.resolve.EXPORT_OTIO, host.resolve.EXPORT_NONE) is True
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def clips_in(told: dict[str, Any]) -> list[dict[str, Any]]:
    children = told["tracks"]["children"][0]["children"]
    return [child for child in children if child["OTIO_SCHEMA"] == "Clip.2"]


def test_an_exported_otio_has_bare_paths_and_the_medias_own_timecode(
    host: Any, clip: Any, tmp_path: Path
) -> None:
    append(host, info(clip, 5, 15, HOUR + 10))
    (told,) = clips_in(exported(host, tmp_path / "a.otio"))
    reference = told["media_references"][told["active_media_reference_key"]]
    assert reference["target_url"].startswith("/")
    assert told["source_range"]["start_time"]["value"] == 1006
    assert reference["available_range"]["start_time"]["value"] == 1001


def test_opentimelineio_reads_what_is_exported(host: Any, clip: Any, tmp_path: Path) -> None:
    import opentimelineio

    append(host, info(clip, 5, 15, HOUR + 10))
    exported(host, tmp_path / "a.otio")
    timeline = opentimelineio.adapters.read_from_file(str(tmp_path / "a.otio"))
    (found,) = timeline.find_clips()
    assert found.range_in_parent().start_time.value == 10
    assert timeline.global_start_time.value == HOUR


def test_an_otio_comes_back_where_it_was(host: Any, clip: Any, tmp_path: Path) -> None:
    (item,) = append(host, info(clip, 5, 15, HOUR + 10))
    host.retime(item, 2.0)
    exported(host, tmp_path / "a.otio")
    pool = host.project().GetMediaPool()
    options = {"timelineName": "Back", "importSourceClips": True}
    assert pool.ImportTimelineFromFile(str(tmp_path / "a.otio"), {"timelineName": "Reel 1"}) is None
    assert pool.ImportTimelineFromFile(str(tmp_path / "a.otio"), options) is not None
    assert on(host) == [(10, 20)]
    (back,) = host.project().GetCurrentTimeline().GetItemListInTrack("video", 1)
    assert back.GetSourceStartFrame() == 5
    assert back.GetSourceEndFrame() == 25


@pytest.mark.parametrize("fault", ["zero", "sequence"])
def test_an_otio_of_another_shape_is_not_taken(host: Any, clip: Any, tmp_path: Path, fault: str) -> None:
    append(host, info(clip, 5, 15, HOUR + 10))
    told = exported(host, tmp_path / "a.otio")
    (one,) = clips_in(told)
    if fault == "zero":
        one["source_range"]["start_time"]["value"] = 5
    else:
        one["media_references"]["DEFAULT_MEDIA"]["OTIO_SCHEMA"] = "ImageSequenceReference.1"
    (tmp_path / "b.otio").write_text(json.dumps(told))
    pool = host.project().GetMediaPool()
    assert pool.ImportTimelineFromFile(str(tmp_path / "b.otio"), {"timelineName": "b"}) is None
