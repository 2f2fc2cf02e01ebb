"""The hosts on this machine, what they carry of Photo Double, and whether it fits; no host is started."""

from __future__ import annotations

import ast
import glob
import json
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.host_paths import (
    BLENDER_ID,
    Machine,
    blender_extensions,
    blender_settings,
    nuke_home,
    program_patterns,
    receipts_folder,
    resolve_fusion,
    this_machine,
)
from photodouble_client.version import VERSION
from photodouble_client.wire import PROTOCOL

from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

AREA = "hosts"
NAMES = {"nuke": "Nuke", "blender": "Blender", "resolve": "DaVinci Resolve"}
_INSTALL = "Run install.py again; it brings every host's part up to date."
_SEPARATOR = ";" if sys.platform == "win32" else ":"


@dataclass(frozen=True)
class Host:
    """A host that is here: its version, where that can be told, its program, and what it loads of ours."""

    name: str
    version: str = ""
    program: str = ""
    adapters: tuple[str, ...] = ()


def look(place: Place) -> Iterator[Row]:
    """Say of each host what it carries of Photo Double."""
    machine = Machine(this_machine().system, str(Path.home()), dict(place.variables))
    found = hosts(machine)
    for host in found:
        yield _told(host)
    if not found:
        yield Row(AREA, "Hosts", NOTE, "none found; the command line and the panel work without")
    yield from _receipts(machine)


def hosts(machine: Machine) -> tuple[Host, ...]:
    """List the hosts by their usual folders and the settings they left; adapters as each would load them."""
    return (*_nukes(machine), *_blenders(machine), *_resolves(machine))


def carried(adapter: str) -> tuple[str, int]:
    """Return the version and the protocol of what an adapter carries; raises OSError or ValueError."""
    vendor = Path(adapter) / "_vendor"
    version = (vendor / "VERSION").read_text(encoding="utf-8").split()[0]
    wire = (vendor / "photodouble_client" / "wire.py").read_text(encoding="utf-8")
    spoken = re.search(r"^PROTOCOL = (\d+)", wire, re.MULTILINE)
    if spoken is None:
        raise ValueError("it does not say which protocol it speaks")
    return version, int(spoken[1])


def node(_place: Place) -> Iterator[Row]:
    """Say where the OpenFX node is installed, and whether hosts look there."""
    from photodouble.ofx.paths import HOSTS, common_folder, is_searched, own_folder, variable_line

    found = []
    for folder in dict.fromkeys((own_folder(), *map(common_folder, HOSTS))):
        found += [(folder, path) for path in sorted(folder.glob("PhotoDouble*.ofx.bundle"))]
    if not found:
        fix = "For the node in Resolve and Nuke: photodouble ofx install"
        yield Row(AREA, "Resolve node", NOTE, "the OpenFX node is not installed", fix)
    for folder, path in found:
        if is_searched(folder):
            yield Row(AREA, "Resolve node", GOOD, str(path))
        else:
            said = f"{path}, where hosts do not look as things are"
            yield Row(AREA, "Resolve node", LOOK, said, f"Before the host starts: {variable_line(folder)}")


def _told(host: Host) -> Row:
    name = f"{NAMES[host.name]} {host.version}".strip()
    if not host.adapters:
        fix = f"Install it with: install.py --host {host.name}"
        return Row(AREA, name, NOTE, f"{host.program or 'its settings'}; without Photo Double", fix)
    # The first is what the host loads.
    adapter = host.adapters[0]
    try:
        version, protocol = carried(adapter)
    except (OSError, ValueError, IndexError) as error:
        return Row(AREA, name, BAD, f"{adapter} is not all there", _INSTALL, str(error))
    if protocol != PROTOCOL:
        said = f"{adapter} is {version}, and cannot talk to an engine of {VERSION}"
        return Row(AREA, name, BAD, said, _INSTALL)
    if version != VERSION:
        return Row(
            AREA,
            name,
            LOOK,
            f"{adapter} is {version}, this is {VERSION}; they understand each other",
            _INSTALL,
        )
    if len(host.adapters) > 1:
        fix = f"Keep one: take {host.adapters[1]} away."
        return Row(AREA, name, LOOK, f"it finds Photo Double twice: {', '.join(host.adapters)}", fix)
    return Row(AREA, name, GOOD, f"{version} in {adapter}")


