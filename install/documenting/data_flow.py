"""Draw the way of a shot through the program, from its own tables: hosts, operations, steps, outputs.

Needs an environment that has the program. The picture is the same every time, so a test can tell a stale one.
"""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

from documenting.pages import DOCS, ROOT

PICTURE = DOCS / "pictures" / "data_flow.svg"
_WIDE, _LINE, _HEAD = 800, 19, 28
_COLUMN, _MIDDLE, _RIGHT = 230, 285, 550
_SIGNS = 30
"""How many letters a line of a box has room for."""
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;font-size:14px;fill:#222}"
    ".head{font-weight:bold;font-size:15px}.quiet{fill:#666}"
    ".box{fill:#fff;stroke:#999}.lane{fill:#f4f4f4;stroke:none}.way{stroke:#b7791f;stroke-width:2;fill:none}"
)


@dataclass(frozen=True)
class Box:
    """One station: its place, its title and what it holds."""

    x: int
    y: int
    wide: int
    title: str
    lines: tuple[str, ...]

    @property
    def tall(self) -> int:
        """Give its height, which its lines need."""
        return _HEAD + _LINE * len(self.lines) + 8

    def svg(self) -> str:
        """Draw it."""
        made = [
            f'<rect class="box" x="{self.x}" y="{self.y}" width="{self.wide}" height="{self.tall}" rx="4"/>'
        ]
        made.append(f'<text class="head" x="{self.x + 10}" y="{self.y + 18}">{escape(self.title)}</text>')
        for number, line in enumerate(self.lines):
            kind = ' class="quiet"' if line.startswith("(") else ""
            at = self.y + _HEAD + _LINE * number + 9
            made.append(f'<text{kind} x="{self.x + 10}" y="{at}">{escape(line)}</text>')
        return "".join(made)


def draw() -> str:
    """Draw the whole picture as SVG."""
    boxes = _stations()
    tall = max(box.y + box.tall for box in boxes.values()) + 20
    ways = (
        _across(boxes["hosts"], boxes["request"]),
        _across(boxes["request"], boxes["engine"]),
        _down(boxes["engine"], boxes["steps"]),
        _back(boxes["steps"], boxes["take"]),
        _back(boxes["take"], boxes["decide"]),
        _up(boxes["decide"], boxes["back"]),
        _up(boxes["back"], boxes["hosts"]),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {tall}" '
        f'width="{_WIDE}" height="{tall}">'
        f"<title>The way of a shot: host, request, engine, operation, take, decision, host</title>"
        f"<style>{_STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#b7791f"/></marker></defs>'
        f'<rect width="{_WIDE}" height="{tall}" fill="#fafafa"/>'
        + "".join(f'<path class="way" marker-end="url(#tip)" d="{way}"/>' for way in ways)
        + "".join(box.svg() for box in boxes.values())
        + "</svg>\n"
    )


def _stations() -> dict[str, Box]:
    hosts, request, engine = _hosts(), Box(_MIDDLE, 20, _COLUMN, "Request: paths only", _request()), _engine()
    back = Box(
        20,
        hosts.y + hosts.tall + 40,
        _COLUMN,
        "Back in the host",
        ("the fill, keyed once by its matte", "cuts: one key of metadata", "delivery: a signed label"),
    )
    below = max(box.y + box.tall for box in (back, request, engine)) + 40
    return {
        "hosts": hosts,
        "request": request,
        "engine": engine,
        "steps": Box(_RIGHT, below, _COLUMN, "Operation", _steps()),
        "take": Box(_MIDDLE, below, _COLUMN, "Take on disk", _outputs()),
        "decide": Box(20, below, _COLUMN, "A person decides", _decisions()),
        "back": back,
    }


def _hosts() -> Box:
    sys.path.insert(0, str(ROOT / "install"))
    from vendor import ADAPTERS

    names = tuple(adapter.folder.partition("/")[0].capitalize() for adapter in ADAPTERS)
    carried = sorted({package for adapter in ADAPTERS for package in adapter.packages})
    return Box(20, 20, _COLUMN, "Hosts", (*names, "command line", "farm", *(f"({name})" for name in carried)))


def _request() -> tuple[str, ...]:
    from photodouble_client.request import JobRequest

    shown = ("operation", "shot", "use", "performers", "range", "inputs", "values", "overrides", "locks")
    known = JobRequest.__dataclass_fields__
    return (*(name for name in shown if name in known), "(and who, which shot, colour)")


def _engine() -> Box:
    from photodouble_client import events

    told = sorted(
        name
        for name, one in vars(events).items()
        if isinstance(one, type) and one.__module__ == events.__name__ and name not in ("Event", "Upgrade")
    )
    lines = (
        "consent and policy first",
        "queue in SQLite",
        "workers: batch, preview, desk",
        "tasks: all that is no job",
        "tells:",
    )
    return Box(_RIGHT, 20, _COLUMN, "Engine, 127.0.0.1", (*lines, *(f"  {name}" for name in told)))


def _steps() -> tuple[str, ...]:
    from photodouble.engine.options import STEPS
    from photodouble_client.specs import SPECS

    lines = tuple(f"{number}. {step}" for number, step in enumerate(filter(None, STEPS), 1))
    return (*lines, "", *(spec.label for spec in SPECS.values()))


def _outputs() -> tuple[str, ...]:
    from photodouble_client.specs import SPECS

    every = [{port.key for port in spec.ports if port.direction == "out"} for spec in SPECS.values()]
    shared = sorted(
        set.intersection(*every), key=("result", "fill", "matte_out", "origin", "confidence").index
    )
    own = sorted(set.union(*every) - set(shared))
    return (
        *(name.removesuffix("_out") for name in shared),
        *(f"({', '.join(own[at : at + 3])})" for at in range(0, len(own), 3)),
        "frames/: one record a frame",
        "manifest.json: written last",
    )


def _decisions() -> tuple[str, ...]:
    from photodouble.takes.review_words import SAYINGS, STATES

    says = textwrap.wrap(f"says: {', '.join(SAYINGS)}", _SIGNS)
    states = textwrap.wrap(f"a take is: {', '.join(state.replace('_', ' ') for state in STATES)}", _SIGNS)
    return (*says, *states, "signed, and added to the ledger")


def _across(left: Box, right: Box) -> str:
    return f"M{left.x + left.wide},70 L{right.x - 2},70"


def _down(upper: Box, lower: Box) -> str:
    at = upper.x + upper.wide // 2
    return f"M{at},{upper.y + upper.tall} L{at},{lower.y - 2}"


def _back(right: Box, left: Box) -> str:
    at = right.y + 30
    return f"M{right.x},{at} L{left.x + left.wide + 2},{at}"


def _up(lower: Box, upper: Box) -> str:
    at = upper.x + upper.wide // 2
    return f"M{at},{lower.y} L{at},{upper.y + upper.tall + 2}"


def write(path: Path = PICTURE) -> Path:
    """Write the picture."""
    path.write_text(draw(), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write())
