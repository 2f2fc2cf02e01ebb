"""The task that estimates a companion matte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _companion(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.companion import Wanted, write_companion
    from photodouble_client.request import JobRequest

    keep = tuple(word.strip() for word in values["keep"].split(",") if word.strip())
    wanted = Wanted(values["output"], values["distance"], values["sensitivity"], keep, values["overwrite"])
    return write_companion(JobRequest.from_json(values["request"]), wanted, settings, report).to_json()


COMPANION = (
    Task(
        "companion",
        "Estimate the shadow, reflection and contact of what is removed, as a matte to edit.",
        (
            Argument("request", "document", "The request of the removal: its plate, matte and values."),
            Argument("output", "path", "The matte to write, such as companion.####.exr."),
            Argument(
                "distance", "whole", "Plate pixels around the matte to look at; 0 chooses.", 0, minimum=0
            ),
            Argument(
                "sensitivity", "number", "2 finds what is half as strong.", 1.0, minimum=0.1, maximum=10
            ),
            Argument("keep", "text", "What stays: any of contact,shadow,reflection, with commas.", ""),
            Argument("overwrite", "flag", "Replace existing files.", False),
        ),
        _companion,
    ),
)
