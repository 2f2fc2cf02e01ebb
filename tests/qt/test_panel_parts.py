"""The parts of the panel by mouse and keys: the line that is dragged, frames, words, what is left behind."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.transport import Transport
from photodouble_client.wire import Job

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

from panel_hand import LEFT, Hand, QTest, StudioDesk

from photodouble_qt import look
from photodouble_qt.compare import VIEWS, Compare
from photodouble_qt.desk import Desk, Suggestion
from photodouble_qt.error_box import ErrorBox
from photodouble_qt.jobs import JobList
from photodouble_qt.picture import PictureView
from photodouble_qt.qt import Qt, QtGui, QtWidgets
from photodouble_qt.takes import TakeRow

pytestmark = pytest.mark.qt

RED, BLUE = (200, 40, 40), (40, 40, 200)


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    made = Hand()
    yield made
    made.close_all()


@pytest.fixture
def here(
    hand: Hand,
    tiny_shot: Callable[..., Any],
    request_for: Callable[..., JobRequest],
    engine_environment: dict[str, str],
) -> tuple[Any, StudioDesk]:
    """Give a panel with an engine and a take of three frames, at the playhead's first."""
    request = request_for(tiny_shot(frames=range(1001, 1004)))
    where = {"takes_root": request.output_root, "shot": "sh010", "operation": "inpaint", "frame": 1001}
    desk = StudioDesk(engine_environment, request, **where)
    panel = hand.open(desk)
    hand.click(panel.submit)
    hand.row(panel, "finished")
    hand.until(lambda: panel.takes.take() and panel.takes.take().status == "finished", "for the take")
    hand.until(lambda: panel.compare.picture.is_wipe, "for the wipe")
    return panel, desk


def plain(path: Path, colour: tuple[int, int, int]) -> str:
    image = QtGui.QImage(64, 36, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtGui.QColor(*colour))
    image.save(str(path))
    return str(path)


def pixel(widget: Any, x: float, y: float) -> tuple[int, int, int]:
    picture = widget.grab().toImage()
    colour = picture.pixelColor(round(x * (picture.width() - 1)), round(y * (picture.height() - 1)))
    return colour.red(), colour.green(), colour.blue()


@pytest.fixture
def wipe(hand: Hand, tmp_path: Path) -> PictureView:
    view = PictureView()
    view.resize(640, 360)
    view.show_pictures(plain(tmp_path / "a.png", RED), plain(tmp_path / "b.png", BLUE))
    view.show()
    hand.pump()
    return view


def test_the_line_of_a_wipe_is_dragged_and_each_side_stays_on_its_side(hand: Hand, wipe: PictureView) -> None:
    told: list[float] = []
    wipe.moved.connect(told.append)
    assert (pixel(wipe, 0.4, 0.5), pixel(wipe, 0.6, 0.5)) == (RED, BLUE)
    hand.drag(wipe, (0.5, 0.5), (0.8, 0.3))
    assert wipe.position == pytest.approx(0.8, abs=0.01)
    assert told[-1] == wipe.position
    assert (pixel(wipe, 0.75, 0.5), pixel(wipe, 0.85, 0.5)) == (RED, BLUE)
    hand.drag(wipe, (0.8, 0.5), (-0.5, 0.5))
    assert wipe.position == 0
    assert pixel(wipe, 0.1, 0.5) == BLUE


def test_arrow_keys_step_through_frames_and_with_shift_move_the_line(hand: Hand, wipe: PictureView) -> None:
    steps: list[int] = []
    wipe.stepped.connect(steps.append)
    hand.keys(wipe, "Right")
    hand.keys(wipe, "Left")
    assert (steps, wipe.position) == ([1, -1], 0.5)
    hand.keys(wipe, "Right", "Shift")
    assert steps == [1, -1]
    assert wipe.position == pytest.approx(0.52)


def test_a_single_picture_has_no_line(hand: Hand, wipe: PictureView, tmp_path: Path) -> None:
    wipe.show_pictures(plain(tmp_path / "c.png", RED))
    hand.drag(wipe, (0.5, 0.5), (0.9, 0.5))
    assert not wipe.is_wipe
    assert wipe.position == 0.5
    assert pixel(wipe, 0.9, 0.5) == RED


def test_every_view_has_a_key_of_its_own_and_shows_a_picture_of_the_engine(
    hand: Hand, here: tuple[Any, StudioDesk]
) -> None:
    panel, _desk = here
    seen = set()
    for kind, view in VIEWS.items():
        hand.keys(panel.compare.picture, view.keys)
        assert panel.compare.kind == kind
        hand.until(lambda: not panel.asker.is_asking("pictures"), "for the picture")
        assert not panel.compare.picture.is_empty, panel.compare.picture.words
        assert panel.compare.picture.is_wipe is (kind == "wipe")
        seen.add(bytes(panel.compare.picture.grab().toImage().bits()))
    assert len(seen) == len(VIEWS)


