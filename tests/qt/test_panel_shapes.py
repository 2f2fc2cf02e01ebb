"""Outlines drawn on a still by mouse and keys: what is clicked is what the engine's document says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.errors import ArtistError

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

from panel_hand import LEFT, Hand, QTest

from photodouble_qt.drawing import Drawing
from photodouble_qt.qt import Qt, QtCore, QtGui
from photodouble_qt.shapes import ShapeView

pytestmark = pytest.mark.qt

PLATE = (2000, 1000)
BOX = ((500.0, 250.0), (1500.0, 250.0), (1500.0, 750.0), (500.0, 750.0))


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    made = Hand()
    yield made
    made.close_all()


@pytest.fixture
def view(hand: Hand, tmp_path: Path) -> ShapeView:
    """Give a still that is a quarter of the plate's size, shown in a window of 800 by 600."""
    picture = QtGui.QImage(500, 250, QtGui.QImage.Format.Format_RGB32)
    picture.fill(QtGui.QColor(60, 70, 80))
    picture.save(str(tmp_path / "still.png"))
    made = ShapeView()
    made.resize(800, 600)
    hand.show(made).resize(800, 600)
    hand.pump()
    assert made.show_still(str(tmp_path / "still.png"), PLATE, 1001)
    made.setFocus()
    return made


def at(view: ShapeView, x: float, y: float) -> Any:
    place = view.to_widget((x, y))
    return QtCore.QPoint(round(place.x()), round(place.y()))


def click(view: ShapeView, x: float, y: float, button: Any = LEFT) -> None:
    QTest.mouseClick(view, button, Qt.KeyboardModifier.NoModifier, at(view, x, y))


def drag(hand: Hand, view: ShapeView, start: tuple[float, float], end: tuple[float, float]) -> None:
    width, height = view.width(), view.height()
    ends = [(at(view, *one).x() / width, at(view, *one).y() / height) for one in (start, end)]
    hand.drag(view, ends[0], ends[1])


def draw(view: ShapeView) -> None:
    for place in BOX:
        click(view, *place)
    click(view, *BOX[0])


def points(view: ShapeView, frame: int = 1001, outline: int = 0) -> list[tuple[float, float]]:
    return list(view.drawing.outlines[outline].points_at(frame))


