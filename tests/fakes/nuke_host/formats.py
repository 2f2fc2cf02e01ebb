"""Formats: a size, a pixel shape and a name (stubs nuke/classes/Format.py; facts section 7)."""

from __future__ import annotations

from typing import List, Optional

from . import session


class Format:
    """A picture's size; the origin is at the bottom left."""

    def __init__(
        self, width: int, height: int, x: int = 0, y: int = 0, r: int = 0, t: int = 0, pa: float = 1.0
    ) -> None:
        self._width, self._height = int(width), int(height)
        self._inner = (x, y, r or int(width), t or int(height))
        self._shape = float(pa)
        self._name = ""

    def name(self) -> str:
        return self._name

    def setName(self, name: str) -> None:
        self._name = name

    def width(self) -> int:
        return self._width

    def height(self) -> int:
        return self._height

    def x(self) -> int:
        return self._inner[0]

    def y(self) -> int:
        return self._inner[1]

    def r(self) -> int:
        return self._inner[2]

    def t(self) -> int:
        return self._inner[3]

    def pixelAspect(self) -> float:
        return self._shape

    def _script(self) -> str:
        """Write it as a script keeps it."""
        return "%d %d %d %d %d %d %g %s" % (
            (self._width, self._height) + self._inner + (self._shape, self._name)
        )


def addFormat(text: str) -> Format:
    """`nuke.addFormat('w h [x y r t] [pa] name')` (facts section 4)."""
    made = _read(text)
    running = session.now()
    running.formats = [one for one in running.formats if one.name() != made.name() or not made.name()]
    running.formats.append(made)
    return made


def named(name: str) -> Optional[Format]:
    """Find a format by its name (not of Nuke's own)."""
    for one in session.now().formats:
        if one.name() == name:
            return one
    return None


def from_script(text: str) -> Format:
    """Take a format as a script keeps it: one that is known by name, or a new one (not of Nuke's own)."""
    known = named(text)
    if known is not None:
        return known
    made = _read(text)
    if not made.name():
        made.setName("%dx%d_%g" % (made.width(), made.height(), made.pixelAspect()))
    held = named(made.name())
    if held is not None and held._script() == made._script():
        return held
    session.now().formats.append(made)
    return made


def _read(text: str) -> Format:
    words = text.split()
    numbers: List[float] = []
    while words and _is_number(words[0]) and len(numbers) < 7:
        numbers.append(float(words.pop(0)))
    if len(numbers) not in (2, 3, 6, 7):
        raise RuntimeError("a format is 'w h [x y r t] [pa] name', not %r" % text)
    shape = numbers.pop() if len(numbers) in (3, 7) else 1.0
    whole = [int(one) for one in numbers] + [0, 0, 0, 0]
    made = Format(whole[0], whole[1], whole[2], whole[3], whole[4], whole[5], shape)
    made.setName(" ".join(words))
    return made


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
