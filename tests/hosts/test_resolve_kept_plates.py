"""What Resolve rendered is used again while nothing has changed, and is rendered anew after a change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from photodouble_resolve import kept_plates, running
from resolve_stage import START, Stage, own_engine, raw_clip

from photodouble_client.request import JobRequest, PortInput

RENDER = "AddRenderJob"


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """Give the environment of one engine for all tests of this file."""
    with own_engine() as environment:
        yield environment


@pytest.fixture
def stage(
    resolve_host: Callable[..., Any], tmp_path: Path, engine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """Give a camera raw clip of which 6 of 20 frames lie on the timeline."""
    for name, value in engine.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "own" / "client.json"))
    made = Stage(resolve_host(), tmp_path / "reel", engine)
    made.plates("raw")
    clip = made.host.media(str(raw_clip(made.folder, "A001", "raw.", 1001, 1020)))
    made.host.place(clip, 6, 12, START)
    made.host.playhead(START + 1)
    yield made
    made.close()


def jobs(stage: Stage) -> int:
    """Count how often Resolve was asked to render."""
    return sum(RENDER in call for call in stage.host.calls)


def ask(stage: Stage, **more: Any) -> JobRequest:
    return running.request(stage.resolve, stage.engine, stage.wanted(PortInput("m.####.png"), **more))


def test_a_second_preview_and_the_take_ask_for_no_render(stage: Stage) -> None:
    wanted = stage.wanted(stage.matte(range(1, 21)))
    first = running.request(stage.resolve, stage.engine, wanted)
    was, at = stage.host.state(), jobs(stage)
    assert at == 1
    again = running.request(stage.resolve, stage.engine, wanted)
    assert (again, jobs(stage), stage.host.state()) == (first, at, was)
    started = running.submit(stage.resolve, stage.engine, wanted)
    assert jobs(stage) == at
    assert any("used again" in note for note in started.notes), "no script sees raw settings"
    for _ in stage.engine.events(started.job.job):
        pass
    placed = stage.place(started.job.job)
    assert placed.verified, placed


@pytest.mark.parametrize(
    "change",
    ["range", "handles", "space", "media", "project", "clip", "setting"],
)
def test_a_changed_clip_is_rendered_anew(stage: Stage, change: str) -> None:
    before = ask(stage)
    more: dict[str, Any] = {}
    item = stage.shown(START)
    if change == "range":
        stage.host.place(item.GetMediaPoolItem(), 7, 12, START + 40)
        stage.host.playhead(START + 41)
    elif change == "handles":
        more["handles"] = 2
    elif change == "space":
        more["space"] = "S-Gamut3.Cine/S-Log3"
    elif change == "media":
        os.utime(stage.folder / "A001.braw", (1, 1))
    elif change == "project":
        assert stage.host.project().SetSetting("timelineResolutionWidth", "1280")
    elif change == "clip":
        assert item.GetMediaPoolItem().SetClipProperty("Data Level", "Full")
    elif change == "setting":
        stage.host.project().SetSetting("colorScienceMode", "davinciYRGBColorManagedv2")
    after = ask(stage, **more)
    assert jobs(stage) == 2
    assert after.inputs["plate"].path != before.inputs["plate"].path


def test_pictures_that_were_touched_or_are_gone_are_rendered_anew(stage: Stage) -> None:
    folder = Path(ask(stage).inputs["plate"].path).parent
    sorted(folder.glob("*.exr"))[0].unlink()
    other = Path(ask(stage).inputs["plate"].path).parent
    assert (jobs(stage), other != folder) == (2, True)
    (other / kept_plates.RECORD).write_text("[1", encoding="utf-8")
    assert Path(ask(stage).inputs["plate"].path).parent not in (folder, other)
    assert jobs(stage) == 3


def test_what_says_nothing_about_the_pictures_renders_nothing(stage: Stage) -> None:
    first, item = ask(stage), stage.shown(START)
    stage.host.playhead(START + 4)
    item.AddMarker(1, "Blue", "a note", "by somebody", 1)
    item.SetClipColor("Orange")
    stage.host.place(item.GetMediaPoolItem(), 6, 12, START + 40)
    stage.host.playhead(START + 4)
    assert (ask(stage), jobs(stage)) == (first, 1)
    stage.host.playhead(START + 41)
    assert ask(stage).inputs == first.inputs, "the same frames of the same media, laid a second time"
    assert jobs(stage) == 1


def test_a_sizing_in_the_picture_is_never_taken_from_what_is_kept(stage: Stage) -> None:
    stage.shown(START).SetProperty("ZoomX", 1.5)
    for count in (1, 2):
        ask(stage, bake=("sizing",))
        assert jobs(stage) == count, "a script does not see whether a sizing moves"
