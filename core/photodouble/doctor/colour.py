"""The colour configuration: whether OpenColorIO can read it, and knows the display and view that are set."""

from __future__ import annotations

from collections.abc import Iterator

from .place import Place
from .row import GOOD, LOOK, Row

AREA = "settings"


def look(place: Place) -> Iterator[Row]:
    """Say which configuration is in force; a broken one is told as everywhere."""
    from photodouble.image.colour import configuration

    source = place.variables.get("OCIO", "")
    config = configuration(source)
    spaces = len(list(config.getColorSpaceNames()))
    yield Row(AREA, "Colours", GOOD, f"{source or 'built-in ACES studio configuration'}, {spaces} spaces")
    fix = "Correct display and view in the settings; 'photodouble config show' says which file sets them."
    display, view = place.settings.display, place.settings.view
    displays = list(config.getDisplays())
    if display and display not in displays:
        said = f"{display!r} is not among {', '.join(displays[:6])}"
        yield Row(AREA, "Display", LOOK, said, fix)
    elif view and view not in (views := list(config.getViews(display or config.getDefaultDisplay()))):
        yield Row(AREA, "View", LOOK, f"{view!r} is not among {', '.join(views[:6])}", fix)
