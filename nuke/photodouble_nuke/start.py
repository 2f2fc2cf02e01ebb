"""What happens when Nuke starts: as little as can be. Nothing is connected, started or opened until asked."""

from __future__ import annotations

import sys

PANEL_ID = "org.photodouble.panel"
PANEL_NAME = "Photo Double"
PANEL_WIDGET = "__import__('photodouble_nuke.docked', fromlist=['docked']).Panel"
"""A text, because Nuke makes the panel by it in its own main module, also from a saved layout."""


def everywhere() -> None:
    """Let every Nuke, on a farm too, say in its log which takes are stale."""
    import nuke

    nuke.addBeforeRender(_before_render)


def with_window() -> None:
    """Add toolbar, menu and panel, and listen to what the artist does."""
    import nuke
    import nukescripts

    from . import menus

    menus.build()
    nuke.addKnobChanged(_on_knob, nodeClass="Group")
    nuke.addOnCreate(_on_create, nodeClass="Group")
    nuke.addAutolabel(_label, nodeClass="Group")
    nuke.addOnScriptLoad(_on_load)
    nuke.addOnScriptSave(_on_save)
    nuke.addOnScriptClose(_on_close)
    nukescripts.panels.registerWidgetAsPanel(PANEL_WIDGET, PANEL_NAME, PANEL_ID)
    if nuke.env["studio"]:
        from . import studio

        studio.listen()


def _has_ours() -> bool:
    """Whether the node that Nuke speaks of is one of ours, told without importing anything."""
    import nuke

    return "pd_operation" in nuke.thisNode().knobs()


def _before_render() -> None:
    _call("before_render")


def _on_load() -> None:
    _call("on_load")


def _on_save() -> None:
    _call("on_save")


def _on_close() -> None:
    """Follow nothing any more, where anything was followed; jobs go on in the engine."""
    if f"{__package__}.running" in sys.modules:
        _call("on_close")


def _on_knob() -> None:
    if _has_ours():
        _call("on_knob")


def _on_create() -> None:
    if _has_ours():
        _call("on_create")


def _label() -> object:
    return _call("label") if _has_ours() else None


def _call(name: str) -> object:
    """Do what `callbacks.py` says; a plug-in that is not whole may not stop a render or an artist."""
    import nuke

    try:
        from . import vendored

        vendored.use()
        from . import callbacks

        return getattr(callbacks, name)()
    except Exception as problem:  # noqa: BLE001, the edge
        nuke.tprint(f"Photo Double: {problem}")
        return None
