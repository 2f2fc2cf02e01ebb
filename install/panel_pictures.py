"""Make the pictures of the panel in the documentation: a real take, real clicks, at 100 % and 200 %.

`install/panel_pictures.py` writes core/docs/pictures/panel_*.jpg. It needs the environment of the tests; its
engine, settings and takes lie in a folder that is removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "core" / "docs" / "pictures"
FRAMES, SIZE = 10, "640x360"


def main(arguments: list[str] | None = None) -> int:
    """Make a show with takes, then picture the panel on it once per size of the screen's pixels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=PICTURES, help="Where the pictures go.")
    parser.add_argument("--shot", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.shot:
        picture(given.to, given.shot)
        return 0
    with tempfile.TemporaryDirectory(prefix="pd-") as made:
        folder = Path(made)
        environment = surroundings(folder)
        make_show(folder, environment)
        try:
            for times in ("1", "2"):
                command = [
                    sys.executable,
                    __file__,
                    "--to",
                    str(given.to.absolute()),
                    "--shot",
                    str(folder / "show"),
                ]
                scaled = {**environment, "QT_SCALE_FACTOR": times}
                subprocess.run(command, check=True, env=scaled, timeout=600)
        finally:
            end_engine(folder / "run")
    return 0


def surroundings(folder: Path) -> dict[str, str]:
    """Give an environment whose settings, keys and engine are nobody's own."""
    user = folder / "user.toml"
    places = {"cache_folder": folder / "cache", "engine_folder": folder / "state"}
    user.write_text(
        "".join(f'{name} = "{place.as_posix()}"\n' for name, place in places.items()), encoding="utf-8"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHOTODOUBLE_")}
    return {
        **kept,
        "PHOTODOUBLE_CLIENT": str(folder / "client.json"),
        "PHOTODOUBLE_ENGINE": sys.executable,
        "PHOTODOUBLE_RUNTIME": str(folder / "run"),
        "PHOTODOUBLE_USER": str(user),
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_STATE_HOME": str(folder / "own"),
    }


def make_show(folder: Path, environment: dict[str, str]) -> None:
    """Take a person out of a moving plate in a show with one supervisor, ada."""

    def photodouble(*words: str) -> str:
        command = [sys.executable, "-m", "photodouble.cli.main", *words]
        return subprocess.run(
            command, check=True, env=environment, capture_output=True, text=True, timeout=900
        ).stdout

    show = folder / "show"
    photodouble("demo", "--output", str(show), "--frames", str(FRAMES), "--size", SIZE, "--quiet")
    (show / "photodouble.toml").write_text('name = "demo"\n', encoding="utf-8")
    photodouble("person", "add", "ada", "--name", "Ada", "--role", "supervisor", "--show", str(show))


def picture(to: Path, shot: str) -> None:
    """Show the panel, do what an artist does, and keep what is to be seen."""
    sys.path[:0] = [str(ROOT / "core"), str(ROOT / "tests" / "fakes")]
    from panel_hand import Hand

    from photodouble_qt.folder_desk import FolderDesk

    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    hand, desk = Hand(), FolderDesk(shot)
    panel = hand.open(desk)
    panel.resize(920, 660)
    # Twice as large pixels show the same panel; one picture of it is enough to see that it is sharp.
    keep = _keeper(to, hand, panel, "" if scale == "1" else "_200")
    if not (Path(os.environ["PHOTODOUBLE_RUNTIME"]) / "engine.json").exists():
        hand.until(panel.start.isVisible)
        keep("away")
        hand.click(panel.start)
    hand.until(lambda: panel.takes.take() and panel.compare.picture.is_wipe)
    hand.until(lambda: not panel.takes.without_picture())
    hand.drag(panel.compare.picture, (0.5, 0.5), (0.55, 0.5))
    hand.until(lambda: panel.decide.said.text())
    hand.keys(panel.compare.picture, "K")
    hand.until(desk.locked_frames)
    if scale != "1":
        keep("takes")
        return
    hand.click(panel.submit)
    hand.until(lambda: any(0 < job.done < job.frames for job in panel.jobs.jobs()))
    keep("takes")
    hand.row(panel, "finished")
    hand.until(lambda: len(panel.takes.takes()) == 2)
    hand.type(panel.decide.person, "ada")
    hand.type(panel.decide.reason, "the edge is clean now")
    hand.click(panel.decide.approve)
    hand.until(lambda: panel.takes.take().review == "approved")
    hand.keys(panel.compare.picture, "O")
    hand.until(lambda: "Ada" in panel.decide.said.text() and not panel.asker.is_asking("pictures"))
    hand.until(lambda: not panel.takes.without_picture() and not panel.asker.is_asking("thumbnails"))
    keep("decided")
    hand.type(panel.decide.person, "nobody")
    hand.click(panel.decide.reject)
    hand.until(panel.error.isVisible)
    panel.resize(440, 860)
    hand.pump()
    keep("refused")


def _keeper(to: Path, hand: Any, panel: Any, mark: str) -> Callable[[str], None]:
    def keep(name: str) -> None:
        path = to / f"panel_{name}{mark}.jpg"
        hand.pump(20)
        shown = panel.grab().toImage()
        shown.setDevicePixelRatio(1)
        shown.save(str(path), "JPG", 90)
        print(path)

    return keep


def end_engine(runtime: Path) -> None:
    """End the engine that was started for the pictures."""
    try:
        os.kill(int(json.loads((runtime / "engine.json").read_text(encoding="utf-8"))["pid"]), signal.SIGKILL)
    except (OSError, ValueError, KeyError):
        return


if __name__ == "__main__":
    sys.exit(main())
