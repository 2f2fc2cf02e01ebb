"""The panel docked in Nuke: made by its name, for the node that is selected, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nuke_stage import Stage

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

from panel_hand import Hand

from photodouble_qt import desk as desks

pytestmark = pytest.mark.qt


@pytest.fixture
def stage(
    nuke_host: Any,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Give a script with a node whose plate and matte are files, and an engine of its own."""
    for name, value in {**engine_environment, "PHOTODOUBLE_CLIENT": str(tmp_path / "client.json")}.items():
        monkeypatch.setenv(name, value)
    made = Stage(nuke_host, tmp_path / "comp", tiny_shot(frames=range(1001, 1004)))
    for one in (made.plate, made.matte):
        one["raw"].setValue(True)
    yield made
    made.close()


@pytest.fixture
def hand() -> Iterator[Hand]:
    made = Hand()
    yield made
    made.close_all()


def docked(stage: Stage, hand: Hand) -> Any:
    """Make the panel as Nuke makes it: the text that was registered at its start is evaluated and called."""
    import __main__

    stage.module("docked")
    desks.use(stage.module("desk").NukeDesk())
    return hand.show(eval(stage.module("start").PANEL_WIDGET, __main__.__dict__)())


def test_the_start_registers_a_widget_that_nuke_can_make_by_its_text(stage: Stage, hand: Hand) -> None:
    from nuke_host import session

    import __main__

    start = stage.module("start")
    start.with_window()
    registered = session.now().panels[start.PANEL_ID + ".panel"]
    made = [registered.make() for _ in range(3)]
    assert {type(one).__name__ for one in made} == {"PhotoDoublePanel"}
    assert eval(start.PANEL_WIDGET, __main__.__dict__) is type(made[0])
    for one in made:
        hand.show(one)
        hand.close(one)
    assert stage.host.messages == []


def test_the_selected_node_is_run_watched_and_shows_its_take(stage: Stage, hand: Hand) -> None:
    panel = docked(stage, hand)
    assert panel.title.text() == "Nothing of Photo Double is selected."
    stage.host.select(stage.node)
    hand.until(lambda: stage.node.name() in panel.title.text(), "for the selection")
    assert panel.submit.text() == "Run the Node"
    stage.host.answers.append(True)
    hand.click(panel.submit)
    both(stage, hand, lambda: panel.takes.takes(), f"for the take: {stage.status}")
    both(stage, hand, lambda: stage.pd.take == panel.takes.take().take, "for the node to show it")
    both(stage, hand, lambda: panel.compare.picture.is_wipe, "for the picture")
    stage.host.set_frame(1003)
    both(stage, hand, lambda: panel.compare.frame == 1003, "for the playhead")
    hand.keys(panel.compare.picture, "Left")
    assert stage.nuke.frame() == 1002
    hand.keys(panel.compare.picture, "K")
    both(stage, hand, lambda: list(stage.pd.locked) == [1002], f"for the lock: {panel.error.error}")
    stage.host.undo()
    both(stage, hand, lambda: not panel.worth.lock.isChecked(), "for the undo to be seen")


def test_a_panel_of_a_closed_script_selects_nothing(stage: Stage, hand: Hand) -> None:
    panel = docked(stage, hand)
    stage.host.select(stage.node)
    hand.until(lambda: stage.node.name() in panel.title.text(), "for the selection")
    stage.nuke.delete(stage.node)
    hand.until(lambda: "Nothing" in panel.title.text(), "for nothing to be selected")
    assert panel.error.error is None


def both(stage: Stage, hand: Hand, condition: Callable[[], Any], what: str) -> None:
    """Wait while Nuke idles, too."""

    def idled() -> Any:
        stage.host.idle()
        return condition()

    hand.until(idled, what)
