"""The grammar of Fusion's settings (.setting, .comp): read and write nodes as text, without a Fusion.

A setting is one table of relaxed Lua: names before braces (`Merge { ... }`), tables that keep their order
(`ordered() { ... }`), trailing commas. Nothing in it is run: what is no table, text, number or yes and no is
refused. What cannot be read raises ValueError with the line.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Iterator, List, Optional, Sequence, Tuple, Union

DEEPEST = 100
"""Tables within tables; no macro that anyone has saved goes as deep."""
LONGEST = 32 * 1024 * 1024
"""Characters of a setting; the largest known are below 2 MiB."""
ORDERED = "ordered()"
"""The name of a table whose entries keep their order in the inspector."""

_BLANK = re.compile(r"\s+|--\[(=*)\[.*?\]\1\]|--(?!\[=*\[)[^\n]*", re.S)
_TOKEN = re.compile(
    r'"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'"
    r"|[-+]?0[xX][0-9a-fA-F]+"
    r"|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    r"|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*"
    r"|[{}()\[\]=,;]",
    re.S,
)
_LONG = re.compile(r"\[(=*)\[\r?\n?(.*?)\]\1\]", re.S)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CONSTRUCTOR = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*\Z")
_NUMBER = re.compile(r"[-+]?[\d.]")
_ESCAPED = re.compile(r"\\(\d{1,3}|\r?\n|.)", re.S)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_WORDS = {"true": True, "false": False, "nil": None}
_RESERVED = re.compile(
    r"(and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true"
    r"|until|while)\Z"
)
_WIDEST = 100
"""Characters of a table that is written on one line."""

Key = Union[str, int, float, None]
Value = Any
"""A `Table`, text, a number, yes or no, or None."""


@dataclass(frozen=True)
class Table:
    """One table: its entries in their order, and the name before its brace.

    A key is a text, a number, or None for an entry without one. A name is such as `Merge`, `Input`,
    `ordered()`, or nothing.
    """

    entries: Tuple[Tuple[Key, Value], ...] = ()
    name: str = ""

    @property
    def is_ordered(self) -> bool:
        """Whether the entries keep their order where it counts."""
        return self.name == ORDERED

    @property
    def keys(self) -> Tuple[Key, ...]:
        """List the keys that there are, in their order."""
        return tuple(key for key, _ in self.entries if key is not None)

    def get(self, key: Key, default: Value = None) -> Value:
        """Return what stands under a key, the last of several, or `default`."""
        found = [value for name, value in self.entries if name == key and name is not None]
        return found[-1] if found else default

    def table(self, key: Key) -> Table:
        """Return the table under a key; an empty one where there is none."""
        found = self.get(key)
        return found if isinstance(found, Table) else Table()

    def listed(self) -> Tuple[Value, ...]:
        """List the entries without a key."""
        return tuple(value for key, value in self.entries if key is None)


def ordered(*entries: Tuple[Key, Value]) -> Table:
    """Make a table that keeps its order."""
    return Table(tuple(entries), ORDERED)


def parse(text: str) -> Table:
    """Read a setting or a comp; raises ValueError where it is cut short, too deep or too long."""
    if len(text) > LONGEST:
        raise ValueError("a setting of %d characters is too long" % len(text))
    reading = _Reading(text[1:] if text[:1] == "\ufeff" else text)
    found = reading.value(0)
    reading.end()
    if not isinstance(found, Table):
        raise ValueError("a setting is a table, this is not one")
    return found


def write(table: Table) -> str:
    """Write a setting; raises ValueError for a number or a name that no setting can hold."""
    return "\n".join(_lines(table, "", 0)) + "\n"


def quoted(text: str) -> str:
    """Write a text so that a setting holds it as it is."""
    return '"%s"' % "".join(_sign(text, at) for at in range(len(text)))


def number(value: float) -> str:
    """Write a number: whole ones without a point, others so that they read back the same."""
    if not math.isfinite(value):
        raise ValueError("a setting holds no %r" % value)
    if isinstance(value, int):
        return str(value)
    whole = abs(value) < 1e15 and value == int(value) and not (value == 0 and math.copysign(1, value) < 0)
    return str(int(value)) if whole else repr(value)


class _Reading:
    """A setting while it is read: a place in the text, and the token there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def value(self, depth: int) -> Value:
        """Read a value: a text, a number, a word, or a table with or without a name."""
        long = _LONG.match(self._text, self._skip())
        if long:
            self._at = long.end()
            return long.group(2)
        token = self._take()
        if token == "{":
            return self._table("", depth)
        if token[0] in "\"'":
            return _plain(token)
        if _NUMBER.match(token):
            return _read_number(token)
        if token in _WORDS:
            return _WORDS[token]
        if _CONSTRUCTOR.match(token) and not _RESERVED.match(token):
            return self._named(token, depth)
        raise self._trouble("%r is no value" % token[:40])

    def end(self) -> None:
        """Raise ValueError where something stands behind the table."""
        if self._skip() < len(self._text):
            raise self._trouble("something stands behind the table")

    def _named(self, name: str, depth: int) -> Table:
        if self._next() == "(":
            self._take()
            self._expect(")")
            name += "()"
        if self._next() != "{":
            raise self._trouble("%r is no value" % name[:40])
        self._take()
        return self._table(name, depth)

    def _table(self, name: str, depth: int) -> Table:
        if depth >= DEEPEST:
            raise self._trouble("tables lie too deep within each other")
        entries: List[Tuple[Key, Value]] = []
        while self._next() != "}":
            entries.append(self._entry(depth + 1))
            if self._next() in (",", ";"):
                self._take()
            elif self._next() != "}":
                raise self._trouble("a comma is missing")
        self._take()
        return Table(tuple(entries), name)

    def _entry(self, depth: int) -> Tuple[Key, Value]:
        token, before = self._next(), self._at
        if token == "[" and not _LONG.match(self._text, self._skip()):
            self._take()
            key = self._key(depth)
            self._expect("]")
            self._expect("=")
            return key, self.value(depth)
        if _PLAIN_KEY.match(token) and not _RESERVED.match(token):
            self._take()
            if self._next() == "=":
                self._take()
                return token, self.value(depth)
            self._at = before
        return None, self.value(depth)

    def _key(self, depth: int) -> Key:
        key = self.value(depth)
        if isinstance(key, (str, int, float)) and not isinstance(key, bool):
            return key
        raise self._trouble("a key is a text or a number")

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise self._trouble("%r is missing" % sign)
        self._take()

    def _next(self) -> str:
        """Give the token that comes, and stay before it."""
        start = self._skip()
        found = _TOKEN.match(self._text, start)
        if found is None:
            where = self._text[start : start + 20]
            raise self._trouble("%r cannot be read" % where if where else "it ends too early")
        return found.group()

    def _take(self) -> str:
        token = self._next()
        self._at += len(token)
        return token

    def _skip(self) -> int:
        found: Optional[Any] = _BLANK.match(self._text, self._at)
        while found:
            self._at = found.end()
            found = _BLANK.match(self._text, self._at)
        return self._at

    def _trouble(self, what: str) -> ValueError:
        line = self._text.count("\n", 0, self._at) + 1
        return ValueError("line %d: %s" % (line, what))


