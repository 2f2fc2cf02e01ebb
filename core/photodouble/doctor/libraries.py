"""The libraries that the program needs, and the extras: whether they are there, fit, and load."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from photodouble.extras import install_line

from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

AREA = "program"
EXTRAS = {
    "c2pa": "Content Credentials in pictures and movies",
    "crowd": "keying of filmed people, USD",
    "face": "finding faces for de-ageing",
    "farm": "Open Job Description on a farm",
    "ofx": "building the OpenFX node for other systems",
    "models": "a studio's own models, graphics cards",
    "movie": "movies as plates and deliveries",
    "qt": "the panel in a window of its own",
    "report": "reports as PDF",
}
"""What each extra brings, in an artist's words."""
DEVELOPERS = ("bench", "test")
PICTURES = ("numpy", "scipy", "cv2", "OpenEXR", "OpenImageIO", "PyOpenColorIO", "numba")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;()]*)\)?\s*(?:;(.*))?")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9][0-9.]*)")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_PATIENCE = 60.0


@dataclass(frozen=True)
class Requirement:
    """One library that is wanted: its name, its bounds as text, and of which extra it is a part."""

    name: str
    bounds: str = ""
    extra: str = ""

    @classmethod
    def read(cls, line: str) -> Requirement:
        """Read a line of a package's own list."""
        found = _REQUIREMENT.match(line)
        if found is None:
            raise ValueError(f"no requirement: {line!r}")
        extra = _EXTRA.search(found[3] or "")
        return cls(found[1], (found[2] or "").strip(), extra[1] if extra else "")

    def fault(self) -> str:
        """Say why it is not met; empty where it is."""
        try:
            version = importlib.metadata.version(self.name)
        except importlib.metadata.PackageNotFoundError:
            return f"{self.name} is missing"
        return "" if fits(version, self.bounds) else f"{self.name} {version} is not {self.bounds}"


def requirements() -> tuple[Requirement, ...]:
    """Return what this installation says that it needs; nothing where it was not installed as a package."""
    try:
        lines = importlib.metadata.requires("photodouble") or []
    except importlib.metadata.PackageNotFoundError:
        return ()
    return tuple(map(Requirement.read, lines))


def fits(version: str, bounds: str) -> bool:
    """Say whether a version lies within bounds such as `>=2.1,<3`; what cannot be read is let pass."""
    return all(
        _COMPARED[sign](*_alike(_numbers(version), _numbers(bound))) for sign, bound in _BOUND.findall(bounds)
    )


def look(_place: Place) -> Iterator[Row]:
    """Say whether every library that is always needed is there and fits."""
    wanted = [one for one in requirements() if not one.extra]
    if not wanted:
        said = "not installed as a package, so nobody knows which libraries it needs"
        yield Row(AREA, "Libraries", LOOK, said, "Install it with install.py or pip.")
        return
    faults = [fault for one in wanted if (fault := one.fault())]
    if faults:
        yield Row(AREA, "Libraries", BAD, "; ".join(faults), "Install Photo Double's libraries again.")
    else:
        yield Row(AREA, "Libraries", GOOD, f"all {len(wanted)} are there")


def load(_place: Place) -> Iterator[Row]:
    """Say whether the picture libraries load; in a process of its own, because a broken one may end it."""
    # One by one, so that the first one that fails is named even where the process dies of it.
    script = f"for name in {PICTURES!r}:\n    print(name, flush=True)\n    __import__(name)\nprint('all')"
    done = _run(script)
    reached = done.stdout.split()[-1:]
    if reached == ["all"]:
        yield Row(AREA, "Picture libraries", GOOD, "they load")
        return
    said = done.stderr.strip().splitlines()[-1:] or [f"the process ended with status {done.returncode}"]
    fix = "Install that library again; on Linux a system library that it names may be missing."
    what = f"{reached[0] if reached else 'Python'} does not load: {said[0][:300]}"
    yield Row(AREA, "Picture libraries", BAD, what, fix, done.stderr[-2000:])


def extras(_place: Place) -> Iterator[Row]:
    """Say of each extra whether it is there."""
    wanted = requirements()
    for extra in sorted({one.extra for one in wanted} - {"", *DEVELOPERS}):
        yield _extra(extra, [one.fault() for one in wanted if one.extra == extra])
    if shutil.which("ffmpeg") is None:
        yield Row(
            AREA, "ffmpeg", NOTE, "no program of that name; movies need none, the extra movie reads them"
        )


def ask_python(script: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in a Python of their own, the same one as this."""
    return _run(script)


def _extra(extra: str, faults: Iterable[str]) -> Row:
    name, brings = f"Extra {extra}", EXTRAS.get(extra, "")
    found = list(faults)
    wrong = [fault for fault in found if fault]
    fix = install_line(extra)
    if not wrong:
        return Row(AREA, name, GOOD, f"{brings}: installed")
    if all(fault.endswith("is missing") for fault in wrong):
        return Row(AREA, name, NOTE, f"{brings}: not installed", fix)
    return Row(AREA, name, LOOK, f"{brings}: {'; '.join(wrong)}", fix)


def _run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-c", script],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PATIENCE,
        stdin=subprocess.DEVNULL,
        check=False,
    )


_COMPARED = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
}


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _alike(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    length = max(len(one), len(other))
    return one + (0,) * (length - len(one)), other + (0,) * (length - len(other))
