"""Make the engine's environment from a lock file, in its final place, and say when it is complete."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from installing.problems import InstallError, unwritable
from installing.pythons import Python
from photodouble_client import launcher
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import Endpoint, runtime_folder

MARK = "installed.json"
Say = Callable[[str], None]
_NO_NETWORK = re.compile(
    r"name resolution|NewConnectionError|ConnectTimeout|Network is unreachable|Connection refused|"
    r"getaddrinfo|from versions: none|ProxyError|Max retries exceeded|ReadTimeout",
    re.I,
)
_DAMAGED = re.compile(r"is invalid\.|BadZip|Bad CRC|bad magic|has an invalid wheel|Error -3 while", re.I)
_OF_THE_NETWORK = frozenset(
    f"PIP_{name}"
    for name in (
        *("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "TRUSTED_HOST", "CERT", "CLIENT_CERT", "PROXY"),
        *("TIMEOUT", "DEFAULT_TIMEOUT", "RETRIES", "KEYRING_PROVIDER", "CONFIG_FILE", "CACHE_DIR"),
    )
)
"""What of a user's habits pip is told: where packages come from, and nothing of what is made of them."""


@dataclass(frozen=True)
class Recipe:
    """Say what an environment is made of: Python, lock file and project, and where wheels come from."""

    python: Python
    lock: Path
    project: Path
    version: str
    wheelhouse: str = ""
    torch_index: str = ""

    @property
    def key(self) -> str:
        """Hash what the environment depends on; the same key means that nothing has to be made again."""
        whole = hashlib.sha256(os.fsencode(f"{self.python.path}\0{self.python.version}\0{self.version}\0"))
        whole.update(self.lock.read_bytes())
        core = self.project / "core"
        for path in sorted([*core.rglob("*"), self.project / "pyproject.toml"]):
            if path.is_file() and "__pycache__" not in path.parts:
                whole.update(
                    os.fsencode(f"{path.relative_to(self.project).as_posix()}\0") + path.read_bytes()
                )
        return whole.hexdigest()


