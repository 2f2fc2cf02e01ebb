"""The made-up Resolve behaves as the facts say Resolve does; each trap of theirs is a test here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from resolve_host import NotMadeUp, pictures

Start = Callable[..., Any]
FRAMES = range(1001, 1051)
HOUR = 86400


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write fifty frames; each says its number in its first pixel."""
    folder = tmp_path_factory.mktemp("plate")
    pixels = np.random.default_rng(11).random((48, 64, 3), dtype=np.float32)
    for frame in FRAMES:
        pixels[0, 0] = (frame - 1000) / 64
        pictures.write(str(folder / f"plate.{frame}.exr"), pixels, "exr", "RGBHalfZIP", {})
    return str(folder / "plate.%04d.exr")


@pytest.fixture
def cut(resolve_host: Start, plate: str) -> Start:
    """Give a function that starts a Resolve with a clip of 20 frames at 01:00:00:10 on a timeline."""

    def make(**told: Any) -> tuple[Any, Any]:
        host = resolve_host(**told)
        clip = host.media(plate, FRAMES[0], FRAMES[-1])
        host.timeline()
        item = host.place(clip, 10, 30, HOUR + 10)
        host.playhead(HOUR + 12)
        return host, item

    return make


def timeline_of(host: Any) -> Any:
    return host.project().GetCurrentTimeline()


def info(clip: Any, first: int, end: int, record: int, **more: Any) -> dict[str, Any]:
    return {"mediaPoolItem": clip, "startFrame": first, "endFrame": end, "recordFrame": record, **more}


# Facts 1, 2: editions, and what a script finds.


def test_the_edition_is_told_by_the_product_name(resolve_host: Start) -> None:
    assert resolve_host(studio=True).resolve.GetProductName() == "DaVinci Resolve Studio"
    assert resolve_host(studio=False).resolve.GetProductName() == "DaVinci Resolve"
    assert resolve_host(version="19.1").resolve.GetVersion()[:2] == [19, 1]


def test_scripts_from_outside_are_let_in_by_studio_only(resolve_host: Start) -> None:
    assert resolve_host(studio=True).scriptapp("Resolve") is not None
    assert resolve_host(studio=False).scriptapp("Resolve") is None


def test_what_a_script_finds_depends_on_where_it_was_started(resolve_host: Start) -> None:
    host = resolve_host(studio=False)
    assert "resolve" not in host.namespace("menu")
    assert host.namespace("menu")["app"].GetResolve().GetProductName() == "DaVinci Resolve"
    assert host.namespace("external") == {}


def test_the_module_is_there_only_while_it_is_installed(resolve_host: Start) -> None:
    host = resolve_host().install()
    assert sys.modules["DaVinciResolveScript"].scriptapp("Resolve") is not None
    host.remove()
    assert "DaVinciResolveScript" not in sys.modules


def test_menu_scripts_in_python_end_with_free_21_1(resolve_host: Start) -> None:
    assert resolve_host(version="21.0", studio=False).can_run_menu_scripts
    assert not resolve_host(version="21.1", studio=False).can_run_menu_scripts


def test_the_window_maker_is_a_studio_feature_from_19_1(resolve_host: Start) -> None:
    assert resolve_host(version="18.6", studio=False).namespace()["fusion"].UIManager is not None
    host = resolve_host(version="19.1", studio=False)
    assert host.namespace()["fusion"].UIManager is None
    assert host.modal


def test_a_studio_call_on_free_says_false_and_stands_in_the_way_of_all_others(cut: Start) -> None:
    host, item = cut(studio=False)
    assert item.CreateMagicMask("F") is False
    assert item.GetName() == ""
    assert item.GetMediaPoolItem() is None
    host.dismiss()
    assert item.GetName()


def test_a_studio_call_that_is_not_made_up_stands_in_the_way_too(cut: Start) -> None:
    host, item = cut(studio=False)
    assert item.GetMediaPoolItem().TranscribeAudio() is False
    assert "Studio" in host.modal


# Facts 4: what comes back.


def test_a_name_that_is_not_there_is_none_and_hasattr_is_always_true(cut: Start) -> None:
    _, item = cut(version="18.6")
    assert hasattr(item, "GetTrackTypeAndIndex")
    assert item.GetTrackTypeAndIndex is None
    assert "GetTrackTypeAndIndex" not in dir(item)
    assert "GetLeftOffset" in dir(item)
    with pytest.raises(TypeError, match="not callable"):
        item.GetTrackTypeAndIndex()


def test_a_newer_version_has_it(cut: Start) -> None:
    _, item = cut(version="19.1")
    assert list(item.GetTrackTypeAndIndex()) == ["video", 1]


def test_two_handles_of_one_clip_are_told_apart_by_nothing_but_their_id(cut: Start) -> None:
    host, item = cut()
    again = timeline_of(host).GetCurrentVideoItem()
    assert again != item
    assert again.GetUniqueId() == item.GetUniqueId()


def test_a_wrong_number_of_arguments_is_an_exception(cut: Start) -> None:
    _, item = cut()
    with pytest.raises(TypeError):
        item.SetClipColor()


