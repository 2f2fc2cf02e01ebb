"""Nuke Studio: cuts are told frame for frame, shots are pulled, takes come back over their plates."""

from __future__ import annotations

import ast
import importlib
import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nuke_host as fake
import pytest
from nuke_adapter import forget, fresh

from photodouble.edit.media import MediaFinder
from photodouble.edit.read import read_edit
from photodouble.edit.shots import list_shots
from photodouble_client.specs import SPECS

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
FIRST, START = 1001, 86400


@pytest.fixture
def host() -> Iterator[Any]:
    forget()
    yield fake.install(studio=True)
    forget()
    fake.remove()


def hiero() -> Any:
    return importlib.import_module("hiero.core")


def ours(name: str) -> Any:
    from photodouble_nuke import vendored

    vendored.use()
    return importlib.import_module(f"photodouble_nuke.{name}")


@pytest.fixture
def clip(host: Any, tmp_path: Path) -> Any:
    """Give a clip of a sequence of 60 files whose name needs care."""
    for frame in range(FIRST, FIRST + 60):
        (tmp_path / f"plate ü.{frame:04d}.exr").touch()
    return hiero().Clip(f"{tmp_path}/plate ü.%04d.exr")


def timeline(*tracks: tuple[Any, ...], rate: float = 24.0, path: str = "") -> Any:
    """Lay items, each (name, clip, in, out, source in, speed), on tracks of a timeline."""
    core = hiero()
    project = core.projects()[0]
    project.saveAs(path)
    made = core.Sequence("cut")
    made.setFramerate(core.TimeBase(rate))
    project.clipsBin().addItem(core.BinItem(made))
    for number, items in enumerate(tracks):
        track = core.VideoTrack(f"Video {number + 1}")
        for name, source, first, last, at, speed in items:
            item = track.createTrackItem(name)
            item.setSource(source)
            item.setTimes(first, last, at, at + (last - first) * speed)
            item.setPlaybackSpeed(speed)
            track.addTrackItem(item)
        made.addTrack(track)
    return made


def items_of(sequence: Any) -> list[Any]:
    return [item for track in sequence.videoTracks() for item in track.items()]


def told(sequence: Any, folder: Path) -> list[Any]:
    """Write a timeline as the adapter does and list its shots as the engine reads them."""
    cut = ours("studio_cut").cut_of_sequence(sequence)
    path = folder / "cut.otio"
    path.write_text(json.dumps(cut.document, allow_nan=False), encoding="utf-8")
    return list(list_shots(read_edit(path), handles=0, finder=MediaFinder(probe=False)))


def shown(item: Any) -> list[int]:
    """List the files that the studio shows in an item."""
    media = item.source().mediaSource()
    at = [item.mapTimelineToSource(frame) for frame in range(item.timelineIn(), item.timelineOut() + 1)]
    return [media.startTime() + math.floor(one + 1e-6) for one in at]


@pytest.mark.parametrize(
    ("first", "last", "at", "speed"),
    [
        (0, 9, 0, 1.0),
        (10, 19, 5, 1.0),
        (0, 9, 3, 2.0),
        (0, 11, 3, 0.5),
        (0, 8, 2, 1.25),
        (0, 9, 40, -1.0),
        (0, 9, 45, -2.0),
        (0, 9, 7, 0.0),
        (4, 4, 7, 1.0),
    ],
)
def test_a_cut_tells_the_very_frames_that_the_studio_shows(
    clip: Any, tmp_path: Path, first: int, last: int, at: int, speed: float
) -> None:
    sequence = timeline((("sh010", clip, first, last, at, speed),))
    (shot,) = told(sequence, tmp_path)
    (item,) = items_of(sequence)
    assert list(shot.timing.frame_map) == shown(item)
    assert (shot.timing.record_first, shot.timing.record_last) == (START + first, START + last)
    assert shot.media.pattern.endswith("plate ü.####.exr") and shot.name == "sh010"


@pytest.mark.parametrize(
    ("own", "speed"), [(25.0, 1.0), (30.0, 1.0), (23.976, 1.0), (25.0, 2.0), (48.0, -1.0)]
)
def test_where_clip_and_timeline_differ_in_rate_the_frames_are_still_those_that_are_shown(
    clip: Any, tmp_path: Path, own: float, speed: float
) -> None:
    """The studio's own exporter would put two rates into one range here."""
    clip.setFramerate(hiero().TimeBase(own))
    sequence = timeline((("sh010", clip, 0, 9, 30, speed),))
    (shot,) = told(sequence, tmp_path)
    assert list(shot.timing.frame_map) == shown(items_of(sequence)[0])
    document = ours("studio_cut").cut_of_sequence(sequence).document
    rates = document["tracks"]["children"][0]["children"][0]["source_range"]
    assert rates["start_time"]["rate"] == rates["duration"]["rate"] == own


