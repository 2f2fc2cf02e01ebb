"""The panel beside Resolve: a process of the engine's own Python, which ends with this script or before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any, Dict, Mapping, Optional

from photodouble_client.detached import scrubbed, tail
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import runtime_folder, unusable
from photodouble_client.settings import ClientSettings, engine_interpreter, not_installed

LOG = "resolve_panel.log"
MODULE = "photodouble.cli.main"
KEPT = ("QT_QPA_PLATFORM", "QT_SCALE_FACTOR")
"""What an artist may have said about windows; all else that names a Qt is Resolve's own."""
PATIENCE = 5.0


class PanelProcess:
    """Hold the panel of a session. It ends by itself when its input closes, as when this script is killed."""

    def __init__(
        self, session: str, settings: ClientSettings, environment: Optional[Mapping[str, str]] = None
    ) -> None:
        """Start the panel; raises ArtistError `engine.not_installed` where there is no Python for it."""
        variables = os.environ if environment is None else environment
        folder = runtime_folder(variables)
        self.log = os.path.join(folder, LOG)
        python = engine_interpreter(settings)
        command = [python, "-I", "-m", MODULE, "panel", "--session", session]
        try:
            self._process = _started(command, folder, self.log, _environment(variables, folder))
        except OSError as problem:
            raise not_installed("{} cannot be run.".format(python), str(problem)) from problem

    @property
    def pid(self) -> int:
        """Give the number of the process."""
        return int(self._process.pid)

    def is_open(self) -> bool:
        """Whether the panel is there."""
        return self._process.poll() is None

    def problem(self) -> Optional[ArtistError]:
        """Say why the panel ended; None where the artist closed it."""
        status = self._process.poll()
        if not status or status == -signal.SIGTERM:  # the desktop closes what the artist leaves
            return None
        if status < 0:
            return _killed(-status)
        said = tail(self.log).strip()
        return ArtistError(
            "engine.panel_support",
            "The panel could not be shown",
            _first_line(said) or "It ended with status {}.".format(status),
            "Read {}, or use the engine's page in the browser.".format(self.log),
            said,
        )

    def end(self) -> None:
        """Let the panel end: it is asked by closing its input, and killed if it does not."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(PATIENCE)


def _killed(number: int) -> ArtistError:
    return ArtistError(
        "engine.panel_support",
        "The panel has ended",
        "It was ended from outside (signal {}).".format(number),
        "Choose Photo Double in the menu again; jobs have gone on.",
    )


def _started(command: Any, folder: str, log: str, environment: Mapping[str, str]) -> Any:
    more: Dict[str, Any] = {"cwd": folder, "env": dict(environment), "close_fds": True}
    if sys.platform == "win32":
        more["creationflags"] = subprocess.CREATE_NO_WINDOW
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as problem:
        raise unusable(log, "It cannot be written.", str(problem)) from problem
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=handle, **more
        )
    finally:
        os.close(handle)


def _environment(variables: Mapping[str, str], folder: str) -> Dict[str, str]:
    kept = {name: variables[name] for name in KEPT if name in variables}
    return {**scrubbed(variables), **kept, "PHOTODOUBLE_RUNTIME": folder}


def _first_line(said: str) -> str:
    return next((line.strip() for line in said.splitlines() if line.strip()), "")[:300]
