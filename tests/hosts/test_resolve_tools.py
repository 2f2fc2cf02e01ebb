"""The tools of the panel beside a made-up Resolve, by mouse and keys, with a real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

from panel_hand import LEFT, Hand, QTest
from resolve_menu_hand import Menu, close_panel, nothing_is_left

from photodouble_client.engine import Engine
from photodouble_qt import making
from photodouble_qt.qt import Qt, QtCore, QtGui
from photodouble_qt.region_tools import RegionTools
from photodouble_qt.resolve_desk import ResolveDesk

pytestmark = pytest.mark.qt

BOX = ((24.0, 14.0), (40.0, 14.0), (40.0, 30.0), (24.0, 30.0))


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    made = Hand()
    yield made
    made.close_all()


@pytest.fixture
def menu(tmp_path: Path, engine_environment: dict[str, str]) -> Iterator[Menu]:
    folder = tmp_path / "resolve"
    folder.mkdir()
    made = Menu(folder, engine_environment)
    yield made
    made.end()


@pytest.fixture
def tools(hand: Hand, menu: Menu, tiny_shot: Callable[..., Any]) -> RegionTools:
    """Give the tools for a clip of eight frames, with its still shown."""
    shot = tiny_shot(frames=range(1001, 1009))
    menu.choose(plate=str(shot.folder / "plate.%04d.exr"), frames=[1001, 1008], playhead=3)
    engine = menu.engine()
    session = menu.session(engine)["session"]
    made = hand.show(RegionTools(ResolveDesk(session, {"environment": menu.environment})))
    made.resize(1100, 700)
    hand.until(lambda: made.shapes.is_ready, "for the still")
    hand.until(lambda: made.space.count() > 1, "for the encodings")
    made.space.setFocus()
    QTest.keyClicks(made.space, "ARRI LogC3")
    hand.until(lambda: made.space.currentText() == "ARRI LogC3")
    return made


def draw(hand: Hand, tools: RegionTools, outline: Any = BOX) -> None:
    hand.until(lambda: not tools.desk.is_busy("still"))
    view = tools.shapes
    for place in (*outline, outline[0]):
        at = view.to_widget(place)
        QTest.mouseClick(
            view, LEFT, Qt.KeyboardModifier.NoModifier, QtCore.QPoint(round(at.x()), round(at.y()))
        )
    assert len(view.drawing.outlines) == 1


def said(tools: RegionTools) -> str:
    error = tools.error.error
    return "" if error is None else f"{error.code}: {error.message} {error.detail}"


def test_the_still_is_the_frame_under_the_playhead_and_steps_move_it(hand: Hand, tools: RegionTools) -> None:
    assert tools.shapes.frame == 1004
    assert tools.shapes.size_of_plate == (64, 48)
    tools.shapes.setFocus()
    hand.keys(tools.shapes, "Right")
    hand.until(lambda: tools.shapes.frame == 1005, "for the next frame")


def test_what_is_drawn_is_removed_in_a_preview_and_then_in_a_take(
    hand: Hand, tools: RegionTools, menu: Menu
) -> None:
    assert not tools.preview_button.isEnabled()
    draw(hand, tools)
    hand.click(tools.preview_button)
    hand.until(lambda: not tools.result.is_empty or said(tools), "for the preview")
    assert said(tools) == ""
    engine = menu.engine()
    assert engine.jobs() == [], "a preview is no job"
    picture = tools.grab()
    assert not picture.isNull()
    hand.click(tools.submit_button)
    job = hand.until(lambda: next(iter(engine.jobs()), None) or said(tools), "for the job")
    assert said(tools) == ""
    hand.until(lambda: engine.job(job.job).has_ended)
    ended = engine.job(job.job)
    assert ended.state == "finished", ended.error
    request = engine.request(job.job)
    assert request.operation == "inpaint" and request.inputs["matte"].path.endswith("matte.####.exr")
    hand.until(lambda: tools.desk.clip.take == ended.take, "for the take to be placed")


def test_what_a_tool_still_needs_is_said_and_another_tool_shows_the_still(
    hand: Hand, tools: RegionTools
) -> None:
    hand.until(lambda: tools.hint.isVisible() and tools.hint.text().startswith("Draw around"))
    tools.space.setCurrentIndex(0)
    hand.until(lambda: "encoding" in tools.hint.text(), "for the encoding to be asked for")
    tools.space.setCurrentText("ARRI LogC3")
    draw(hand, tools)
    hand.until(lambda: not tools.hint.isVisible(), "for the hint to go")
    tools.pictures.setCurrentWidget(tools.result)
    tools.told.setText("What the removal said.")
    tools.tabs.setCurrentIndex(2)
    assert tools.pictures.currentWidget() is tools.shapes and tools.told.text() == ""
    assert tools.hint.text() == "Choose the preset and the library."


def test_an_outline_that_moved_is_drawn_again(hand: Hand, tools: RegionTools) -> None:
    draw(hand, tools)
    before = tools.plan().shapes
    tools.shapes.setFocus()
    hand.keys(tools.shapes, "Space")
    hand.keys(tools.shapes, "Right", "Shift")
    assert tools.plan().shapes != before


def test_age_asks_for_no_outline_and_a_missing_consent_is_said(hand: Hand, tools: RegionTools) -> None:
    tools.tabs.setCurrentIndex(1)
    hand.until(lambda: tools.preview_button.isEnabled(), "for the button")
    field = tools.form.dials.fields["wrinkles"]
    hand.type(field.lineEdit(), "0.9")
    hand.keys(field, "Return")
    assert tools.plan().values == {"wrinkles": 0.9}
    hand.click(tools.submit_button)
    hand.until(lambda: said(tools), "for the refusal")
    assert tools.error.error.family in ("consent", "policy", "input")


def test_an_operation_that_needs_only_the_clip_has_a_tool_from_its_declaration_alone(
    hand: Hand, tools: RegionTools, menu: Menu
) -> None:
    titles = [tools.tabs.tabText(at) for at in range(tools.tabs.count())]
    tools.tabs.setCurrentIndex(titles.index("Degrain"))
    assert [param.label for param in tools.form.tool.params][:3] == ["Strength", "Brightness", "Colour"]
    hand.until(lambda: tools.submit_button.isEnabled(), "for the button: nothing has to be drawn")
    assert "matte" not in making.wanted_of(tools.plan())["inputs"]
    draw(hand, tools)
    hand.click(tools.submit_button)
    engine = menu.engine()
    job = hand.until(lambda: next(iter(engine.jobs()), None) or said(tools), "for the job")
    assert said(tools) == ""
    hand.until(lambda: engine.job(job.job).has_ended)
    assert engine.job(job.job).state == "finished", engine.job(job.job).error
    request = engine.request(job.job)
    assert request.operation == "degrain" and request.inputs["matte"].path.endswith("matte.####.exr")


def test_seats_want_a_preset_and_a_library(hand: Hand, tools: RegionTools) -> None:
    tools.tabs.setCurrentIndex(2)
    hand.pump()
    hand.until(lambda: not tools.preview_button.isEnabled())
    hand.type(tools.form.files["crowd"], "/nowhere/crowd.json")
    hand.type(tools.form.files["library"], "/nowhere/library.json")
    hand.click(tools.preview_button)
    hand.until(lambda: said(tools), "for the refusal")
    assert tools.error.error.code == "input.bad_document"


def test_seats_are_filled_from_a_preset_and_what_is_drawn_gets_people_too(
    hand: Hand, menu: Menu, tmp_path: Path
) -> None:
    from crowd_shot import FIRST, crowd_file, library, request, write_ground

    ground = write_ground(tmp_path / "ground")
    asked = request(ground, tmp_path / "takes")
    plate = asked.inputs["plate"].path
    menu.choose(
        plate=plate.replace("####", "%04d"), frames=[FIRST, FIRST + 2], playhead=1, host={"colour": "rcm"}
    )
    engine = menu.engine()
    session = menu.session(engine)["session"]
    tools = hand.show(RegionTools(ResolveDesk(session, {"environment": menu.environment})))
    hand.until(lambda: tools.shapes.is_ready, "for the still")
    tools.tabs.setCurrentIndex(2)
    hand.pump()
    preset = crowd_file(tmp_path / "preset.json")
    before = preset.read_bytes()
    given = {"crowd": preset, "library": library(tmp_path / "people"), "camera": asked.inputs["camera"].path}
    for name, path in given.items():
        hand.type(tools.form.files[name], str(path))
    draw(hand, tools, ((20.0, 36.0), (76.0, 36.0), (90.0, 52.0), (6.0, 52.0)))
    hand.click(tools.preview_button)
    hand.until(lambda: not tools.result.is_empty or said(tools), "for the preview")
    assert said(tools) == ""
    made = next((tmp_path / "resolve").rglob("crowd.json"), None) or next(
        Path(tools.desk.clip.takes_root).rglob("mattes/fill_*/crowd.json")
    )
    assert "drawn_1" in made.read_text(encoding="utf-8")
    assert preset.read_bytes() == before


def test_a_clip_without_a_composition_has_no_matte_to_render_and_that_is_said(
    hand: Hand, tools: RegionTools
) -> None:
    hand.click(tools.form.render_matte)
    hand.until(lambda: said(tools), "for the refusal")
    assert "magic mask" in tools.error.error.message
    assert "draw the outline" in tools.error.error.message


def test_closing_ends_everything(hand: Hand, tools: RegionTools, menu: Menu) -> None:
    engine: Engine = menu.engine()
    tools.desk.close()
    close_panel(menu)
    nothing_is_left(menu, engine)
    assert not menu.panels()


def test_the_window_holds_tools_and_takes(hand: Hand, tools: RegionTools, tmp_path: Path) -> None:
    from photodouble_qt.resolve_window import ResolveWindow

    window = hand.show(ResolveWindow(ResolveDesk(tools.desk.session, dict(tools.desk.connecting()))))
    titles = [window.pages.tabText(at) for at in range(window.pages.count())]
    assert titles == ["Tools", "Takes"]
    hand.until(lambda: window.tools.shapes.is_ready, "for the still")
    assert isinstance(window.grab(), QtGui.QPixmap)
