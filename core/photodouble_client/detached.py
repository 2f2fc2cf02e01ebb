"""Start a program that belongs to no host: with none of its libraries, and as nobody's child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any, Dict, Mapping, Sequence

from .runtime import unusable

FORK_TIMEOUT = 5.0
LOG_TAIL = 8000

# Of the host's own environment these would break another Python or bring the host's libraries into it. OCIO
# stays on purpose: the show's colours are the same in host and engine.
_SCRUBBED_STARTS = ("PYTHON", "QT_", "QML", "DYLD_", "PYSIDE", "SHIBOKEN")
_SCRUBBED = {
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LD_AUDIT",
    "LIBPATH",
    "SHLIB_PATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "TCL_LIBRARY",
    "TK_LIBRARY",
    "SSL_CERT_FILE",
    "OIIO_LIBRARY_PATH",
    "__PYVENV_LAUNCHER__",
}


def scrubbed(environment: Mapping[str, str]) -> Dict[str, str]:
    """Leave out what would bring the host's Python, libraries and windows into another program."""
    return {
        name: value
        for name, value in environment.items()
        if name.upper() not in _SCRUBBED and not name.upper().startswith(_SCRUBBED_STARTS)
    }


class Launched:
    """A process that was started to become the engine.

    On POSIX it forks the engine away and ends, so that the host never has a child that it must wait for. The
    pipe that it leaves to the engine is closed when the engine is ready, or when it has died.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)

    def has_ended(self) -> bool:
        """Say whether nothing can come any more; on POSIX also count the first process as ended."""
        status = self._process.poll()
        if self._process.stdout is None:
            return status is not None
        try:
            return os.read(self._process.stdout.fileno(), 4096) == b""
        except BlockingIOError:
            return False

    def let_go(self) -> None:
        """Close the pipe; a first process still busy forking is waited for, one that hangs is killed."""
        if self._process.stdout is not None:
            self._process.stdout.close()
            try:
                self._process.wait(FORK_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Kill what was started and has not become the engine, with all that it started itself."""
        if self._process.poll() is not None:
            return
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait(FORK_TIMEOUT)


def launch(command: Sequence[str], folder: str, log: str, environment: Mapping[str, str]) -> Launched:
    """Start a command in a folder, with an environment as given; what it says on its error stream is logged.

    On POSIX `--detach` is added: the command forks itself away. Raises OSError if it cannot be run,
    ArtistError `engine.runtime_folder` if the log cannot be written.
    """
    more: Dict[str, Any] = {"cwd": folder, "env": environment, "stdin": subprocess.DEVNULL, "close_fds": True}
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as problem:
        raise unusable(log, "It cannot be written.", str(problem)) from problem
    try:
        if sys.platform == "win32":
            flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
            more.update(stdout=handle, creationflags=flags)
            return Launched(subprocess.Popen(command, stderr=handle, **more))
        more.update(stdout=subprocess.PIPE, start_new_session=True)
        return Launched(subprocess.Popen([*command, "--detach"], stderr=handle, **more))
    finally:
        os.close(handle)


def tail(log: str) -> str:
    """Read the end of what a started program said."""
    try:
        with open(log, "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - LOG_TAIL))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""
