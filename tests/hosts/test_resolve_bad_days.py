"""Bad days in Resolve: it quits, the engine goes, names and files are odd; nothing is left half done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from photodouble_resolve import actions, calls, edition, media, panel_process, remaining, running, session
from resolve_stage import START, Stage, own_engine

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

    def start(folder: str = "reel", **told: Any) -> Stage:
        stage = Stage(resolve_host(**told), tmp_path / folder, engine)
        stage.host.place(stage.plates(), 2, 10, START).SetCDL({"NodeIndex": "1", "Slope": "1.2 1 1"})
        stages.append(stage)
        return stage

    yield start
    for stage in stages:
        stage.close()


def submitted(stage: Stage, **more: Any) -> str:
    return stage.submit(stage.wanted(stage.matte(range(1001, 1021)), **more))


def refused(act: Callable[[], Any]) -> ArtistError:
    with pytest.raises(ArtistError) as found:
        act()
    return found.value


def tracks(stage: Stage) -> list[list[int]]:
    """Tell where the clips of each video track of the open timeline begin."""
    timeline = stage.host.project().GetCurrentTimeline()
    numbers = range(1, timeline.GetTrackCount("video") + 1)
    return [[one.GetStart() for one in timeline.GetItemListInTrack("video", track)] for track in numbers]


def plates_of(stage: Stage) -> list[str]:
    return sorted(path.name for path in (stage.folder / "takes").rglob("*") if path.is_file())


def test_a_take_never_lies_on_another_timeline(make: Make) -> None:
    stage = make(takes="refused")
    job = submitted(stage)
    stage.host.timeline("Other")
    stage.host.refuse("Project.SetCurrentTimeline", -1)
    told = refused(lambda: stage.place(job))
    assert (told.code, "could not be opened" in told.message) == ("input.host_refused", True)
    assert tracks(stage) == [[]] and [one.job for one in remaining.waiting()] == [job]
    stage.host.honest()
    assert stage.place(job).kind == "track"
    assert tracks(stage) == [[]]


def test_an_engine_that_goes_while_resolve_renders_ends_the_render(make: Make) -> None:
    stage = make()
    stage.host.frames_per_poll = 1
    was, asked = stage.host.state(), []

    def should_stop() -> bool:
        asked.append(1)
        if len(asked) > 2:
            raise ArtistError("engine.unreachable", "The engine has gone", "It ended.", "Start it again.")
        return False

    wanted = stage.wanted(stage.matte(range(1001, 1021)), must_render=True)
    told = refused(lambda: running.submit(stage.resolve, stage.engine, wanted, should_stop=should_stop))
    assert told.code == "engine.unreachable"
    assert not stage.host.project().IsRenderingInProgress()
    assert stage.host.state() == was and plates_of(stage) == []


@pytest.mark.parametrize(
    "place",
    [
        "Project.SaveAsNewRenderPreset",
        "MediaPool.CreateEmptyTimeline",
        "MediaPool.AppendToTimeline",
        "Project.AddRenderJob",
        "Project.StartRendering",
        "Project.GetRenderJobStatus",
        "Project.DeleteRenderJob",
        "MediaPool.DeleteTimelines",
        "Project.LoadRenderPreset",
    ],
)
def test_resolve_quits_at_any_step_of_a_render(make: Make, place: str) -> None:
    stage = make()
    stage.host.when(place, stage.host.quit)
    told = refused(lambda: submitted(stage, must_render=True))
    assert (told.code, told.title) == ("input.host_closed", "Resolve no longer answers")
    assert plates_of(stage) == [] and remaining.waiting() == []


@pytest.mark.parametrize(
    ("takes", "place"),
    [
        ("kept", "MediaPool.ImportMedia"),
        ("kept", "TimelineItem.AddTake"),
        ("kept", "TimelineItem.SelectTakeByIndex"),
        ("refused", "Timeline.AddTrack"),
        ("refused", "MediaPool.AppendToTimeline"),
        ("refused", "TimelineItem.CopyGrades"),
        ("refused", "TimelineItem.AddMarker"),
    ],
)
def test_resolve_quits_while_a_take_is_placed_and_it_lies_there_once(
    make: Make, takes: str, place: str
) -> None:
    stage = make(takes=takes)
    job = submitted(stage)
    stage.host.when(place, stage.host.quit)
    assert refused(lambda: stage.place(job)).code == "input.host_closed"
    stage.host.restart()
    placed = remaining.place_all(stage.resolve, stage.engine)
    assert [one.kind for one in placed if not isinstance(one, ArtistError)] == [
        "take" if takes == "kept" else "track"
    ]
    laid = [track for track in tracks(stage) if track]
    assert laid == [[START]] * (1 if takes == "kept" else 2)
    assert remaining.waiting() == []


def test_a_render_that_fails_leaves_no_files_and_hides_no_reason(make: Make) -> None:
    stage = make()
    stage.host.project().SetCurrentRenderFormatAndCodec("dpx", "RGB10")
    stage.host.fail_render_after(3, "The disk is full.")
    stage.host.refuse("Project.LoadRenderPreset", -1)
    told = refused(lambda: submitted(stage, must_render=True))
    assert told.code == "input.host_render"
    assert "The disk is full." in told.message and "Deliver page" in told.message
    assert plates_of(stage) == []


def test_a_temporary_timeline_that_stays_behind_is_said(make: Make) -> None:
    stage = make()
    stage.host.refuse("MediaPool.DeleteTimelines", -1)
    told = refused(lambda: submitted(stage, must_render=True))
    assert told.code == "input.host_refused" and "delete it by hand" in told.message
    stage.host.refuse("MediaPool.DeleteTimelines", 2)
    assert submitted(stage, must_render=True)


def test_a_take_that_cannot_be_laid_leaves_no_empty_track(make: Make) -> None:
    stage = make(takes="refused")
    job = submitted(stage)
    stage.host.lie("MediaPool.AppendToTimeline", [None])
    assert refused(lambda: stage.place(job)).code == "input.host_refused"
    assert tracks(stage) == [[START]]


def test_another_colour_management_than_the_take_was_made_in(make: Make) -> None:
    stage = make(colour="aces")
    job = submitted(stage, must_render=True)
    stage.host.project().SetSetting("colorScienceMode", "davinciYRGB")
    told = refused(lambda: stage.place(job))
    assert told.code == "engine.take_mismatch" and "colour management" in told.message
    assert stage.shown(START).GetTakesCount() == 0
    stage.host.project().SetSetting("colorScienceMode", "acescct")
    assert stage.place(job).kind == "take"


@pytest.mark.parametrize("must_render", [False, True])
def test_a_folder_with_the_sign_of_a_pattern_in_its_name(make: Make, must_render: bool) -> None:
    stage = make("reel #2 ü%04d")
    assert stage.place(submitted(stage, must_render=must_render)).kind == "take"
    assert media.numbered("/a#b/shot #1.####.exr", 7) == "/a#b/shot #1.0007.exr"
    assert media.numbered("C:\\a#\\b.mov", 7) == "C:\\a#\\b.mov"


def test_a_shot_is_one_folder_and_no_way_out(make: Make) -> None:
    stage = make()
    submitted(stage, must_render=True, shot="../../../elsewhere")
    assert not (stage.folder.parent.parent / "elsewhere").exists()
    assert not (stage.folder.parent / "elsewhere").exists()
    assert (stage.folder / "takes" / "elsewhere" / "plates").is_dir()


def test_many_selected_clips_are_gone_through_once(make: Make) -> None:
    stage = make(version="21.0.4")
    clip = stage.plates("long")
    items = [stage.host.place(clip, 2, 10, START + 8 * place) for place in range(1, 101)]
    stage.host.select(*items)
    before = len(stage.host.calls)
    assert stage.facts().ident == items[0].GetUniqueId()
    assert len(stage.host.calls) - before < 10 * len(items)


def test_a_look_at_the_clip_does_not_go_through_a_long_timeline(make: Make) -> None:
    stage = make()
    clip = stage.plates("long")
    for number in range(1, 201):
        stage.host.place(clip, 2, 10, START + 8 * number)
    stage.host.playhead(START + 1600)
    before = len(stage.host.calls)
    place = session.Stage(stage.resolve, stage.engine, edition.probe(stage.resolve))
    assert actions.selection(place, {})["clip"]["frame"] == 1003
    assert len(stage.host.calls) - before < 150


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"operation": 5},
        {"operation": "inpaint", "evil": 1},
        {"operation": "inpaint", "handles": "x"},
        {"operation": "inpaint", "inputs": [1]},
        {"operation": "inpaint", "values": [3]},
        {"operation": "inpaint", "bake": "sizing"},
        {"operation": "inpaint", "bake": [5]},
        {"operation": "inpaint", "takes_root": "a\0b"},
        None,
        [1],
    ],
)
def test_a_wish_that_is_none_is_refused_in_plain_words(make: Make, wish: Any) -> None:
    told = asked_of(make(), "submit", wish)
    assert [one.code for one in told] == ["input.bad_request"]


def test_an_action_that_is_not_on_the_list(make: Make) -> None:
    stage = make()
    assert [one.code for one in asked_of(stage, "use", {"folder": "a\0b"})] == ["input.bad_request"]
    for name in ("delete_project", "__class__", ""):
        assert [one.code for one in asked_of(stage, name, {})] == ["input.bad_request"]


def test_a_panel_that_was_ended_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Ended:
        def __init__(self, status: int) -> None:
            self.status = status

        def poll(self) -> int:
            return self.status

    panel = object.__new__(panel_process.PanelProcess)
    panel.log = str(tmp_path / "panel.log")
    for status, words in ((-15, ""), (0, ""), (-9, "ended from outside (signal 9)"), (3, "status 3")):
        monkeypatch.setattr(panel, "_process", Ended(status), raising=False)
        problem = panel.problem()
        assert (problem is None) == (not words)
        assert problem is None or words in problem.message


def asked_of(stage: Stage, name: str, arguments: Any) -> list[ArtistError]:
    """Ask the bridge for something and give what it answers as errors."""
    told: list[ArtistError] = []

    class Session:
        def poll(self, _wait: float = 0) -> list[Any]:
            return []

        def answer(self, _action: str, answer: Any) -> None:
            raise AssertionError(answer)

        def fail(self, _action: str, error: ArtistError) -> None:
            told.append(error)

    place = session.Stage(stage.resolve, stage.engine, edition.probe(stage.resolve))
    host: Any = Session()
    bridge = session.Bridge(place, host, actions.ACTIONS, lambda: True)
    bridge.settle({"action": "1", "name": name, "arguments": arguments})
    return told


def test_a_window_of_resolves_own_does_not_end_the_bridge(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make()
    turns: list[int] = []

    def turn(_bridge: Any, _pause: float) -> None:
        turns.append(1)
        if len(turns) == 3:
            stage.host.dismiss()

    monkeypatch.setattr(session.Bridge, "turn", turn)
    place = session.Stage(stage.resolve, stage.engine, edition.probe(stage.resolve))
    stage.host.modal = "Save the project?"
    host: Any = None
    assert session.serve(place, host, actions.ACTIONS, lambda: len(turns) < 12)
    stage.host.quit()
    assert not session.serve(place, host, actions.ACTIONS, lambda: True)


def test_damaged_files_of_waiting_jobs_are_passed_over(make: Make) -> None:
    stage = make()
    job = submitted(stage)
    path = Path(remaining._path(job, remaining.WAITING))
    good = json.loads(path.read_text("utf-8"))
    pixels = good["pixels"]
    for content in (
        "[" * 200000,
        "null",
        "",
        json.dumps(good)[:200],
        json.dumps({**good, "pixels": {**pixels, "range": None}}),
        json.dumps({**good, "pixels": {**pixels, "range": 5}}),
        json.dumps({**good, "pixels": {**pixels, "order": []}}),
    ):
        path.with_name("0" * 32 + ".json").write_text(content, "utf-8")
        assert [one.job for one in remaining.waiting()] == [job]
    placed = remaining.place_all(stage.resolve, stage.engine)
    assert [getattr(one, "kind", one) for one in placed] == ["take"]


def test_a_job_that_never_arrived_is_not_told_for_ever(make: Make) -> None:
    stage = make()

    class Away:
        def __getattr__(self, name: str) -> Any:
            return getattr(stage.engine, name)

        def submit(self, _submission: Any) -> Any:
            raise ArtistError("engine.unreachable", "The engine has gone", "It ended.", "Start it again.")

    away: Any = Away()
    wanted = stage.wanted(stage.matte(range(1001, 1021)))
    assert refused(lambda: running.submit(stage.resolve, away, wanted)).code == "engine.unreachable"
    assert remaining.place_all(stage.resolve, stage.engine) == []


def test_a_second_trouble_does_not_hide_the_first() -> None:
    second = calls.refused("The second.")
    assert calls.also(second) is second
    try:
        raise ArtistError("input.host_render", "One", "The first.", "Mend it.")
    except ArtistError:
        told = calls.also(second)
    assert (told.code, told.message, told.fix) == ("input.host_render", "The first. The second.", "Mend it.")
