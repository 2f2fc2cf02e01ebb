"""The folders in which hosts look for OpenFX nodes (OpenFX 1.5, "Packaging"; Foundry; Blackmagic)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

import platformdirs

VARIABLE = "OFX_PLUGIN_PATH"
"""The variable that every host reads: more folders to look in."""

HOSTS = ("every", "nuke")
"""Who shall see the node: every host, or Nuke alone, which looks into a folder of its own as well."""

_FOLDERS = {"every": "Plugins", "nuke": "Nuke"}
_ROOTS = {"linux": "/usr/OFX", "darwin": "/Library/OFX"}


def common_folder(
    host: str = "every", system: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> Path:
    """Return the folder for everybody on this machine."""
    if system == "win32":
        shared = environment.get("CommonProgramW6432") or environment.get("CommonProgramFiles")
        root = str(PureWindowsPath(shared or r"C:\Program Files\Common Files") / "OFX")
        return Path(f"{root}\\{_FOLDERS[host]}")
    return Path(_ROOTS.get(system, _ROOTS["linux"]), _FOLDERS[host])


def own_folder() -> Path:
    """Return the folder for this person alone; hosts look in it where OFX_PLUGIN_PATH names it."""
    return Path(platformdirs.user_data_dir("photodouble", appauthor=False)) / "OFX" / "Plugins"


def is_searched(
    folder: Path, system: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> bool:
    """Say whether hosts look into a folder as things are."""
    named = [Path(part) for part in environment.get(VARIABLE, "").split(_separator(system)) if part]
    return folder in named or folder in [common_folder(host, system, environment) for host in HOSTS]


def variable_line(
    folder: Path, system: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> str:
    """Return the line to type, or to put into the start-up file, so that hosts look into a folder."""
    before = environment.get(VARIABLE, "")
    value = f"{folder}{_separator(system)}{before}" if before else str(folder)
    if system == "win32":
        return f'setx {VARIABLE} "{value}"'
    if system == "darwin":
        return f'launchctl setenv {VARIABLE} "{value}"'
    return f'export {VARIABLE}="{value}"'


def can_write(folder: Path) -> bool:
    """Say whether files may be put into a folder that is there or can be made."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _separator(system: str) -> str:
    return ";" if system == "win32" else ":"
