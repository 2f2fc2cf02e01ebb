"""The shots of a cut, in the order in which they are seen."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from .edit import Edit
from .shot import Shot


def list_shots(edit: Edit) -> tuple[Shot, ...]:
    """List every clip of an edit, whatever its root is."""
    return tuple(Shot(clip.name, _track(clip), clip) for clip in _clips(edit.root))


def _clips(root: Any) -> list[otio.schema.Clip]:
    return [root] if isinstance(root, otio.schema.Clip) else list(root.find_clips())


def _track(clip: otio.schema.Clip) -> str:
    above = clip.parent()
    return above.name if above is not None else ""
