"""An edit as the text of an OTIO file, with everything put back that was set aside on reading."""

from __future__ import annotations

import opentimelineio as otio

from .edit import Edit


def written_text(edit: Edit) -> str:
    """Return the edit as the text of an OTIO file."""
    return str(otio.adapters.write_to_string(edit.root, "otio_json"))
