"""The made-up Resolve renders real pictures, with the traps of its Deliver page (facts 5, 11 and 12)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from resolve_host import NotMadeUp, pictures
from resolve_plates import HOUR, log_frames, names, read, render, write_plate

Start = Callable[..., Any]


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return log_frames()


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory, frames: np.ndarray) -> str:
    return write_plate(tmp_path_factory.mktemp("log"), frames)


@pytest.fixture
def cut(resolve_host: Start, plate: str) -> Start:
    def make(**told: Any) -> tuple[Any, Any]:
        host = resolve_host(**told)
        clip = host.media(plate, 1001, 1030)
        host.timeline()
        return host, host.place(clip, 10, 20, HOUR + 10)

    return make


# Facts 5 and 12: the Deliver page.


def test_a_render_copies_the_frames_and_mark_out_is_inclusive(
    cut: Start, tmp_path: Path, frames: np.ndarray
) -> None:
    host, _ = cut()
    job = render(host, tmp_path, "RGBFloatZIP", SelectAllFrames=False, MarkIn=HOUR + 12, MarkOut=HOUR + 14)
    assert names(tmp_path) == [f"out_{HOUR + frame:08d}.exr" for frame in (12, 13, 14)]
    assert np.array_equal(read(host.rendered[0]), frames[12])
    status = host.project().GetRenderJobStatus(job)
    assert (status["JobStatus"], status["CompletionPercentage"]) == ("Complete", 100)


def test_the_number_in_a_files_name_is_written_otherwise_in_18_6(cut: Start, tmp_path: Path) -> None:
    host, _ = cut(version="18.6")
    render(host, tmp_path, SelectAllFrames=False, MarkIn=HOUR + 12, MarkOut=HOUR + 12)
    assert names(tmp_path) == [f"out{HOUR + 12:08d}.exr"]


def test_half_and_float_are_what_the_codec_says(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    render(host, tmp_path / "half", "RGBHalfPIZ")
    render(host, tmp_path / "float", "RGBFloatZIP1")
    kinds = [read(str(next((tmp_path / name).iterdir()))).dtype for name in ("half", "float")]
    assert kinds == [np.float16, np.float32]


def test_render_settings_merge_over_what_was_there(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    project = host.project()
    project.SetRenderSettings({"CustomName": "artist", "FormatWidth": 32, "FormatHeight": 24})
    project.SetRenderSettings({"TargetDir": str(tmp_path)})
    settings = host.deliver_state()["settings"]
    assert (settings["CustomName"], settings["FormatWidth"]) == ("artist", 32)
    assert "GetRenderSettings" not in dir(project)


def test_unknown_keys_are_passed_over_and_wrong_values_refused(cut: Start) -> None:
    host, _ = cut(version="20.2")
    assert host.project().SetRenderSettings({"AddFrameHandles": 8, "Nonsense": 1}) is True
    assert "AddFrameHandles" not in host.deliver_state()["settings"]
    assert host.project().SetRenderSettings({"TargetDir": 3}) is False


def test_a_preset_keeps_the_whole_deliver_page(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    project = host.project()
    project.SetRenderSettings({"CustomName": "artist"})
    before = copy.deepcopy(host.deliver_state())
    assert project.SaveAsNewRenderPreset("kept") is True
    assert project.SaveAsNewRenderPreset("kept") is False
    render(host, tmp_path)
    assert host.deliver_state() != before
    assert project.LoadRenderPreset("kept") is True
    assert host.deliver_state() == before
    assert project.DeleteRenderPreset("kept") is True
    assert project.DeleteRenderPreset("H.264 Master") is False
    assert project.LoadRenderPreset("kept") is False


def test_18_6_cannot_delete_a_preset(cut: Start) -> None:
    host, _ = cut(version="18.6")
    assert "DeleteRenderPreset" not in dir(host.project())


def test_formats_and_codecs_go_by_id_and_a_listed_pair_may_be_refused(cut: Start) -> None:
    host, _ = cut()
    project = host.project()
    assert project.GetRenderFormats()["EXR"] == "exr"
    assert "RGBHalfZIP" in project.GetRenderCodecs("exr").values()
    assert project.GetRenderCodecs("EXR") == {}
    assert project.SetCurrentRenderFormatAndCodec("EXR", "RGBHalfZIP") is False
    host.refused_codecs.append(("exr", "RGBHalfZIP"))
    assert project.SetCurrentRenderFormatAndCodec("exr", "RGBHalfZIP") is False


def test_without_a_folder_or_a_clip_there_is_no_job(resolve_host: Start, cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    assert host.project().AddRenderJob() == ""
    empty = resolve_host()
    empty.timeline()
    empty.project().SetRenderSettings({"TargetDir": str(tmp_path)})
    assert empty.project().AddRenderJob() == ""


def test_starting_without_an_id_renders_the_artists_jobs_too(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    project = host.project()
    project.SetCurrentRenderFormatAndCodec("exr", "RGBHalfZIP")
    for name in ("artist", "ours"):
        project.SetRenderSettings({"TargetDir": str(tmp_path / name)})
        project.AddRenderJob()
    assert project.StartRendering() is True
    assert project.StartRendering() is False
    while project.IsRenderingInProgress():
        pass
    assert names(tmp_path) == ["artist", "ours"]


def test_a_job_can_fail_and_be_cancelled_by_the_artist(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    host.fail_render_after(3, "The disk is full")
    status = host.project().GetRenderJobStatus(render(host, tmp_path / "a"))
    assert (status["JobStatus"], status["Error"]) == ("Failed", "The disk is full")
    host.fail_at = None
    host.cancel_render_after(4)
    job = render(host, tmp_path / "b")
    assert host.project().GetRenderJobStatus(job)["JobStatus"] == "Cancelled"
    assert len(names(tmp_path / "b")) == 4


def test_a_folder_that_cannot_be_written_fails_the_job(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    (tmp_path / "file").write_text("")
    job = render(host, tmp_path / "file" / "under")
    assert host.project().GetRenderJobStatus(job)["JobStatus"] == "Failed"


def test_where_resolve_may_not_write_nothing_is_written(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    host.locked_folders = [str(tmp_path)]
    status = host.project().GetRenderJobStatus(render(host, tmp_path / "out"))
    assert status["JobStatus"] == "Failed"
    assert host.project().ExportCurrentFrameAsStill(str(tmp_path / "still.png")) is False
    assert names(tmp_path) == []


def test_a_resolve_that_ends_while_it_renders_leaves_the_job_unfinished(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    project = host.project()
    project.SetCurrentRenderFormatAndCodec("exr", "RGBHalfZIP")
    project.SetRenderSettings({"TargetDir": str(tmp_path)})
    job = project.AddRenderJob()
    project.StartRendering(job)
    project.IsRenderingInProgress()
    host.quit()
    assert project.IsRenderingInProgress() is None
    host.restart()
    assert host.project().GetRenderJobStatus(job)["JobStatus"] == "Cancelled"


def test_a_job_is_rendered_a_little_with_every_question(cut: Start, tmp_path: Path) -> None:
    host, _ = cut()
    host.frames_per_poll = 3
    project = host.project()
    project.SetCurrentRenderFormatAndCodec("exr", "RGBHalfZIP")
    project.SetRenderSettings({"TargetDir": str(tmp_path)})
    job = project.AddRenderJob()
    project.StartRendering([job], False)
    done = [project.GetRenderJobStatus(job)["CompletionPercentage"] for _ in range(4)]
    assert done == sorted(done)
    assert 0 < done[0] < 100
    project.StopRendering()
    assert project.IsRenderingInProgress() is False


# What is rendered.


def test_a_temporary_timeline_renders_the_plate_without_its_grade_and_with_handles(
    cut: Start, tmp_path: Path, frames: np.ndarray
) -> None:
    host, item = cut()
    assert item.SetCDL({"NodeIndex": "1", "Slope": "2 2 2"}) is True
    assert item.SetCDL({"NodeIndex": 1, "Slope": "2 2 2"}) is False
    assert not np.allclose(host.delivered_pixels(HOUR + 10), frames[10])
    host.timeline("temporary")
    host.place(item.GetMediaPoolItem(), 2, 28, HOUR)
    render(host, tmp_path, "RGBFloatZIP")
    assert len(names(tmp_path)) == 26
    assert np.array_equal(read(host.rendered[0]), frames[2])


@pytest.mark.parametrize(("speed", "first", "expected"), [(2.0, 10, [10, 12, 14]), (-1, 19, [19, 18, 17])])
def test_retimed_frames_are_the_nearest(
    cut: Start, frames: np.ndarray, speed: float, first: int, expected: list[int]
) -> None:
    host, item = cut()
    host.retime(item, speed, first=first)
    for place, number in enumerate(expected):
        assert np.array_equal(host.rendered_pixels(item, HOUR + 10 + place), frames[number])


def test_half_speed_shows_frames_twice(cut: Start, frames: np.ndarray) -> None:
    host, item = cut()
    host.retime(item, 0.5)
    shown = [host.rendered_pixels(item, HOUR + 10 + place) for place in range(4)]
    expected = [10, 11, 11, 12]
    assert all(np.array_equal(one, frames[number]) for one, number in zip(shown, expected, strict=True))


def test_another_size_and_a_zoom_show_other_pixels(cut: Start, frames: np.ndarray) -> None:
    host, item = cut()
    assert item.SetProperty("ZoomX", 2.0) is True
    assert item.SetProperty("Nonsense", 1) is False
    assert not np.array_equal(host.delivered_pixels(HOUR + 10), frames[10])
    assert np.array_equal(host.rendered_pixels(item, HOUR + 10), frames[10])


def test_a_disabled_clip_lets_what_is_below_through(cut: Start, frames: np.ndarray) -> None:
    host, item = cut()
    host.project().GetCurrentTimeline().AddTrack("video")
    upper = host.place(item.GetMediaPoolItem(), 0, 5, HOUR + 10, track=2)
    assert np.array_equal(host.delivered_pixels(HOUR + 10), frames[0])
    upper.SetClipEnabled(False)
    assert np.array_equal(host.delivered_pixels(HOUR + 10), frames[10])


def test_a_compound_shows_what_is_in_it(cut: Start, frames: np.ndarray) -> None:
    host, item = cut()
    compound = host.project().GetCurrentTimeline().CreateCompoundClip([item], {})
    assert np.array_equal(host.rendered_pixels(compound, HOUR + 13), frames[13])


def test_a_take_is_what_is_seen(cut: Start, plate: str, frames: np.ndarray) -> None:
    host, item = cut()
    item.AddTake(host.media(plate, 1001, 1010), 0, 10)
    item.SelectTakeByIndex(2)
    assert np.array_equal(host.rendered_pixels(item, HOUR + 10), frames[0])


def test_lost_media_is_a_red_picture(cut: Start) -> None:
    host, item = cut()
    host.project().GetMediaPool().UnlinkClips([item.GetMediaPoolItem()])
    assert (host.rendered_pixels(item, HOUR + 10) == (1, 0, 0)).all()


def test_a_composition_whose_end_hangs_on_nothing_fails_the_render(cut: Start, tmp_path: Path) -> None:
    host, item = cut()
    comp = item.AddFusionComp()
    loader = comp.AddTool("Loader")
    comp.FindTool("MediaOut1").ConnectInput("Input", loader)
    status = host.project().GetRenderJobStatus(render(host, tmp_path))
    assert status["JobStatus"] == "Failed"
    comp.FindTool("MediaOut1").ConnectInput("Input", comp.FindTool("MediaIn1"))
    status = host.project().GetRenderJobStatus(render(host, tmp_path))
    assert status["JobStatus"] == "Complete"


def test_a_value_set_under_a_lock_is_shown_and_not_rendered(cut: Start, frames: np.ndarray) -> None:
    host, item = cut()
    comp = item.AddFusionComp()
    gain = comp.AddTool("BrightnessContrast")
    gain.ConnectInput("Input", comp.FindTool("MediaIn1"))
    comp.FindTool("MediaOut1").ConnectInput("Input", gain)
    comp.Lock()
    gain.SetInput("Gain", 2.0)
    comp.Unlock()
    assert gain.GetInput("Gain") == 2.0
    assert np.array_equal(host.rendered_pixels(item, HOUR + 10), frames[10])
    gain.SetInput("Gain", 2.0)
    assert np.array_equal(host.rendered_pixels(item, HOUR + 10), frames[10] * 2)


def test_a_copied_grade_is_the_same_and_a_copy(cut: Start) -> None:
    host, item = cut()
    item.SetCDL({"NodeIndex": "1", "Slope": "2 2 2"})
    host.project().GetCurrentTimeline().AddTrack("video")
    upper = host.place(item.GetMediaPoolItem(), 10, 20, HOUR + 10, track=2)
    assert host.grade(upper) != host.grade(item)
    assert item.CopyGrades([upper]) is True
    assert host.grade(upper) == host.grade(item)
    item.SetCDL({"NodeIndex": "1", "Slope": "3 3 3"})
    assert host.grade(upper) != host.grade(item)


def test_a_composition_comes_back_from_its_file_with_values_and_wires(
    cut: Start, tmp_path: Path, frames: np.ndarray
) -> None:
    host, item = cut()
    comp = item.AddFusionComp()
    gain = comp.AddTool("BrightnessContrast")
    gain.SetInput("Gain", 0.5)
    gain.ConnectInput("Input", comp.FindTool("MediaIn1"))
    comp.FindTool("MediaOut1").ConnectInput("Input", gain)
    assert item.ExportFusionComp(str(tmp_path / "a.comp"), 1) is True
    host.project().GetCurrentTimeline().AddTrack("video")
    upper = host.place(item.GetMediaPoolItem(), 10, 20, HOUR + 10, track=2)
    assert upper.ImportFusionComp(str(tmp_path / "gone.comp")) is None
    assert upper.ImportFusionComp(str(tmp_path / "a.comp")) is not None
    assert np.array_equal(host.rendered_pixels(upper, HOUR + 12), frames[12] * np.float32(0.5))


def test_a_loader_merged_over_the_clip_is_seen_where_its_alpha_says(
    cut: Start, tmp_path: Path, frames: np.ndarray
) -> None:
    host, item = cut()
    fill = np.zeros((48, 64, 4), np.float32)
    fill[:24] = (0.25, 0.5, 0.75, 1)
    for frame in range(10):
        pictures.write(str(tmp_path / f"fill.{frame:04d}.exr"), fill, "exr", "RGBFloatZIP", {})
    comp = item.AddFusionComp()
    loader, merge = comp.AddTool("Loader"), comp.AddTool("Merge")
    loader.SetInput("Clip", str(tmp_path / "fill.0000.exr"))
    merge.ConnectInput("Background", comp.FindTool("MediaIn1"))
    merge.ConnectInput("Foreground", loader)
    comp.FindTool("MediaOut1").ConnectInput("Input", merge)
    seen = host.rendered_pixels(item, HOUR + 13)
    assert (seen[:24] == (0.25, 0.5, 0.75)).all()
    assert np.array_equal(seen[24:], frames[13][24:])


def test_a_tool_that_is_not_made_up_is_no_quiet_picture(cut: Start) -> None:
    host, item = cut()
    comp = item.AddFusionComp()
    blur = comp.AddTool("Blur")
    blur.ConnectInput("Input", comp.FindTool("MediaIn1"))
    comp.FindTool("MediaOut1").ConnectInput("Input", blur)
    with pytest.raises(NotMadeUp):
        host.rendered_pixels(item, HOUR + 10)


def test_groups_and_timelines_have_grades_of_their_own(cut: Start, frames: np.ndarray) -> None:
    host, item = cut()
    group = host.project().AddColorGroup("night")
    host.inside(group)._before.set_cdl({"NodeIndex": "1", "Slope": "2 2 2"})
    item.AssignToColorGroup(group)
    assert np.allclose(host.delivered_pixels(HOUR + 10), frames[10] * 2, atol=1e-6)
    item.RemoveFromColorGroup()
    assert np.array_equal(host.delivered_pixels(HOUR + 10), frames[10])
    timeline = host.project().GetCurrentTimeline()
    host.inside(timeline)._grade.set_cdl({"NodeIndex": "1", "Slope": "0.5 0.5 0.5"})
    assert np.allclose(host.delivered_pixels(HOUR + 10), frames[10] / 2, atol=1e-6)
    assert timeline.GetNodeGraph().ResetAllGrades() is True
    assert np.array_equal(host.delivered_pixels(HOUR + 10), frames[10])


def test_a_duplicate_of_a_timeline_has_everything_and_shares_no_grade(cut: Start) -> None:
    host, item = cut()
    item.SetCDL({"NodeIndex": "1", "Slope": "2 2 2"})
    host.retime(item, 2.0)
    item.AddFusionComp()
    before = host.state()["timelines"]["Reel 1"]["tracks"]["video"][0]["items"][0]
    made = host.project().GetCurrentTimeline().DuplicateTimeline("copy")
    (copied,) = made.GetItemListInTrack("video", 1)
    after = host.state()["timelines"]["copy"]["tracks"]["video"][0]["items"][0]
    assert {**after, "id": ""} == {**before, "id": ""}
    copied.GetNodeGraph().ResetAllGrades()
    assert host.grade(item) == before["grade"]


def test_a_state_tells_what_a_script_left_behind(cut: Start) -> None:
    host, item = cut()
    before = host.state()
    assert host.state() == before
    host.project().SetRenderSettings({"CustomName": "left behind"})
    item.SetClipColor("Orange")
    after = host.state()
    assert {key for key in before if before[key] != after[key]} == {"deliver", "timelines"}


def test_made_up_camera_raw_has_its_own_timecode_and_no_file_that_anyone_else_reads(
    resolve_host: Start, plate: str, tmp_path: Path, frames: np.ndarray
) -> None:
    head = plate.split("%")[0]
    told = {"head": head, "padding": 4, "tail": ".exr", "first": 1001, "last": 1030, "rate": "23.976"}
    (tmp_path / "A001.braw").write_text(json.dumps({**told, "timecode": "10:00:00:00"}))
    host = resolve_host(rate="23.976")
    clip = host.media(str(tmp_path / "A001.braw"))
    host.timeline()
    item = host.place(clip, 3, 10, HOUR)
    assert clip.GetClipProperty("Start TC") == "10:00:00:00"
    assert clip.GetClipProperty("Codec") == "RAW"
    assert np.array_equal(host.rendered_pixels(item, HOUR), frames[3])


def test_a_movie_brings_its_rate_its_timecode_and_its_frames(resolve_host: Start, tmp_path: Path) -> None:
    path = str(tmp_path / "clip.mov")
    with av.open(path, "w") as movie:
        stream = movie.add_stream("png", rate=Fraction(24000, 1001), width=64, height=48, pix_fmt="rgb24")
        stream.metadata["timecode"] = "10:00:00:00"
        for number in range(12):
            shade = np.full((48, 64, 3), 10 * number, np.uint8)
            movie.mux(stream.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
        movie.mux(stream.encode())
    host = resolve_host(rate="23.976")
    clip = host.media(path)
    host.timeline()
    item = host.place(clip, 2, 8, HOUR)
    assert clip.GetClipProperty("Frames") == "12"
    assert clip.GetClipProperty("FPS") == 23.976
    assert clip.GetClipProperty("Start TC") == "10:00:00:00"
    assert np.allclose(host.rendered_pixels(item, HOUR + 1), 30 / 255, atol=1e-4)
