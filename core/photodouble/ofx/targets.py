"""The machines that the node is built for, and where in a bundle the file of each lies (OpenFX 1.5, chapter
"Packaging")."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from photodouble_client.errors import ArtistError
from photodouble_client.param import did_you_mean

NAME = "PhotoDouble.ofx"
BUNDLE = f"{NAME}.bundle"
MACOS_MINIMUM = (11, 0)
"""The oldest macOS that the node runs on; unsaid it would be the build machine's, and older ones skip it."""

GLIBC_MAXIMUM = (2, 17)
"""The C library of the oldest Linux that the hosts run on (CentOS 7)."""


@dataclass(frozen=True)
class Target:
    """One machine: its name, its name in zig's words, its folder in the bundle, its format and processor."""

    name: str
    triple: str
    folder: str
    format: str
    processor: str


TARGETS = {
    target.name: target
    for target in (
        Target("linux-x64", "x86_64-linux-gnu.2.17", "Linux-x86-64", "elf", "x86_64"),
        Target("linux-arm64", "aarch64-linux-gnu.2.17", "Linux-aarch64", "elf", "arm64"),
        Target("windows-x64", "x86_64-windows-gnu", "Win64", "pe", "x86_64"),
        Target("macos-arm64", "aarch64-macos.11.0", "MacOS", "macho", "arm64"),
        Target("macos-x64", "x86_64-macos.11.0", "MacOS", "macho", "x86_64"),
    )
}

_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_PROCESSORS = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def target_named(name: str) -> Target:
    """Return a target by its name; raises ArtistError `usage.bad_value` for an unknown one."""
    if name in TARGETS:
        return TARGETS[name]
    raise ArtistError(
        "usage.bad_value",
        "The node is not built for such a machine",
        f"There is no target {name!r}.",
        f"{did_you_mean(name, TARGETS)}Use one of: {', '.join(TARGETS)}.",
    )


def targets_named(names: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets of these names, each once, in the order of the table."""
    wanted = {target_named(name).name for name in names}
    return tuple(target for name, target in TARGETS.items() if name in wanted)


def this_machine(system: str = sys.platform, processor: str = "") -> Target:
    """Return the target that this machine is; raises ArtistError `engine.ofx_build` where it is none."""
    kind = _PROCESSORS.get((processor or platform.machine()).lower(), "")
    name = f"{_SYSTEMS.get(system, system)}-{kind}"
    if name in TARGETS:
        return TARGETS[name]
    raise ArtistError(
        "engine.ofx_build",
        "The node is not built for this machine",
        f"This is {system} on {processor or platform.machine()}; there is a node for {', '.join(TARGETS)}.",
        "Use the node on one of those machines.",
    )
