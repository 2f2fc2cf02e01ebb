"""The grammar of Nuke's scripts (.nk): write and read nodes as text, without a Nuke.

A script is a stack machine: a node pops its inputs, the topmost is input 0, and pushes itself. Values are
kept here as the script has them, as `nk_words` writes and reads them. What cannot be read raises ValueError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from .nk_words import (
    Value,
    Word,
    array,
    boolean,
    curve,
    curves,
    expression,
    is_number,
    lines_of,
    not_too_deep,
    number,
    plain,
    quoted,
    values_of,
    words,
)

__all__ = [
    "CLIPBOARD",
    "Block",
    "Script",
    "UserKnob",
    "Value",
    "Word",
    "array",
    "blocks_of",
    "boolean",
    "curve",
    "curves",
    "expression",
    "is_number",
    "lines_of",
    "number",
    "parse",
    "plain",
    "quoted",
    "user_knob",
    "user_text",
    "values_of",
    "words",
    "write",
]

CLIPBOARD = "cut_paste_input"
"""As the name of an input: the node that is selected where the text is pasted."""
_GROUPS = ("Group", "LiveGroup", "Gizmo")
_MASKED = {"Merge2": 2, "Copy": 2, "Dissolve": 2}
"""Classes whose inputs from that one on are masks: `inputs 2+1`."""


@dataclass(frozen=True)
class UserKnob:
    """A control that a user has added: `addUserKnob {7 mix l Mix R 0 1}`."""

    type: int
    name: str
    label: Optional[str] = None
    """None where it is the name."""
    tooltip: str = ""
    items: Tuple[str, ...] = ()
    range: Optional[Tuple[float, float]] = None
    target: str = ""
    """What a button runs, what a text says, or the `Node.knob` that a link shows."""
    opens: int = 0
    """Of a tab: 1 opens a group, 2 a closed one, -1 ends it."""
    flags: Tuple[str, ...] = ()
    """Such as `+INVISIBLE` and `-STARTLINE`."""


@dataclass(frozen=True)
class Block:
    """One node: its knobs as (name, value as the script has it), and the nodes inside where it is a group."""

    kind: str
    knobs: Tuple[Tuple[str, str], ...] = ()
    inputs: Tuple[str, ...] = ()
    """Names of the nodes beside it that feed it, input 0 first; an empty one where nothing does."""
    user_knobs: Tuple[UserKnob, ...] = ()
    children: Tuple[Block, ...] = ()

    @property
    def name(self) -> str:
        """Return the name the artist gave it, or nothing."""
        return plain(self.value("name"))

    def value(self, name: str) -> str:
        """Return a value as the script has it; nothing where it is not there."""
        found = [value for knob, value in self.knobs if knob == name]
        return found[-1] if found else ""


@dataclass(frozen=True)
class Script:
    """What a script holds."""

    blocks: Tuple[Block, ...] = ()
    root: Optional[Block] = None
    version: str = ""
    """Such as `15.0 v4`."""
    layers: Tuple[str, ...] = ()
    """What `add_layer` names, such as `fill fill.red fill.green`."""


def write(
    blocks: Sequence[Block],
    *,
    version: str = "13.0 v1",
    root: Optional[Block] = None,
    layers: Sequence[str] = (),
    clipboard: bool = False,
) -> str:
    """Write a script, or with `clipboard` what an artist can paste into one."""
    lines = [f"set {CLIPBOARD} [stack 0]"] if clipboard else []
    lines.append("version %s" % version)
    lines += [f"push ${CLIPBOARD}"] if clipboard else []
    lines += _block_lines(root, "", "0") if root is not None else []
    lines += ["add_layer {%s}" % layer for layer in layers]
    lines += _graph_lines(blocks, "", [0], CLIPBOARD if clipboard else "")
    return "\n".join(lines) + "\n"


def parse(text: str) -> Script:
    """Read a script, a gizmo, or what was copied from one. Raises ValueError where it is cut short."""
    reading = _Reading()
    for words_of_line in lines_of(text):
        reading.take([text[start:end] for start, end in words_of_line])
    return reading.script()


def blocks_of(text: str) -> Iterator[Tuple[str, Tuple[Tuple[str, str], ...]]]:
    """Give class and knobs of every node there is, in groups or not, in the order of the text."""
    for pieces in lines_of(text):
        if len(pieces) > 1 and text[pieces[-1][0]] == "{":
            start, end = pieces[-1]
            yield plain(text[slice(*pieces[-2])]), _knob_lines(text[start + 1 : end - 1])


class _Reading:
    """A script while it is read: one stack a group, and the names that `set` has given."""

    def __init__(self) -> None:
        self._levels: List[_Level] = [_Level(None)]
        self._names: Dict[str, Tuple[int, str]] = {}
        self._kept: Dict[str, Block] = {}
        self._root: Optional[Block] = None
        self._version = ""
        self._layers: List[str] = []

    def take(self, pieces: List[str]) -> None:
        first = pieces[0]
        if pieces[-1][0] == "{" and len(pieces) > 1:
            self._braced(pieces)
        elif first == "version":
            self._version = " ".join(pieces[1:])
        elif first == "end_group":
            self._end()
        elif first == "set" and pieces[1:2] == [CLIPBOARD] and not self._here.stack:
            self._names[CLIPBOARD] = (len(self._levels), CLIPBOARD)
        elif first == "set" and len(pieces) > 2 and self._here.stack:
            self._names[pieces[1]] = (len(self._levels), self._here.stack[-1])
            self._kept[pieces[1]] = self._here.blocks[-1] if self._here.blocks else Block("")
        elif first == "push" and len(pieces) > 1:
            level, name = self._names.get(pieces[1].lstrip("$"), (0, ""))
            self._here.stack.append(name if level == len(self._levels) else "")

    def script(self) -> Script:
        if len(self._levels) > 1:
            raise ValueError("it ends in the middle of a group, so it is cut short")
        return Script(tuple(self._here.blocks), self._root, self._version, tuple(self._layers))

    @property
    def _here(self) -> _Level:
        return self._levels[-1]

    def _braced(self, pieces: List[str]) -> None:
        kind, body = plain(pieces[-2]), pieces[-1][1:-1]
        if pieces[0] == "add_layer":
            self._layers.append(body.strip())
        elif pieces[0] == "clone":
            source = self._kept.get(kind.lstrip("$"), Block("NoOp"))
            lines = _knob_lines(body)
            told = {name for name, _ in lines}
            kept = tuple(pair for pair in source.knobs if pair[0] not in told)
            self._here.put(replace(source, knobs=kept + _values(lines), inputs=self._here.pop(lines)))
        elif kind == "Root" and len(self._levels) == 1:
            self._root = Block(kind, _values(_knob_lines(body)))
        elif len(pieces) == 2 and kind != "define_window_layout_xml":
            self._node(kind, body)

    def _node(self, kind: str, body: str) -> None:
        lines = _knob_lines(body)
        added = tuple(user_knob(value) for name, value in lines if name == "addUserKnob")
        block = Block(kind, _values(lines), self._here.pop(lines), added)
        if kind in _GROUPS:
            self._levels.append(_Level(block))
            not_too_deep(len(self._levels))
        else:
            self._here.put(block)

    def _end(self) -> None:
        if len(self._levels) == 1:
            raise ValueError("a group ends that never began")
        level = self._levels.pop()
        assert level.group is not None
        self._here.put(replace(level.group, children=tuple(level.blocks)))


class _Level:
    """The nodes of one group, and the stack while they are read."""

    def __init__(self, group: Optional[Block]) -> None:
        self.group = group
        self.blocks: List[Block] = []
        self.stack: List[str] = []
        self._taken: Set[str] = set()

    def pop(self, lines: Sequence[Tuple[str, str]]) -> Tuple[str, ...]:
        told = dict(lines).get("inputs", "1")
        if not re.match(r"^\d{1,4}(\+\d{1,4})?$", told):
            raise ValueError("a node has %s inputs" % told[:20])
        wanted = sum(int(one) for one in told.split("+"))
        found = [self.stack.pop() if self.stack else "" for _ in range(wanted)]
        while found and not found[-1]:
            found.pop()
        return tuple(found)

    def put(self, block: Block) -> None:
        """Keep a node and push it; one without a name gets one, as Nuke gives it."""
        name = block.name
        if not name:
            stem, at = block.kind.rstrip("0123456789"), 1
            while "%s%d" % (stem, at) in self._taken:
                at += 1
            name = "%s%d" % (stem, at)
            block = replace(block, knobs=(*block.knobs, ("name", name)))
        self._taken.add(name)
        self.blocks.append(block)
        self.stack.append(name)


def _graph_lines(blocks: Sequence[Block], indent: str, count: List[int], top: str = "") -> List[str]:
    """Write nodes so that each finds its inputs on the stack; `top` is what lies there before."""
    lines: List[str] = []
    names: Dict[str, str] = {top: top} if top else {}
    used = {name for block in blocks for name in block.inputs if name}
    for block in _in_order(blocks):
        inputs = list(block.inputs)
        wanted = ["0"] if not any(inputs) else inputs
        if any(inputs) and not (len(inputs) == 1 and inputs[0] == top):
            for name in reversed(inputs):
                lines.append("%spush %s" % (indent, "$" + names[name] if name in names else "0"))
        lines += _block_lines(block, indent, _inputs_text(block.kind, wanted))
        if block.kind in _GROUPS:
            lines += _graph_lines(block.children, indent + " ", count)
            lines.append("%send_group" % indent)
        top = block.name
        if top in used:
            count[0] += 1
            names[top] = "N%08x" % count[0]
            lines.append("%sset %s [stack 0]" % (indent, names[top]))
    return lines


def _inputs_text(kind: str, inputs: Sequence[str]) -> str:
    if list(inputs) == ["0"]:
        return "0"
    plain_ones = _MASKED.get(kind, len(inputs))
    if len(inputs) > plain_ones and kind in _MASKED:
        return "%d+%d" % (plain_ones, len(inputs) - plain_ones)
    return str(len(inputs))


def _in_order(blocks: Sequence[Block]) -> List[Block]:
    """Put every node behind those that feed it; otherwise the order stays."""
    waiting = list(blocks)
    there = {block.name for block in blocks}
    found: List[Block] = []
    done: Set[str] = set()
    while waiting:
        ready = next((one for one in waiting if all(n in done or n not in there for n in one.inputs)), None)
        if ready is None:
            raise ValueError("nodes feed each other in a ring: %s" % ", ".join(one.name for one in waiting))
        waiting.remove(ready)
        found.append(ready)
        done.add(ready.name)
    return found


def _block_lines(block: Block, indent: str, inputs: str) -> List[str]:
    lines = ["%s%s {" % (indent, block.kind)]
    added = {knob.name for knob in block.user_knobs}
    if inputs != "1":
        lines.append("%s inputs %s" % (indent, inputs))
    lines += ["%s %s %s" % (indent, name, value) for name, value in block.knobs if name not in added]
    for knob in block.user_knobs:
        lines.append("%s addUserKnob {%s}" % (indent, user_text(knob)))
        value = block.value(knob.name) if knob.name else ""
        lines += ["%s %s %s" % (indent, knob.name, value)] if value else []
    return [*lines, "%s}" % indent]


def user_text(knob: UserKnob) -> str:
    said = [str(knob.type), quoted(knob.name) if knob.name else '""']
    if knob.label is not None and knob.label != knob.name:
        said += ["l", _text(knob.label)]
    if knob.tooltip:
        said += ["t", _text(knob.tooltip)]
    said += knob.flags
    if knob.opens:
        said += ["n", str(knob.opens)]
    if knob.items:
        said += ["M", "{%s}" % " ".join(_text(item) for item in knob.items)]
    if knob.range is not None:
        said += ["R", number(knob.range[0]), number(knob.range[1])]
    if knob.target:
        said += ["T", _text(knob.target)]
    return " ".join(said)


def _text(text: str) -> str:
    return quoted(text) if text else '""'


def user_knob(value: str) -> UserKnob:
    """Read what stands behind `addUserKnob`."""
    found = words(value)
    said = found[0] if len(found) == 1 and isinstance(found[0], list) else found
    if not said or not is_number(said[0]):
        raise ValueError("a user knob has no type: %s" % value[:40])
    knob = UserKnob(int(str(said[0])), str(said[1]) if len(said) > 1 else "")
    at = 2
    while at < len(said):
        word = said[at]
        if isinstance(word, str) and word[:1] in "+-" and word[1:2].isupper():
            knob = replace(knob, flags=(*knob.flags, word))
            at += 1
            continue
        rest = said[at + 1 : at + 3]
        knob = _with(knob, str(word), rest)
        at += 3 if word == "R" else 2
    return knob


def _with(knob: UserKnob, word: str, rest: Sequence[Any]) -> UserKnob:
    first = rest[0] if rest else ""
    if word == "R" and len(rest) == 2:
        return replace(knob, range=(float(rest[0]), float(rest[1])))
    if word == "M":
        items = first if isinstance(first, list) else [first]
        return replace(knob, items=tuple(str(item) for item in items))
    if word == "n" and is_number(first):
        return replace(knob, opens=int(float(first)))
    if word == "l":
        return replace(knob, label=str(first))
    if word == "t":
        return replace(knob, tooltip=str(first))
    return replace(knob, target=str(first)) if word == "T" else knob


def _knob_lines(body: str) -> Tuple[Tuple[str, str], ...]:
    """Split the inside of a node into (knob, value as it stands)."""
    found = [
        (plain(body[slice(*pieces[0])]), body[pieces[1][0] : pieces[-1][1]])
        for pieces in lines_of(body)
        if len(pieces) > 1
    ]
    return tuple(found)


def _values(lines: Sequence[Tuple[str, str]]) -> Tuple[Tuple[str, str], ...]:
    return tuple((name, value) for name, value in lines if name not in ("inputs", "addUserKnob"))
