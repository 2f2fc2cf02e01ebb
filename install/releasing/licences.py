"""The licences of all libraries, from what each installed one says of itself, judged by our own."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .licences_known import BY_CLASSIFIER, BY_TEXT, CARRIED, COMPATIBLE, EXTRAS_ONLY, READ, REFUSED
from .locked import Library, libraries
from .versions import ReleaseError

PAGE = Path("core/docs/licences.md")
_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Licensed:
    """A library with its licence as an SPDX expression, empty where nobody knows it, and its home."""

    library: Library
    licence: str
    home: str = ""

    def fault(self) -> str:
        """Say why it may not be in a release; empty where it may."""
        if not self.licence:
            return f"{self.library.name}: its licence is not known"
        allowed = COMPATIBLE if self.library.is_core else COMPATIBLE | EXTRAS_ONLY
        if not is_allowed(self.licence, allowed):
            where = "a core library" if self.library.is_core else "an extra"
            return f"{self.library.name}: {self.licence} does not go with Apache-2.0 in {where}"
        return ""


def licensed(root: Path) -> tuple[Licensed, ...]:
    """Return every library of the lock with its licence.

    What is not installed here, as on another system, is taken from the page as it was written last.
    """
    written = recorded(root)
    return tuple(_licensed(library, written) for library in libraries(root))


def licence_of(name: str) -> str:
    """Return the licence of an installed library as SPDX: as it says, as its classifiers say, or as we read.

    Raises PackageNotFoundError where it is not installed.
    """
    said = importlib.metadata.metadata(name)
    if expression := _field(name, "License-Expression"):
        return expression
    if name.lower() in READ:
        return READ[name.lower()]
    text = _field(name, "License")
    if found := BY_TEXT.get(text, text if is_expression(text) else ""):
        return found
    classifiers = [one.rpartition("::")[2].strip() for one in said.get_all("Classifier") or []]
    return next((BY_CLASSIFIER[one] for one in classifiers if one in BY_CLASSIFIER), "")


def is_expression(text: str) -> bool:
    """Say whether a text is made of licences that SPDX, or we, know by their names."""
    known = COMPATIBLE | EXTRAS_ONLY | REFUSED
    return bool(text) and all(word in known for word in re.split(r" (?:AND|OR) ", text))


def is_allowed(expression: str, allowed: Iterable[str]) -> bool:
    """Judge an expression: of what is joined by OR one may, of what is joined by AND all must be allowed."""
    known = frozenset(allowed)
    inner = re.search(r"\(([^()]*)\)", expression)
    if inner is not None:
        word = "allowed" if is_allowed(inner[1], known) else "refused"
        return is_allowed(expression.replace(inner[0], word), known | {"allowed"})
    return any(all(part.strip() in known for part in one.split(" AND ")) for one in expression.split(" OR "))


def recorded(root: Path) -> Mapping[str, tuple[str, str, str]]:
    """Return version, licence and home of each library on the page as it is."""
    try:
        text = (root / PAGE).read_text(encoding="utf-8")
    except OSError:
        return {}
    cells = ([cell.strip().strip("`<>") for cell in row] for row in _ROW.findall(text))
    return {name: (version, licence, home) for name, version, licence, _extras, home in cells}


def check(found: Iterable[Licensed]) -> None:
    """Refuse a release with a library that may not be in it; raises ReleaseError naming all of them."""
    faults = [fault for one in found if (fault := one.fault())]
    if faults:
        raise ReleaseError("; ".join(faults) + ".")


def page(found: Iterable[Licensed]) -> str:
    """Write the page of all licences."""
    rows = list(found)
    core = [_row(one) for one in rows if one.library.is_core]
    extras = [_row(one) for one in rows if not one.library.is_core]
    heading = "| library | version | licence | comes with | home |\n| --- | --- | --- | --- | --- |"
    carried = "\n".join(f"- **{name}**: {text}" for name, text in sorted(CARRIED.items()))
    return _PAGE.format(
        core="\n".join((heading, *core)), extras="\n".join((heading, *extras)), carried=carried
    )


def _row(one: Licensed) -> str:
    library = one.library
    comes = ", ".join(library.extras) or "always"
    return (
        f"| {library.name} | {library.version} | {one.licence or 'unknown'} | {comes} | {one.home or '-'} |"
    )


def _licensed(library: Library, written: Mapping[str, tuple[str, str, str]]) -> Licensed:
    try:
        return Licensed(library, licence_of(library.name), _home(library.name))
    except importlib.metadata.PackageNotFoundError:
        version, licence, home = written.get(library.name, ("", "", ""))
        known = licence if version == library.version and licence != "unknown" else ""
        return Licensed(library, known, "" if home == "-" else home)


_INDEX = re.compile(r"//py[p]i\.")


def _home(name: str) -> str:
    lines = importlib.metadata.metadata(name).get_all("Project-URL") or []
    pairs = [line.partition(",") for line in lines]
    lowered = {label.strip().lower(): url.strip() for label, _, url in pairs}
    wanted = ("homepage", "home", "source", "repository", "source code", "documentation")
    named = [*(lowered[label] for label in wanted if label in lowered), _field(name, "Home-page")]
    # An index of packages is where it was fetched from, not where it is made.
    return next(
        (url for url in [*named, *lowered.values()] if url.startswith("http") and not _INDEX.search(url)), ""
    )


def _field(name: str, field: str) -> str:
    return str((importlib.metadata.metadata(name).get_all(field) or [""])[0]).strip()


_PAGE = """# Licences of what is installed with Photo Double

Written by `install/release --licences` from the lock files and from what each installed library says of
itself; a test fails where it is stale, and where a licence is unknown or does not go with Apache-2.0.

Photo Double itself is under the Apache License 2.0; its Blender extension is under the GNU General Public
License 3.0 or later, as Blender asks. Its own archives hold no code of others: the libraries below are
fetched by pip, each from where its authors publish it. A wheelhouse or a disk image that you make for others
holds their files, so pass on their licence texts with it (they lie in each library's `.dist-info`).

## Always there

{core}

## Extras

Libraries under the LGPL are in extras only; they are used as they are, and can be replaced.

{extras}

## What some of them carry inside

A library's own licence does not speak of everything in its file. What was found in the wheels for Linux:

{carried}
"""
