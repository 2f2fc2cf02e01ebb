"""Menus and toolbars (facts section 3; stubs nuke/classes/Menu.py, MenuItem.py)."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Union

from . import session

NAMES = ("Nuke", "Pane", "Nodes", "Properties", "Animation", "Viewer", "Node Graph", "Axis")
Command = Union[str, Callable[[], Any], None]


class MenuItem:
    """One line of a menu."""

    def __init__(self, name: str, command: Command = None, icon: str = "", shortcut: str = "") -> None:
        self._name = name
        self._command = command
        self._icon = icon
        self._shortcut = shortcut
        self._enabled = True
        self._visible = True

    def name(self) -> str:
        return self._name

    def icon(self) -> str:
        return self._icon

    def setIcon(self, icon: str) -> None:
        self._icon = icon

    def shortcut(self) -> str:
        return self._shortcut

    def setShortcut(self, shortcut: str) -> None:
        self._shortcut = shortcut

    def script(self) -> str:
        return self._command if isinstance(self._command, str) else ""

    def setScript(self, script: str) -> None:
        self._command = script

    def setEnabled(self, enabled: bool, recursive: bool = True) -> None:
        self._enabled = bool(enabled)

    def setVisible(self, visible: bool, recursive: bool = True) -> None:
        self._visible = bool(visible)

    def invoke(self) -> None:
        """Run the command as one step of undo; a text runs in Nuke's main namespace (facts section 3)."""
        import __main__

        running = session.now()
        running.main_only("a menu")
        running.history.begin(self._name)
        try:
            if callable(self._command):
                self._command()
            elif self._command is None:
                running.root.run(lambda: __import__("nuke").createNode(self._name))
            elif self._command:
                exec(compile(self._command, self._name, "exec"), __main__.__dict__)
        finally:
            running.history.end()


class Menu(MenuItem):
    """A menu, or a toolbar."""

    def __init__(self, name: str, icon: str = "") -> None:
        super().__init__(name, "", icon)
        self._items: List[MenuItem] = []

    def addCommand(
        self,
        name: str,
        command: Command = None,
        shortcut: Optional[str] = None,
        icon: Optional[str] = None,
        tooltip: Optional[str] = None,
        index: Optional[int] = None,
        readonly: Optional[bool] = None,
        shortcutContext: Optional[int] = None,
        tag: Optional[int] = None,
        tagTarget: Any = None,
        node: Optional[bool] = None,
    ) -> MenuItem:
        """Add a command; a name with "/" makes the menus above it."""
        above, last = self._above(name)
        item = MenuItem(last, command, icon or "", shortcut or "")
        above._put(item, index)
        return item

    def addMenu(
        self, name: str, icon: Optional[str] = None, tooltip: Any = None, index: Any = None, tag: Any = None
    ) -> Menu:
        """Add a menu, or give the one there is."""
        above, last = self._above(name)
        found = above.findItem(last)
        if isinstance(found, Menu):
            return found
        made = Menu(last, icon or "")
        above._put(made, index)
        return made

    def addSeparator(self, index: Optional[int] = None) -> MenuItem:
        line = MenuItem("", "")
        self._put(line, index)
        return line

    def items(self) -> List[MenuItem]:
        return list(self._items)

    def findItem(self, name: str) -> Optional[MenuItem]:
        first, _, rest = name.partition("/")
        found = next((one for one in self._items if one.name() == first), None)
        if not rest:
            return found
        return found.findItem(rest) if isinstance(found, Menu) else None

    def menu(self, name: str) -> Optional[Menu]:
        found = self.findItem(name)
        return found if isinstance(found, Menu) else None

    def removeItem(self, name: str) -> bool:
        found = self.findItem(name)
        if found is None:
            return False
        above = self.findItem(name.rpartition("/")[0]) if "/" in name else self
        assert isinstance(above, Menu)
        above._items.remove(found)
        return True

    def clearMenu(self) -> bool:
        del self._items[:]
        return True

    def _above(self, name: str) -> Any:
        rest, _, last = name.rpartition("/")
        at = self
        for step in rest.split("/") if rest else []:
            at = at.addMenu(step)
        return at, last

    def _put(self, item: MenuItem, index: Optional[int]) -> None:
        old = next((one for one in self._items if one.name() == item.name() and item.name()), None)
        if old is not None:
            self._items[self._items.index(old)] = item
        elif index is None or index < 0:
            self._items.append(item)
        else:
            self._items.insert(index, item)


class ToolBar(Menu):
    """A toolbar."""


def menu(name: str) -> Menu:
    """`nuke.menu`: a RuntimeError where there is no window (facts section 1)."""
    running = session.now()
    if not running.gui:
        raise RuntimeError("not in GUI mode")
    if name not in NAMES:
        raise RuntimeError("no such menu: %s" % name)
    return running.menus.setdefault(name, ToolBar(name) if name == "Nodes" else Menu(name))


def toolbar(name: str, create: bool = True) -> Menu:
    """`nuke.toolbar`: a RuntimeError where there is no window."""
    running = session.now()
    if not running.gui:
        raise RuntimeError("not in GUI mode")
    return running.menus.setdefault(name, ToolBar(name))
