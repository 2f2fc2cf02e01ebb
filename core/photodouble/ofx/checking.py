"""Try the node on this machine: look through its file, load it as a host would, and compare what it shows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from .building import build_here
from .bundle import version_of
from .inspection import faults
from .installing import installed
from .placing import bundle_at
from .targets import BUNDLE, NAME, Target, this_machine

CLOSE = 1e-5
"""How far what is shown may lie from the truth: rounding of float, no more."""

_LONGEST = 300
"""Seconds that a trial may take; it needs one or two."""


@dataclass(frozen=True)
class Seen:
    """What was seen: the file that was tried, what is wrong with it, and what each profile saw."""

    bundle: str
    version: str
    where: str
    faults: tuple[str, ...]
    profiles: tuple[Mapping[str, Any], ...] = ()
    picture: str = ""

    @property
    def is_right(self) -> bool:
        """Say whether nothing was wrong with what could be tried here."""
        return not self.faults and all(not wrong(one) for one in self.profiles)

    def to_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        return {
            "bundle": self.bundle,
            "version": self.version,
            "where": self.where,
            "faults": list(self.faults),
            "profiles": [{**one, "wrong": list(wrong(one))} for one in self.profiles],
            "picture": self.picture,
            "right": self.is_right,
        }

    def lines(self) -> list[str]:
        """Tell it in lines for people."""
        said = [f"{self.bundle} ({self.where}, version {self.version or 'not known'})"]
        said += [f"  not right: {fault}" for fault in self.faults]
        if not self.faults:
            said.append("  the file gives what a host looks for, and reaches for nothing but the C library")
        for one in self.profiles:
            told = "; ".join(wrong(one)) or "loaded, described, one frame shown, right to the last pixel"
            said.append(f"  as {one['profile']}: {told}")
        if not self.profiles and not self.faults:
            said.append("  it was not loaded: the host to try it in runs on Linux alone")
        if self.picture:
            said.append(f"Look at: {self.picture} (left the plate, right what the node shows)")
        said.append("All is well." if self.is_right else "Something is wrong; see above.")
        return said


def wrong(one: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what was wrong in one profile of the host."""
    said = [f"against the manual: {complaint}" for complaint in one["complaints"]]
    if one["changed"] == 0:
        said.append(f"it showed the source and not the take ({one['label'] or 'it says nothing'})")
    elif not one["error"] <= CLOSE:
        said.append(f"the picture is off by {one['error']:.3g}")
    if not one["outside_same"]:
        said.append("it changed pixels outside the matte")
    return tuple(said)


def check(bundle: Path | None = None, output: Path | None = None) -> Seen:
    """Try a bundle: the given one, else the one that is installed, else one that is built now.

    Raises ArtistError `engine.ofx_check` where the node took its host down with it, and as `build` does.
    """
    with tempfile.TemporaryDirectory(prefix=f"{BUNDLE}.") as made:
        chosen, where = _chosen(bundle, Path(made))
        target = this_machine()
        binary = chosen / "Contents" / target.folder / NAME
        if not binary.is_file():
            raise _no_file(binary, target)
        told = _faults(binary, target)
        version = version_of(chosen)
        if told or not sys.platform.startswith("linux"):
            return Seen(str(chosen), version, where, told)
        profiles = _tried(binary, Path(made))
        picture = _write_picture(Path(made), output) if output else ""
        return Seen(str(chosen), version, where, told, tuple(profiles), picture)


def _chosen(bundle: Path | None, made: Path) -> tuple[Path, str]:
    if bundle is not None:
        return bundle_at(bundle), "as given"
    there = [Path(placed.bundle) for placed in installed() if Path(placed.bundle).is_dir()]
    if there:
        return there[0], "installed"
    return build_here(made / "built"), "built now"


def _faults(binary: Path, target: Target) -> tuple[str, ...]:
    """Look through the file; a universal one of macOS holds the other processor, too."""
    said = faults(binary.read_bytes(), (target,), everywhere=False)
    return tuple(fault for fault in said if "nobody asked for" not in fault)


def _tried(binary: Path, place: Path) -> Sequence[Mapping[str, Any]]:
    command = (sys.executable, "-I", "-m", "photodouble.ofx.trial", str(binary), str(place))
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LONGEST
        )
        if done.returncode == 0:
            return list(json.loads(done.stdout))
        ended = f"status {done.returncode}" if done.returncode > 0 else f"signal {-done.returncode}"
        detail = done.stderr
    except subprocess.TimeoutExpired:
        ended, detail = f"no answer in {_LONGEST} s", ""
    except ValueError as error:
        ended, detail = "an answer that nobody can read", str(error)
    raise ArtistError(
        "engine.ofx_check",
        "The node could not be tried",
        f"{binary} ended the host that loaded it: {ended}. {_last_line(detail)}",
        "Build and install it again. If that does not help, send this to the makers.",
        detail=detail,
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def _write_picture(place: Path, output: Path) -> str:
    import numpy as np

    from photodouble.image.pictures import write_png

    both = np.concatenate([np.load(place / name)[..., :3] for name in ("plate.npy", "shown.npy")], axis=1)
    write_png(output, np.ascontiguousarray(both))
    return str(output)


def _no_file(binary: Path, target: Target) -> ArtistError:
    return ArtistError(
        "engine.ofx_check",
        "There is no node for this machine in it",
        f"There is no file {binary}, which a host on {target.name} looks for.",
        "Build it for this machine: photodouble ofx build, then photodouble ofx install.",
    )
