"""What the buttons of a node do. Whatever goes wrong is said on the node or in a message, never raised."""

from __future__ import annotations

import importlib
import traceback
from typing import Any, Callable, Mapping

import nuke

from photodouble_client.language import said

from . import vendored

GARBLED = (
    "The engine's answer cannot be read. It is of another version: press Restart the Engine in the panel, "
    "then Refresh."
)
STRANGE = (
    "This version of Photo Double does not know what this node makes. Its take is shown all the same. "
    "Install the version that the node was made with."
)


def press(name: str) -> None:
    """Do what the button of the node under the mouse says."""
    try:
        vendored.use()
        _press(name)
    except ImportError as problem:
        _tell(str(problem))
    except Exception as problem:  # noqa: BLE001, the edge: a button may not throw at an artist
        nuke.tprint("Photo Double: " + traceback.format_exc(limit=6))
        _tell(f"Photo Double could not do this: {problem}")


def _press(name: str) -> None:
    from .node import PhotoDoubleNode, is_ours

    node = nuke.thisNode()
    if not is_ours(node):
        _tell(_not_ours(node))
    elif nuke.GUI:
        attempt(PhotoDoubleNode(node), BUTTONS[name])
    else:
        name = node.fullName()
        _tell(f"{name}: the buttons do nothing in a Nuke without a window. Nodes only read takes there.")


def _tell(text: str) -> None:
    """Tell the artist; without a window there is only the log."""
    if nuke.GUI:
        nuke.message(said(text))
    else:
        nuke.tprint(f"Photo Double: {text}")


def _not_ours(node: Any) -> str:
    return STRANGE if "pd_operation" in node.knobs() else "This is not a node of Photo Double."


def attempt(pd: Any, call: Callable[[Any], None]) -> None:
    """Do something with a node, mended where it is damaged; what an artist can put right is said on it."""
    from photodouble_client.errors import ArtistError

    from . import upgrade

    try:
        upgrade.mend(pd)
        call(pd)
    except ArtistError as problem:
        refuse(pd, problem)
    except Exception as problem:  # noqa: BLE001, the edge: a button may not throw at an artist
        nuke.tprint("Photo Double: " + traceback.format_exc(limit=6))
        pd.status(f"Photo Double could not do this: {problem}. The terminal says more.", "failed")


def refuse(pd: Any, problem: Any) -> None:
    """Say on the node what went wrong, and what puts it right."""
    pd.status(f"{problem.title}. {problem.message} {problem.fix}", "failed")


def _run(pd: Any) -> None:
    from . import running

    running.run(pd.node)


def _cancel(pd: Any) -> None:
    from . import running

    running.cancel(pd.node)


def refresh(pd: Any) -> None:
    """List the takes on disk at once, then as the engine knows them; look whether the shown one is stale."""
    from photodouble_client.errors import ArtistError

    from . import running, stale, takes

    takes.set_rows(pd, takes.rows_on_disk(takes.folder_of_takes(pd)))
    gone = None
    try:
        takes.show_again(pd)
    except ArtistError as problem:
        gone = problem
    stale.mark(pd, is_thorough=True)
    running.connect(pd.node)
    if gone is not None:
        refuse(pd, gone)
    running.ask(
        "takes.list",
        {"root": pd.takes_root()},
        with_node(pd, _fill),
        with_node(pd, refuse),
    )


def _fill(pd: Any, answer: Any) -> None:
    from . import stale, takes

    takes.set_rows(pd, takes.rows_of_answer(pd, answer))
    stale.mark(pd)


def decide(pd: Any, word: str, reason: str = "", done: Callable[[], None] = lambda: None) -> None:
    """Approve or reject the take that is shown, or note something on it, in the artist's name."""
    from . import running

    if not pd.take:
        pd.status("Choose a take first; the plate needs no decision.", "")
        return
    given = {"take": pd.folder, "by": _person(pd), "reason": reason}

    def said(found: Any, answer: Mapping[str, Any]) -> None:
        del answer
        done()
        refresh(found)

    running.ask(f"takes.{word}", given, with_node(pd, said), with_node(pd, refuse))


def _approve(pd: Any) -> None:
    decide(pd, "approve")


def _reject(pd: Any) -> None:
    reason = nuke.getInput("Why is it rejected?", "")
    if reason is not None:
        decide(pd, "reject", str(reason))


def _note(pd: Any) -> None:
    text = nuke.getInput("A note on the take", "")
    if text:
        decide(pd, "note", str(text))


def _lock(pd: Any) -> None:
    from . import locks

    frame = int(nuke.frame())
    kept = locks.turn(pd, frame)
    pd.status(f"Frame {frame} is kept by the next take." if kept else f"Frame {frame} is made anew.")


def _export(pd: Any) -> None:
    from . import snippet

    path = nuke.getFilename("Write the take as a script", "*.nk", snippet.suggested(pd))
    if path:
        pd.status(f"Wrote {snippet.write(pd, str(path))}")


def write_told(pd: Any) -> None:
    """Let the engine write where pixels are from and how sure they are, then show it."""
    from . import running, stale, takes

    def shown(found: Any, _answer: Any) -> None:
        takes.show_again(found)
        stale.mark(found)

    pd.status("Origin and confidence are being written ...", "working")
    running.ask("layers.whole", {"take": pd.folder}, with_node(pd, shown), with_node(pd, refuse))


def _person(pd: Any) -> str:
    """Name who decides by what was typed; empty lets the engine say."""
    return str(pd.node["person"].value()).strip()


def with_node(pd: Any, call: Callable[[Any, Any], None]) -> Callable[[Any], None]:
    """Call with the node as it is when the answer comes; a node that is gone wants no answer."""
    ident = pd.ident

    def answered(answer: Any) -> None:
        from .node import by_ident

        found = by_ident(ident)
        if found is None:
            return
        try:
            call(found, answer)
        except (KeyError, TypeError, AttributeError, ValueError):
            nuke.tprint("Photo Double: " + traceback.format_exc(limit=6))
            found.status(GARBLED, "failed")

    return answered


def _of(module: str, name: str) -> Callable[[Any], None]:
    """Give a button's work by name: what is seldom needed is loaded when it is pressed."""

    def do(pd: Any) -> None:
        getattr(importlib.import_module(f".{module}", __package__), name)(pd)

    return do


BUTTONS: Mapping[str, Callable[[Any], None]] = {
    "run": _run,
    "cancel": _cancel,
    "refresh": refresh,
    "approve": _approve,
    "reject": _reject,
    "note": _note,
    "lock": _lock,
    "export": _export,
    "key": _of("keys", "key_frame"),
    "unkey": _of("keys", "release_frame"),
    "suggest": _of("suggested", "suggest"),
    "tracks": _of("tracks", "use_tracks"),
    "paint": _of("paint_over", "use_frame"),
    "unpaint": _of("paint_over", "release_frame"),
    "camera": _of("crowd_camera", "use_camera"),
    "area": _of("crowd_areas", "add_areas"),
    "pick": _of("crowd_people", "pick"),
    "change": _of("crowd_people", "change"),
    "keep": _of("crowd_people", "lock"),
    "back": _of("crowd_people", "take_back"),
    "cards": _of("crowd_out", "bring_in"),
    "usd": _of("crowd_out", "write_usd"),
}
"""What each button of the layout does."""
