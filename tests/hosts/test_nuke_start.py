"""How Nuke starts with Photo Double: nothing is opened, started or connected until somebody asks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_37 = Path.home() / ".pyenv/versions/3.7.16/bin/python"

STARTING = """
import json, os, sys, threading
folder, fakes, core, gui = sys.argv[1:5]
sys.path[:0] = [fakes, core]
import nuke_host
host = nuke_host.install(gui=gui == "gui")
import nuke, nukescripts
sys.path.insert(0, folder)
before, opened, other = set(sys.modules), [], []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.append(arguments[0])
    elif event.split(".")[0] in ("socket", "subprocess") or event in ("os.system", "os.exec", "os.mkdir"):
        other.append(event)
if hasattr(sys, "addaudithook"):
    sys.addaudithook(watch)
for name in ("init.py", "menu.py")[: 2 if gui == "gui" else 1]:
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    exec(compile(text, path, "exec"), {"__file__": path, "__name__": name[:-3]})
watching = list(opened)
print(json.dumps({
    "opened": [path for path in watching if not path.startswith(folder)],
    "other": other,
    "threads": threading.active_count(),
    "modules": sorted(set(sys.modules) - before),
    "callbacks": host._running.callbacks.count(),
}))
"""


def start(folder: Path, gui: str = "gui", python: str = sys.executable) -> tuple[dict[str, Any], str]:
    """Start a Nuke in a process of its own; return what it noted, and what it printed before."""
    places = [str(folder), str(ROOT / "tests/fakes"), str(ROOT / "core")]
    command = [python, "-B", "-c", STARTING, *places, gui]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    *said, noted = ran.stdout.strip().splitlines()
    return json.loads(noted), "\n".join(said)


@pytest.mark.parametrize("gui", ["gui", "terminal"])
def test_starting_opens_nothing_but_its_own_folder(gui: str) -> None:
    found, said = start(ROOT / "nuke", gui)
    assert said == ""
    assert found["opened"] == [] and found["other"] == [] and found["threads"] == 1
    heavy = "http socket ssl concurrent multiprocessing numpy PySide6 PySide2 photodouble photodouble_client"
    assert [name for name in found["modules"] if name.partition(".")[0] in heavy.split()] == []


def test_a_farm_listens_to_renders_and_to_nothing_else() -> None:
    assert start(ROOT / "nuke", "terminal")[0]["callbacks"] == 1
    assert start(ROOT / "nuke")[0]["callbacks"] > 1


@pytest.mark.skipif(not PYTHON_37.is_file(), reason="there is no Python 3.7 on this machine")
@pytest.mark.parametrize("gui", ["gui", "terminal"])
def test_it_starts_in_the_python_of_nuke_13(gui: str) -> None:
    found, said = start(ROOT / "nuke", gui, str(PYTHON_37))
    assert said == "" and "photodouble_nuke.start" in found["modules"]


def test_a_broken_plug_in_is_one_line_and_nuke_starts(tmp_path: Path) -> None:
    folder = tmp_path / "nuke"
    shutil.copytree(ROOT / "nuke", folder, ignore=shutil.ignore_patterns("_vendor", "__pycache__"))
    (folder / "photodouble_nuke/start.py").write_text("this is not Python\n", encoding="utf-8")
    _, said = start(folder)
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "Photo Double is not loaded",
        "Photo Double has no menu",
    ]


def test_without_the_carried_packages_a_button_says_one_sentence(
    nuke_host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nuke_adapter import fresh

    ours = fresh()
    from photodouble_nuke import vendored

    def missing() -> None:
        raise ImportError(vendored.MISSING.format(vendored.FOLDER))

    monkeypatch.setattr(vendored, "use", missing)
    ours.start.with_window()
    nuke_host.click("Nuke/Photo Double/PD_Inpaint")
    assert len(nuke_host.messages) == 1 and "is not complete" in nuke_host.messages[0]


def test_every_operation_is_in_the_toolbar_and_in_the_menu(nuke_host: Any) -> None:
    from nuke_adapter import fresh

    ours = fresh()
    ours.start.with_window()
    for label, operation in ours.menus.NODES:
        for above in ("Nuke", "Nodes"):
            nuke_host.click(f"{above}/Photo Double/{label}")
        assert sum(pd.operation == operation for pd in ours.node.all_nodes()) == 2
    nuke_host.undo()
    assert len(ours.node.all_nodes()) == 2 * len(ours.menus.NODES) - 1


def test_starting_twice_listens_once(nuke_host: Any) -> None:
    from nuke_adapter import fresh

    ours = fresh()
    for _ in range(2):
        ours.start.everywhere()
        ours.start.with_window()
    assert nuke_host._running.callbacks.count() == 7


def test_the_panel_comes_back_with_a_saved_layout(nuke_host: Any) -> None:
    """A layout knows nothing but the id; the widget is made from a text in Nuke's own main module."""
    import nukescripts
    from nuke_adapter import fresh

    ours = fresh()
    ours.start.with_window()
    nukescripts.restorePanel(ours.start.PANEL_ID)
    assert nuke_host.panel(ours.start.PANEL_ID).panes == [None]
    assert nuke_host.printed == []


def test_the_panel_is_made_by_its_name_as_often_as_nuke_likes(
    nuke_host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PySide6")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    from nuke_adapter import fresh
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    ours = fresh()
    ours.start.with_window()
    panel = nuke_host.panel(ours.start.PANEL_ID)
    first, second = panel.make(), panel.make()
    assert type(first).__name__ == "PhotoDoublePanel" and first is not second
    from photodouble_qt import desk

    assert desk.current().host == "nuke" and desk.current().selection() is None
    ours.group.make("inpaint").setSelected(True)
    selection = desk.current().selection()
    assert selection is not None and selection.operation == "inpaint"
    assert selection == desk.current().selection(), "the panel asks eight times a second"
    first.deleteLater()
    second.deleteLater()
    application.processEvents()
    desk.use(None)
