"""What hosts noted about our node when they last looked for nodes: taken away only while the host is closed.

A host that could not load a node once notes that and does not try again, and one that noted where a node lies
complains when it is gone. Only files that name our node are touched; the host writes them anew.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.errors import ArtistError

from .targets import NAME

_LARGEST = 64 << 20
_PAUSE = 20
"""Seconds that a list of programs may take."""


@dataclass(frozen=True)
class CachingHost:
    """A host: how its program is called, and where its notes lie on each system (below a base folder)."""

    name: str
    programs: tuple[str, ...]
    notes: Mapping[str, tuple[str, ...]]


HOSTS = (
    CachingHost(
        "DaVinci Resolve",
        ("resolve", "resolve.exe", "davinci resolve"),
        {
            "linux": ("{data}/DaVinciResolve/OFXPluginCache*.xml",),
            "darwin": (
                "{home}/Library/Application Support/Blackmagic Design/DaVinci Resolve/OFXPluginCache*.xml",
            ),
            "win32": (
                "{roaming}/Blackmagic Design/DaVinci Resolve/Support/OFXPluginCache*.xml",
                "{common}/Blackmagic Design/DaVinci Resolve/Support/OFXPluginCache*.xml",
            ),
        },
    ),
    CachingHost(
        "Nuke",
        ("nuke",),
        {
            "linux": ("{nuke}/ofxplugincache/*", "{temp}/nuke/ofxplugincache/*"),
            "darwin": ("{nuke}/ofxplugincache/*", "{temp}/nuke/ofxplugincache/*"),
            "win32": ("{nuke}/ofxplugincache/*", "{temp}/nuke/ofxplugincache/*"),
        },
    ),
    CachingHost(
        "Natron",
        ("natron", "natronrenderer"),
        {
            "linux": ("{cache}/INRIA/Natron/OFXLoadCache/*",),
            "darwin": ("{home}/Library/Caches/INRIA/Natron/OFXLoadCache/*",),
            "win32": ("{local}/INRIA/Natron/cache/OFXLoadCache/*",),
        },
    ),
)


@dataclass(frozen=True)
class Note:
    """A file in which a host noted our node, and whether that host runs."""

    host: str
    path: Path
    is_open: bool


def notes(
    system: str = sys.platform, environment: Mapping[str, str] = os.environ, home: Path | None = None
) -> tuple[Note, ...]:
    """List the files in which hosts noted our node."""
    bases = _bases(environment, home or Path.home())
    found = [
        (host, path)
        for host in HOSTS
        for pattern in host.notes.get(system, ())
        for path in _files(pattern, bases)
        if _names_us(path)
    ]
    running = programs(system) if found else ()
    seen = dict.fromkeys((host.name, path, is_open(host, running)) for host, path in found)
    return tuple(Note(*one) for one in seen)


def refuse_open(found: tuple[Note, ...]) -> None:
    """Raise ArtistError `input.host_open` where a host that noted our node is running."""
    names = sorted({note.host for note in found if note.is_open})
    if names:
        raise ArtistError(
            "input.host_open",
            "A host that knows the node is running",
            f"{' and '.join(names)} is running and holds the node, or what it noted about it.",
            "Save your work, close it and ask again. Or leave its notes alone (--keep-caches): then it may "
            "show the node as it was until its notes are cleared.",
        )


def is_open(host: CachingHost, running: tuple[str, ...]) -> bool:
    """Say whether one of these programs is the host; Nuke carries its version in its name."""
    return any(
        name == word or (word == "nuke" and name.startswith("nuke") and name[4:5].isdigit())
        for name in running
        for word in host.programs
    )


def programs(system: str = sys.platform) -> tuple[str, ...]:
    """Name every program that runs, in small letters and without folders."""
    if system.startswith("linux"):
        return tuple(sorted(set(_linux_programs())))
    command = ("tasklist", "/fo", "csv", "/nh") if system == "win32" else ("ps", "-axo", "comm=")
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_PAUSE
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ArtistError(
            "input.host_open",
            "It is not known whether a host is running",
            f"The list of running programs cannot be had: {error}.",
            "Close your hosts and leave their notes alone (--keep-caches).",
        ) from error
    lines = (
        [row[0] for row in csv.reader(told.splitlines()) if row] if system == "win32" else told.splitlines()
    )
    return tuple(sorted({_plain(line) for line in lines}))


def _linux_programs() -> Iterator[str]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            yield _plain((folder / "comm").read_text(errors="replace"))
            yield _plain(words[0].decode("utf-8", "replace"))
            yield _plain(str((folder / "exe").readlink()))
        except OSError:
            continue  # it ended meanwhile, or belongs to somebody else


def _plain(program: str) -> str:
    return program.strip().replace("\\", "/").rpartition("/")[2].lower()


def _bases(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    own = f"/var/tmp/nuke-u{os.getuid()}" if hasattr(os, "getuid") else ""
    return {
        "home": str(home),
        "data": environment.get("XDG_DATA_HOME") or str(home / ".local" / "share"),
        "cache": environment.get("XDG_CACHE_HOME") or str(home / ".cache"),
        "roaming": environment.get("APPDATA") or str(home / "AppData" / "Roaming"),
        "local": environment.get("LOCALAPPDATA") or str(home / "AppData" / "Local"),
        "common": environment.get("PROGRAMDATA") or "C:/ProgramData",
        "temp": tempfile.gettempdir(),
        "nuke": environment.get("NUKE_TEMP_DIR") or own,
    }


def _files(pattern: str, bases: Mapping[str, str]) -> Iterator[Path]:
    path = Path(pattern.format(**bases))
    if path.is_absolute() and path.parent.is_dir():
        yield from sorted(file for file in path.parent.glob(path.name) if file.is_file())


def _names_us(path: Path) -> bool:
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            return False
        content = path.read_bytes()
    except OSError:
        return False
    return any(NAME.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be"))
