"""What is examined: a folder with the settings in force there, as far as they can be read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photodouble.settings import ResolvedSettings, Settings


@dataclass(frozen=True)
class Place:
    """Where somebody works. `trouble` is why the settings could not be read; then the built-in ones count."""

    near: Path
    is_thorough: bool = False
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    resolved: ResolvedSettings | None = None
    trouble: Exception | None = None

    @property
    def settings(self) -> Settings:
        """The settings in force; raises what kept even the built-in ones from being read."""
        if self.resolved is not None:
            return self.resolved.settings
        from photodouble.settings import Settings

        return Settings()

    @property
    def show_folder(self) -> Path | None:
        """The folder of the show that the place lies in."""
        return self.resolved.show_folder if self.resolved is not None else None


def place_near(near: Path, *, is_thorough: bool = False) -> Place:
    """Return the place of a folder; why its settings cannot be read is kept for their row."""
    try:
        from photodouble.settings import load_settings

        return Place(near, is_thorough, resolved=load_settings(near))
    except Exception as trouble:  # noqa: BLE001, the edge: it becomes a row
        return Place(near, is_thorough, trouble=trouble)
