# SPDX-License-Identifier: GPL-3.0-or-later
"""What buttons of a crowd have in common: when they can be pressed, whom they are about, what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from . import crowd_desk, crowd_points
from ._vendor.photodouble_client.errors import ArtistError


class OfCrowd:
    """A button that needs a crowd in the scene."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a crowd that is shown can be worked with, one wish at a time."""
        cls.poll_message_set("Show the crowd first, and let the wish before be finished")
        return crowd_points.shown_in(context.scene) is not None and not crowd_desk.is_waiting()


def selected_names(shown: Any) -> list[str]:
    """Name the people whose points are selected."""
    names = crowd_points.people(shown)
    return [names[at] for at in crowd_points.selected(shown) if at < len(names)]


def tried(wish: Callable[[], None]) -> set[str]:
    """Do what a button is for; what was refused is shown in the panel."""
    try:
        wish()
    except ArtistError as problem:
        crowd_desk.refuse(problem)
        return {"CANCELLED"}
    return {"FINISHED"}


def nobody() -> ArtistError:
    """Say that nobody is selected."""
    return ArtistError(
        "usage.arguments",
        "Nobody is selected",
        "No point of the crowd is selected.",
        "Select the crowd, press Tab, and select people's points.",
    )
