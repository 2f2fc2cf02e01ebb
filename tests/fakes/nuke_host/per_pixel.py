"""The Expression node (Foundry color_nodes/expression.html): `r`, `g`, `b`, `a` are the pixel's channels."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np

from . import expressions
from .nodes import Node
from .pixels import RGBA, Drawing, Picture, with_planes

_CHANNEL = dict(zip("rgba", RGBA))
_SIGNS: Dict[str, Any] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
}


def draw(drawing: Drawing, node: Node, frame: float) -> Picture:
    """Draw the four expressions over the box of input 0; an empty one leaves its channel as it is."""
    above = drawing.draw(node.input(0), frame)
    held = {letter: above.plane(channel, above.box) for letter, channel in _CHANNEL.items()}
    planes = dict(above.planes)
    for at, channel in enumerate(RGBA):
        text = str(node["expr%d" % at].value()).strip()
        if text:
            made = _Reading(text, held).result()
            planes[channel] = np.broadcast_to(np.asarray(made, np.float32), held["r"].shape).copy()
    return with_planes(above, planes, above.box)


class _Reading:
    """Reads `a > 0 ? r * a : r`; what stands behind a sign binds as in `expressions.py`."""

    _LEVELS = (("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*",))

    def __init__(self, text: str, held: Dict[str, Any]) -> None:
        self._text, self._held, self._at = text, held, 0
        self._tokens: List[str] = expressions._tokens(text)

    def result(self) -> Any:
        found = self._choice()
        if self._at != len(self._tokens):
            raise expressions.ExpressionError("cannot read %r" % self._text)
        return found

    def _take(self, *wanted: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return self._tokens[self._at - 1]
        return ""

    def _choice(self) -> Any:
        asked = self._level(0)
        if not self._take("?"):
            return asked
        yes = self._choice()
        if not self._take(":"):
            raise expressions.ExpressionError("%r lacks :" % self._text)
        return np.where(np.asarray(asked) != 0, yes, self._choice())

    def _level(self, depth: int) -> Any:
        if depth == len(self._LEVELS):
            return self._one()
        found = self._level(depth + 1)
        sign = self._take(*self._LEVELS[depth])
        while sign:
            found = np.asarray(_SIGNS[sign](found, self._level(depth + 1)), np.float32)
            sign = self._take(*self._LEVELS[depth])
        return found

    def _one(self) -> Any:
        if self._take("-"):
            return -self._one()
        if self._take("("):
            found = self._choice()
            self._take(")")
            return found
        word = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        if word in self._held:
            return self._held[word]
        try:
            return np.float32(word)
        except ValueError:
            raise expressions.ExpressionError("the fake cannot read %r in %r" % (word, self._text)) from None
