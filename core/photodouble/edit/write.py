"""An edit as the text of an OTIO file, with everything put back that was set aside on reading."""

from __future__ import annotations

from collections.abc import Mapping

import opentimelineio as otio

from .edit import Edit


def written_text(edit: Edit, versions: Mapping[str, int] | None = None) -> str:
    """Return the edit as the text of an OTIO file; `versions` are the schema versions a reader wants."""
    return str(otio.adapters.write_to_string(edit.root, "otio_json", target_schema_versions=versions))
