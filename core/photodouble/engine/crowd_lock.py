"""Keep people of a take's crowd as they are, whatever seed and library become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from photodouble.engine.crowd_points import crowd_asked_for
from photodouble.engine.crowd_take import CrowdOf, crowd_of
from photodouble.ops.crowd.document import read_crowd, write_crowd
from photodouble.ops.crowd.editing import lock
from photodouble.ops.crowd.names import rows_of
from photodouble.ops.operation import Reporter
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError


def lock_people(take: Take, names: Sequence[str], report: Reporter) -> dict[str, Any]:
    """Put a lock on top of the crowd file's stack that holds the named people as the take shows them.

    Raises ArtistError `usage.bad_value` for names of nobody, and as `crowd_of` does.
    """
    return lock_in(crowd_of(take, report), names, take.label)


def lock_as_asked(stored: Mapping[str, Any], names: Sequence[str], report: Reporter) -> dict[str, Any]:
    """Put a lock on the stack that holds the named people as a take of this request would show them."""
    return lock_in(crowd_asked_for(stored, report), names, "the crowd")


def lock_in(crowd: CrowdOf, names: Sequence[str], label: str) -> dict[str, Any]:
    """Put a lock on top of the crowd file's stack; `label` names where the people were seen."""
    rows = rows_of(crowd.agents, list(dict.fromkeys(names)))
    unknown = [name for name, row in zip(dict.fromkeys(names), rows.tolist(), strict=True) if row < 0]
    if unknown or not len(rows):
        raise ArtistError(
            "usage.bad_value",
            "Nobody of that name is in the crowd",
            f"{', '.join(unknown[:5]) or 'No name'} is of nobody in {label}.",
            "Pick names in the ID matte, such as north/3/12/27.",
        )
    edit = lock(crowd.agents, crowd.cast, crowd.scene.library.elements, rows.tolist())
    document = read_crowd(crowd.file).with_edits(edit)
    write_crowd(document, crowd.file)
    return {"crowd": str(crowd.file), "locked": len(rows), "edits": len(document.edits)}
