"""Road 1 whole: from the clip under the playhead to a take on the timeline, with a real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photodouble_resolve import clips, markers, media, running, statuses, timing
from resolve_stage import HOLE, START, Stage, own_engine

from photodouble.provenance.keys import new_person_key

Make = Callable[..., Stage]


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """Give the environment of one engine for all tests of this file."""
    with own_engine() as environment:
        yield environment


@pytest.fixture
def make(
    resolve_host: Callable[..., Any],
    tmp_path: Path,
    engine: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Make]:
    """Give a function that starts Resolve: `make(version="19.1", takes="refused")`."""
    for name, value in engine.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "own" / "client.json"))
    stages: list[Stage] = []

    def start(**told: Any) -> Stage:
        stages.append(Stage(resolve_host(**told), tmp_path / "Reel Ä", engine))
        return stages[-1]

    yield start
    for stage in stages:
        stage.close()


def laid(stage: Stage, first: int = 4, end: int = 12, record: int = START + 10, **plate: Any) -> Any:
    """Lay frames of a plate on the timeline, graded, with the playhead on it."""
    clip = stage.plates(**plate)
    item = stage.host.place(clip, first, end, record)
    item.SetCDL({"NodeIndex": "1", "Slope": "1.1 1 0.9", "Offset": "0 0 0", "Power": "1 1 1"})
    stage.host.playhead(record + 2)
    return item


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Name the parts of Resolve's state that differ."""
    return {name for name in before if before[name] != after[name]}


def test_a_take_lies_where_the_plate_is(make: Make) -> None:
    stage = make()
    item = laid(stage)
    before = [stage.codes(item, START + 10 + number) for number in range(8)]
    was = stage.host.state()
    job = stage.submit(stage.wanted(stage.matte(range(1005, 1013))))
    placed = stage.place(job)
    assert (placed.kind, placed.verified, placed.notes) == ("take", True, ()), placed
    assert (item.GetStart(), item.GetEnd(), item.GetTakesCount()) == (START + 10, START + 18, 2)
    for number in range(8):
        after = stage.codes(item, START + 10 + number)
        outside = np.ones(after.shape, bool)
        outside[HOLE] = False
        assert np.array_equal(after[outside], before[number][outside])
        assert np.abs(after[HOLE] - before[number][HOLE]).max() > 1
    now = stage.host.state()
    assert changed(was, now) <= {"timelines", "clips", "bins"}
    assert now["timeline"] == was["timeline"] and now["bin"] == was["bin"]


def test_where_takes_do_not_work_it_lies_on_a_track_above_with_the_plates_grade(make: Make) -> None:
    for takes in ("refused", "silent", "unselectable"):
        stage = make(takes=takes)
        item = laid(stage, name=takes)
        plate = stage.host.grade(item), item.GetTakesCount(), item.GetSelectedTakeIndex()
        before = [stage.codes(item, START + 10 + number) for number in range(8)]
        placed = stage.place(stage.submit(stage.wanted(stage.matte(range(1005, 1013)))))
        assert (placed.kind, placed.track, placed.notes) == ("track", 2, ())
        assert plate == (stage.host.grade(item), item.GetTakesCount(), item.GetSelectedTakeIndex())
        taken = stage.timeline.GetItemListInTrack("video", 2)
        assert [(one.GetStart(), one.GetEnd()) for one in taken] == [(START + 10, START + 18)]
        assert stage.host.grade(taken[0]) == stage.host.grade(item) != []
        assert all(
            np.array_equal(stage.codes(item, START + 10 + number), before[number]) for number in range(8)
        )
        assert markers.is_marked(taken[0], markers.take_of(taken[0].GetMediaPoolItem()))
        assert taken[0].GetClipColor() == "Yellow"


def test_the_take_has_the_plates_rate_and_timecode(make: Make) -> None:
    stage = make(rate="24")
    item = laid(stage, FPS="23.976", Start_TC="10:00:00:00")
    facts = stage.facts()
    assert (facts.rate, facts.timeline_rate, facts.speed) == ("24000/1001", "24", 1.0)
    before = [stage.codes(item, START + 10 + number) for number in range(facts.length)]
    stage.place(stage.submit(stage.wanted(stage.matte(range(1001, 1021), None))))
    clip = item.GetMediaPoolItem()
    held = media.held(clip)
    assert (held.rate, held.timecode) == ("24000/1001", "10:00:00:04")
    for number in range(facts.length):
        assert np.array_equal(stage.codes(item, START + 10 + number), before[number])