def test_timecode_of_the_media_gaps_and_several_tracks_are_told(clip: Any, tmp_path: Path) -> None:
    clip.mediaSource()._timecode = 3600 * 24
    sequence = timeline(
        (("sh010", clip, 5, 9, 10, 1.0), ("sh020", clip, 20, 24, 0, 1.0)), (("sh030", clip, 2, 6, 30, 1.0),)
    )
    shots = {shot.name: shot for shot in told(sequence, tmp_path)}
    for item in items_of(sequence):
        assert list(shots[item.name()].timing.frame_map) == shown(item)
        assert shots[item.name()].timing.record_first == START + item.timelineIn()
    text = (tmp_path / "cut.otio").read_text(encoding="utf-8")
    assert '"value": 86410.0' in text, "the range of the source counts from the timecode"


def test_a_dissolve_makes_both_shots_longer(clip: Any, tmp_path: Path) -> None:
    sequence = timeline((("sh010", clip, 0, 9, 10, 1.0), ("sh020", clip, 10, 19, 30, 1.0)))
    items_of(sequence)[1]._mix = hiero().Transition(8, 11)
    first, second = told(sequence, tmp_path)
    assert (first.timing.record_last, second.timing.record_first) == (START + 11, START + 8)
    assert first.timing.frame_map[-1] == FIRST + 21 and second.timing.frame_map[0] == FIRST + 28


def test_what_no_cut_can_tell_is_left_out_and_named(clip: Any, tmp_path: Path) -> None:
    core = hiero()
    names = ("bent", "off", "empty", "ramp", "back")
    rows = [(name, clip, 10 * n, 10 * n + 9, 0, 1.0) for n, name in enumerate(names)]
    rows[-1] = ("back", clip, 40, 49, 30, -0.5)
    sequence = timeline((*rows, ("good", clip, 50, 59, 20, 1.0)))
    bent, off, empty, ramp, _, good = items_of(sequence)
    bent._linked.append(core.EffectTrackItem(True))
    good._linked.append(core.EffectTrackItem(False))
    off.setEnabled(False)
    empty._clip = None
    ramp.mapTimelineToSource = lambda at: (at - 30) ** 2 / 10
    cut = ours("studio_cut").cut_of_sequence(sequence)
    assert list(cut.items.values()) == [good]
    assert [line.partition(":")[0] for line in cut.left_out] == list(names)
    (shot,) = told(sequence, tmp_path)
    assert list(shot.timing.frame_map) == shown(good)
    sequence.videoTracks()[0].setEnabled(False)
    with pytest.raises(ours("studio_files").ArtistError, match="empty"):
        ours("studio_files").cut_of(ours("studio").Chosen(sequence, ()))


def test_a_movie_is_told_by_its_path_and_timecode(host: Any, tmp_path: Path) -> None:
    (tmp_path / "plate.mov").touch()
    movie = hiero().Clip(f"{tmp_path}/plate.mov")
    movie.mediaSource()._timecode, movie.mediaSource()._last = 90000, 99
    document = ours("studio_cut").cut_of_clip(movie).document
    (written,) = document["tracks"]["children"][0]["children"]
    assert written["media_reference"]["target_url"] == f"{tmp_path}/plate.mov"
    assert written["source_range"]["start_time"]["value"] == 90000
    assert ours("studio_cut").frame_in_files(movie, 7) == 90007


def test_plain_nuke_never_loads_it(nuke_host: Any) -> None:
    adapter = fresh()
    adapter.start.with_window()
    assert "hiero" not in sys.modules
    assert not [name for name in sys.modules if name.startswith("photodouble_nuke.studio")]


def test_the_actions_are_there_for_shots_clips_and_timelines_only(host: Any, clip: Any) -> None:
    core, sequence = hiero(), timeline((("sh010", clip, 0, 9, 0, 1.0),))
    fresh().start.with_window()
    names = [f"Photo Double: Pull Shot for {spec.name}" for spec in SPECS.values()]
    names += ["Photo Double: Push Take", "Photo Double: Push Take as Temp"]
    for where, what in (
        ("kTimeline", items_of(sequence)[0]),
        ("kSpreadsheet", items_of(sequence)[0]),
        ("kBin", core.BinItem(sequence)),
        ("kBin", core.BinItem(clip)),
    ):
        assert list(host.studio.right_click(where, what)) == names
    assert not host.studio.right_click("kBin", core.Bin("Plates"))
    assert not host.studio.right_click("kTimeline", core.EffectTrackItem(True))
    assert "photodouble_nuke.studio_pull" not in sys.modules, "nothing is loaded before it is asked for"


