"""Where things lie on Linux, Windows and macOS: the one table of folders. Nothing here looks at a disk."""

from __future__ import annotations

import glob
import ntpath
import os
import posixpath
import sys
from dataclasses import dataclass
from typing import Mapping, Tuple

OLDEST_BLENDER = (4, 2)
BLENDER_ID = "photodouble_blender"


@dataclass(frozen=True)
class Machine:
    """Name a system (linux, windows or macos), the home of who installs, and the environment."""

    system: str
    home: str
    environment: Mapping[str, str]

    def join(self, *parts: str) -> str:
        """Join a path as this system writes it."""
        if self.system == "windows":
            return ntpath.join(parts[0], *(part.replace("/", "\\") for part in parts[1:]))
        return posixpath.join(*parts)

    def variable(self, name: str, *otherwise: str) -> str:
        """Give a folder named by a variable, or the usual one in the home folder."""
        named = self.environment.get(name, "").strip()
        is_whole = ntpath.isabs(named) if self.system == "windows" else posixpath.isabs(named)
        return named if is_whole else self.join(self.home, *otherwise)


def this_machine() -> Machine:
    """Describe the machine that this runs on."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    return Machine(system, os.path.expanduser("~"), dict(os.environ))


def data_folder(machine: Machine) -> str:
    """Name the folder of this user's installations; each version lies in a folder of its own in it."""
    if machine.system == "windows":
        return machine.join(machine.variable("LOCALAPPDATA", "AppData/Local"), "photodouble")
    if machine.system == "macos":
        return machine.join(machine.home, "Library/Application Support/photodouble")
    return machine.join(machine.variable("XDG_DATA_HOME", ".local/share"), "photodouble")


def receipts_folder(machine: Machine) -> str:
    """Name the folder of the receipts of what was installed for this user."""
    if machine.system == "linux":
        return machine.join(machine.variable("XDG_STATE_HOME", ".local/state"), "photodouble", "install")
    return machine.join(data_folder(machine), "install")


def command_path(machine: Machine) -> str:
    """Name the command `photodouble` as this user types it."""
    if machine.system == "windows":
        return machine.join(data_folder(machine), "bin", "photodouble.cmd")
    return machine.join(machine.home, ".local/bin/photodouble")


def nuke_home(machine: Machine) -> str:
    """Name the folder `.nuke`, which Nuke reads for this user."""
    if machine.system == "windows":
        home = machine.environment.get("HOME", "") or machine.environment.get("USERPROFILE", "")
        return machine.join(home or machine.home, ".nuke")
    return machine.join(machine.home, ".nuke")


def blender_settings(machine: Machine) -> Tuple[str, ...]:
    """Name the folders that hold one settings folder per version of Blender, the usual one first."""
    if machine.system == "windows":
        return (
            machine.join(machine.variable("APPDATA", "AppData/Roaming"), "Blender Foundation", "Blender"),
        )
    if machine.system == "macos":
        return (machine.join(machine.home, "Library/Application Support/Blender"),)
    return (
        machine.join(machine.variable("XDG_CONFIG_HOME", ".config"), "blender"),
        machine.join(machine.home, "snap/blender/common/.config/blender"),
        machine.join(machine.home, ".var/app/org.blender.Blender/config/blender"),
    )


def blender_extensions(machine: Machine, settings: str, version: str) -> str:
    """Name the folder `user_default` of one version's extensions; Blender's own variables go before."""
    named = machine.environment.get("BLENDER_USER_EXTENSIONS", "")
    if named:
        return machine.join(named, "user_default")
    resources = machine.environment.get("BLENDER_USER_RESOURCES", "")
    return machine.join(resources or machine.join(settings, version), "extensions", "user_default")


def resolve_fusion(machine: Machine) -> str:
    """Name Resolve's folder Fusion of this user, which belongs to nobody else and to no program."""
    if machine.system == "windows":
        roaming = machine.variable("APPDATA", "AppData/Roaming")
        return machine.join(roaming, "Blackmagic Design", "DaVinci Resolve", "Support", "Fusion")
    if machine.system == "macos":
        return machine.join(
            machine.home, "Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion"
        )
    # Resolve is told no other place by any variable.
    return machine.join(machine.home, ".local/share/DaVinciResolve/Fusion")


def program_patterns(machine: Machine, host: str) -> Tuple[str, ...]:
    """Give the patterns under which a host's program is usually found; the home in them is no pattern."""
    home = glob.escape(machine.home)
    if machine.system == "windows":
        programs = machine.environment.get("PROGRAMFILES", "") or "C:\\Program Files"
        return tuple(machine.join(programs, one) for one in _WINDOWS[host])
    if machine.system == "macos":
        own = tuple(machine.join(home, one.lstrip("/")) for one in _MACOS[host])
        return _MACOS[host] + own
    return tuple(machine.join(home, one[2:]) if one.startswith("~/") else one for one in _LINUX[host])


_LINUX = {
    "nuke": ("/usr/local/Nuke*", "/opt/Nuke*", "/opt/*/Nuke*", "~/Nuke*"),
    "blender": (
        "/usr/bin/blender",
        "/usr/local/bin/blender",
        "/snap/bin/blender",
        "/opt/blender*/blender",
        "/opt/*/blender*/blender",
        "~/blender*/blender",
        "~/.local/bin/blender",
        "~/.steam/steam/steamapps/common/Blender/blender",
    ),
    # The brackets are a pattern like the stars: Blackmagic names this second folder for some systems.
    "resolve": ("/opt/resolve/bin/resolve", "/hom[e]/resolve/bin/resolve"),
}
_MACOS = {
    "nuke": ("/Applications/Nuke*",),
    "blender": ("/Applications/Blender*.app/Contents/MacOS/Blender",),
    "resolve": ("/Applications/DaVinci Resolve/DaVinci Resolve.app", "/Applications/DaVinci Resolve.app"),
}
_WINDOWS = {
    "nuke": ("Nuke*",),
    "blender": ("Blender Foundation/Blender*/blender.exe",),
    "resolve": ("Blackmagic Design/DaVinci Resolve/Resolve.exe",),
}
