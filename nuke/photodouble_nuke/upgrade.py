"""Bring nodes of older versions up to this one when a script is opened: knobs, values and what is inside."""

from __future__ import annotations

from typing import Any, Dict, List

from photodouble_client.errors import ArtistError

from . import group, knobs, layout, takes
from .node import PhotoDoubleNode, unrecorded

_NO_CONTROL = ("Tab_Knob", "Text_Knob", "PyScript_Knob")


def needs_upgrade(pd: PhotoDoubleNode) -> bool:
    """Whether a node was made by an older version. One that a newer version made is left as it is."""
    made, declared = _version(pd, "pd_node_version"), _version(pd, "pd_spec_version")
    if is_newer(pd):
        return False
    return made < layout.NODE_VERSION or declared < pd.spec.version


def is_newer(pd: PhotoDoubleNode) -> bool:
    """Whether a newer version made a node, which this one does not know all of."""
    return (
        _version(pd, "pd_node_version") > layout.NODE_VERSION
        or _version(pd, "pd_spec_version") > pd.spec.version
    )


def is_damaged(pd: PhotoDoubleNode) -> bool:
    """Whether a node of this version lacks knobs, its id, or nodes inside: somebody has edited it."""
    if is_newer(pd):
        return False
    held = pd.node.knobs()
    if not pd.ident or any(knob.name() not in held for knob in layout.all_knobs(pd.spec)):
        return True
    return any(pd.node.node(plain.name) is None for plain in group.inside_of(pd.spec))


def mend(pd: PhotoDoubleNode) -> None:
    """Bring a damaged node in order before something is done with it.

    Raises ArtistError `usage.arguments` where a newer version made it: what it lacks is not known here.
    """
    if is_newer(pd):
        raise ArtistError(
            "usage.arguments",
            "A newer Photo Double made this node",
            "{} shows its take, and cannot be run or changed by this version.".format(pd.name),
            "Install the newer version here, or make a new node.",
        )
    if is_damaged(pd):
        upgrade(pd)


def upgrade(pd: PhotoDoubleNode) -> List[str]:
    """Bring a node up to this version; what is shown and what is connected stays. No step of undo.

    Returns what could not be taken over, in sentences.
    """
    with unrecorded():
        before = _old_values(pd)
        lost = []
        try:
            values = pd.spec.upgrade_values(before, max(1, _version(pd, "pd_spec_version")))
        except ArtistError as problem:
            values, lost = before, [problem.message]
        group.fill(pd.node, pd.spec)
        lost += _take_over(pd, {key: one for key, one in values.items() if before.get(key) != one})
        _drop(pd, set(before) - set(pd.spec.defaults))
        try:
            takes.show_again(pd)
        except ArtistError as problem:
            lost.append(problem.message)
    return lost


def _old_values(pd: PhotoDoubleNode) -> Dict[str, Any]:
    """Read the values as they are stored, also of controls that the declaration no longer has."""
    now = {knobs.knob_name(param.key): param for param in pd.spec.params}
    files = {knobs.knob_name(port.key) for port in pd.spec.inputs}
    controls = set(str(pd.node["pd_controls"].value()).split()) if "pd_controls" in pd.node.knobs() else set()
    found: Dict[str, Any] = {}
    for name, knob in pd.node.knobs().items():
        if name in now:
            found[now[name].key] = knobs.FACES[now[name].kind].read(knob, pd.height)
        elif name in controls and name not in files and _is_former(name, knob):
            found[name] = knob.value()
    return found


def _is_former(name: str, knob: Any) -> bool:
    """Whether a knob can have been a control: one of neither the node's own nor Nuke's."""
    if name.startswith("pd_") or name in knobs.OWN or name in knobs.RESERVED:
        return False
    return knob.Class() not in _NO_CONTROL


def _take_over(pd: PhotoDoubleNode, values: Dict[str, Any]) -> List[str]:
    lost = []
    for key, value in values.items():
        if key not in pd.spec.defaults:
            continue
        try:
            checked = pd.spec.param(key).check(value)
            knobs.set_values(pd.node, pd.spec, {key: checked}, pd.height)
        except ArtistError as problem:
            lost.append(problem.message)
    return lost


def _drop(pd: PhotoDoubleNode, names: Any) -> None:
    for name in sorted(names):
        if name in pd.node.knobs():
            pd.node.removeKnob(pd.node[name])


def _version(pd: PhotoDoubleNode, knob: str) -> int:
    return int(pd.node[knob].value()) if knob in pd.node.knobs() else 0