@pytest.mark.parametrize(("speed", "first", "length"), [(2.0, 4, 8), (-1.0, 15, 8), (-2.0, 18, 6)])
def test_a_retimed_clip_gets_its_frames_in_the_order_played(
    make: Make, speed: float, first: int, length: int
) -> None:
    stage = make()
    item = laid(stage, 0, length)
    stage.host.retime(item, speed, first)
    facts = stage.facts()
    assert facts.speed == speed
    assert facts.played() == tuple(1001 + first + int(speed) * number for number in range(length))
    before = [stage.codes(item, START + 10 + number) for number in range(length)]
    placed = stage.place(stage.submit(stage.wanted(stage.matte(range(1001, 1021), None))))
    assert placed.kind == "track" and placed.verified, placed
    taken = stage.timeline.GetItemListInTrack("video", 2)[0]
    assert (taken.GetStart(), taken.GetEnd()) == (START + 10, START + 10 + length)
    for number in range(length):
        assert np.abs(stage.codes(taken, START + 10 + number) - before[number]).max() <= 1


def test_handles_that_are_short_at_the_head_are_taken_as_they_are(make: Make) -> None:
    stage = make()
    laid(stage, 1, 9)
    wanted = stage.wanted(stage.matte(range(1002, 1010)))
    request = running.request(stage.resolve, stage.engine, wanted)
    assert (request.range.to_text(), request.source_range.to_text()) == ("1002-1009", "1001-1013")
    assert request.node == stage.facts().name, "the list of jobs names the clip as the artist knows it"
    started = running.submit(stage.resolve, stage.engine, wanted)
    assert started.notes == ("The media has 1 of 4 frames of handles before the clip.",)


def test_a_clip_that_is_used_twice_gets_its_take_only_where_it_was_asked_for(make: Make) -> None:
    stage = make()
    item = laid(stage, 2, 8)
    other = stage.host.place(item.GetMediaPoolItem(), 6, 12, START + 40)
    assert stage.facts().uses == 2
    before = [stage.codes(other, START + 40 + number) for number in range(6)]
    stage.place(stage.submit(stage.wanted(stage.matte(range(1003, 1009)))))
    assert item.GetTakesCount() == 2 and other.GetTakesCount() == 0
    assert all(np.array_equal(stage.codes(other, START + 40 + number), before[number]) for number in range(6))
    stage.host.playhead(START + 41)
    stage.place(stage.submit(stage.wanted(stage.matte(range(1007, 1013)))))
    assert other.GetTakesCount() == 2
    assert markers.take_of(other.GetMediaPoolItem()) != markers.take_of(item.GetMediaPoolItem())


def test_the_plate_is_shown_again_and_the_take_once_more(make: Make) -> None:
    stage = make()
    item = laid(stage)
    plate = item.GetMediaPoolItem().GetUniqueId()
    job = stage.submit(stage.wanted(stage.matte(range(1005, 1013))))
    stage.place(job)
    assert stage.facts().take == job
    assert running.use(stage.resolve, stage.engine, item, "").kind == "plate"
    assert item.GetMediaPoolItem().GetUniqueId() == plate and stage.facts().take == ""
    folder = stage.engine.job(job).take_folder
    assert running.use(stage.resolve, stage.engine, item, folder).kind == "take"
    assert (stage.facts().take, item.GetTakesCount()) == (job, 2)


def test_where_a_take_stands_is_shown_by_marker_and_colour(make: Make) -> None:
    stage = make()
    item = laid(stage)
    key = new_person_key("ada")
    show = f'name = "demo"\n[people.ada]\nrole = "supervisor"\nkey = "{key.public_text()}"\n'
    (stage.folder / "photodouble.toml").write_text(show, encoding="utf-8")
    job = stage.submit(stage.wanted(stage.matte(range(1005, 1013))))
    stage.place(job)
    marks = [(mark["color"], mark["customData"]) for mark in item.GetMarkers().values()]
    assert (marks, item.GetClipColor()) == ([("Yellow", f"photodouble:{job}")], "Yellow")
    folder = stage.engine.job(job).take_folder
    for word, colour, clip in (("approve", "Green", "Green"), ("reject", "Red", "Brown")):
        stage.engine.task(f"takes.{word}", {"take": folder, "by": "ada", "reason": "the edge"})
        assert statuses.renew(stage.resolve, stage.engine) == 1
        mark = next(iter(item.GetMarkers().values()))
        assert (mark["color"], item.GetClipColor(), len(item.GetMarkers())) == (colour, clip, 1)
        said = f"{word.rstrip('e')}ed by ada, "
        assert mark["note"].startswith(said) and mark["note"].endswith(": the edge")
        assert mark["name"] == "sh010/inpaint/v001"


