"""A hand in the menu of a made-up Resolve: chooses Photo Double, closes its panel, counts what is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import FileLock

MENU = Path(__file__).resolve().with_name("resolve_menu.py")
PATIENCE = 90.0


class Menu:
    """A made-up Resolve in a process of its own, in which Photo Double was chosen from the menu."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        own = {
            "PHOTODOUBLE_TAKES": str(folder / "takes"),
            "QT_QPA_PLATFORM": "offscreen",
            "PHOTODOUBLE_CLIENT": str(folder / "client.json"),
        }
        self.environment = {**environment, **own}
        self._started: list[subprocess.Popen[str]] = []

    def choose(self, **story: Any) -> subprocess.Popen[str]:
        path = self.folder / "story.json"
        path.write_text(json.dumps(story), encoding="utf-8")
        command = [sys.executable, str(MENU), str(path)]
        made = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment
        )
        self._started.append(made)
        return made

    def told(self, **story: Any) -> str:
        """Choose it and wait for what it says."""
        return str(self.choose(**story).communicate(timeout=PATIENCE)[0]).strip()

    def engine(self) -> Engine:
        return self.until(self._engine)

    def session(self, engine: Engine) -> dict[str, Any]:
        return self.until(lambda: next((one for one in engine.sessions() if one["host"] == "resolve"), None))

    def panels(self) -> list[int]:
        """List the panels of this test's sessions that live."""
        found = []
        for one in Path("/proc").iterdir():
            if not one.name.isdigit():
                continue
            try:
                words = (one / "cmdline").read_bytes().split(b"\0")
                place = (one / "environ").read_bytes()
            except OSError:
                continue
            if b"--session" in words and self.environment["PHOTODOUBLE_RUNTIME"].encode() in place:
                found.append(int(one.name))
        return found

    def lock(self) -> FileLock:
        return FileLock(str(Path(self.environment["PHOTODOUBLE_RUNTIME"]) / "resolve.lock"))

    def until(self, look: Callable[[], Any]) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError("waited in vain")

    def end(self) -> None:
        for one in self._started:
            if one.poll() is None:
                one.kill()
            one.communicate(timeout=PATIENCE)

    def _engine(self) -> Engine | None:
        try:
            return Engine.connect("test", start=False, environment=self.environment)
        except ArtistError:
            return None


def nothing_is_left(menu: Menu, engine: Engine) -> None:
    assert menu.until(lambda: not menu.panels())
    assert menu.until(lambda: not [one for one in engine.sessions() if one["host"] == "resolve"])
    assert menu.until(menu.lock().is_free)


def close_panel(menu: Menu) -> None:
    """Close the panel's window as a desktop does when the artist leaves: by SIGTERM to its process."""
    for pid in menu.until(menu.panels):
        os.kill(pid, signal.SIGTERM)
