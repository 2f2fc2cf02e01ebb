"""A layout that remembers what a panel draws, inside Blender without a window."""

from __future__ import annotations

from typing import Any

import bpy


class RecordedLayout:
    """Take the place of the layout that Blender without a window lacks, and refuse what it would refuse."""

    def __init__(self, top: RecordedLayout | None = None) -> None:
        self._top = top or self
        if top is None:
            self.labels: list[str] = []
            self.properties: list[str] = []
            self.buttons: list[str] = []

    def label(self, text: str = "", icon: str = "NONE") -> None:
        self._check("label", icon)
        self._top.labels.append(text)

    def prop(self, owner: Any, name: str, **given: Any) -> None:
        assert name in owner.bl_rna.properties, name
        self._knows("prop", given)
        self._top.properties.append(name)

    def operator(self, name: str, text: str = "", icon: str = "NONE") -> Any:
        self._check("operator", icon)
        group, _, verb = name.partition(".")
        kind = getattr(getattr(bpy.ops, group), verb).get_rna_type()
        self._top.buttons.append(text or kind.name)
        return _ButtonProperties(kind)

    def template_list(self, kind: str, _ident: str, owner: Any, name: str, *_more: Any, rows: int) -> None:
        assert hasattr(bpy.types, kind), kind
        assert rows > 0
        self._top.labels += [item.name for item in getattr(owner, name)]

    def grid_flow(self, **given: Any) -> RecordedLayout:
        return self._inside("grid_flow", given)

    def menu(self, name: str) -> None:
        assert hasattr(bpy.types, name), name

    def progress(self, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self._top.labels.append(text)

    def panel(self, name: str, default_closed: bool = False) -> tuple[RecordedLayout, RecordedLayout]:
        return RecordedLayout(self._top), RecordedLayout(self._top)

    def row(self, **given: Any) -> RecordedLayout:
        return self._inside("row", given)

    def column(self, **given: Any) -> RecordedLayout:
        return self._inside("column", given)

    def box(self) -> RecordedLayout:
        return RecordedLayout(self._top)

    def _inside(self, function: str, given: dict[str, Any]) -> RecordedLayout:
        self._knows(function, given)
        return RecordedLayout(self._top)

    def _knows(self, function: str, given: dict[str, Any]) -> None:
        """Refuse a word that Blender's own layout does not take: it would break the panel off there."""
        unknown = set(given) - set(bpy.types.UILayout.bl_rna.functions[function].parameters.keys())
        assert not unknown, (function, unknown)

    def _check(self, function: str, icon: str) -> None:
        icons = bpy.types.UILayout.bl_rna.functions[function].parameters["icon"].enum_items
        assert icon in icons, icon


class _ButtonProperties:
    """The properties of a button; only those that its operator has can be set."""

    def __init__(self, kind: Any) -> None:
        object.__setattr__(self, "kind", kind)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self.kind.properties, name
