"""The words of Nuke's scripts (.nk): numbers, texts, lists, expressions and animations, written and read.

Values are kept as the script has them; `quoted`, `number`, `array`, `expression` and `curves` write them,
`plain`, `words` and `values_of` read them. What cannot be read raises ValueError.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple, Union

_BARE = re.compile(r"^[A-Za-z0-9_./:%+,@=~-][A-Za-z0-9_./:%#+,@=~-]*$")
_SPECIAL = re.compile(r'([\\"\[\]{}$])')
_TOKEN = re.compile(
    r"\\\r?\n|[^\S\n]+"  # a line that goes on, blanks
    r'|"(?:\\.|[^"\\])*"(?=[\s{}]|\Z)'  # a text in quotes
    r"|[{}]|\n"
    r"|(?:\\.|[^\s{}\\])+|\\",  # a bare word
    re.S,
)
_PLAIN = re.compile(r'[^{}"\\]+')
_NUMBER = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_ESCAPED = re.compile(r"\\(\r?\n\s*|.)", re.S)
_LETTERS = {"n": "\n", "t": "\t"}
_DEEPEST = 100
"""Brackets within brackets; no node of Nuke's goes as deep."""
Word = Union[str, List[Any]]
Value = Union[float, str, Dict[float, float]]


def quoted(text: str) -> str:
    """Write a text so that a script holds it as it is: Tcl's brackets, dollars and braces are escaped."""
    if _BARE.match(text):
        return text
    return '"%s"' % _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n").replace("\t", "\\t")


def boolean(value: bool) -> str:
    """Write a tick."""
    return "true" if value else "false"


def number(value: float) -> str:
    """Write a number: whole ones without a point, others so that they read back the same."""
    whole = abs(value) < 1e15 and value == int(value)
    return str(int(value)) if whole else repr(float(value))


def array(*values: float) -> str:
    """Write several numbers: `{1 2 3}`."""
    return "{%s}" % " ".join(number(value) for value in values)


def expression(text: str) -> str:
    """Write what a number follows: `{{parent.mix}}`."""
    return "{{%s}}" % (text if _BARE.match(text) else quoted(text))


def curves(*channels: Mapping[float, float]) -> str:
    """Write an animation of one or several channels: `{{curve x1 0 x10 1}}`."""
    return "{%s}" % " ".join("{%s}" % curve(keys) for keys in channels)


def curve(keys: Mapping[float, float]) -> str:
    """Write an animation: `curve x1 0 x10 1`."""
    return "curve " + " ".join("x%s %s" % (number(frame), number(keys[frame])) for frame in sorted(keys))


def plain(text: str) -> str:
    """Read a text that `quoted` or Nuke wrote."""
    text = text.strip()
    if len(text) > 1 and text[0] == "{" and text[-1] == "}":
        return text[1:-1]
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return _ESCAPED.sub(_letter, text)


def words(text: str) -> List[Word]:
    """Split a value into words; what stands in braces is a list of its own."""
    found: List[Word] = []
    above: List[List[Word]] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token == "{":
            above.append(found)
            found = []
            not_too_deep(len(above))
        elif token == "}":
            if not above:
                raise ValueError("a bracket closes that never opened")
            inner, found = found, above.pop()
            found.append(inner)
        elif not _is_blank(token):
            found.append(plain(token))
    if above:
        raise ValueError("a bracket is not closed")
    return found


def values_of(text: str) -> List[Value]:
    """Read the channels of a value: numbers, expressions and animations, such as `{1 {parent.mix}}`."""
    found = words(text)
    while len(found) == 1 and isinstance(found[0], list) and any(isinstance(one, list) for one in found[0]):
        found = found[0]
    if len(found) == 1 and isinstance(found[0], list) and all(is_number(one) for one in found[0]):
        found = found[0]
    return [_value(one) for one in found]


def lines_of(text: str) -> Iterator[List[Tuple[int, int]]]:
    """Give the words of every line as (begin, end); what stands in braces is one word, however long."""
    line: List[Tuple[int, int]] = []
    depth = opened = at = 0
    while at < len(text):
        if not line and not depth and text[at] == "#":
            at = _end_of_line(text, at)
            continue
        if depth:
            at = _past_words(text, at)
        match = _TOKEN.match(text, at)
        if match is None:
            break
        token, start, at = match.group(), at, match.end()
        if token == "{":
            opened = start if not depth else opened
            depth += 1
            not_too_deep(depth)
        elif token == "}":
            if not depth:
                raise ValueError("a bracket closes that never opened")
            depth -= 1
            if not depth:
                line.append((opened, at))
        elif token == "\n" and not depth:
            if line:
                yield line
            line = []
        elif not depth and not _is_blank(token):
            line.append((start, at))
    if depth:
        raise ValueError("it ends in the middle of a node, so it is cut short")
    if line:
        yield line


def _past_words(text: str, at: int) -> int:
    """Go on to the next bracket, backslash or text in quotes: long tracks are mostly numbers."""
    while True:
        match = _PLAIN.match(text, at)
        at = match.end() if match else at
        inside_a_word = match is not None and text[at : at + 1] == '"' and not text[at - 1].isspace()
        if not inside_a_word:
            return at
        at += 1


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _is_blank(token: str) -> bool:
    return not token.strip() or token in ("\\\n", "\\\r\n")


def not_too_deep(depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("it has brackets within brackets without end")


def _letter(match: Any) -> str:
    letter = str(match.group(1))
    return " " if letter[-1].isspace() and "\n" in letter else _LETTERS.get(letter, letter)


def _value(word: Word) -> Value:
    if isinstance(word, str):
        return _scalar(word)
    if word and word[0] == "curve":
        return _keys([str(one) for one in word[1:]])
    return " ".join(str(one) for one in word if one != "i")


def _scalar(word: str) -> Union[float, str]:
    if word in ("true", "false"):
        return float(word == "true")
    if re.match(r"^0x[0-9a-fA-F]+$", word):
        return float(int(word, 16))
    return float(word) if is_number(word) else word


def _keys(given: Sequence[str]) -> Dict[float, float]:
    found: Dict[float, float] = {}
    frame = 1.0
    for word in given:
        if re.match(r"^x-?\d+(\.\d+)?$", word):
            frame = float(word[1:])
        elif is_number(word):
            found[frame] = float(word)
            frame += 1
    return found


def is_number(word: Any) -> bool:
    return isinstance(word, str) and _NUMBER.match(word) is not None
