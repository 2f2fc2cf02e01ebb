"""Scripts (facts section 9): saving, opening, copying and pasting, all by `photodouble_client.nk`."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Optional, Sequence, Type

from photodouble_client import nk

from . import knobs, making, numbers_knobs, session
from .flags import (
    DISABLED,
    INVISIBLE,
    STARTLINE,
    TO_VALUE,
    WRITE_ALL,
    WRITE_NON_DEFAULT_ONLY,
    WRITE_USER_KNOB_DEFS,
)
from .nodes import Group, Node
from .root import Root

_TYPES: Dict[int, Type[knobs.Knob]] = {
    one._script_type: one
    for one in (
        knobs.String_Knob,
        knobs.File_Knob,
        numbers_knobs.Int_Knob,
        numbers_knobs.Enumeration_Knob,
        numbers_knobs.Boolean_Knob,
        numbers_knobs.Double_Knob,
        knobs.ChannelMask_Knob,
        knobs.Channel_Knob,
        numbers_knobs.XY_Knob,
        numbers_knobs.XYZ_Knob,
        numbers_knobs.WH_Knob,
        numbers_knobs.BBox_Knob,
        knobs.Format_Knob,
        numbers_knobs.Color_Knob,
        numbers_knobs.AColor_Knob,
        knobs.Tab_Knob,
        knobs.PyScript_Knob,
        knobs.Text_Knob,
        numbers_knobs.UV_Knob,
        numbers_knobs.Pulldown_Knob,
        knobs.Link_Knob,
        knobs.Multiline_Eval_String_Knob,
        numbers_knobs.MultiView_Knob,
        knobs.PyCustom_Knob,
        knobs.Password_Knob,
        numbers_knobs.CascadingEnumeration_Knob,
        numbers_knobs.Disable_Knob,
        numbers_knobs.Array_Knob,
    )
}
"""What `addUserKnob` makes of a number."""


def block_of(node: Node) -> nk.Block:
    """Write a node, and what is inside it, as the grammar has it (not of Nuke's own)."""
    own = [knob for knob in node._all() if not knob._user and knob.name() != "name" and knob._is_saved()]
    added = [knob for knob in node._all() if knob._user]
    values = [(knob.name(), knob.toScript()) for knob in own]
    values.append(("name", nk.quoted(str(node["name"]._state))))
    values += [(knob.name(), knob.toScript()) for knob in added if knob._is_saved()]
    inputs = [one.name() if one is not None else "" for one in node._inputs[: node.inputs()]]
    children = tuple(block_of(one) for one in node.nodes()) if isinstance(node, Group) else ()
    return nk.Block(
        node.Class(), tuple(values), tuple(inputs), tuple(_user_knob(knob) for knob in added), children
    )


def _user_knob(knob: knobs.Knob) -> nk.UserKnob:
    """Write a user's knob: of its flags a script keeps only these (facts section 9)."""
    flags = []
    if knob.getFlag(INVISIBLE):
        flags.append("+INVISIBLE")
    if knob.getFlag(DISABLED):
        flags.append("+DISABLED")
    if knob.getFlag(STARTLINE):
        flags.append("+STARTLINE")
    elif knob._cleared & STARTLINE:
        flags.append("-STARTLINE")
    return nk.UserKnob(
        knob._script_type, knob.name(), knob.label(), knob.tooltip(), flags=tuple(flags), **knob._user_parts()
    )


def script_text() -> str:
    """Write the whole script (not of Nuke's own)."""
    running = session.now()
    root = running.root
    values = [
        (knob.name(), knob.toScript()) for knob in root._all() if knob.name() != "name" and knob._is_saved()
    ]
    values += [("name", nk.quoted(str(root["name"]._state)))] if root["name"]._state else []
    version = "%d.%d v%d" % running.version
    return "#! /opt/Nuke/Nuke -nx\n" + nk.write(
        [block_of(one) for one in root.nodes()], version=version, root=nk.Block("Root", tuple(values))
    )


def load(text: str, group: Group, selected: bool = False) -> List[Node]:
    """Make what a text holds in a group, and tell the callbacks (not of Nuke's own)."""
    script = nk.parse(text)
    running = session.now()
    if script.root is not None:
        for name, value in script.root.knobs:
            if name in running.root.knobs() and name != "name":
                running.root[name].fromScript(value)
    fresh: List[Node] = []
    chosen = group.selectedNodes() if selected else []
    made = _make(script.blocks, group, fresh, chosen[-1] if chosen else None)
    if selected:
        for one in group.nodes():
            one.setSelected(one in made)
    making.started(fresh)
    return made


def _make(
    blocks: Sequence[nk.Block], group: Group, fresh: List[Node], chosen: Optional[Node] = None
) -> List[Node]:
    made: Dict[str, Node] = {}
    for block in blocks:
        node = making.made(block.kind, group, block.name, exactly=True)
        made[block.name] = node
        if isinstance(node, Group):
            _make(block.children, node, fresh)
        _fill(node, block)
        for number, name in enumerate(block.inputs):
            if name == nk.CLIPBOARD and chosen is not None:
                node.setInput(number, chosen)
            elif name and name in made and not node.setInput(number, made[name]):
                raise RuntimeError("%s: input %d cannot be %s" % (block.name, number, name))
        fresh.append(node)
    return list(made.values())


def _fill(node: Node, block: nk.Block) -> None:
    for added in block.user_knobs:
        _add(node, added)
    for name, value in block.knobs:
        if name == "name":
            continue
        knob = node.knob(name)
        if knob is None:
            raise RuntimeError('%s: no such knob "%s"' % (block.name, name))
        knob.fromScript(value)


def _add(node: Node, added: nk.UserKnob) -> None:
    """Make a user's knob from a script."""
    if added.type not in _TYPES:
        raise RuntimeError("the fake knows no user knob of type %d" % added.type)
    kind = _TYPES[added.type]
    rest: List[Any] = []
    if issubclass(kind, numbers_knobs.Enumeration_Knob):
        rest = [added.items]
    elif issubclass(kind, knobs.Tab_Knob):
        rest = [added.opens]
    knob = kind(added.name, added.name if added.label is None else added.label, *rest)
    knob.setTooltip(added.tooltip)
    if added.target:
        knob._state = knob._default = added.target
    if added.range is not None and isinstance(knob, numbers_knobs.Array_Knob):
        knob.setRange(*added.range)
    bits = {"INVISIBLE": INVISIBLE, "DISABLED": DISABLED, "STARTLINE": STARTLINE, "HIDDEN": INVISIBLE}
    for flag in added.flags:
        if flag[1:] in bits:
            (knob.setFlag if flag[0] == "+" else knob.clearFlag)(bits[flag[1:]])
    node._add(knob)


def knob_text(node: Node, flags: int) -> str:
    """Write the knobs of a node as text (stubs Node.writeKnobs)."""
    if flags & TO_VALUE:
        return " ".join(knob.toScript() for knob in node._all() if knob._is_saved())
    block = block_of(node)
    added = {knob.name for knob in block.user_knobs}
    lines = []
    if flags & WRITE_USER_KNOB_DEFS:
        lines += ["addUserKnob {%s}" % nk.user_text(one) for one in block.user_knobs]
    saved = dict(block.knobs)
    for knob in node._all():
        wanted = bool(flags & WRITE_ALL) or knob.name() in saved or not flags & WRITE_NON_DEFAULT_ONLY
        if wanted and knob.name() and (knob.name() not in added or knob._is_saved()):
            lines.append("%s %s" % (knob.name(), knob.toScript()))
    return "\n".join(lines)


def read_knobs(node: Node, text: str) -> None:
    """Take `knob value knob value` or a line for each (facts section 4, createNode)."""
    at = 0
    pieces = [text[start:end] for line in nk.lines_of(text) for start, end in line]
    while at < len(pieces):
        name, value = nk.plain(pieces[at]), pieces[at + 1] if at + 1 < len(pieces) else ""
        if name == "addUserKnob":
            _add(node, nk.user_knob(value))
        elif name == "name":
            node.setName(nk.plain(value))
        elif name in node.knobs():
            node[name].fromScript(value)
        else:
            raise RuntimeError('%s: no such knob "%s"' % (node.name(), name))
        at += 2


def scriptSaveAs(filename: Optional[str] = None, overwrite: int = -1) -> bool:
    """Save under a name; one that is there and may not be overwritten is a RuntimeError."""
    root = session.now().root
    path = filename or str(root["name"]._state)
    if not path:
        raise RuntimeError("the script has no name")
    if os.path.exists(path) and overwrite != 1 and path != root["name"]._state:
        raise RuntimeError("%s is there already" % path)
    root["name"].setValue(path)
    session.now().callbacks.fire("OnScriptSave", root)
    root._own_text("onScriptSave")
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write(script_text())
    root.setModified(False)
    return True


def scriptSave(filename: Optional[str] = None) -> bool:
    return scriptSaveAs(filename, 1)


def scriptClear(ignoreUnsavedChanges: bool = False) -> None:
    """Close the script; the callbacks are told first, and the next one is empty."""
    running = session.now()
    running.main_only("scriptClear")
    running.callbacks.fire("OnScriptClose", running.root)
    running.root._own_text("onScriptClose")
    for one in list(running.root.nodes()):
        running.callbacks.fire("OnDestroy", one)
    for node in _inside(running.root):
        node._alive = False
    del running.groups[:], running.open_panels[:]
    running.root = Root()
    running.view = "main"
    running.history.clear()


def scriptOpen(file: str) -> None:
    """Open a script in place of this one: onCreate of its nodes, then onScriptLoad (facts section 5)."""
    with open(file, encoding="utf-8") as script:
        text = script.read()
    scriptClear()
    running = session.now()
    running.root["name"]._state = file
    running.history.off += 1
    try:
        load(text, running.root)
        running.callbacks.fire("OnScriptLoad", running.root)
        running.root._own_text("onScriptLoad")
    finally:
        running.history.off -= 1
        running.root.setModified(False)


def scriptReadText(text: str) -> None:
    """Make the nodes of a text beside those there are."""
    _together("Read script", lambda: load(text, session.now().group))


def scriptReadFile(filename: str) -> None:
    with open(filename, encoding="utf-8") as script:
        scriptReadText(script.read())


scriptSource = scriptReadFile


def nodeCopy(filename: Optional[str] = None) -> bool:
    """Copy what is selected, to a file or with "%clipboard%" for pasting."""
    chosen = session.now().group.selectedNodes()
    if not chosen:
        raise RuntimeError("nothing is selected")
    names = {one.name() for one in chosen}
    blocks = []
    for block in (block_of(one) for one in chosen):
        kept = tuple(name if name in names else "" for name in block.inputs)
        blocks.append(nk.Block(block.kind, block.knobs, kept, block.user_knobs, block.children))
    text = nk.write(blocks, version="%d.%d v%d" % session.now().version, clipboard=True)
    if filename in (None, "%clipboard%"):
        session.now().clipboard = text
    else:
        with open(str(filename), "w", encoding="utf-8") as out:
            out.write(text)
    return True


def nodePaste(filename: Optional[str] = None) -> Optional[Node]:
    """Paste what was copied: names get other numbers where they are taken, and what is new is selected."""
    text = session.now().clipboard
    if filename not in (None, "%clipboard%"):
        with open(str(filename), encoding="utf-8") as script:
            text = script.read()
    made = _together("Paste", lambda: load(text, session.now().group, selected=True))
    return made[-1] if made else None


def nodeDelete(s: str = "") -> bool:
    """Delete what is selected."""
    for one in session.now().group.selectedNodes():
        making.delete(one)
    return True


def _together(name: str, call: Callable[[], List[Node]]) -> List[Node]:
    running = session.now()
    running.history.begin(name)
    try:
        return call()
    finally:
        running.history.end()


def _inside(group: Group) -> List[Node]:
    found: List[Node] = []
    for one in group.nodes():
        found.append(one)
        if isinstance(one, Group):
            found += _inside(one)
    return found


def scriptName() -> str:
    """Give the path of the script; a RuntimeError where it was never saved."""
    name = str(session.now().root["name"]._state)
    if not name:
        raise RuntimeError("no script name")
    return name


FUNCTIONS: List[Callable[..., Any]] = [
    scriptSaveAs,
    scriptSave,
    scriptClear,
    scriptOpen,
    scriptReadText,
    scriptReadFile,
    nodeCopy,
    nodePaste,
    nodeDelete,
    scriptName,
]
