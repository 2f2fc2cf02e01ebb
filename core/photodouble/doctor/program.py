"""The program itself, the Python it runs in, and whether the panel has what it needs."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import photodouble
from photodouble import screen
from photodouble.extras import install_line
from photodouble_client.version import VERSION

from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

AREA = "program"
OLDEST, NEWEST = (3, 11), (3, 13)
BINDINGS = ("PySide6", "PySide2")


def look(_place: Place) -> Iterator[Row]:
    """Say which Photo Double this is, and in which Python."""
    folder = Path(photodouble.__file__).parent
    installed = _installed()
    if {VERSION, installed or VERSION} != {photodouble.__version__}:
        said = f"{photodouble.__version__}, with a client of {VERSION} and installed as {installed}"
        yield Row(AREA, "Photo Double", BAD, said, "Install Photo Double again, into an empty folder.")
    else:
        yield Row(AREA, "Photo Double", GOOD, f"{VERSION} in {folder}")
    yield _python(sys.version_info[:2])


def panel(place: Place) -> Iterator[Row]:
    """Say whether the panel can open a window of its own."""
    found = [name for name in BINDINGS if importlib.util.find_spec(name) is not None]
    if not found:
        yield Row(
            AREA, "Panel", NOTE, "no Qt here; hosts bring their own",
            f"For a window of its own: {install_line('qt')}",
        )  # fmt: skip
        return
    version = _version(found[0])
    if not screen.is_there(sys.platform, place.variables):
        yield Row(
            AREA, "Panel", NOTE, f"{found[0]}, and no screen here", "Open it on a desktop; here use takes."
        )
    elif why := screen.missing_library(sys.platform, place.variables, screen.x11_plugin(found[0])):
        yield Row(AREA, "Panel", LOOK, f"{found[0]} {version} cannot open a window: {why}", screen.X11_FIX)
    else:
        yield Row(AREA, "Panel", GOOD, f"Qt by {found[0]} {version}".rstrip())


def _python(version: tuple[int, ...]) -> Row:
    said = f"{platform.python_version()}, {sys.executable}"
    wanted = f"{_dotted(OLDEST)} to {_dotted(NEWEST)}"
    if version < OLDEST:
        return Row(AREA, "Python", BAD, said, f"Install Photo Double in a Python {wanted}.")
    if version > NEWEST:
        return Row(AREA, "Python", LOOK, said, f"It was tried with Python {wanted}; better use one of these.")
    return Row(AREA, "Python", GOOD, said)


def _installed() -> str:
    try:
        return importlib.metadata.version("photodouble")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _version(binding: str) -> str:
    for name in (f"{binding}-Essentials", binding):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return ""


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
