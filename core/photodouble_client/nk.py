"""The grammar of Nuke's scripts (.nk): write and read nodes as text, without a Nuke."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Sequence, Union

_BARE = re.compile(r"^[A-Za-z0-9_./:%#+,@=~-]+$")
_SPECIAL = re.compile(r'([\\"\[\]{}$])')
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[{}]|\n|(?:\\.|[^\s{}\\"])+|\\\n', re.S)
Word = Union[str, List[Any]]


def quoted(text: str) -> str:
    """Write a text so that a script holds it as it is: Tcl's brackets, dollars and braces are escaped."""
    if _BARE.match(text) and not text.startswith("#"):
        return text
    return '"%s"' % _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


def plain(text: str) -> str:
    """Read a text that `quoted` or Nuke wrote."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    elif len(text) > 1 and text[0] == "{" and text[-1] == "}":
        return text[1:-1]
    return re.sub(r"\\(.)", lambda match: "\n" if match.group(1) == "n" else match.group(1), text, flags=re.S)


def number(value: float) -> str:
    """Write a number: whole ones without a point, others so that they read back the same."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def curve(keys: Mapping[float, float]) -> str:
    """Write an animation: `curve x1 0 x10 1`."""
    return "curve " + " ".join("x%s %s" % (number(frame), number(keys[frame])) for frame in sorted(keys))


def words(text: str) -> List[Word]:
    """Split a value into words; what stands in braces is a list of its own. Raises ValueError."""
    found: List[Word] = []
    above: List[List[Word]] = []
    for token in _TOKEN.findall(text):
        if token == "{":
            above.append(found)
            found = []
        elif token == "}":
            if not above:
                raise ValueError("a bracket closes that never opened")
            inner, found = found, above.pop()
            found.append(inner)
        elif token.strip():
            found.append(plain(token))
    if above:
        raise ValueError("a bracket is not closed")
    return found


def values_of(text: str) -> List[Union[float, str, Dict[float, float]]]:
    """Read numbers, expressions and animations: `{1 {parent.mix} {curve x1 0}}`. Raises ValueError."""
    found = words(text)
    while len(found) == 1 and isinstance(found[0], list) and any(isinstance(one, list) for one in found[0]):
        found = found[0]
    if len(found) == 1 and isinstance(found[0], list) and all(_is_number(one) for one in found[0]):
        found = found[0]
    return [_value(one) for one in found]


def _value(word: Word) -> Union[float, str, Dict[float, float]]:
    if isinstance(word, str):
        return _scalar(word)
    if word and word[0] == "curve":
        return _keys([str(one) for one in word[1:]])
    return " ".join(str(one) for one in word if one != "i")


def _scalar(word: str) -> Union[float, str]:
    if word in ("true", "false"):
        return float(word == "true")
    if word.startswith("0x"):
        return float(int(word, 16))
    return float(word) if _is_number(word) else word


def _keys(given: Sequence[str]) -> Dict[float, float]:
    found: Dict[float, float] = {}
    frame = 1.0
    for word in given:
        if re.match(r"^x-?[\d.]+$", word):
            frame = float(word[1:])
        elif _is_number(word):
            found[frame] = float(word)
            frame += 1
    return found


def _is_number(word: Any) -> bool:
    return isinstance(word, str) and re.match(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$", word) is not None
