"""A Nuke made by hand for tests: `install()` puts `nuke` and `nukescripts` in place, `remove()` ends it.

Every class cites what it imitates: "facts" are the notes on Nuke that this project keeps, "stubs" the names
of the files that Nuke's own stub generator writes. Nothing of their text is here. What a real Nuke does where
no source says so is refused, so that nothing comes to depend on it.
"""

from __future__ import annotations

import sys
from typing import Tuple

from . import formats, panels, root, session
from .host import Host
from .module import Module, module

__all__ = ["Host", "install", "remove"]
_NAMES = ("nuke", "nukescripts", "hiero")
_FORMATS = (
    "640 480 0 0 640 480 1 PC_Video",
    "720 576 0 0 720 576 1.09 PAL",
    "1920 1080 0 0 1920 1080 1 HD_1080",
    "2048 1556 0 0 2048 1556 1 2K_Super_35(full-ap)",
    "1024 778 0 0 1024 778 1 1K_Super_35(full-ap)",
    "1828 1556 0 0 1828 1556 2 2K_Cinemascope",
    "1024 1024 0 0 1024 1024 1 square_1K",
)


def install(
    gui: bool = True, studio: bool = False, version: Tuple[int, int, int] = (15, 0, 4), always: bool = True
) -> Host:
    """Start a Nuke with an empty script.

    `always=False` makes knobChanged fire only for an open panel or a knob flagged KNOB_CHANGED_ALWAYS: which
    of both a Nuke does depends on its version, so what is tested runs in either.
    """
    remove()
    running = session.Session(gui, studio, version, always)
    session.start(running)
    for text in _FORMATS:
        formats.addFormat(text)
    running.root = root.Root()
    sys.modules["nuke"] = module(running)
    scripts = Module("nukescripts")
    names = ("PythonPanel", "registerWidgetAsPanel", "registerPanel", "unregisterPanel", "restorePanel")
    vars(scripts).update({name: getattr(panels, name) for name in names})
    vars(scripts).update(panels=panels)
    sys.modules["nukescripts"] = scripts
    if studio:
        _open_studio(running)
    return Host(running)


def _open_studio(running: session.Session) -> None:
    """Put `hiero` in place; plain Nuke has none (facts section 12)."""
    from . import studio

    running.studio_hand = opened = studio.Studio()
    core, window, events, whole = (
        Module(name) for name in ("hiero.core", "hiero.ui", "hiero.core.events", "hiero")
    )
    vars(events).update(
        registerInterest=opened.registerInterest, unregisterInterest=opened.unregisterInterest
    )
    vars(core).update({one.__name__: one for one in studio.CORE})
    vars(core).update(events=events, projects=opened.projects, newProject=opened.newProject)
    vars(window).update(createMenuAction=studio.createMenuAction, activeSequence=opened.activeSequence)
    vars(whole).update(core=core, ui=window, __path__=[])
    sys.modules.update({one.__name__: one for one in (core, window, events, whole)})


def remove() -> None:
    """End the Nuke: its modules are gone, and its nodes are of no use any more."""
    for name in list(sys.modules):
        if name.partition(".")[0] in _NAMES:
            del sys.modules[name]
    session.stop()
