"""The module `nukescripts`: panels made by name (facts section 3; stubs nukescripts/panels.py)."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

from . import menus, session


class PythonPanel:
    """A panel made of knobs."""

    def __init__(self, title: str = "", id: str = "", scrollable: bool = True) -> None:
        self.title = title
        self.id = id
        self.shown = False
        self.panes: list[Any] = []
        self._knobs: Dict[str, Any] = {}

    def addKnob(self, knob: Any) -> None:
        self._knobs[knob.name()] = knob

    def removeKnob(self, knob: Any) -> None:
        self._knobs.pop(knob.name(), None)

    def knobs(self) -> Dict[str, Any]:
        return dict(self._knobs)

    def knobChanged(self, knob: Any) -> None:
        """Be told of a change; a panel that cares has its own."""

    def show(self) -> None:
        self.shown = True

    def showModalDialog(self) -> bool:
        """Wait for the artist; the test says the answers beforehand in `host.answers`."""
        return bool(session.now().answers.pop(0))

    def addToPane(self, pane: Any = None) -> Any:
        self.panes.append(pane)
        return self


class WidgetPanel(PythonPanel):
    """A panel that shows one widget, made anew each time it opens, from its name as text."""

    def __init__(self, widget: str, name: str, id: str) -> None:
        super().__init__(name, id)
        self._widget = widget

    def make(self) -> Any:
        """Make the widget as WidgetKnob does: the text is evaluated in the main namespace, then called."""
        import __main__

        return eval(self._widget, __main__.__dict__)()


def registerWidgetAsPanel(widget: str, name: str, id: str, create: bool = False) -> Optional[PythonPanel]:
    """Put a widget into menu "Pane" and under an id that layouts keep; only with a window."""
    if not isinstance(widget, str):
        raise TypeError("the widget is named by a string")
    panel = WidgetPanel(widget, name, id)
    menus.menu("Pane").addCommand(name, panel.addToPane)
    registerPanel(id, panel.addToPane)
    session.now().panels[id + ".panel"] = panel
    return panel if create else None


def registerPanel(id: str, command: Callable[..., Any]) -> None:
    session.now().panels[id] = command


def unregisterPanel(id: str, command: Callable[..., Any]) -> None:
    session.now().panels.pop(id, None)


def restorePanel(id: str) -> Any:
    """Open a panel of a saved layout again; one that is not registered is said, not raised."""
    command = session.now().panels.get(id)
    if command is None:
        session.now().printed.append("no panel is registered under %s" % id)
        return None
    return command()