def near(found: Any, wanted: Any) -> bool:
    """Whether places agree to a pixel of the screen, which is two and a half of the plate."""
    return len(found) == len(wanted) and all(
        abs(a - b) <= 3
        for one, other in zip(found, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    )


def test_clicks_become_an_outline_in_pixels_of_the_plate(view: ShapeView) -> None:
    draw(view)
    assert near(points(view), BOX)
    assert view.open == []
    stored = view.drawing.to_json()["shapes"][0]
    assert stored["kind"] == "polygon" and list(stored["keys"]) == ["1001"]


def test_what_is_drawn_is_what_the_engine_reads(view: ShapeView) -> None:
    shapes = pytest.importorskip("photodouble.image.shapes")
    from photodouble.image.window import Box

    draw(view)
    read = shapes.Shapes.from_json(view.drawing.to_json())
    matte = shapes.rasterise(read, 1001, Box(0, 0, *PLATE))
    assert abs(float(matte.sum()) - 1000 * 500) < 6000
    assert matte[500, 1000] == 1 and matte[500, 400] == 0


def test_enter_closes_and_escape_gives_up(hand: Hand, view: ShapeView) -> None:
    for place in BOX[:3]:
        click(view, *place)
    hand.keys(view, "Return")
    assert near(points(view), BOX[:3])
    click(view, 100, 100)
    hand.keys(view, "Escape")
    assert view.open == [] and len(view.drawing.outlines) == 1


def test_two_points_are_no_outline(hand: Hand, view: ShapeView) -> None:
    click(view, 100, 100)
    click(view, 200, 100)
    hand.keys(view, "Return")
    assert view.drawing.is_empty and len(view.open) == 2


def test_a_point_is_dragged_and_the_drag_is_one_step(hand: Hand, view: ShapeView) -> None:
    draw(view)
    drag(hand, view, BOX[2], (1800.0, 900.0))
    assert near(points(view)[2:3], [(1800.0, 900.0)])
    hand.keys(view, "Z", "Control")
    assert near(points(view), BOX)
    hand.keys(view, "Z", "Control", "Shift")
    assert near(points(view)[2:3], [(1800.0, 900.0)])


def test_a_click_on_an_edge_puts_a_point_there(hand: Hand, view: ShapeView) -> None:
    draw(view)
    drag(hand, view, (1000.0, 250.0), (1000.0, 100.0))
    assert near(points(view), (BOX[0], (1000.0, 100.0), *BOX[1:]))


def test_a_right_click_and_delete_take_points_away(hand: Hand, view: ShapeView) -> None:
    draw(view)
    click(view, *BOX[1], button=Qt.MouseButton.RightButton)
    assert near(points(view), (BOX[0], BOX[2], BOX[3]))
    click(view, *BOX[2])
    hand.keys(view, "Delete")
    assert view.drawing.is_empty
    hand.keys(view, "Z", "Control")
    assert near(points(view), (BOX[0], BOX[2], BOX[3]))


def test_a_move_at_another_frame_is_a_key_and_frames_between_lie_between(hand: Hand, view: ShapeView) -> None:
    draw(view)
    view.frame = 1011
    drag(hand, view, BOX[0], (700.0, 250.0))
    assert view.drawing.keys() == (1001, 1011)
    assert near(points(view, 1006)[:1], [(600.0, 250.0)])
    assert near(points(view, 1001), BOX)


def test_keys_are_set_and_taken_away_by_keys(hand: Hand, view: ShapeView) -> None:
    draw(view)
    view.frame = 1005
    hand.keys(view, "K")
    assert view.drawing.keys() == (1001, 1005)
    hand.keys(view, "K", "Shift")
    assert view.drawing.keys() == (1001,)
    view.frame = 1001
    hand.keys(view, "K", "Shift")
    assert view.drawing.keys() == (1001,), "the last key stays"


def test_everything_is_drawn_without_a_mouse(hand: Hand, view: ShapeView) -> None:
    hand.keys(view, "A")
    assert len(points(view)) == 4
    before = points(view)
    hand.keys(view, "Space")
    hand.keys(view, "Right", "Shift")
    hand.keys(view, "Down")
    assert points(view)[1] == (before[1][0] + 10, before[1][1] + 1)
    hand.keys(view, "Delete")
    assert len(points(view)) == 3


def test_arrows_step_through_frames_while_no_point_is_chosen(hand: Hand, view: ShapeView) -> None:
    steps: list[int] = []
    view.stepped.connect(steps.append)
    hand.keys(view, "Right")
    hand.keys(view, "Left")
    assert steps == [1, -1]


def test_the_outline_is_seen_on_the_picture(view: ShapeView) -> None:
    draw(view)
    picture = view.grab().toImage()
    ratio = picture.width() / view.width()
    edge = view.to_widget((1000.0, 250.0)) * ratio
    colour = picture.pixelColor(round(edge.x()), round(edge.y()))
    assert colour.red() > 180 and colour.green() > 140 and colour.blue() < 120
    outside = view.to_widget((200.0, 100.0)) * ratio
    assert picture.pixelColor(round(outside.x()), round(outside.y())).getRgb()[:3] == (60, 70, 80)


def test_nothing_is_drawn_without_a_still(hand: Hand) -> None:
    bare = hand.show(ShapeView())
    QTest.mouseClick(bare, LEFT)
    hand.keys(bare, "A")
    assert bare.drawing.is_empty and bare.open == []


def test_a_drawing_is_read_back_as_it_was_written(view: ShapeView) -> None:
    draw(view)
    view.drawing.feather(0, 4.0)
    stored = view.drawing.to_json()
    assert Drawing.from_json(stored).to_json() == stored


@pytest.mark.parametrize(
    "keys",
    [{}, {"1": {"points": [[0, 0], [1, 1]]}}, {"soon": {"points": [[0, 0], [1, 1], [1, 0]]}}],
)
def test_a_document_that_is_no_drawing_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ArtistError) as caught:
        Drawing.from_json({"schema": 1, "shapes": [{"name": "a", "kind": "polygon", "keys": keys}]})
    assert caught.value.code == "input.bad_request"


def test_a_curve_is_not_taken_for_a_polygon() -> None:
    with pytest.raises(ArtistError):
        Drawing.from_json({"schema": 1, "shapes": [{"name": "a", "kind": "bezier", "keys": {}}]})
