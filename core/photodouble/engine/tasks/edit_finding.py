"""What tasks on cuts share: where media is looked for, and where shot names come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .arguments import Argument

if TYPE_CHECKING:
    from photodouble.edit.media import MediaFinder
    from photodouble.edit.names import ShotNaming
    from photodouble.settings import Settings

FINDING = (
    Argument("search", "path", "A folder below which lost media is looked for; empty: none.", ""),
    Argument(
        "names",
        "text",
        "Where a shot's name comes from.",
        "clip",
        choices=("clip", "marker", "metadata", "column"),
    ),
    Argument("name_pattern", "text", "The regular expression that finds the name; empty: all of it.", ""),
    Argument("name_key", "text", "The marker's colour, the metadata's path, or the column.", ""),
    Argument("columns", "path", "A list of shots: ALE or CSV.", ""),
)


def finder_of(values: Mapping[str, Any], settings: Settings) -> MediaFinder:
    """Return the finder of media that a task asks for, with the path maps of the settings."""
    from photodouble.edit.media import MediaFinder

    return MediaFinder([values["search"]] if values["search"] else [], settings.path_maps)


def naming_of(values: Mapping[str, Any]) -> ShotNaming:
    """Return where shot names come from."""
    from photodouble.edit.columns import read_columns
    from photodouble.edit.names import ShotNaming

    columns = read_columns(values["columns"]) if values["columns"] else None
    return ShotNaming(values["name_pattern"], values["names"], values["name_key"], columns)