def interpreter(folder: str) -> str:
    """Name the Python of an environment."""
    return os.path.join(folder, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def installed_key(folder: str) -> str:
    """Give the key of the environment that lies there; empty where none is, or none that is complete."""
    try:
        with open(os.path.join(folder, MARK), encoding="utf-8") as stream:
            key = json.load(stream)["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return str(key) if os.path.exists(interpreter(folder)) else ""


def set_aside(folder: str) -> str:
    """Name what a complete environment is called while another is made in its place."""
    return os.path.join(os.path.dirname(folder), f".{os.path.basename(folder)}.photodouble-before")


def put_back(folder: str) -> None:
    """After an interrupted run: take away what is half made, and give the complete one its name again."""
    before = set_aside(folder)
    if not installed_key(folder) and os.path.isdir(folder):
        shutil.rmtree(folder)
    if os.path.isdir(before):
        if os.path.isdir(folder):
            shutil.rmtree(before)
        else:
            os.rename(before, folder)


def make(folder: str, recipe: Recipe, say: Say) -> dict[str, Any]:
    """Make the environment and give the facts of what is in it; on any trouble what was there is there again.

    Raises InstallError with a plain sentence for no network, no room and no rights.
    """
    try:
        if os.path.isdir(folder):
            os.rename(folder, set_aside(folder))
        facts = _make(folder, recipe, say)
        with open(os.path.join(folder, MARK), "w", encoding="utf-8") as stream:
            json.dump({**facts, "key": recipe.key}, stream, indent=1, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException as problem:
        shutil.rmtree(folder, ignore_errors=True)
        put_back(folder)
        if isinstance(problem, OSError):
            raise unwritable(folder, problem) from problem
        raise
    shutil.rmtree(set_aside(folder), ignore_errors=True)
    return facts


def _make(folder: str, recipe: Recipe, say: Say) -> dict[str, Any]:
    count = sum(1 for line in recipe.lock.read_text(encoding="utf-8").splitlines() if "==" in line)
    say(f"make the environment of Python {recipe.python.version} ({recipe.python.path})")
    _run([recipe.python.path, "-I", "-m", "venv", folder], recipe)
    pip = [
        interpreter(folder),
        "-I",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--no-warn-script-location",
    ]
    say(f"install {count} packages from {recipe.lock.name}; this takes a minute or more")
    index = ["--extra-index-url", recipe.torch_index] if recipe.torch_index else []
    _run([*pip, "--no-deps", *index, "--only-binary", ":all:", "--requirement", str(recipe.lock)], recipe)
    say(f"install Photo Double {recipe.version} into it")
    wanted = f"photodouble=={recipe.version}" if recipe.wheelhouse else str(recipe.project)
    _run([*pip, "--no-deps", wanted], recipe)
    said = _run([interpreter(folder), "-I", "-m", "photodouble.cli.main", "--version"], recipe)
    return {
        "python": recipe.python.version,
        "packages": count,
        "says": said.strip(),
        **_torch(folder, recipe),
    }


def _torch(folder: str, recipe: Recipe) -> dict[str, Any]:
    """Say which torch was installed, whatever was asked for, and whether it sees a graphics card."""
    if "torch==" not in recipe.lock.read_text(encoding="utf-8"):
        return {}
    ask = "import json, torch as t; print(json.dumps([t.__version__, t.version.cuda, t.cuda.is_available()]))"
    try:
        version, cuda, sees = json.loads(
            _run([interpreter(folder), "-I", "-c", ask], recipe).splitlines()[-1]
        )
    except InstallError as problem:
        raise InstallError(
            "The build of torch that the package index gave does not load.",
            "Name an index with the build for this machine: --torch-index URL; or try --engine cuda.",
            problem.detail,
        ) from problem
    return {"torch": version, "cuda": cuda or "", "sees_card": bool(sees)}


def _run(words: list[str], recipe: Recipe) -> str:
    try:
        ran = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_quiet(os.environ, recipe.wheelhouse),
            preexec_fn=_die_with_installer if sys.platform == "linux" else None,
        )
        said, _ = ran.communicate()
    except OSError as problem:
        raise InstallError(
            f"{words[0]} did not run.", "Name another Python with --python.", str(problem)
        ) from problem
    if ran.returncode == 0:
        return said
    raise _explained(said, recipe)


def _explained(said: str, recipe: Recipe) -> InstallError:
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("WARNING: Location")]
    detail = "\n".join(lines[-12:])
    if "No space left" in said or "Errno 28" in said:
        return InstallError(
            "The disk is full.", "Make room, or install elsewhere with --prefix, and run it again.", detail
        )
    if recipe.wheelhouse and _DAMAGED.search(said):
        return InstallError(
            f"A file of the wheelhouse {recipe.wheelhouse} is damaged.",
            "Carry the folder over again, or make it again with install/wheelhouse.",
            detail,
        )
    if recipe.wheelhouse:
        return InstallError(
            f"The wheelhouse {recipe.wheelhouse} lacks a package for this machine.",
            f"Make it again for this platform and Python {recipe.python.version}: install/wheelhouse --help.",
            detail,
        )
    if _NO_NETWORK.search(said):
        return InstallError(
            "The packages could not be fetched: the network, or the package index, does not answer.",
            "Try again with a network; or run install/wheelhouse on a connected machine, and then install.py "
            "--wheelhouse DIR here.",
            detail,
        )
    return InstallError("The engine's packages could not be installed.", "See what pip said, below.", detail)


def _quiet(environment: Mapping[str, str], wheelhouse: str) -> dict[str, str]:
    """Give pip an environment in which no habit of the user changes where it installs, or what."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("PYTHON")
        and name != "VIRTUAL_ENV"
        and (not name.startswith("PIP_") or name in _OF_THE_NETWORK)
    }
    if not os.path.isdir(os.path.expanduser("~/.cache/pip")):
        kept["PIP_NO_CACHE_DIR"] = "1"  # a folder of pip's own would stay behind
    if not os.path.isdir(os.path.expanduser("~/.rustup")):
        kept.setdefault(
            "RUSTUP_HOME", os.path.join(tempfile.gettempdir(), "photodouble-rustup")
        )  # pip asks rustc
    kept.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_REQUIRE_VIRTUALENV="0")
    if wheelhouse:
        kept = {name: value for name, value in kept.items() if not name.endswith(("INDEX_URL", "FIND_LINKS"))}
        kept.update(
            PIP_NO_INDEX="1", PIP_FIND_LINKS=Path(wheelhouse).absolute().as_uri(), PIP_CONFIG_FILE=os.devnull
        )
    return kept


def _die_with_installer() -> None:
    """Let pip end with the installer, however that ends: a second run finds nobody at work in the folder."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def end_engine(folder: str, say: Say, *, force: bool = False) -> None:
    """End the engine that runs from an environment, so that nothing is taken from under it.

    Raises InstallError while it has work to do, unless it is forced to; jobs go on after the next start.
    """
    try:
        runtime = runtime_folder(os.environ)
        endpoint: Optional[Endpoint] = Endpoint.read(runtime)
        if endpoint is None or not launcher.is_running(runtime) or not _runs_from(endpoint.pid, folder):
            return
        say("end the engine that runs from there")
        launcher.end(runtime, force=force)
    except ArtistError as problem:
        if force:
            return
        raise InstallError(
            f"The engine does not end: {problem.message}",
            "Wait until its jobs are done, or say --force; they go on after the next start.",
            problem.detail,
        ) from problem


def _runs_from(pid: int, folder: str) -> bool:
    """Say whether a process was started from an environment; where nobody can tell, that it was."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return os.fsencode(folder) + os.sep.encode() in stream.read()
    except OSError:
        return not os.path.isdir("/proc/self")
