"""Every word of the panel in another language, by keyboard, with a tip, and never by colour alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from made_catalogue import LEFT, RIGHT, bracketed

from photodouble_client import language
from photodouble_client.errors import ArtistError
from photodouble_client.language import Catalogue, use_language
from photodouble_client.request import JobRequest

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

from panel_hand import Hand, StudioDesk

from photodouble_qt.dials import Dials
from photodouble_qt.qt import Qt, QtWidgets

pytestmark = pytest.mark.qt

TEMPLATE = Path(__file__).resolve().parents[2] / "core" / "languages" / "photodouble.pot"
DATA = re.compile(
    r"v\d{3}(   sh010 inpaint)?|Fill1.*|[\d\s.,:;%()+/-]*|sh010.*|W|Photo Double"
    r"|engine\.not_installed|\((Ctrl|Shift|\+|\w)+\)"
)
"""What is no sentence: names, numbers, the product's own name."""


@pytest.fixture
def bracketing() -> Iterator[None]:
    use_language(Catalogue(bracketed(TEMPLATE)))
    yield
    language._chosen.clear()


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    made = Hand()
    yield made
    made.close_all()


def texts(widget: Any) -> Iterator[tuple[str, str]]:
    """Yield every text that a panel shows or reads out, with the kind of widget that holds it."""
    for one in [widget, *widget.findChildren(QtWidgets.QWidget)]:
        found = [one.toolTip(), one.accessibleName(), one.accessibleDescription()]
        if isinstance(one, (QtWidgets.QLabel, QtWidgets.QAbstractButton)):
            found.append(one.text())
        if isinstance(one, QtWidgets.QLineEdit):
            found.append(one.placeholderText())
        if isinstance(one, QtWidgets.QComboBox):
            found += [one.itemText(at) for at in range(one.count())]
            found += [str(one.itemData(at, Qt.ItemDataRole.ToolTipRole) or "") for at in range(one.count())]
        if isinstance(one, QtWidgets.QListWidget):
            found += [line for at in range(one.count()) for line in one.item(at).text().split("\n")]
        if isinstance(one, QtWidgets.QTabWidget):
            found += [one.tabText(at) for at in range(one.count())]
        found.append(str(getattr(one, "words", "")))
        yield from ((type(one).__name__, text) for text in found if text.strip())


def english(widget: Any) -> list[tuple[str, str]]:
    """List what is still English: words outside all brackets that are no data."""
    left = []
    for kind, text in texts(widget):
        outside = re.sub(f"{LEFT}.*{RIGHT}", "", text, flags=re.DOTALL).strip(" ●.")
        if outside and not DATA.fullmatch(outside) and re.search("[A-Za-z]{2}", outside):
            left.append((kind, text))
    return left


@pytest.fixture
def panel(
    bracketing: None,
    hand: Hand,
    tiny_shot: Callable[..., Any],
    request_for: Callable[..., JobRequest],
    engine_environment: dict[str, str],
) -> Any:
    """Give a panel with a finished job and its take."""
    request = request_for(tiny_shot(frames=range(1001, 1003)))
    where = {"takes_root": request.output_root, "shot": "sh010", "operation": "inpaint", "frame": 1001}
    made = hand.open(StudioDesk(engine_environment, request, **where))
    hand.click(made.submit)
    hand.until(lambda: made.takes.take() and "finished" in made.takes.take().status, "for the take")
    hand.until(lambda: made.compare.picture.is_wipe, "for the wipe")
    return made


def test_every_word_of_the_panel_is_in_the_catalogue(hand: Hand, panel: Any) -> None:
    panel.error.show_error(
        ArtistError(
            "engine.not_installed",
            "No engine is set up on this machine",
            "/opt/python is no Python that can be run.",
            "Install the engine and run 'photodouble engine use' in its environment, or set "
            "PHOTODOUBLE_ENGINE to the path of its Python.",
            action="start_engine",
        )
    )
    hand.pump()
    left = english(panel)
    assert left == [], "\n".join(map(str, left))


def test_a_word_that_nobody_can_translate_is_found(hand: Hand, panel: Any) -> None:
    panel.decide.reason.setPlaceholderText("Anything at all")
    assert english(panel) == [("QLineEdit", "Anything at all")]


def test_whatever_can_be_pressed_or_filled_is_reached_by_tab_and_says_what_it_does(panel: Any) -> None:
    kinds = (QtWidgets.QAbstractButton, QtWidgets.QComboBox, QtWidgets.QLineEdit, QtWidgets.QSlider)
    found = [one for kind in kinds for one in panel.findChildren(kind) if one.isVisibleTo(panel)]
    assert len(found) > 10
    out_of_reach = [one for one in found if not one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    silent = [one for one in found if not (one.toolTip() or one.parentWidget().toolTip())]
    assert [(type(one).__name__, getattr(one, "text", str)()) for one in out_of_reach] == []
    assert [(type(one).__name__, getattr(one, "text", str)()) for one in silent] == []


def test_a_coloured_state_is_a_word_too(panel: Any) -> None:
    row = panel.takes.item(0).text()
    job = next(iter(panel.jobs.rows.values()))
    assert "finished" in row
    assert job.state.text().strip()


def test_a_choice_is_shown_in_the_language_and_kept_as_declared(bracketing: None, hand: Hand) -> None:
    from photodouble_client.specs import SPECS

    params = [one for one in SPECS["inpaint"].params if one.kind == "choice"]
    dials = hand.show(Dials(params))
    field = dials.fields[params[0].key]
    field.setCurrentIndex(1)
    assert field.currentText().startswith(LEFT)
    assert dials.values() == {params[0].key: field.itemData(1)}
    assert field.itemData(1) in params[0].choices
