"""The made-up Nuke Studio: bins, timelines, tags and the menu under the right button."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nuke_host as fake
import pytest


@pytest.fixture
def host() -> Iterator[Any]:
    yield fake.install(studio=True)
    fake.remove()


@pytest.fixture
def clip(host: Any, tmp_path: Path) -> Any:
    for frame in range(1001, 1011):
        (tmp_path / f"plate ü.{frame}.exr").touch()
    return sys.modules["hiero.core"].Clip(f"{tmp_path}/plate ü.%04d.exr")


def test_plain_nuke_has_no_studio(nuke_host: Any) -> None:
    assert "hiero" not in sys.modules
    assert not sys.modules["nuke"].env["studio"]


def test_a_clip_knows_its_frames_on_disk(clip: Any, tmp_path: Path) -> None:
    media = clip.mediaSource()
    assert (media.startTime(), media.duration(), clip.sourceIn(), clip.sourceOut()) == (1001, 10, 0, 9)
    assert media.firstpath() == f"{tmp_path}/plate ü.1001.exr"
    gone = sys.modules["hiero.core"].MediaSource(str(tmp_path / "gone.####.exr"))
    assert gone.isOffline()


def test_a_timeline_holds_items_that_do_not_overlap(host: Any, clip: Any) -> None:
    import hiero.core

    project = hiero.core.projects()[0]
    timeline = hiero.core.Sequence("cut")
    project.clipsBin().addItem(hiero.core.BinItem(timeline))
    track = timeline.addTrack(hiero.core.VideoTrack("V1"))
    item = track.createTrackItem("sh010")
    item.setSource(clip)
    item.setTimes(100, 104, 2, 6)
    track.addTrackItem(item)
    assert (item.parentSequence().project(), item.duration(), item.playbackSpeed()) == (project, 5, 1.0)
    other = track.createTrackItem("sh020")
    other.setSource(clip)
    other.setTimes(104, 106, 0, 2)
    with pytest.raises(RuntimeError, match="already"):
        track.addTrackItem(other)
    with pytest.raises(TypeError):
        project.clipsBin().addItem(clip)


def test_the_right_button_shows_what_listeners_add(host: Any, clip: Any) -> None:
    import hiero.core
    import hiero.ui

    seen: list[Any] = []

    def show(event: Any) -> None:
        event.menu.addAction(
            hiero.ui.createMenuAction("Pull shot", lambda: seen.append(event.sender.selection()))
        )

    hiero.core.events.registerInterest("kShowContextMenu/kTimeline", show)
    host.studio.right_click("kTimeline", clip)["Pull shot"].trigger()
    assert seen == [(clip,)]
    assert host.studio.right_click("kBin", clip) == {}
    with pytest.raises(ValueError):
        hiero.core.events.registerInterest("kShowContextMenu/kTimelin", show)


def test_a_tag_keeps_texts_only(host: Any, clip: Any) -> None:
    tag = clip.addTag(sys.modules["hiero.core"].Tag("Photo Double"))
    tag.metadata().setValue("tag.take", "v003")
    assert clip.tags()[0].metadata().value("tag.take") == "v003"
    with pytest.raises(TypeError):
        tag.metadata().setValue("tag.take", 3)