def _receipts(machine: Machine) -> Iterator[Row]:
    for path in sorted(Path(receipts_folder(machine)).glob("receipt-*.json")):
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            version, state = str(stored["version"]), str(stored["state"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            yield Row(AREA, "Installation", BAD, f"the receipt {path} is damaged", "Run install.py again.")
            continue
        if state == "installed":
            yield Row(AREA, "Installation", GOOD, f"{version}, receipt {path}")
        else:
            yield Row(AREA, "Installation", BAD, f"{version} was not finished", "Run install.py again.")


def _nukes(machine: Machine) -> Iterator[Host]:
    adapters = _folders(
        "photodouble_nuke", (*_nuke_path(machine), *_named_in_init(machine), nuke_home(machine))
    )
    programs = []
    for path in _programs(machine, "nuke"):
        found = re.search(r"Nuke(\d+\.\d+v\d+)", Path(path).name)
        if found:
            programs.append(Host("nuke", found[1], path, adapters))
    if programs or adapters or Path(nuke_home(machine)).is_dir():
        yield from programs or [Host("nuke", "", "", adapters)]


def _nuke_path(machine: Machine) -> list[str]:
    return [one for one in machine.environment.get("NUKE_PATH", "").split(_SEPARATOR) if one]


def _named_in_init(machine: Machine) -> list[str]:
    """Return the folders that the user's own init.py adds in plain text."""
    try:
        text = Path(nuke_home(machine), "init.py").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    written = re.finditer(r"""pluginAddPath\(\s*(r?(['"]).+?\2)""", text)
    return [folder for found in written if (folder := _meant(found[1]))]


def _meant(literal: str) -> str:
    """Return the text that a literal of Python stands for, such as "caf\\u00e9"; empty where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(ast.literal_eval(literal))
    except (SyntaxError, ValueError):
        return ""


def _blenders(machine: Machine) -> Iterator[Host]:
    programs: dict[str, str] = {}
    for path in _programs(machine, "blender"):
        programs.setdefault(_version_in(path), path)
    settled = {}
    for folder in reversed(blender_settings(machine)):
        for own in Path(folder).glob("*.*"):
            if re.fullmatch(r"\d+\.\d+", own.name):
                settled[own.name] = folder
    for version in sorted({*programs, *settled}, key=_numbers):
        place = settled.get(version, blender_settings(machine)[0])
        extensions = blender_extensions(machine, place, version) if version else ""
        adapters = _folders(BLENDER_ID, (extensions,)) if extensions else ()
        yield Host("blender", version, programs.get(version, ""), adapters)


def _resolves(machine: Machine) -> Iterator[Host]:
    programs = _programs(machine, "resolve")
    adapters = _folders("photodouble_resolve", (resolve_fusion(machine), "/opt/resolve/Fusion"))
    if programs or adapters:
        yield Host("resolve", "", programs[0] if programs else "", adapters)


def _programs(machine: Machine, host: str) -> list[str]:
    patterns = program_patterns(machine, host)
    paths = [path for pattern in patterns for path in sorted(glob.glob(pattern))]  # noqa: PTH207, whole paths
    return list({os.path.realpath(path): path for path in reversed(paths)}.values())[::-1]


def _folders(package: str, places: Iterable[str]) -> tuple[str, ...]:
    """Return where a package of ours lies in the places that a host reads, each once."""
    paths = [Path(place, package) for place in places]
    found = {os.path.realpath(path): str(path) for path in reversed(paths) if path.is_dir()}
    return tuple(found.values())[::-1]


def _version_in(path: str) -> str:
    found = re.search(r"[Bb]lender[ -]?(\d+\.\d+)", path)
    return found[1] if found else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split(".") if number)