def _read_number(token: str) -> Union[int, float]:
    if re.match(r"[-+]?0[xX]", token):
        return int(token, 16)
    if re.match(r"[-+]?\d+\Z", token) and len(token) < 20:
        return int(token)
    value = float(token)
    if not math.isfinite(value):
        raise ValueError("%s is too large a number" % token[:40])
    return value


def _plain(token: str) -> str:
    return _ESCAPED.sub(_letter, token[1:-1])


def _letter(match: Any) -> str:
    found: str = match.group(1)
    if found.isdigit():
        return chr(min(int(found), 255))
    return "\n" if found.endswith("\n") else _LETTERS.get(found, found)


def _sign(text: str, at: int) -> str:
    sign = text[at]
    if sign in '"\\':
        return "\\" + sign
    if sign in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[sign]
    return "\\%03d" % ord(sign) if ord(sign) < 32 or ord(sign) == 127 else sign


def _lines(value: Value, before: str, depth: int) -> Iterator[str]:
    """Write one value on as few lines as can be read; `before` is its key."""
    if depth > DEEPEST:
        raise ValueError("tables lie too deep within each other")
    indent = "\t" * depth
    short = _short(value)
    if short is not None and len(short) <= _WIDEST:
        yield indent + before + short
        return
    if not isinstance(value, Table):
        yield indent + before + _atom(value)
        return
    _check_name(value.name)
    yield "%s%s%s{" % (indent, before, value.name + " " if value.name else "")
    for key, inner in value.entries:
        lines = list(_lines(inner, _key_text(key), depth + 1))
        for line in lines[:-1]:
            yield line
        yield lines[-1] + ","
    yield indent + "}"


def _short(value: Value) -> Optional[str]:
    """Write a value on one line, or nothing where it holds tables of tables."""
    if not isinstance(value, Table):
        return _atom(value)
    _check_name(value.name)
    name = value.name + " " if value.name else ""
    if not value.entries:
        return name + "{ }"
    if _height(value.entries, 2) > 2 or len(value.entries) > 12:
        return None
    parts = [(_key_text(key), _short(inner)) for key, inner in value.entries]
    if any(inner is None for _, inner in parts):
        return None
    return "%s{ %s }" % (name, ", ".join("%s%s" % part for part in parts))


def _height(entries: Sequence[Tuple[Key, Value]], most: int) -> int:
    """Count how many tables lie within each other below, up to one more than `most`."""
    inner = [value.entries for _, value in entries if isinstance(value, Table)]
    if not inner:
        return 1
    return most + 1 if most <= 1 else 1 + max(_height(below, most - 1) for below in inner)


def _atom(value: Value) -> str:
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (int, float)):
        return number(value)
    raise ValueError("a setting holds no %s" % type(value).__name__)


def _key_text(key: Key) -> str:
    if key is None:
        return ""
    if isinstance(key, str):
        is_plain = _PLAIN_KEY.match(key) and not _RESERVED.match(key)
        return "%s = " % (key if is_plain else "[%s]" % quoted(key))
    return "[%s] = " % number(key)


def _check_name(name: str) -> None:
    bare = name[:-2] if name.endswith("()") else name
    if name and (not _CONSTRUCTOR.match(bare) or _RESERVED.match(bare)):
        raise ValueError("%r is no name of a table" % name[:40])
