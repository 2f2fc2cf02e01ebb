"""From the menu of a made-up Resolve to its panel and back: what is asked, answered, and left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import likeness_engine
import pytest
from resolve_menu_hand import PATIENCE, Menu, close_panel, nothing_is_left

from photodouble_client.errors import ArtistError
from photodouble_qt.host_line import HostLine


@pytest.fixture
def menu(tmp_path: Path, engine_environment: dict[str, str]) -> Iterator[Menu]:
    folder = tmp_path / "resolve"
    folder.mkdir()
    made = Menu(folder, engine_environment)
    yield made
    made.end()


@pytest.fixture
def story(tiny_shot: Callable[..., Any]) -> dict[str, Any]:
    shot = tiny_shot(frames=range(1001, 1009))
    return {"plate": str(shot.folder / "plate.%04d.exr"), "frames": [1001, 1008], "playhead": 3}


def test_the_panel_hears_of_the_clip_and_closing_it_leaves_nothing(menu: Menu, story: dict[str, Any]) -> None:
    script = menu.choose(**story)
    engine = menu.engine()
    session = menu.session(engine)
    answer = HostLine(engine, session["session"]).ask("selection")
    assert (answer["clip"]["frame"], answer["clip"]["range"]) == (1004, [1001, 1008])
    menu.until(menu.panels)
    close_panel(menu)
    script.communicate(timeout=PATIENCE)
    nothing_is_left(menu, engine)


def test_the_playhead_moves_to_a_frame_of_the_plate(menu: Menu, story: dict[str, Any]) -> None:
    menu.choose(**story)
    engine = menu.engine()
    line = HostLine(engine, menu.session(engine)["session"])
    assert line.ask("jump", {"frame": 1007}) == {"timecode": "01:00:00:06"}
    assert line.ask("selection")["clip"]["frame"] == 1007


def test_a_second_start_brings_the_first_forward_and_ends(menu: Menu, story: dict[str, Any]) -> None:
    menu.choose(**story)
    engine = menu.engine()
    line = HostLine(engine, menu.session(engine)["session"])
    assert "in front" in menu.told(**story)
    assert line.ask("selection")["forward"] == 1
    assert len([one for one in engine.sessions() if one["host"] == "resolve"]) == 1


def test_resolve_quitting_ends_script_panel_and_session(menu: Menu, story: dict[str, Any]) -> None:
    script = menu.choose(**story)
    engine = menu.engine()
    menu.session(engine)
    menu.until(menu.panels)
    (menu.folder / "quit").touch()
    said = script.communicate(timeout=PATIENCE)[0]
    assert "Resolve has closed" in said
    nothing_is_left(menu, engine)


def test_a_script_that_is_killed_takes_its_panel_along(menu: Menu, story: dict[str, Any]) -> None:
    script = menu.choose(**story)
    engine = menu.engine()
    menu.session(engine)
    menu.until(menu.panels)
    script.kill()
    assert menu.until(lambda: not menu.panels())
    lock = menu.lock()
    assert menu.until(lock.is_free)


def test_an_action_that_fails_is_told_and_the_bridge_goes_on(menu: Menu) -> None:
    menu.choose(host={"project": None})
    engine = menu.engine()
    line = HostLine(engine, menu.session(engine)["session"])
    with pytest.raises(ArtistError) as caught:
        line.ask("jump", {"frame": 1})
    assert caught.value.code == "input.no_clip"
    assert "no project" in line.ask("selection")["why"].lower()
    with pytest.raises(ArtistError) as caught:
        line.ask("jump", {"frame": "soon"})
    assert caught.value.code in ("input.bad_request", "input.no_clip")
    with pytest.raises(ArtistError) as caught:
        line.ask("delete_project")
    assert caught.value.code == "engine.refused"


def test_without_resolve_the_script_says_so_in_one_line(menu: Menu, story: dict[str, Any]) -> None:
    said = menu.told(**story, has_quit=True)
    assert said.startswith("Photo Double: ") and len(said.splitlines()) == 1
    assert "OTIO" in said


@pytest.mark.parametrize("version", ["21.1"])
def test_what_is_closed_in_the_free_edition_is_said_with_the_road_that_is_open(
    menu: Menu, story: dict[str, Any], version: str
) -> None:
    said = menu.told(**story, host={"version": version, "studio": False})
    assert "Studio" in said and "OTIO" in said
    assert len(said.splitlines()) == 1


def test_without_qt_or_a_screen_the_jobs_are_shown_in_the_browser(
    menu: Menu, story: dict[str, Any], tmp_path: Path
) -> None:
    seen = tmp_path / "address.txt"
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{seen}"\n', encoding="utf-8")
    browser.chmod(0o755)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        menu.environment.pop(name, None)
    menu.environment["BROWSER"] = str(browser)
    said = menu.told(**story)
    assert "screen" in said and "browser" in said
    assert seen.read_text(encoding="utf-8").startswith("http://127.0.0.1:")
    nothing_is_left(menu, menu.engine())


@pytest.mark.qt
def test_a_take_is_asked_for_made_and_placed_and_nothing_is_left_running(
    menu: Menu, story: dict[str, Any], tiny_shot: Callable[..., Any], tmp_path: Path
) -> None:
    """The whole way: menu, session, the panel's desk, the engine's take on the timeline, the panel closed."""
    resolve_desk = pytest.importorskip("photodouble_qt.resolve_desk", exc_type=ImportError)
    shot = tiny_shot(frames=range(1001, 1009))
    script = menu.choose(**story)
    engine = menu.engine()
    session = menu.session(engine)
    desk = resolve_desk.ResolveDesk(session["session"], {"environment": menu.environment})
    said: list[str] = []
    desk.told = said.append
    selected = menu.until(desk.selection)
    assert (selected.frame, selected.name) == (1004, "plate.[1001-1008].exr")
    matte = {"channels": "", "colourspace": "", "path": shot.matte, "range": ""}
    desk.wish = lambda: {
        "operation": "inpaint",
        "values": {},
        "inputs": {"matte": matte},
        "space": "ARRI LogC3",
        "takes_root": str(tmp_path / "takes"),
        "handles": 0,
    }
    assert desk.can_submit()
    desk.submit()
    heard(menu, desk, lambda: said)
    job = menu.until(lambda: next((one for one in engine.jobs() if one.state == "finished"), None))
    line = HostLine(engine, session["session"])
    heard(menu, desk, lambda: desk.clip.take == job.take)
    assert line.ask("selection")["ready"] == []
    desk.go_to(1006)
    heard(menu, desk, lambda: desk.selection().frame == 1006)
    desk.close()
    close_panel(menu)
    script.communicate(timeout=PATIENCE)
    nothing_is_left(menu, engine)
    state = json.loads((menu.folder / "state.json").read_text(encoding="utf-8"))
    assert state["timecode"] == "01:00:00:05"
    shown = [item for track in state["tracks"] for item in track]
    assert len(shown) == 2 or shown[0][3] >= 1
    assert Path(job.take_folder).is_dir()


@pytest.mark.qt
def test_resolve_quits_mid_job_and_the_take_is_placed_when_it_is_started_again(
    menu: Menu, story: dict[str, Any], tiny_shot: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot(frames=range(1001, 1009))
    hold = tmp_path / "hold"
    held_engine(menu, hold)
    script = menu.choose(**story, starts=2)
    engine = menu.engine()
    line = HostLine(engine, menu.session(engine)["session"])
    matte = {"channels": "", "colourspace": "", "path": shot.matte, "range": ""}
    wish = {"operation": "inpaint", "inputs": {"matte": matte}, "space": "ARRI LogC3"}
    line.ask("request", wish)
    hold.touch()
    job = line.ask("submit", wish)["job"]
    (menu.folder / "quit").touch()
    nothing_is_left(menu, engine)
    assert not engine.job(job).has_ended, "Resolve has quit, the job is at work"
    hold.unlink()
    ended = menu.until(lambda: engine.job(job).has_ended and engine.job(job))
    assert ended.state == "finished", ended.error
    (menu.folder / "again").touch()
    line = HostLine(engine, menu.session(engine)["session"])
    menu.until(lambda: line.ask("selection")["clip"]["take"] == ended.take)
    assert line.ask("selection")["ready"] == []
    assert line.ask("place_waiting")["placed"] == 0, "a take is placed once"
    close_panel(menu)
    said = script.communicate(timeout=PATIENCE)[0]
    assert "Resolve has closed" in said
    nothing_is_left(menu, engine)
    state = json.loads((menu.folder / "state.json").read_text(encoding="utf-8"))
    shown = [item for track in state["tracks"] for item in track]
    assert [one[1:] for one in shown] == [[86400, 86408, 2]], "the plate's own place, with the take beside it"


def held_engine(menu: Menu, hold: Path) -> None:
    """Start an engine whose workers do not begin while a file is there."""
    known = {**menu.environment, likeness_engine.HOLD: str(hold)}
    Path(known["PHOTODOUBLE_RUNTIME"]).mkdir(mode=0o700, exist_ok=True)
    command = [sys.executable, "-I", str(likeness_engine.HERE), "--detach"]
    subprocess.run(command, env=known, stdout=subprocess.PIPE, timeout=PATIENCE, check=True)


def heard(menu: Menu, desk: Any, condition: Callable[[], Any]) -> None:
    """Let the desk look until something is so."""

    def look() -> Any:
        desk.selection()
        return condition()

    menu.until(look)