def test_sizing_and_blending_go_along_onto_a_new_track(make: Make) -> None:
    stage = make(takes="refused")
    item = laid(stage)
    item.SetProperty({"ZoomX": 1.5, "ZoomY": 1.5, "Pan": 4.0, "Opacity": 80.0})
    assert stage.facts().effects == ("sizing",)
    assert stage.place(stage.submit(stage.wanted(stage.matte(range(1005, 1013))))).verified
    taken = stage.timeline.GetItemListInTrack("video", 2)[0]
    assert taken.GetProperty() == item.GetProperty()


def test_sizing_that_is_wanted_in_the_picture_is_rendered_into_it(make: Make) -> None:
    stage = make()
    item = laid(stage)
    item.SetProperty({"ZoomX": 2.0, "ZoomY": 2.0})
    before = stage.host.rendered_pixels(item, START + 12)
    wanted = stage.wanted(stage.matte(range(START + 10, START + 18), None), bake=("sizing",))
    placed = stage.place(stage.submit(wanted))
    assert (placed.kind, placed.notes) == ("track", ())
    taken = stage.timeline.GetItemListInTrack("video", 2)[0]
    assert taken.GetProperty("ZoomX") == 1.0
    after = stage.host.rendered_pixels(taken, START + 12)
    middle = before[12:36, 16:48].repeat(2, axis=0).repeat(2, axis=1)
    assert np.abs(after - middle).max() * 1023 <= 1


def test_a_title_above_stays_above_the_take(make: Make) -> None:
    stage = make(takes="refused")
    laid(stage)
    clip = stage.plates("above")
    stage.timeline.AddTrack("video")
    over = stage.host.place(clip, 0, 4, START + 14, track=2)
    placed = stage.place(stage.submit(stage.wanted(stage.matte(range(1005, 1013)))))
    assert placed.track == 2
    assert [clips.track_of(stage.timeline, one) for one in (over,)] == [3]
    assert stage.timeline.GetTrackName("video", 2) == "Photo Double"


def test_a_take_is_placed_once(make: Make) -> None:
    stage = make(takes="refused")
    laid(stage)
    job = stage.submit(stage.wanted(stage.matte(range(1005, 1013))))
    first, second = stage.place(job), stage.place(job)
    assert (first.track, second.track) == (2, 2)
    assert len(stage.timeline.GetItemListInTrack("video", 2)) == 1


@pytest.mark.parametrize("version", ["18.6", "19.1", "20.2", "21.0.4"])
def test_every_version_takes_it(make: Make, version: str) -> None:
    stage = make(version=version, takes="refused")
    item = laid(stage)
    facts = stage.facts()
    assert (facts.source_in, facts.source_out, facts.record_in) == (1005, 1013, START + 10)
    started = stage.started(stage.wanted(stage.matte(range(1005, 1013), None)))
    assert any("plays backwards" in note for note in started.notes) == (version == "18.6")
    placed = stage.place(started.job.job)
    assert (placed.kind, placed.notes) == ("track", ())
    taken = stage.timeline.GetItemListInTrack("video", 2)[0]
    assert np.array_equal(stage.codes(taken, START + 12), stage.codes(item, START + 12))
    assert markers.take_of(taken.GetMediaPoolItem())


def test_facts_of_a_clip(make: Make) -> None:
    stage = make(colour="rcm")
    laid(stage, Start_TC="10:00:00:00", Input_Color_Space="ARRI LogC3")
    facts = stage.facts()
    assert (facts.kind, facts.path) == ("media", str(stage.folder / "sh010.####.dpx"))
    assert (facts.head, facts.tail, facts.length) == (4, 8, 8)
    assert (facts.playhead, facts.size, facts.track) == (START + 12, (64, 48), 1)
    assert (facts.input_space, facts.managed.mode, facts.data_level) == ("ARRI LogC3", "rcm", "Auto")
    assert (facts.start_timecode, facts.pixel_aspect, facts.effects) == ("10:00:00:00", 1.0, ())


def test_the_selection_counts_where_the_version_tells_it(make: Make) -> None:
    stage = make(version="21.0.4")
    item = laid(stage)
    other = stage.host.place(item.GetMediaPoolItem(), 0, 4, START + 60)
    stage.host.select(other)
    assert [one.GetUniqueId() for one in clips.chosen(stage.resolve)] == [other.GetUniqueId()]


@pytest.mark.parametrize(
    ("start", "frames", "rate", "wanted"),
    [
        ("01:00:00:00", 25, "24", "01:00:01:01"),
        ("00:00:59;29", 1, "30000/1001", "00:01:00;02"),
        ("00:09:59;29", 1, "30000/1001", "00:10:00;00"),
        ("23:59:59:23", 1, "24", "00:00:00:00"),
        ("nonsense", 1, "24", ""),
    ],
)
def test_timecodes_are_counted(start: str, frames: int, rate: str, wanted: str) -> None:
    assert timing.timecode_at(start, frames, rate) == wanted
