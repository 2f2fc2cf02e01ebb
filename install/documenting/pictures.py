"""Every picture of the documentation, what makes it from the running program, and the making.

install/pictures --list          say what makes each
install/pictures NAME [NAME ...] make these again: data_flow, panel, resolve, tasks, demo, crowd, edit
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from documenting import data_flow
from documenting.pages import DOCS, ROOT

FOLDER = DOCS / "pictures"


@dataclass(frozen=True)
class Made:
    """A group of pictures: their names, how they are made, and what makes them; nothing if by hand."""

    names: tuple[str, ...]
    how: str
    make: Callable[[Path], None] | None = None


def main(arguments: list[str] | None = None) -> int:
    """List the pictures, or make the ones that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = [name for name, made in PICTURES.items() if made.make]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--list", action="store_true", help="Say what makes each picture, and make none.")
    parser.add_argument("--to", type=Path, default=FOLDER, help="Where the pictures go.")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in known]:
        parser.error(f"no script makes {', '.join(unknown)}: see --list")
    if given.list or not given.names:
        for name, made in PICTURES.items():
            print(f"{name if made.make else 'by hand'}: {', '.join(made.names)}\n    {made.how}")
        return 0
    given.to.mkdir(parents=True, exist_ok=True)
    for name in given.names:
        make = PICTURES[name].make
        assert make is not None
        make(given.to.absolute())
        print(f"{name}: {', '.join(PICTURES[name].names)}")
    return 0


def listed() -> list[str]:
    """Name every picture that is listed."""
    return sorted(name for made in PICTURES.values() for name in made.names)


def _data_flow(to: Path) -> None:
    data_flow.write(to / "data_flow.svg")


def _script(name: str) -> Callable[[Path], None]:
    def make(to: Path) -> None:
        command = [sys.executable, str(ROOT / "install" / name), "--to", str(to)]
        subprocess.run(command, check=True, timeout=1800)

    return make


def _tasks(to: Path) -> None:
    """Work through the tasks that are shown, and keep what is to be seen."""
    from documenting.run_tasks import desk
    from documenting.tasks import task_pages

    for page in task_pages():
        if page.path.stem not in OF_TASKS:
            continue
        with desk(page) as made:
            made.environment["TASK_PICTURE"] = str(to / "task_face.jpg")
            made.work_through(page)
            OF_TASKS[page.path.stem](made.folder, to)


def _wire(work: Path, to: Path) -> Path:
    sheet = work / "wire/takes/sh010/inpaint/v001/pictures/contact_sheet.png"
    return _beside([sheet], to / "task_wire.jpg", wide=1600)


def _stand(work: Path, to: Path) -> Path:
    sides = (("v001", "plate"), ("v001", "result"), ("v002", "result"))
    seen = [_seen(work / "stand/takes", version, side) for version, side in sides]
    return _beside(seen, to / "task_stand.jpg")


def _face(_work: Path, to: Path) -> Path:
    """Name the picture that the hand at the window has kept."""
    return to / "task_face.jpg"


OF_TASKS = {
    "fill_the_stand_in_blender": _stand,
    "remove_a_wire_in_nuke": _wire,
    "soften_age_in_resolve": _face,
}
"""What keeps the picture of a task, from the folder it was worked through in."""


def _seen(takes: Path, version: str, side: str) -> Path:
    """Draw a side of a take as it looks on a screen."""
    command = ["pictures", "wipe", f"sh020/crowd/{version}", "1003", "--root", str(takes)]
    position = "1" if side == "plate" else "0"
    return Path(_photodouble(*command, "--position", position).splitlines()[-1].rpartition(": ")[2].strip())


def _demo(to: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pd-") as made:
        _photodouble("demo", "--output", made, "--quiet")
        shutil.copyfile(Path(made) / "contact_sheet.png", to / "first_light.png")


def _crowd(to: Path) -> None:
    from photodouble.demo.crowd_look import write_picture
    from photodouble.demo.removal import read_colour

    with tempfile.TemporaryDirectory(prefix="pd-") as made:
        folder = Path(made)
        _photodouble("demo", "crowd", "--output", made, "--quiet")
        plate = folder / "plate.png"
        write_picture(plate, read_colour(folder / "plate" / "plate.1013.exr"))
        _beside([plate, folder / "crowd.png", folder / "crowd_ids.png"], to / "crowd.jpg", wide=1920)


def _edit(to: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pd-") as made:
        _photodouble("demo", "edit", "--output", made, "--quiet")
        _beside([Path(made) / "edit.png"], to / "edit.jpg")


def _photodouble(*words: str) -> str:
    command = [sys.executable, "-m", "photodouble.cli.main", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "core")}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=1800, env=environment
    ).stdout


def _beside(pictures: list[Path], to: Path, wide: int = 0) -> Path:
    """Lay pictures beside each other at one height, all together `wide` pixels wide where that is said."""
    import cv2

    found: list[Any] = [cv2.imread(str(path)) for path in pictures]
    tall = min(one.shape[0] for one in found)
    fitted = [cv2.resize(one, (one.shape[1] * tall // one.shape[0], tall)) for one in found]
    whole = cv2.hconcat(fitted)
    if wide:
        size = (wide, round(whole.shape[0] * wide / whole.shape[1]))
        whole = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(to), whole, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return to


PICTURES = {
    "data_flow": Made(
        ("data_flow.svg",), "drawn from the declarations and tables of the program", _data_flow
    ),
    "panel": Made(
        (
            "panel_away.jpg",
            "panel_decided.jpg",
            "panel_refused.jpg",
            "panel_takes.jpg",
            "panel_takes_200.jpg",
        ),
        "the panel on a take of the demo, with a real engine and real clicks (install/panel_pictures.py)",
        _script("panel_pictures.py"),
    ),
    "resolve": Made(
        ("resolve_tools.jpg",),
        "the tools beside a made-up Resolve, with a real engine (install/resolve_pictures.py)",
        _script("resolve_pictures.py"),
    ),
    "tasks": Made(
        ("task_face.jpg", "task_stand.jpg", "task_wire.jpg"),
        "the five-minute tasks, worked through as written",
        _tasks,
    ),
    "demo": Made(("first_light.png",), "the contact sheet of photodouble demo", _demo),
    "crowd": Made(("crowd.jpg",), "plate, result and people of photodouble demo crowd", _crowd),
    "edit": Made(("edit.jpg",), "the strips of photodouble demo edit", _edit),
    "windows": Made(
        (
            "blender_check.png",
            "blender_editors.jpg",
            "blender_job.jpg",
            "blender_mask.jpg",
            "blender_node.jpg",
            "blender_takes.jpg",
            "collapse_panel.jpg",
        ),
        "taken in the window of Blender 4.3 and 5.2, as their captions say: no script opens a window there",
    ),
    "renders": Made(
        ("blender_crowd.jpg", "collapse.jpg"),
        "rendered by Cycles in Blender 4.5 from the demo's stadium and a building, laid together by hand",
    ),
}

if __name__ == "__main__":
    sys.exit(main())
