"""An edit as the text of an OTIO file, with everything put back that was set aside on reading."""

from __future__ import annotations

import json
from collections.abc import Mapping

import opentimelineio as otio

from .aside import Aside, put_back
from .edit import Edit


def written_text(edit: Edit, versions: Mapping[str, int] | None = None) -> str:
    """Return the edit as the text of an OTIO file; `versions` are the schema versions that a reader wants.

    What was set aside on reading comes back as it was, whatever the versions.
    """
    text = str(otio.adapters.write_to_string(edit.root, "otio_json", target_schema_versions=versions))
    aside = edit.aside
    if not isinstance(aside, Aside) or not aside:
        return text
    return json.dumps(put_back(json.loads(text), aside), indent=4, ensure_ascii=False)