def test_the_playhead_and_the_panel_follow_each_other(hand: Hand, here: tuple[Any, StudioDesk]) -> None:
    panel, desk = here
    assert panel.compare.frame == 1001
    hand.keys(panel.compare.picture, "Right")
    assert desk.selected.frame == 1002
    hand.until(lambda: panel.compare.frame == 1002)
    desk.go_to(1003)
    hand.until(lambda: panel.compare.number.text() == "1003")
    hand.keys(panel.compare.slider, "Home")
    assert desk.selected.frame == 1001


def test_a_suggested_frame_is_a_click_from_the_playhead(hand: Hand, here: tuple[Any, StudioDesk]) -> None:
    panel, desk = here
    listed = panel.worth.list
    desk.suggested = [Suggestion(1003, "Paint this one.")]
    hand.until(lambda: listed.count() and "1003" in listed.item(0).text(), "for what the host found")
    hand.pump()
    place = listed.visualItemRect(listed.item(0)).center()
    QTest.mouseClick(listed.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert desk.selected.frame == 1003


def test_a_frame_is_kept_and_released_by_key(hand: Hand, here: tuple[Any, StudioDesk]) -> None:
    panel, desk = here
    hand.keys(panel.compare.picture, "K")
    hand.until(desk.locked_frames, "for the lock")
    assert desk.locked_frames() == [1001]
    assert "1001" in panel.worth.kept_words.text()
    hand.keys(panel.compare.picture, "K")
    hand.until(lambda: not desk.locked_frames(), "for the release")
    assert not panel.worth.lock.isChecked()


def test_letters_that_are_typed_into_a_field_press_nothing(hand: Hand, here: tuple[Any, StudioDesk]) -> None:
    panel, desk = here
    letters = "".join(view.keys for view in VIEWS.values()).lower() + "ku"
    hand.type(panel.decide.reason, letters)
    assert panel.decide.reason.text() == letters
    assert (panel.compare.kind, desk.used, desk.locked_frames()) == ("wipe", [], [])


def test_where_takes_have_no_place_yet_that_is_said(hand: Hand) -> None:
    panel = hand.open(StudioDesk({}, operation="inpaint"))
    assert "save the script" in panel.compare.picture.words
    assert panel.error.error is None


def test_tab_reaches_everything_that_can_be_pressed(hand: Hand, here: tuple[Any, StudioDesk]) -> None:
    panel, _desk = here
    panel.activateWindow()
    panel.compare.view.setFocus()
    hand.pump()
    reached = set()
    for _ in range(60):
        at = hand.application.focusWidget()
        assert at is not None
        reached.add(at)
        hand.keys(at, "Tab")
    wanted = [
        one
        for kind in (QtWidgets.QPushButton, QtWidgets.QLineEdit, QtWidgets.QComboBox, QtWidgets.QSlider)
        for one in panel.findChildren(kind)
        if one.isVisible() and one.isEnabled()
    ]
    assert len(wanted) > 8
    assert [one for one in [*wanted, panel.takes, panel.compare.picture] if one not in reached] == []


def test_every_button_says_what_it_does_and_its_keys(hand: Hand) -> None:
    panel = hand.open(StudioDesk({}))
    bare = [one.text() for one in panel.findChildren(QtWidgets.QPushButton) if not one.toolTip()]
    assert bare == []
    assert "(U)" in panel.use.toolTip()
    assert "F5" in panel.refresh.toolTip()


@pytest.mark.parametrize("state", look.COLOURS)
def test_the_words_of_every_state_are_read_on_the_dark_ground(state: str) -> None:
    assert contrast(look.COLOURS[state], look.GROUND) >= 4.5


def test_words_that_are_too_dark_would_be_noticed() -> None:
    assert contrast("#555555", look.GROUND) < 4.5
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


def contrast(one: str, other: str) -> float:
    """Measure the contrast of two colours as WCAG 2.1 does."""
    light = sorted(_luminance(colour) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: str) -> float:
    codes = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4 for code in codes]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("times", [1.0, 2.0])
def test_no_button_is_cut_at_either_size(hand: Hand, times: float) -> None:
    before = hand.application.font()
    larger = QtGui.QFont(before)
    larger.setPointSizeF(before.pointSizeF() * times)
    hand.application.setFont(larger)
    try:
        panel = hand.open(StudioDesk({}))
        shown = [one for one in panel.findChildren(QtWidgets.QPushButton) if one.isVisible()]
        cut = [one.text() for one in shown if one.width() < one.sizeHint().width()]
    finally:
        hand.application.setFont(before)
    assert len(shown) > 4
    assert cut == []