def test_what_cannot_cross_the_bridge_is_an_exception(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    with pytest.raises(TypeError):
        host.project().ExportCurrentFrameAsStill(tmp_path / "still.png")


def test_a_text_in_place_of_a_value_is_refused_without_a_word(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    path, none = str(tmp_path / "cut.otio"), host.resolve.EXPORT_NONE
    assert timeline_of(host).Export(path, "EXPORT_OTIO", none) is False
    assert not (tmp_path / "cut.otio").exists()
    assert timeline_of(host).Export(path, host.resolve.EXPORT_OTIO, none) is True
    assert (tmp_path / "cut.otio").exists()


def test_a_value_of_a_newer_version_is_none_and_markers_are_not_in_dir(resolve_host: Start) -> None:
    assert resolve_host(version="18.6").resolve.EXPORT_LUT_33PTCUBE is None
    newest = resolve_host(version="21.0").resolve
    assert newest.MARKER_BLUE is not None
    assert "MARKER_BLUE" not in dir(newest)
    assert "EXPORT_OTIO" in dir(newest)


def test_tracks_timelines_takes_and_nodes_count_from_one(cut: Start) -> None:
    host, item = cut()
    assert timeline_of(host).GetItemListInTrack("video", 0) == []
    assert host.project().GetTimelineByIndex(0) is None
    assert host.project().GetTimelineByIndex(1).GetName() == "Reel 1"
    assert item.GetTakeByIndex(0) is None
    assert item.SetLUT(0, "") is False


def test_what_is_not_made_up_is_no_quiet_answer(cut: Start) -> None:
    host, _ = cut()
    with pytest.raises(NotMadeUp):
        host.resolve.GetProjectManager().ArchiveProject("a", "b")


def test_dir_of_a_fusion_tool_leaves_names_out(cut: Start) -> None:
    _, item = cut()
    tool = item.AddFusionComp().FindTool("MediaIn1")
    assert "GetAttrs" not in dir(tool)
    assert tool.GetAttrs()["TOOLS_RegID"] == "MediaIn"


def test_a_resolve_that_was_quit_answers_none(cut: Start) -> None:
    host, item = cut()
    host.quit()
    assert item.GetName() is None
    assert host.scriptapp("Resolve") is None


def test_what_a_script_held_stays_dead_after_a_restart_and_the_project_is_there(cut: Start) -> None:
    host, item = cut()
    host.quit()
    host.restart()
    assert item.GetName() is None
    assert host.resolve.GetProjectManager().GetCurrentProject().GetName() == "Show"
    assert timeline_of(host).GetItemListInTrack("video", 1)[0].GetStart() == HOUR + 10


def test_calls_can_be_refused_so_many_times_answered_by_a_lie_and_watched(cut: Start) -> None:
    host, item = cut()
    host.refuse("TimelineItem.SetClipColor", 1)
    assert [item.SetClipColor("Orange"), item.SetClipColor("Orange")] == [False, True]
    host.lie("TimelineItem.SetClipColor")
    assert item.SetClipColor("Navy") is True
    assert item.GetClipColor() == "Orange"
    host.honest()
    host.when("TimelineItem.GetClipColor", lambda: host.inside(item).ClearClipColor())
    assert item.GetClipColor() == ""
    assert "TimelineItem.SetClipColor" in host.calls


# Facts 7: markers and colours.


def test_markers_come_back_with_float_keys_and_one_fits_on_a_frame(cut: Start) -> None:
    _, item = cut()
    assert item.AddMarker(3, "Blue", "a", "b", 1, "photodouble:1") is True
    assert item.AddMarker(3, "Red", "c", "d", 1, "") is False
    (frame,) = item.GetMarkers()
    assert isinstance(frame, float)
    assert item.GetMarkerByCustomData("photodouble:1")[3.0]["note"] == "b"
    assert item.UpdateMarkerCustomData(3, "photodouble:2") is True
    assert item.GetMarkerCustomData(3) == "photodouble:2"


def test_markers_and_clips_have_palettes_of_their_own(cut: Start) -> None:
    _, item = cut()
    assert item.AddMarker(1, "Orange", "", "", 1) is False
    assert item.SetClipColor("Fuchsia") is False
    assert item.SetClipColor("Orange") is True
    assert item.GetClipColor() == "Orange"
    assert item.AddFlag("Orange") is False


def test_the_colour_of_a_generator_is_promised_and_not_kept(cut: Start) -> None:
    host, _ = cut()
    host.playhead(HOUR + 100)
    title = timeline_of(host).InsertTitleIntoTimeline("Text")
    assert title.SetClipColor("Orange") is True
    assert title.GetClipColor() == ""
    assert title.GetMediaPoolItem() is None


# Facts 7: takes.


def test_takes_are_kept_chosen_and_read_back(cut: Start, plate: str) -> None:
    host, item = cut()
    other = host.media(plate, 1011, 1030)
    assert item.GetSelectedTakeIndex() == 0
    assert item.AddTake(other, 0, 20) is True
    assert (item.GetTakesCount(), item.GetSelectedTakeIndex()) == (2, 1)
    assert item.SelectTakeByIndex(2) is True
    assert item.GetMediaPoolItem().GetUniqueId() == other.GetUniqueId()
    assert item.GetTakeByIndex(1)["startFrame"] == 10


@pytest.mark.parametrize(("takes", "answer"), [("refused", False), ("silent", True)])
def test_takes_may_be_refused_aloud_or_in_silence(cut: Start, takes: str, answer: bool) -> None:
    _, item = cut(takes=takes)
    assert item.AddTake(item.GetMediaPoolItem(), 0, 20) is answer
    assert item.GetTakesCount() == 0


def test_without_a_window_takes_are_refused_and_a_page_is_named_all_the_same(cut: Start) -> None:
    host, item = cut(is_headless=True)
    assert item.AddTake(item.GetMediaPoolItem()) is False
    assert host.resolve.GetCurrentPage() == "edit"


# Facts 8: frames.


def test_start_end_and_offset_of_a_clip_at_its_own_speed(cut: Start) -> None:
    _, item = cut()
    assert (item.GetStart(), item.GetEnd(), item.GetDuration()) == (HOUR + 10, HOUR + 30, 20)
    assert (item.GetLeftOffset(), item.GetRightOffset()) == (10, 20)
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (10, 30)


def test_the_source_start_is_off_by_one_at_times_and_the_offset_never(
    resolve_host: Start, plate: str
) -> None:
    host = resolve_host()
    clip = host.media(plate, 1001, 1050)
    host.timeline()
    item = host.place(clip, 11, 21, HOUR)
    assert item.GetSourceStartFrame() == 10
    assert item.GetLeftOffset() == 11


@pytest.mark.parametrize("speed", [2.0, 0.5])
def test_the_offset_of_a_retimed_clip_is_warped(cut: Start, speed: float) -> None:
    host, item = cut()
    host.retime(item, speed)
    assert item.GetLeftOffset(True) == 10 / speed
    assert (item.GetSourceEndFrame() - item.GetSourceStartFrame()) / item.GetDuration() == speed


def test_a_reversed_clip_has_a_negative_span(cut: Start) -> None:
    host, item = cut()
    host.retime(item, -1, first=29)
    assert item.GetSourceEndFrame() - item.GetSourceStartFrame() == -20


def test_a_speed_can_be_unknown(cut: Start) -> None:
    host, item = cut()
    host.hide_speed(item)
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (0, 0)


def test_the_source_end_is_the_last_frame_where_the_rates_differ(resolve_host: Start, plate: str) -> None:
    host = resolve_host(rate="24")
    clip = host.media(plate, 1001, 1050, FPS="23.976")
    host.timeline()
    item = host.place(clip, 0, 20, HOUR)
    assert item.GetSourceEndFrame() == 18
    assert item.GetDuration() == 20


def test_a_faster_clip_is_a_frame_short(resolve_host: Start, plate: str) -> None:
    host = resolve_host(rate="23.976")
    clip = host.media(plate, 1001, 1050, FPS="24")
    host.timeline()
    assert host.place(clip, 0, 20, HOUR).GetDuration() == 19


def test_source_times_count_from_midnight_of_the_media(cut: Start) -> None:
    _, item = cut()
    assert item.GetSourceStartTime() == pytest.approx((1001 + 10) / 24)
    assert item.GetSourceEndTime() - item.GetSourceStartTime() == pytest.approx(20 / 24)


def test_18_6_takes_no_argument_and_has_no_source_frames(cut: Start) -> None:
    _, item = cut(version="18.6")
    assert item.GetLeftOffset() == 10
    assert "GetSourceStartFrame" not in dir(item)
    with pytest.raises(TypeError):
        item.GetLeftOffset(True)


def test_settings_are_texts_and_the_rate_stays_once_there_is_media(cut: Start) -> None:
    host, _ = cut(rate="23.976")
    project = host.project()
    assert project.GetSetting("timelineFrameRate") == "23.976"
    assert project.SetSetting("timelineResolutionWidth", 1920) is False
    assert project.SetSetting("timelineFrameRate", "25") is False
    assert project.SetSetting("timelinePlaybackFrameRate", "23.976") is False
    assert project.SetSetting("noSuchSetting", "1") is False
    assert project.SetSetting("timelineResolutionWidth", "1920") is True
    assert project.GetSetting("")["timelineResolutionWidth"] == "1920"


def test_drop_frame_timecode_skips_numbers_and_no_frames(resolve_host: Start) -> None:
    host = resolve_host(rate="29.97 DF")
    timeline = host.timeline()
    assert timeline.GetStartTimecode() == "01:00:00;00"
    assert timeline.GetStartFrame() == 107892


def test_a_timeline_has_settings_of_its_own_only_after_it_was_told_so(cut: Start) -> None:
    host, _ = cut()
    timeline = timeline_of(host)
    assert timeline.SetSetting("timelineResolutionWidth", "128") is False
    assert timeline.SetSetting("useCustomSettings", "1") is True
    assert timeline.SetSetting("timelineResolutionWidth", "128") is True
    assert host.project().GetSetting("timelineResolutionWidth") == "64"
