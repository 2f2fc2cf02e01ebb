"""Make the picture of the tools beside Resolve: a made-up Resolve, a real engine, real clicks.

`install/resolve_pictures.py` writes core/docs/pictures/resolve_tools.jpg. It needs the environment of the
tests; its engine, settings and takes lie in a folder that is removed afterwards.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "install"), str(ROOT / "core"), str(ROOT / "tests" / "fakes")]

from panel_pictures import PICTURES, end_engine, surroundings  # noqa: E402, from beside this file

OUTLINE = ((0.31, 0.35), (0.36, 0.36), (0.4, 0.62), (0.41, 0.9), (0.24, 0.91), (0.25, 0.6))
"""Around the man of the demonstration's plate, as shares of its width and height."""
WORDS = ("demo", "--frames", "10", "--size", "640x360", "--quiet")


def main(arguments: list[str] | None = None) -> int:
    """Make the demonstration's plate, show the tools on it, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=PICTURES, help="Where the picture goes.")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pd-") as made:
        folder = Path(made)
        environment = surroundings(folder)
        command = [sys.executable, "-m", "photodouble.cli.main", *WORDS, "--output", str(folder / "show")]
        subprocess.run(command, check=True, env=environment, timeout=900)
        try:
            picture(given.to, folder, environment)
        finally:
            end_engine(folder / "run")
    return 0


def picture(to: Path, folder: Path, environment: dict[str, str]) -> None:
    """Choose Photo Double in the menu, draw an outline and keep what is to be seen."""
    from panel_hand import LEFT, Hand, QTest
    from resolve_menu_hand import Menu

    from photodouble_qt.qt import Qt, QtCore
    from photodouble_qt.resolve_desk import ResolveDesk
    from photodouble_qt.resolve_window import ResolveWindow

    first = sorted((folder / "show").rglob("plate*.exr"))
    head, number, _ = first[0].name.rsplit(".", 2)
    pattern = str(first[0].with_name(f"{head}.%0{len(number)}d.exr"))
    menu, hand = Menu(folder, environment), Hand()
    frames = [int(number), int(number) + 9]
    linear = {"Input_Color_Space": "Linear"}
    host = {"colour": "rcm", "size": [640, 360]}
    menu.choose(plate=pattern, frames=frames, playhead=4, host=host, properties=linear)
    try:
        session = menu.session(menu.engine())["session"]
        window = hand.show(ResolveWindow(ResolveDesk(session, {"environment": menu.environment})))
        window.resize(1150, 680)
        view = window.tools.shapes
        hand.until(lambda: view.is_ready)
        width, height = view.size_of_plate
        for x, y in (*OUTLINE, OUTLINE[0]):
            at = view.to_widget((x * width, y * height))
            place = QtCore.QPoint(round(at.x()), round(at.y()))
            QTest.mouseClick(view, LEFT, Qt.KeyboardModifier.NoModifier, place)
        hand.until(window.tools.preview_button.isEnabled)
        hand.pump()
        window.grab().save(str(to / "resolve_tools.jpg"), "JPG", 88)
        hand.close_all()
    finally:
        menu.end()


if __name__ == "__main__":
    sys.exit(main())
