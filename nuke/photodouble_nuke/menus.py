"""The toolbar and the menu "Photo Double"."""

from __future__ import annotations

from typing import Any

import nuke

from .operations import OPERATIONS

NAME = "Photo Double"
NODES = tuple(("PD_" + name, operation) for operation, name in OPERATIONS)


def build() -> None:
    """Add what makes nodes to the toolbar, and everything else to the menu."""
    toolbar = nuke.menu("Nodes").addMenu(NAME)
    menu = nuke.menu("Nuke").addMenu(NAME)
    for label, operation in NODES:
        for above in (toolbar, menu):
            above.addCommand(label, _maker(operation))
    menu.addSeparator()
    menu.addCommand("Show the Panel", _show_panel)
    menu.addCommand("Refresh all Nodes", _refresh_all)
    menu.addCommand("Write the Take as a Script...", _export)


def make(operation: str) -> Any:
    """Make a node of an operation; what hinders is a message, and None."""
    from . import vendored

    try:
        vendored.use()
    except ImportError as problem:
        nuke.message(str(problem))
        return None
    from . import group

    return group.make(operation)


def _maker(operation: str) -> Any:
    def made() -> None:
        node = make(operation)
        if node is not None and nuke.GUI:
            node.showControlPanel()

    return made


def _show_panel() -> None:
    import nukescripts

    from . import start

    panel = nukescripts.panels.restorePanel(start.PANEL_ID)
    del panel


def _refresh_all() -> None:
    from . import vendored

    vendored.use()
    from . import buttons, node

    for pd in node.all_nodes():
        buttons.attempt(pd, buttons.refresh)


def _export() -> None:
    from . import vendored

    vendored.use()
    from . import buttons, node

    chosen = [found for found in nuke.selectedNodes() if node.is_ours(found)]
    if len(chosen) != 1:
        nuke.message("Select one node of Photo Double.")
        return
    buttons.attempt(node.PhotoDoubleNode(chosen[0]), buttons.BUTTONS["export"])
