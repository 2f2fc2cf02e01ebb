"""What the nodes listen to. Everything here looks first whether the node is ours, and nothing ever raises."""

from __future__ import annotations

import functools
import traceback
import uuid
from typing import Any, Callable, Optional

import nuke

from photodouble_client.errors import ArtistError

from . import knobs, layout, locks, stale, takes, upgrade
from .node import PhotoDoubleNode, all_nodes, is_ours, unrecorded

KIND = "Group"
_RANGE_KNOBS = ("frames", "frame_list", "pd_paint_node", "inputChange", "showPanel")
_NEEDED = frozenset(("pd_node", "pd_job", "pd_stale", "pd_status", "take", "view", "frames"))
_LOOKING = ("inputChange", "showPanel")
"""What is worth a look at all nodes above."""


def guarded(call: Callable[[], Any]) -> Callable[[], Any]:
    """End quietly: what an artist can put right is said on the node, the rest in the terminal."""

    @functools.wraps(call)
    def run() -> Any:
        try:
            return call()
        except ArtistError as problem:
            _say(problem)
        except Exception:  # noqa: BLE001, the edge: Nuke's other callbacks have to run
            nuke.tprint("Photo Double: " + traceback.format_exc(limit=4))
        return None

    return run


@guarded
def on_knob() -> None:
    """Follow what the artist changed on a node."""
    node = nuke.thisNode()
    if not _is_ready(node):
        return
    pd, name = PhotoDoubleNode(node), nuke.thisKnob().name()
    if name == "take":
        takes.follow_knob(pd)
    elif name == "pd_take":
        takes.follow_take(pd)
        stale.mark(pd)
    elif name == "view":
        _want_told(pd)
    elif name == "pd_suggested":
        from . import suggested

        suggested.jump(pd)
    elif name == "preset":
        _use_preset(pd)
    elif name == "locked_frames":
        locks.follow_text(pd)
    elif name in _RANGE_KNOBS or name in _controls(pd):
        knobs.show_what_counts(node, pd.spec)
        stale.mark(pd, looks_above=name in _LOOKING)


@guarded
def on_create() -> None:
    """Give a copied node an id of its own; its takes stay, the job is the first one's."""
    node = nuke.thisNode()
    if not _is_ready(node):
        return
    layout.listen(node)
    pd = PhotoDoubleNode(node)
    # By name: whether Nuke gives one Python object for a node or several is not said anywhere.
    twins = [other for other in all_nodes() if other.ident == pd.ident and other.name != pd.name]
    if twins and _part(pd, twins):
        pd.status(*stale.standing(pd))


def _part(pd: PhotoDoubleNode, twins: list[PhotoDoubleNode]) -> bool:
    """Give a copy an id of its own. A clone shares every knob with the first, and stays one with it."""
    ident, job = pd.ident, pd.job
    with unrecorded():
        pd.node["pd_node"].setValue(uuid.uuid4().hex)
        is_clone = any(other.ident == pd.ident for other in twins)
        if is_clone:
            pd.node["pd_node"].setValue(ident)
        pd.node["pd_job"].setValue(job if is_clone else "")
    return not is_clone


@guarded
def on_load() -> None:
    """Bring the nodes of a script that was opened up to this version, and say what could not be."""
    for pd in all_nodes():
        each(pd, _open)


def _open(pd: PhotoDoubleNode) -> None:
    if upgrade.needs_upgrade(pd) or upgrade.is_damaged(pd):
        for said in upgrade.upgrade(pd):
            nuke.tprint(f"Photo Double: {pd.name}: {said}")
    if pd.job:
        pd.status("A job of this node was sent before it was saved. Press Refresh to see what became of it.")


@guarded
def on_save() -> None:
    """Note in the script which takes are stale by now, for the log of a farm that knows nothing else."""
    for pd in all_nodes():
        each(pd, stale.mark)


@guarded
def on_close() -> None:
    """Follow no job of a script that is closed."""
    from . import running

    running.forget()


@guarded
def before_render() -> None:
    """Say in the log which takes are stale or do not cover what is rendered; the render goes on."""
    for pd in _above(nuke.thisNode()):
        each(pd, _log)


def _log(pd: PhotoDoubleNode) -> None:
    for said in render_notes(pd):
        nuke.tprint(f"Photo Double: {pd.name}: {said}")


def each(pd: PhotoDoubleNode, call: Callable[[PhotoDoubleNode], Any]) -> None:
    """Do something with one of several nodes; one that is damaged keeps nothing from the others."""
    try:
        call(pd)
    except Exception as problem:  # noqa: BLE001, the edge: the other nodes have to be looked at
        nuke.tprint(f"Photo Double: {pd.name} could not be looked at: {problem}")


def render_notes(pd: PhotoDoubleNode) -> list[str]:
    """Give the sentences about a node that a log should hold."""
    if not pd.take:
        return []
    found = [stale.sentence(stale.changes(pd))] if nuke.GUI else [str(pd.node["pd_stale"].value())]
    shown = pd.node.node("take_fill")
    if shown is not None:
        first, last = int(shown["first"].value()), int(shown["last"].value())
        root = nuke.root()
        if root["first_frame"].value() < first or root["last_frame"].value() > last:
            found.append(f"the take has frames {first}-{last}; at any other the plate is shown.")
    return [said for said in found if said]


@guarded
def label() -> Optional[str]:
    """Write on the node which take it shows, whether it is stale, and how far its job is."""
    node = nuke.thisNode()
    if not _is_ready(node):
        return None
    pd = PhotoDoubleNode(node)
    lines = [node.name(), str(node["take"].value()).strip()]
    if node["view"].value() != "result":
        lines.append(f"view: {node['view'].value()}")
    if pd.stale:
        lines.append("stale")
    if stale.is_at_work(pd):
        lines.append(str(node["pd_status"].value()))
    return "\n".join(lines)


def _is_ready(node: Any) -> bool:
    """Whether a node is ours and whole: while one is being made or read not all its knobs are there."""
    return is_ours(node) and _NEEDED.issubset(node.knobs()) and bool(node["pd_node"].value())


def _controls(pd: PhotoDoubleNode) -> list[str]:
    return [knobs.knob_name(param.key) for param in pd.spec.params]


def _want_told(pd: PhotoDoubleNode) -> None:
    if takes.wants_told(pd):
        from . import buttons

        buttons.write_told(pd)


def _use_preset(pd: PhotoDoubleNode) -> None:
    """Set the controls as a preset says; all others go back to their defaults. One step of undo."""
    chosen = str(pd.node["preset"].value())
    if chosen not in pd.spec.presets:
        return
    with nuke.Undo(f"Preset {chosen}"):
        knobs.set_values(pd.node, pd.spec, {**pd.spec.defaults, **pd.spec.preset(chosen)}, pd.height)
        pd.node["preset"].setValue(0)


def _above(node: Any) -> list[PhotoDoubleNode]:
    """Find the nodes of ours that a node shows, also inside groups."""
    seen: dict[str, Any] = {}
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if found.fullName() in seen:
            continue
        seen[found.fullName()] = found
        waiting += found.dependencies()
        if found.Class() == KIND and not is_ours(found):
            waiting += found.nodes()
    return [PhotoDoubleNode(one) for one in seen.values() if is_ours(one)]


def _say(problem: ArtistError) -> None:
    node = nuke.thisNode()
    if is_ours(node):
        PhotoDoubleNode(node).status(f"{problem.title}. {problem.message} {problem.fix}", "failed")
    else:
        nuke.tprint(f"Photo Double: {problem.title}. {problem.message}")
