"""The small form of expressions that scripts of ours use (Foundry: comp_environment/expressions)."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Callable, Dict, List, Optional, Tuple

if TYPE_CHECKING:
    from .nodes import Node

_TOKEN = re.compile(
    r"\s*(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|[A-Za-z_][\w.]*|==|!=|<=|>=|&&|\|\||[-+*/%()<>!?:,])"
)
_FUNCTIONS: Dict[str, Callable[..., float]] = {
    "int": lambda x: float(math.trunc(x)),
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "rint": lambda x: float(math.floor(x + 0.5)),
    "abs": abs,
    "min": min,
    "max": max,
    "clamp": lambda x, low=0.0, high=1.0: min(max(x, low), high),
}


class ExpressionError(RuntimeError):
    """What Nuke shows as an error of the node: a name that is not there, or a text it cannot read."""


def evaluate(text: str, node: Node, frame: float, own: float = 0.0) -> float:
    """Work out an expression of a knob of `node` at a frame; raises ExpressionError."""
    return _Reading(text, node, frame, own).result()


class _Reading:
    def __init__(self, text: str, node: Node, frame: float, own: float) -> None:
        self._text, self._node, self._frame, self._own = text, node, frame, own
        self._tokens = _tokens(text)
        self._at = 0

    def result(self) -> float:
        found = self._choice()
        if self._at != len(self._tokens):
            raise ExpressionError("cannot read %r" % self._text)
        return found

    def _take(self, *wanted: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return self._tokens[self._at - 1]
        return ""

    def _need(self, wanted: str) -> None:
        if not self._take(wanted):
            raise ExpressionError("%r lacks %s" % (self._text, wanted))

    def _choice(self) -> float:
        asked = self._level(0)
        if not self._take("?"):
            return asked
        yes = self._choice()
        self._need(":")
        no = self._choice()
        return yes if asked else no

    _LEVELS: Tuple[Tuple[str, ...], ...] = (
        ("||",),
        ("&&",),
        ("==", "!="),
        ("<", ">", "<=", ">="),
        ("+", "-"),
        ("*", "/", "%"),
    )

    def _level(self, depth: int) -> float:
        if depth == len(self._LEVELS):
            return self._one()
        found = self._level(depth + 1)
        sign = self._take(*self._LEVELS[depth])
        while sign:
            found = _apply(sign, found, self._level(depth + 1))
            sign = self._take(*self._LEVELS[depth])
        return found

    def _one(self) -> float:
        if self._take("-"):
            return -self._one()
        if self._take("!"):
            return float(not self._one())
        if self._take("("):
            found = self._choice()
            self._need(")")
            return found
        if self._at >= len(self._tokens):
            raise ExpressionError("%r ends too soon" % self._text)
        word = self._tokens[self._at]
        self._at += 1
        if word[0].isdigit() or word[0] == ".":
            return float(word)
        if self._take("("):
            return self._call(word)
        return self._name(word)

    def _call(self, word: str) -> float:
        if word not in _FUNCTIONS:
            raise ExpressionError("the fake knows no function %s" % word)
        given: List[float] = [self._choice()]
        while self._take(","):
            given.append(self._choice())
        self._need(")")
        return float(_FUNCTIONS[word](*given))

    def _name(self, word: str) -> float:
        if word in ("frame", "x", "t"):
            return self._frame
        if word == "curve":
            return self._own
        return value_of(word, self._node, self._frame)


def value_of(word: str, node: Node, frame: float) -> float:
    """Follow `parent.mix`, `root.first_frame`, `Blur1.size`, `input.width` or a knob of the node itself."""
    steps = word.split(".")
    at = node
    for number, step in enumerate(steps):
        if step in ("this", "input") and step == "this":
            continue
        if step == "parent":
            parent = at.parent()
            if parent is None:
                raise ExpressionError("%s: there is nothing above" % word)
            at = parent
            continue
        if step == "root":
            at = at.rootNode()
            continue
        if step in at.knobs():
            rest = steps[number + 1 :]
            return float(at[step]._expressed(frame, rest[0] if rest else ""))
        if step in ("width", "height") and number == len(steps) - 1:
            return float(getattr(at, step)())
        above = at.input(int(step[5:] or 0)) if re.match(r"^input\d*$", step) else None
        found = _node_beside(at, step, number) if above is None else above
        if found is None:
            break
        at = found
    raise ExpressionError("%s: no such node or knob" % word)


def node_of(word: str, node: Node) -> Optional[Node]:
    """Find the node that `Blur1.size`, `parent.mix` or `root.frame` is about; None where there is none."""
    at: Optional[Node] = node
    for number, step in enumerate(word.split(".")):
        if at is None or (step in at.knobs() and step not in ("parent", "root")):
            break
        if step in ("parent", "root"):
            at = at.parent() if step == "parent" else at.rootNode()
        elif step != "this":
            try:
                at = _node_beside(at, step, number)
            except ExpressionError:
                return None
    return at


def _node_beside(at: Node, name: str, number: int) -> Node:
    from .nodes import Group

    inside = at if number and isinstance(at, Group) else at.parent()
    found = inside.node(name) if isinstance(inside, Group) else None
    if found is None:
        raise ExpressionError("no such node or knob: %s" % name)
    return found


def _tokens(text: str) -> List[str]:
    found: List[str] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError("the fake cannot read the expression %r" % text)
        found.append(match.group(1))
        at = match.end()
    return found


def _apply(sign: str, one: float, other: float) -> float:
    if sign in ("/", "%") and other == 0:
        return 0.0
    table: Dict[str, Callable[[float, float], float]] = {
        "||": lambda a, b: float(bool(a) or bool(b)),
        "&&": lambda a, b: float(bool(a) and bool(b)),
        "==": lambda a, b: float(a == b),
        "!=": lambda a, b: float(a != b),
        "<": lambda a, b: float(a < b),
        ">": lambda a, b: float(a > b),
        "<=": lambda a, b: float(a <= b),
        ">=": lambda a, b: float(a >= b),
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "%": math.fmod,
    }
    return table[sign](one, other)