def test_a_project_that_was_never_saved_and_an_engine_that_is_missing_are_said(
    host: Any, clip: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence = timeline((("sh010", clip, 0, 9, 0, 1.0),))
    fresh().start.with_window()
    actions = host.studio.right_click("kTimeline", *items_of(sequence))
    actions["Photo Double: Push Take"].trigger()
    assert "never saved" in host.messages[-1] and "Save the project" in host.messages[-1]


def reference(folder: Path, name: str, offset: int) -> dict[str, Any]:
    return {
        "target_url_base": folder.as_uri(),
        "name_prefix": f"{name}.",
        "name_suffix": ".exr",
        "frame_zero_padding": 4,
        "metadata": {"photodouble": {"take": "t", "offset": offset}},
    }


@pytest.mark.parametrize(("at", "speed"), [(10, 1.0), (10, 2.0), (40, -1.0), (12, 0.5), (14, 0.0)])
@pytest.mark.parametrize(("first", "offset"), [(FIRST, 0), (1005, 0), (2, -1000)])
def test_a_take_lies_over_its_plate_frame_for_frame(
    clip: Any, tmp_path: Path, at: int, speed: float, first: int, offset: int
) -> None:
    folder = tmp_path / "take ü"
    folder.mkdir()
    for frame in range(first, FIRST + offset + 60):
        (folder / f"fill.{frame:04d}.exr").touch()
    sequence = timeline((("sh010", clip, 30, 39, at, speed),))
    (plate,) = items_of(sequence)
    before = (shown(plate), plate.source(), plate.playbackSpeed())
    assert (
        ours("studio_push").lay(sequence, "sh010/inpaint/v001", [(plate, reference(folder, "fill", offset))])
        == 1
    )
    low, high = sequence.videoTracks()
    (item,) = high.items()
    assert (high.name(), item.timelineIn(), item.timelineOut()) == ("sh010/inpaint/v001", 30, 39)
    assert [frame - offset for frame in shown(item)] == shown(plate)
    assert item.source().mediaSource()._path == f"{folder}/fill.%04d.exr"
    assert (shown(plate), plate.source(), plate.playbackSpeed()) == before and low.items() == (plate,)


def test_a_push_is_one_step_of_undo_and_a_failed_one_is_none(
    host: Any, clip: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for frame in range(FIRST, FIRST + 60):
        (tmp_path / f"fill.{frame}.exr").touch()
    sequence = timeline((("sh010", clip, 0, 9, 0, 1.0), ("sh020", clip, 10, 19, 20, 1.0)))
    first, second = items_of(sequence)
    good = reference(tmp_path, "fill", 0)
    push = ours("studio_push")
    assert push.lay(sequence, "v001", [(first, good), (second, good)]) == 2
    project = hiero().projects()[0]
    assert [one.name() for one in project.clipsBin().bins()] == ["Photo Double"]
    assert host.studio.undo() == "Push Take"
    assert len(sequence.videoTracks()) == 1 and not project.clipsBin().bins()
    assert host.studio.undo() == ""
    monkeypatch.setattr(first, "mapTimelineToSource", lambda time: 3 * time)
    with pytest.raises(push.ArtistError, match="other frames"):
        push.lay(sequence, "v001", [(first, good)])
    with pytest.raises(push.ArtistError, match="not found"):
        push.lay(sequence, "v001", [(second, reference(tmp_path / "gone", "fill", 0))])
    assert len(sequence.videoTracks()) == 1 and not project.clipsBin().bins()
    assert host.studio.undo() == ""


def test_addresses_of_windows_and_of_servers_become_paths(host: Any) -> None:
    pattern_of = ours("studio_push").pattern_of
    given = {"name_prefix": "a.", "name_suffix": ".exr", "frame_zero_padding": 4}
    for base, wanted in (
        ("file:///P:/my%20show/fill/", "P:/my show/fill/a.%04d.exr"),
        ("file://server/show/fill", "//server/show/fill/a.%04d.exr"),
        ("file:///mnt/sh%C3%B6w", "/mnt/shöw/a.%04d.exr"),
        ("/mnt/plain%20name", "/mnt/plain%20name/a.%04d.exr"),
    ):
        assert pattern_of({"target_url_base": base, **given}) == wanted


@pytest.mark.parametrize(
    "path", sorted((ROOT / "nuke/photodouble_nuke").glob("studio*.py")), ids=lambda one: one.name
)
def test_it_is_read_by_the_python_of_nuke_13(path: Path) -> None:
    assert ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7)).body


def until(host: Any, wanted: Callable[[], bool]) -> None:
    """Let the studio idle until something has happened."""
    end = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < end, f"nothing came of it: {host.messages} {host.tprint} {host.printed}"
        host.idle()
        time.sleep(0.02)


