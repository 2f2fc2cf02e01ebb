"""Find the hosts on this machine: their programs, their versions, and the settings they have left."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from photodouble_client.host_paths import (
    OLDEST_BLENDER,
    Machine,
    blender_settings,
    nuke_home,
    program_patterns,
)

HOSTS = ("nuke", "blender", "resolve")


@dataclass(frozen=True)
class Host:
    """Name a host that was found, its version where one is known, and its program or settings folder."""

    name: str
    version: str
    program: str
    settings: str = ""

    @property
    def line(self) -> str:
        """Say in one line what was found."""
        return f"{self.name.capitalize()} {self.version}".strip() + f": {self.program or self.settings}"


def find(machine: Machine) -> tuple[Host, ...]:
    """List every host that is found, by the usual folders, the search path and settings left behind."""
    return (*_nukes(machine), *blenders(machine), *_resolves(machine))


def blenders(machine: Machine) -> tuple[Host, ...]:
    """List every Blender that takes extensions: one per version, with its program where that is found."""
    programs = {}
    for path in _programs(machine, "blender", "blender"):
        version = _blender_version(path)
        if version and version not in programs:
            programs[version] = path
    found = {version: Host("blender", version, path) for version, path in programs.items()}
    for folder in blender_settings(machine):
        for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*.*"))):
            version = os.path.basename(path)
            if re.fullmatch(r"\d+\.\d+", version) and (version not in found or not found[version].settings):
                found[version] = Host("blender", version, programs.get(version, ""), folder)
    usual = blender_settings(machine)[0]
    return tuple(
        host if host.settings else Host("blender", host.version, host.program, usual)
        for version, host in sorted(found.items())
        if _numbers(version) >= OLDEST_BLENDER
    )


def _nukes(machine: Machine) -> list[Host]:
    found = []
    for path in _programs(machine, "nuke", ""):
        match = re.search(r"Nuke(\d+\.\d+v\d+)", os.path.basename(path))
        if match:
            found.append(Host("nuke", match.group(1), path))
    if not found and os.path.isdir(nuke_home(machine)):
        found.append(Host("nuke", "", "", nuke_home(machine)))
    return found


def _resolves(machine: Machine) -> list[Host]:
    return [Host("resolve", "", path) for path in _programs(machine, "resolve", "")[:1]]


def _programs(machine: Machine, host: str, command: str) -> list[str]:
    paths = [path for pattern in program_patterns(machine, host) for path in sorted(glob.glob(pattern))]
    named = shutil.which(command, path=machine.environment.get("PATH", "")) if command else None
    each = {os.path.realpath(path): path for path in reversed([*([named] if named else []), *paths])}
    return list(reversed(each.values()))


def _blender_version(program: str) -> str:
    """Ask a Blender for its version; empty where it gives none. It takes a second and opens no window."""
    try:
        said = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"^Blender (\d+\.\d+)", said, re.M)
    return match.group(1) if match else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
