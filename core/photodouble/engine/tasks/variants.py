"""The task that shows what other seeds would invent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _variants(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.variants import make_variants, seeds_of
    from photodouble_client.request import JobRequest

    request = JobRequest.from_json(values["request"])
    seeds = seeds_of(int(request.values.get("seed", 0)), values["count"], values["seeds"])
    sheet = Path(values["output"])
    made = make_variants(request, seeds, sheet, settings, report, overwrite=values["overwrite"])
    return made.to_json()


VARIANTS = (
    Task(
        "variants",
        "Show what several seeds invent, side by side; the take with one of them shows the same pixels.",
        (
            Argument("request", "document", "The request: its plate, matte and values."),
            Argument("output", "path", "The sheet to write, such as variants.png."),
            Argument(
                "count", "whole", "How many seeds, from the request's own on.", 4, minimum=1, maximum=64
            ),
            Argument("seeds", "text", "The seeds themselves, such as 3,7,20-22.", ""),
            Argument("overwrite", "flag", "Replace an existing sheet.", False),
        ),
        _variants,
    ),
)
