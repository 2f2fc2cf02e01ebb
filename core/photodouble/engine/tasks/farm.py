"""Tasks about farms: write a bundle, and list the same steps as plain command lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.farm.options import FarmOptions
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]

_MACHINES = ("timeout_minutes", "memory_gb", "gpu_memory_gb", "warm")


def _options(values: Values) -> FarmOptions:
    from photodouble.farm.options import FarmOptions

    return FarmOptions(
        chunk=values["chunk"],
        output=values["output"],
        overwrite=values["overwrite"],
        layers=values["layers"],
        program=values["program"],
        **{name: values[name] for name in _MACHINES if name in values},
    )


def _bundle(values: Values, _settings: Settings, report: Reporter) -> Any:
    from photodouble.farm.bundle import write_bundle
    from photodouble_client.request import JobRequest

    written = write_bundle(
        JobRequest.from_json(values["request"]),
        Path(values["to"]),
        _options(values),
        replace=values["replace"],
        report=report,
    )
    return {
        "folder": str(written.folder),
        "take": written.take,
        "tasks": written.tasks,
        "warnings": list(written.warnings),
    }


def _commands(values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.farm.commands import command_lines, commands_json
    from photodouble_client.request import JobRequest

    request = JobRequest.from_json(values["request"]).checked()
    made = command_lines(request, values["path"], _options(values))
    lines = [each.line(values["system"]) for each in made]
    return {**commands_json(request, made), "lines": lines}


_REQUEST = Argument("request", "document", "The request, as request.json holds it.")
_JOB = (
    Argument("chunk", "whole", "Frames in one task.", 10, minimum=1),
    Argument("output", "path", "When the take is finished, copy its result to this pattern.", ""),
    Argument("layers", "flag", "Let the copy hold all outputs, as layers of one EXR per frame.", False),
    Argument("overwrite", "flag", "Let the copy replace existing files.", False),
    Argument("program", "text", "How the farm's machines call Photo Double.", "photodouble"),
)

FARM = (
    Task(
        "farm.bundle",
        "Write an Open Job Description bundle: analyse, chunks of frames, finish.",
        (
            _REQUEST,
            Argument("to", "path", "The folder to write."),
            *_JOB,
            Argument("timeout_minutes", "whole", "Stop a longer task.", 720, minimum=1),
            Argument("memory_gb", "number", "What a machine must have.", 8.0, minimum=0.001),
            Argument("gpu_memory_gb", "number", "Graphics memory to ask for; 0: none.", 0.0, minimum=0),
            Argument("warm", "flag", "Keep an engine at work between the chunks of a machine.", True),
            Argument("replace", "flag", "Write over another bundle in the same folder.", False),
        ),
        _bundle,
    ),
    Task(
        "farm.commands",
        "List the same steps as plain command lines, with what each waits for, for any farm manager.",
        (
            _REQUEST,
            Argument("path", "path", "Where the farm's machines read the request."),
            *_JOB,
            Argument(
                "system", "text", "Whose command lines are written.", "posix", choices=("posix", "windows")
            ),
        ),
        _commands,
    ),
)