def test_an_error_shows_its_own_repair_and_no_other(hand: Hand) -> None:
    box = ErrorBox()
    told: list[str] = []
    box.repair.connect(told.append)
    box.show_error(
        ArtistError(
            "input.edit_media", "The plate moved", "It is elsewhere.", "Relink it.", "x", "relink_plate"
        )
    )
    hand.click(box.repair_button)
    assert (box.repair_button.text(), told) == ("Relink plate", ["relink_plate"])
    assert not box.detail.isVisible()
    hand.click(box.detail_button)
    assert box.detail.text() == "input.edit_media\nx"
    box.show_error(ArtistError("input.edit_media", "The plate moved", "It is elsewhere.", "Relink it."))
    assert not box.repair_button.isVisible()


def test_a_message_is_never_taken_for_markup(hand: Hand) -> None:
    box = ErrorBox()
    box.show_error(ArtistError("engine.no_take", "<b>gone</b>", "<img src=x>", "Look."))
    assert box.title.text() == "<b>gone</b>"
    assert box.message.textFormat() == look.words().textFormat()
    assert box.message.sizeHint().height() < look.em(box, 3)


def test_a_row_stays_the_same_widget_while_its_job_lives(hand: Hand) -> None:
    jobs = JobList()
    first = Job("a" * 32, "running", "inpaint", done=1, frames=4)
    jobs.show_jobs([first])
    row = jobs.rows[first.job]
    jobs.show_jobs([Job("b" * 32), Job("a" * 32, "running", "inpaint", done=2, frames=4)])
    assert jobs.rows[first.job] is row
    assert row.bar.value() == 2
    jobs.show_jobs([Job("b" * 32)])
    assert list(jobs.rows) == ["b" * 32]


def test_what_was_compared_with_stays_chosen_when_the_list_grows(hand: Hand) -> None:
    rows = [
        TakeRow(f"{n}" * 32, f"/t/v00{n}", f"s/o/v00{n}", "finished", "suggestion", (1, 2)) for n in (3, 2, 1)
    ]
    part = Compare()
    part.show_take(rows[1], rows[1:], 1)
    part.against.setCurrentIndex(part.against.findText("v001"))
    part.show_take(rows[1], rows, 1)
    assert part.against.currentText() == "v001"
    assert part.errands("/t")[0][2]["side"] == "/t/v001"


def test_panels_that_come_and_go_leave_nothing_behind(hand: Hand, here: tuple[Any, StudioDesk]) -> None:
    panel, desk = here
    hand.close(panel)
    del panel
    gc.collect()
    hand.pump()
    hand.until(lambda: not watching(), "for the threads")
    before, dead = len(hand.application.allWidgets()), []
    for _ in range(12):
        made = hand.open(desk)
        hand.until(lambda made=made: made.takes.takes(), "for the takes")
        dead.append(weakref.ref(made))
        hand.close(made)
        del made
    hand.until(lambda: not watching(), "for the threads")
    gc.collect()
    hand.pump()
    assert [one() for one in dead if one() is not None] == []
    assert len(hand.application.allWidgets()) == before


def test_a_hidden_panel_asks_nothing_and_a_shown_one_goes_on(
    hand: Hand, here: tuple[Any, StudioDesk]
) -> None:
    panel, _desk = here
    panel.hide()
    hand.until(lambda: not watching(), "for the threads")
    assert not panel._timer.isActive()
    panel.show()
    hand.until(watching, "for a thread")
    hand.until(lambda: panel.takes.takes() and not panel.asker.is_asking("takes"), "for the takes")


def test_the_thread_of_the_window_never_speaks_with_the_engine(
    hand: Hand, here: tuple[Any, StudioDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, _desk = here
    speakers: set[int] = set()
    call = Transport.call

    def noted(self: Transport, *given: Any, **more: Any) -> Any:
        speakers.add(threading.get_ident())
        return call(self, *given, **more)

    monkeypatch.setattr(Transport, "call", noted)
    hand.click(panel.refresh)
    hand.click(panel.submit)
    hand.until(lambda: len(panel.jobs.jobs()) == 2, "for the second job")
    hand.until(lambda: speakers, "for a word")
    assert threading.get_ident() not in speakers


def test_without_a_host_nothing_is_selected_and_nothing_can_be_pressed(hand: Hand) -> None:
    panel = hand.open(Desk())
    assert panel.title.text() == "Nothing of Photo Double is selected."
    assert not panel.submit.isEnabled()
    assert not panel.use.isVisible()
    assert not panel.decide.approve.isEnabled()


def test_a_fault_of_a_host_is_shown_and_ends_nothing(hand: Hand) -> None:
    class Faulty(StudioDesk):
        def submit(self) -> None:
            raise KeyError("pd_take")

    desk = Faulty({})
    desk.request = JobRequest("inpaint")
    panel = hand.open(desk)
    hand.click(panel.submit)
    assert panel.error.error.code == "engine.unexpected"
    assert "pd_take" in panel.error.error.detail


def watching() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("photodouble")]
