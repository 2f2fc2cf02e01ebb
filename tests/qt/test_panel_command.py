"""`photodouble panel`: what it needs, what it shows, and the folder that it is given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble.cli.panel import check_library, check_screen
from photodouble.screen import x11_plugin
from photodouble_client.errors import ArtistError

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

from panel_hand import Hand, StudioDesk

from photodouble_qt import alone
from photodouble_qt.desk import Place, current
from photodouble_qt.folder_desk import FolderDesk, selection_of
from photodouble_qt.qt import BINDING, BINDINGS, QtCore, candidates

pytestmark = pytest.mark.qt


def test_without_qt_the_extra_to_install_is_named(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules.update({'PySide6': None, 'PySide2': None}); sys.argv = sys.argv[1:]; "
        "from photodouble.cli.main import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", program, "photodouble", "panel", str(tmp_path)]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert run.returncode == 5
    assert " -m pip install " in run.stderr and "pyside6" in run.stderr.lower()
    assert "Traceback" not in run.stderr


def test_without_a_screen_that_is_said_and_nothing_crashes() -> None:
    with pytest.raises(ArtistError) as caught:
        check_screen("linux", {})
    assert caught.value.code == "engine.panel_support"
    check_screen("linux", {"WAYLAND_DISPLAY": "wayland-0"})
    check_screen("win32", {})


def test_the_system_library_that_qt_would_die_without_is_named(tmp_path: Path) -> None:
    def missing(name: str) -> object:
        raise OSError("libxcb-icccm.so.4: cannot open shared object file")

    plugin = tmp_path / "libqxcb.so"
    check_library("linux", {"DISPLAY": ":0"}, plugin, load=missing)
    plugin.write_bytes(b"no library")
    with pytest.raises(ArtistError, match="libxcb-icccm") as caught:
        check_library("linux", {"DISPLAY": ":0"}, plugin, load=missing)
    assert "libxcb-icccm4" in caught.value.fix and "xcb-util-wm" in caught.value.fix
    with pytest.raises(ArtistError, match=r"libqxcb\.so"):
        check_library("linux", {"DISPLAY": ":0"}, plugin)
    for variables in ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}):
        check_library("linux", variables, plugin, load=missing)
    check_library("darwin", {}, plugin, load=missing)


def test_the_part_of_qt_that_opens_windows_is_where_it_is_looked_for() -> None:
    if sys.platform.startswith("linux") and BINDING == "PySide6":
        assert x11_plugin(BINDING).is_file()


def test_a_folder_that_is_not_there_is_said(photodouble: Callable[..., Any]) -> None:
    run = photodouble("panel", "nowhere")
    assert run.returncode == 2
    assert "nowhere is no folder" in run.stderr


def test_the_window_alone_is_shown_until_it_is_closed(engine_environment: dict[str, str]) -> None:
    hand = Hand()
    desk = StudioDesk(engine_environment)
    seen: list[Any] = []

    def close() -> None:
        seen.append(
            (current(), [one.windowTitle() for one in hand.application.topLevelWidgets() if one.isVisible()])
        )
        hand.application.closeAllWindows()

    QtCore.QTimer.singleShot(200, close)
    assert alone.show_alone(desk) == 0
    assert seen == [(desk, ["Photo Double"])]
    assert current() is not desk


@pytest.mark.parametrize(
    ("below", "shot", "operation"),
    [
        ("", "", ""),
        ("sh010", "sh010", ""),
        ("sh010/inpaint", "sh010", "inpaint"),
        ("sh010/inpaint/v001", "sh010", "inpaint"),
    ],
)
def test_takes_are_found_from_their_root_their_shot_or_one_of_them(
    tmp_path: Path, below: str, shot: str, operation: str
) -> None:
    take = tmp_path / "show" / "takes" / "sh010" / "inpaint" / "v001"
    take.mkdir(parents=True)
    (take / "request.json").write_text("{}")
    found = selection_of(str(tmp_path / "show" / "takes" / below))
    assert (found.takes_root, found.shot, found.operation) == (
        str(tmp_path / "show" / "takes"),
        shot,
        operation,
    )
    assert selection_of(str(tmp_path / "show")).takes_root == str(tmp_path / "show" / "takes")


def test_a_take_is_made_again_with_the_frames_that_are_kept(made: Any) -> None:
    take = made.take
    desk = FolderDesk(str(made.show / "takes"))
    assert not desk.can_submit()
    desk.look_at(Place(take.take_id, str(take.folder), take.label, (1001, 1002)))
    desk.lock(1002, True)
    submission = desk.submit()
    assert submission is not None
    assert submission.request.locks == {1002: str(made.frame(1002))}
    assert (submission.request.take, submission.request.parent) == ("", take.take_id)
    assert submission.request.output_root == str(made.show / "takes")
    desk.lock(1002, False)
    assert desk.locked_frames() == []
    with pytest.raises(ArtistError):
        desk.lock(1999, True)


def test_the_binding_of_the_host_comes_first_and_never_both() -> None:
    assert candidates({"PySide2": 1}, {}) == ["PySide2"]
    assert candidates({"PySide2": 1}, {"PHOTODOUBLE_QT": "PySide6"}) == ["PySide2"]
    assert candidates({}, {"PHOTODOUBLE_QT": "PySide2"}) == ["PySide2"]
    assert candidates({}, {"PHOTODOUBLE_QT": "PyQt5"}) == ["PySide6", "PySide2"]
    assert [name for name in BINDINGS if name in sys.modules] == [BINDING]


def test_no_window_is_needed_to_look_at_a_desk() -> None:
    program = "import sys, json, photodouble_qt.folder_desk; print(json.dumps(list(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert [name for name in json.loads(run.stdout) if name.startswith(("PySide", "photodouble."))] == []