@pytest.fixture
def site(
    host: Any, made: Any, engine_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Give a saved project beside the takes of a shot, and the shot's plate in a timeline."""
    for name, value in engine_environment.items():
        if name != "PHOTODOUBLE_USER":
            monkeypatch.setenv(name, value)
    pattern = made.take.request().inputs["plate"].path.replace("####", "%04d")
    source = hiero().Clip(pattern)
    frames = source.duration()
    timeline((("sh010", source, 12, 12 + frames - 1, 0, 1.0),), path=f"{made.show}/cut.hrox")
    fresh().start.with_window()
    yield made
    ours("asking").forget()


def shot_of(host: Any) -> Any:
    return items_of(hiero().projects()[0].clipsBin().sequences()[0].activeItem())[0]


def test_pull_shot_puts_the_plate_and_a_node_into_the_script(host: Any, site: Any) -> None:
    import nuke

    item = shot_of(host)
    host.studio.right_click("kTimeline", item)["Photo Double: Pull Shot for Inpaint"].trigger()
    until(host, lambda: bool(host.messages))
    (read,), (node,) = nuke.allNodes("Read"), [one for one in nuke.allNodes() if one.Class() == "Group"]
    assert node.input(0) is read and node["pd_operation"].value() == "inpaint"
    first, last = shown(item)[0], shown(item)[-1]
    assert (read["first"].value(), read["last"].value(), read["file"].value()) == (
        first,
        last,
        item.source().mediaSource()._path,
    )
    assert (node["shot"].value(), node["frames"].value()) == ("sh010", "these")
    assert node["frame_list"].value() == f"{first}-{last}"
    assert node["takes_folder"].value() == f"{site.show}/takes"
    assert "cut in" in host.messages[-1] and "matte" in host.messages[-1]
    assert len(item.parentSequence().videoTracks()) == 1
    host.undo()
    assert not nuke.allNodes()


def test_push_take_lays_it_over_the_plate_when_it_may_be_shown(host: Any, site: Any) -> None:
    item = shot_of(host)
    sequence = item.parentSequence()
    host.studio.right_click("kTimeline", item)["Photo Double: Push Take"].trigger()
    until(host, lambda: bool(host.messages))
    assert "is shown nowhere" in host.messages[-1] and "approved" in host.messages[-1]
    assert len(sequence.videoTracks()) == 1
    host.studio.right_click("kTimeline", item)["Photo Double: Push Take as Temp"].trigger()
    until(host, lambda: len(sequence.videoTracks()) == 2)
    (laid,) = sequence.videoTracks()[1].items()
    assert shown(laid) == shown(item) and laid.timelineIn() == 12
    assert laid.source().mediaSource().firstpath() == str(site.frame(shown(item)[0]))
    until(host, lambda: "lies over 1 shot" in host.messages[-1])
    written = sorted(path.name for path in (site.show / "takes" / "edits").glob("*.otio"))
    assert written == ["cut_takes_v001.otio", "cut_takes_v002.otio", "cut_working.otio"]
    assert host.studio.undo() == "Push Take" and len(sequence.videoTracks()) == 1


def test_a_clip_of_a_bin_gets_its_take_beside_it(host: Any, site: Any) -> None:
    core, source = hiero(), shot_of(host).source()
    source.setName("sh010")
    project = core.projects()[0]
    held = project.clipsBin().addItem(core.BinItem(source))
    host.studio.right_click("kBin", held)["Photo Double: Push Take as Temp"].trigger()
    until(host, lambda: bool(host.messages))
    (place,) = project.clipsBin().bins()
    (pushed,) = place.clips()
    assert "is in the bin Photo Double" in host.messages[-1]
    assert pushed.activeItem().mediaSource().firstpath() == str(site.frame(shown(shot_of(host))[0]))


def test_a_timeline_of_a_bin_asks_which_shot(host: Any, site: Any) -> None:
    import nuke

    sequence = shot_of(host).parentSequence()
    track = hiero().VideoTrack("Video 2")
    item = track.createTrackItem("other")
    item.setSource(shot_of(host).source())
    track.addTrackItem(item)
    sequence.addTrack(track)
    host.answers.append(None)
    pull = host.studio.right_click("kBin", hiero().BinItem(sequence))["Photo Double: Pull Shot for Inpaint"]
    pull.trigger()
    assert host.messages == ["Which shot?: sh010, other"]
    host.answers.append(1)
    pull.trigger()
    until(host, lambda: len(host.messages) == 3)
    (node,) = [one for one in nuke.allNodes() if one.Class() == "Group"]
    assert node["shot"].value() == "other"


def test_a_shot_that_is_taken_out_meanwhile_is_said_and_nothing_is_laid(host: Any, site: Any) -> None:
    item = shot_of(host)
    sequence = item.parentSequence()
    host.studio.right_click("kTimeline", item)["Photo Double: Push Take as Temp"].trigger()
    item._track = None
    until(host, lambda: bool(host.messages))
    assert "taken out of the timeline" in host.messages[-1] and len(sequence.videoTracks()) == 1
