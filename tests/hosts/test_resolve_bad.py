"""What goes wrong in Resolve: each is said in plain words, and Resolve is left as it was."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photodouble_resolve import clips, deliver, edition, finding, remaining, roads, running, sources
from photodouble_resolve.calls import ask, has, settle
from resolve_stage import START, Stage, own_engine, raw_clip

from photodouble_client.errors import ArtistError

Make = Callable[..., Stage]


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """Give the environment of one engine for all tests of this file."""
    with own_engine() as environment:
        yield environment


@pytest.fixture
def make(
    resolve_host: Callable[..., Any], tmp_path: Path, engine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """Give a function that starts Resolve with a clip on its timeline."""
    for name, value in engine.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "own" / "client.json"))
    stages: list[Stage] = []

    def start(**told: Any) -> Stage:
        stages.append(Stage(resolve_host(**told), tmp_path / "reel", engine))
        return stages[-1]

    yield start
    for stage in stages:
        stage.close()


def refused(stage: Stage, **more: Any) -> ArtistError:
    """Ask for a take, which is refused with Resolve as it was; give the reason."""
    was, waiting = stage.host.state(), remaining.waiting()
    with pytest.raises(ArtistError) as found:
        stage.submit(stage.wanted(stage.matte(range(1001, 1021)), **more))
    assert stage.host.state() == was
    assert remaining.waiting() == waiting
    return found.value


def laid(stage: Stage, **plate: Any) -> Any:
    """Lay a graded clip at the start of the timeline."""
    item = stage.host.place(stage.plates(**plate), 2, 10, START)
    item.SetCDL({"NodeIndex": "1", "Slope": "1.2 1 1"})
    return item


def test_no_project_and_no_timeline(resolve_host: Callable[..., Any]) -> None:
    host = resolve_host(project=None)
    with pytest.raises(ArtistError, match="No project is open"):
        clips.chosen(host.resolve)
    host = resolve_host()
    with pytest.raises(ArtistError, match="No timeline is open"):
        clips.chosen(host.resolve)
    host.timeline("empty")
    with pytest.raises(ArtistError, match="Nothing with a picture lies under the playhead"):
        clips.chosen(host.resolve)


def test_titles_generators_compounds_and_fusion_clips(make: Make) -> None:
    stage = make()
    stage.timeline.InsertTitleIntoTimeline("Text")
    assert refused(stage).title == "A title has no picture of its own"
    stage.host.playhead(START + 200)
    stage.timeline.InsertGeneratorIntoTimeline("Solid Color")
    stage.host.playhead(START + 201)
    assert refused(stage).title == "A generator has no picture of its own"
    clip = stage.plates()
    for name, create, title in (
        ("Compound", "CreateCompoundClip", "A compound clip holds other clips"),
        ("Fusion", "CreateFusionClip", "A Fusion clip holds other clips"),
    ):
        at = START + (400 if name == "Compound" else 500)
        getattr(stage.timeline, create)([stage.host.place(clip, 0, 8, at)])
        stage.host.playhead(at + 1)
        told = refused(stage)
        assert (told.code, told.title) == ("input.no_clip", title)


def test_offline_media_and_a_gap(make: Make) -> None:
    stage = make()
    laid(stage)
    (stage.folder / "sh010.1006.dpx").unlink()
    assert refused(stage).message == "sh010.####.dpx has no frame 1006."
    for path in stage.folder.glob("sh010.*.dpx"):
        path.unlink()
    assert refused(stage).title == "The clip's media is offline"


@pytest.mark.skipif(not hasattr(os, "seteuid") or os.geteuid() != 0, reason="needs another user's rights")
def test_media_that_may_not_be_read(make: Make) -> None:
    stage = make()
    laid(stage)
    facts = stage.facts()
    place = stage.folder / "sh010.1003.dpx"
    place.chmod(0)
    os.seteuid(65534)
    try:
        with pytest.raises(ArtistError) as found:
            sources._check_readable(facts)
    finally:
        os.seteuid(0)
    assert found.value.title == "The clip's media may not be read"


def test_a_folder_that_takes_no_plate(make: Make) -> None:
    stage = make()
    laid(stage)
    (stage.folder / "file").write_text("no folder", encoding="utf-8")
    told = refused(stage, must_render=True, takes_root=str(stage.folder / "file"))
    assert told.code == "input.unwritable_output"


def test_a_render_that_fails_or_is_cancelled_in_resolve(make: Make) -> None:
    stage = make()
    laid(stage)
    stage.host.fail_render_after(3, "GPU memory is full")
    failed = refused(stage, must_render=True)
    assert (failed.code, failed.message) == ("input.host_render", "GPU memory is full")
    stage.host.fail_at = None
    stage.host.cancel_render_after(2)
    stopped = refused(stage, must_render=True)
    assert (stopped.code, stopped.message) == ("engine.stopped", "It was cancelled in Resolve.")


def test_an_artist_who_cancels_stops_the_render(make: Make) -> None:
    stage = make()
    laid(stage)
    was = stage.host.state()
    stage.host.frames_per_poll = 1
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(ArtistError) as found:
        wanted = stage.wanted(stage.matte(range(1001, 1021)), must_render=True)
        running.submit(stage.resolve, stage.engine, wanted, should_stop=stop)
    assert (found.value.code, stage.host.state()) == ("engine.stopped", was)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("Project.SaveAsNewRenderPreset", "The settings of the Deliver page could not be kept"),
        ("Project.SetCurrentRenderFormatAndCodec", "did not take EXR"),
        ("Project.AddRenderJob", "could not be added to the render queue"),
        ("Project.StartRendering", "did not start to render"),
        ("MediaPool.CreateEmptyTimeline", "No timeline could be made"),
        ("MediaPool.AppendToTimeline", "could not be laid on a timeline of its own"),
    ],
)
def test_whatever_resolve_refuses_is_said_and_undone(make: Make, place: str, words: str) -> None:
    stage = make(colour="rcm")
    laid(stage, Input_Color_Space="ARRI LogC3")
    stage.host.refuse(place, -1)
    told = refused(stage, must_render=True)
    assert told.code == "input.host_refused" and words in told.message


def test_a_call_that_says_yes_and_does_nothing_is_found(make: Make) -> None:
    stage = make(colour="rcm")
    laid(stage, Input_Color_Space="ARRI LogC3")
    stage.host.lie("Project.SetSetting", True)
    told = refused(stage, must_render=True)
    assert "inputDRT" not in told.message and "colorSpaceOutput" in told.message


def test_a_render_queue_of_the_artists_own_is_not_touched(make: Make) -> None:
    stage = make()
    laid(stage)
    project = stage.host.project()
    project.SetCurrentRenderFormatAndCodec("dpx", "RGB10")
    project.SetRenderSettings({"TargetDir": str(stage.folder / "own"), "CustomName": "delivery"})
    own = project.AddRenderJob()
    was = stage.host.deliver_state()
    stage.submit(stage.wanted(stage.matte(range(1001, 1021)), must_render=True))
    assert [job["JobId"] for job in project.GetRenderJobList()] == [own]
    assert project.GetRenderJobStatus(own)["JobStatus"] == "Ready"
    assert stage.host.deliver_state() == was and not (stage.folder / "own").exists()
    project.StartRendering([own], False)
    stage.host.frames_per_poll = 0
    told = refused(stage, must_render=True, handles=3)
    assert "Resolve is rendering already" in told.message


def test_a_codec_that_is_listed_and_refused(make: Make) -> None:
    stage = make()
    laid(stage)
    stage.host.refused_codecs = [("exr", codec) for codec in deliver.CODECS]
    assert "did not take EXR" in refused(stage, must_render=True).message


def test_resolve_quits_mid_job_and_the_take_is_placed_at_the_next_start(make: Make) -> None:
    stage = make()
    laid(stage)
    started = running.submit(stage.resolve, stage.engine, stage.wanted(stage.matte(range(1001, 1021))))
    stage.host.quit()
    for _ in stage.engine.events(started.job.job):
        pass
    assert stage.engine.job(started.job.job).state == "finished"
    with pytest.raises(ArtistError, match="No project is open"):
        stage.place(started.job.job)
    assert [one.job for one in remaining.waiting()] == [started.job.job]
    stage.host.restart()
    placed = remaining.place_all(stage.resolve, stage.engine)
    assert [one.kind for one in placed if not isinstance(one, ArtistError)] == ["take"]
    assert stage.shown(START).GetTakesCount() == 2 and remaining.waiting() == []
    assert remaining.place_all(stage.resolve, stage.engine) == []


def test_resolve_quits_while_it_renders(make: Make) -> None:
    stage = make()
    laid(stage)
    stage.host.when("Project.GetRenderJobStatus", stage.host.quit)
    with pytest.raises(ArtistError) as found:
        stage.submit(stage.wanted(stage.matte(range(1001, 1021)), must_render=True))
    assert found.value.code == "input.host_closed"
    assert remaining.waiting() == []


def test_a_clip_that_changed_meanwhile_gets_no_take(make: Make) -> None:
    stage = make()
    item = laid(stage)
    job = stage.submit(stage.wanted(stage.matte(range(1001, 1021))))
    stage.host.retime(item, 2.0)
    with pytest.raises(ArtistError) as found:
        stage.place(job)
    assert found.value.code == "engine.take_mismatch" and "its speed" in found.value.message
    assert item.GetTakesCount() == 0
    stage.host.retime(item, 1)
    assert stage.place(job).kind == "take"


def test_a_clip_that_was_removed_gets_no_take(make: Make) -> None:
    stage = make()
    item = laid(stage)
    job = stage.submit(stage.wanted(stage.matte(range(1001, 1021))))
    stage.resolve.OpenPage("edit")
    for _ in range(3):
        stage.timeline.DeleteClips([item])
    with pytest.raises(ArtistError, match="no longer on the timeline"):
        stage.place(job)
    assert [one.job for one in remaining.waiting()] == [job]


def test_a_job_that_fails_is_shown_on_its_clip(make: Make) -> None:
    stage = make()
    item = laid(stage)
    job = stage.submit(stage.wanted(stage.matte(range(1001, 1003), name="short")))
    assert stage.engine.job(job).state == "failed"
    with pytest.raises(ArtistError):
        stage.place(job)
    marks = list(item.GetMarkers().values())
    assert [(mark["color"], mark["customData"]) for mark in marks] == [("Pink", f"photodouble:{job}")]
    assert remaining.waiting() == []


def test_the_artists_own_markers_stay(make: Make) -> None:
    stage = make()
    item = laid(stage)
    item.AddMarker(0, "Red", "mine", "note", 1, "")
    stage.place(stage.submit(stage.wanted(stage.matte(range(1001, 1021)))))
    assert item.GetMarkers()[0.0]["name"] == "mine"
    assert len(item.GetMarkers()) == 2


def test_grades_that_do_not_copy_are_said(make: Make) -> None:
    stage = make(takes="refused")
    laid(stage)
    stage.host.lie("TimelineItem.CopyGrades", True)
    placed = stage.place(stage.submit(stage.wanted(stage.matte(range(1001, 1021)))))
    assert (placed.kind, placed.verified) == ("track", False)
    assert placed.notes == ("Copy the plate's grade onto the take by hand: Resolve did not.",)


@pytest.mark.parametrize("version", ["19.0", "20.2"])
def test_a_retime_between_frames_is_rendered_and_lies_frame_on_frame(make: Make, version: str) -> None:
    stage = make(version=version)
    item = laid(stage)
    stage.host.retime(item, 1.5)
    was = stage.host.state()
    before = [stage.codes(item, START + number) for number in range(8)]
    wanted = stage.wanted(stage.matte(range(START, START + 8), None, name="late"))
    job = stage.submit(wanted)
    now = stage.host.state()
    assert {name for name in was if was[name] != now[name]} - {"presets"} == {"timelines"}
    placed = stage.place(job)
    assert (placed.kind, placed.notes) == ("track", ())
    taken = stage.shown(START)
    for number in range(8):
        assert np.abs(stage.codes(taken, START + number) - before[number]).max() <= 1


def test_an_unknown_speed_is_rendered(make: Make) -> None:
    stage = make()
    item = laid(stage)
    stage.host.hide_speed(item)
    why = sources.why_rendered(stage.facts(), stage.wanted(stage.matte(range(1001, 1002))))
    assert why == "Resolve does not say at which speed it plays"


def test_camera_raw_in_the_free_edition_needs_no_studio_call(make: Make) -> None:
    stage = make(studio=False)
    stage.plates("raw")
    stage.host.place(stage.host.media(str(raw_clip(stage.folder, "A1", "raw.", 1001, 1020))), 2, 8, START)
    placed = stage.place(stage.submit(stage.wanted(stage.matte(range(1, 21)))))
    assert placed.verified and not stage.host.modal


def test_roads_and_how_resolve_is_found(resolve_host: Callable[..., Any]) -> None:
    for entry in ("menu", "console", "plug-in"):
        host = resolve_host()
        assert ask(finding.find_resolve(host.namespace(entry)).resolve, "GetProductName")
    with pytest.raises(ArtistError) as closed:
        finding.find_resolve({})
    assert closed.value.code == "input.host_closed"
    for version, studio, is_open in (
        ("20.2", True, True),
        ("21.0", False, True),
        ("21.1", False, False),
        ("21.1", True, True),
    ):
        host = resolve_host(version=version, studio=studio)
        found = edition.probe(host.resolve)
        assert not host.modal
        assert roads.open_roads(found)[0].is_open == is_open
    assert [road.name for road in roads.open_roads(None) if road.is_open] == ["files", "fusion"]


def test_what_dir_does_not_name_is_not_there(resolve_host: Callable[..., Any]) -> None:
    resolve = resolve_host(version="18.6").resolve
    assert hasattr(resolve, "GetEverything") and not has(resolve, "GetEverything")
    assert ask(resolve, "GetEverything") is None and ask(None, "GetName") is None


def test_a_setting_is_believed_when_it_is_read_back() -> None:
    kept = {"rate": "24"}
    settle(lambda: kept.update(rate="25"), lambda: kept["rate"], 25, "no")
    with pytest.raises(ArtistError, match="not taken"):
        settle(lambda: None, lambda: kept["rate"], 30, "not taken")


@pytest.mark.parametrize("version", ["18.6", "19.0", "19.1", "21.0.4"])
def test_every_version_renders_and_puts_everything_back(make: Make, version: str) -> None:
    stage = make(version=version, colour="rcm", takes="refused")
    item = laid(stage, Input_Color_Space="ARRI LogC3")
    was = stage.host.state()
    before = [stage.codes(item, START + number) for number in range(8)]
    job = stage.submit(stage.wanted(stage.matte(range(1001, 1021), None), must_render=True))
    now = stage.host.state()
    # Before 19.1 a script cannot delete a preset: what kept the Deliver page stays in its list.
    left = set(now.pop("presets")) - set(was.pop("presets"))
    assert len(left) == (1 if version in ("18.6", "19.0") else 0)
    assert {name for name in was if was[name] != now[name]} == {"timelines"}
    placed = stage.place(job)
    assert (placed.kind, placed.notes) == ("track", ())
    for number in range(8):
        assert np.abs(stage.codes(stage.shown(START), START + number) - before[number]).max() <= 1


def test_the_oldest_version_says_why_a_retime_is_closed_there(make: Make) -> None:
    stage = make(version="18.6")
    item = laid(stage)
    stage.host.retime(item, 1.5)
    assert not stage.facts().is_speed_known
    told = refused(stage)
    assert told.code == "input.host_refused" and "use Resolve 19 or later" in told.message
