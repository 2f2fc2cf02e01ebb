"""Find a Python that the engine can be made of: 3.11 to 3.13, 64 bits, able to make environments."""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from installing.problems import InstallError
from photodouble_client.host_paths import Machine

OLDEST, NEWEST = (3, 11), (3, 13)
_ASK = (
    "import importlib.util as u, json, struct, sys; print(json.dumps([list(sys.version_info[:2]), "
    "struct.calcsize('P'), bool(u.find_spec('venv') and u.find_spec('ensurepip')), "
    "getattr(sys, '_base_executable', '') or sys.executable]))"
)
_PATTERNS = {
    "linux": (
        "~/.pyenv/versions/3.1[123]*/bin/python3",
        "/opt/python*/bin/python3",
        "/usr/local/bin/python3.1[123]",
    ),
    "macos": (
        "/Library/Frameworks/Python.framework/Versions/3.1[123]/bin/python3",
        "/opt/homebrew/bin/python3.1[123]",
        "/usr/local/bin/python3.1[123]",
        "~/.pyenv/versions/3.1[123]*/bin/python3",
    ),
    "windows": (
        "~/AppData/Local/Programs/Python/Python31[123]/python.exe",
        "C:/Program Files/Python31[123]/python.exe",
    ),
}


@dataclass(frozen=True)
class Python:
    """Name an interpreter and its version, such as 3.11."""

    path: str
    version: str


def find_python(machine: Machine, named: str = "") -> Python:
    """Find the Python for the engine: the one that is named, or the oldest that fits on this machine.

    Raises InstallError where there is none, or the named one does not fit.
    """
    refused = []
    for path in [named] if named else _candidates(machine):
        found, why = _look_at(path)
        if found is not None:
            return found
        refused.append(f"{path}: {why}")
    if named:
        raise InstallError(
            f"The engine cannot be made of {named}.",
            "Name another Python, 3.11 to 3.13, with --python.",
            "\n".join(refused),
        )
    raise InstallError(
        "The engine needs a Python of 3.11 to 3.13, and none was found.",
        "Install Python 3.11, or name one with --python PATH. Without an engine: --engine none.",
        "\n".join(refused),
    )


def _candidates(machine: Machine) -> list[str]:
    search = machine.environment.get("PATH", "")
    names = ["python3.11", "python3.12", "python3.13", "python3", "python"]
    named = [path for name in names for path in [shutil.which(name, path=search)] if path]
    usual = [
        path
        for pattern in _PATTERNS[machine.system]
        for path in sorted(glob.glob(pattern.replace("~", glob.escape(machine.home), 1)))
    ]
    own = [sys.executable] if OLDEST <= sys.version_info[:2] <= NEWEST else []
    return list(dict.fromkeys([*named[:1], *own, *named[1:], *usual]))


def _look_at(path: str) -> tuple[Python | None, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        ran = subprocess.run(
            [path, "-I", "-c", _ASK],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            env=environment,
        )
        version, pointer, makes, base = json.loads(ran.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None, "it does not run"
    if not OLDEST <= tuple(version) <= NEWEST:
        return None, "it is Python {}.{}".format(*version)
    if pointer != 8:
        return None, "it is a Python of 32 bits"
    if not makes:
        return None, "it cannot make environments; on Debian and Ubuntu install python{}.{}-venv".format(
            *version
        )
    return Python(base, "{}.{}".format(*version)), ""
