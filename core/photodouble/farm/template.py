"""The Open Job Description template of an operation: three steps, and no path or value of any one job.

The controls of the operation are no parameters of the template. A take's request is fixed when its id is
given, and a farm that could change a value under the same id would make chunks that do not match.
Specification: https://github.com/OpenJobDescription/openjd-specifications (2023-09, TASK_CHUNKING).
"""

from __future__ import annotations

from typing import Any

from photodouble_client.opspec import OpSpec

from .options import FarmOptions
from .steps import ANALYSE, FINISH, FRAMES, arguments, copying

SPECIFICATION = "jobtemplate-2023-09"
NOTICE_S = 90
"""Seconds between the polite signal and the kill: a frame at work ends or is left in less."""
START_S, END_S = 300, 120

Json = dict[str, Any]


def job_template(spec: OpSpec, options: FarmOptions, *, contiguous: bool = True) -> Json:
    """Return the template of an operation; `contiguous` is whether the range has no gaps and no steps."""
    return {
        "specificationVersion": SPECIFICATION,
        "extensions": ["TASK_CHUNKING"],
        "name": "{{Param.JobName}}",
        "description": f"{spec.label} with Photo Double. {spec.summary}",
        "parameterDefinitions": _parameters(options),
        "steps": [
            _analyse(options),
            _frames(options, "CONTIGUOUS" if contiguous else "NONCONTIGUOUS"),
            _finish(options),
        ],
    }


def _parameters(options: FarmOptions) -> list[Json]:
    found = [
        _text("JobName", "Job name", "What the job is called on the farm."),
        _text("Photodouble", "Photo Double command", "How the farm's machines call Photo Double."),
        {
            "name": "Request",
            "type": "PATH",
            "objectType": "FILE",
            "dataFlow": "IN",
            "default": "request.json",
            "description": "The request of the take, with the take's id in it.",
        },
        {
            "name": "OutputRoot",
            "type": "PATH",
            "objectType": "DIRECTORY",
            "dataFlow": "OUT",
            "description": "Where takes are kept, as every machine of the farm sees it.",
        },
        {"name": "Frames", "type": "STRING", "description": "The frames of the take."},
        {"name": "ChunkSize", "type": "INT", "minValue": 1, "description": "Frames in one task."},
    ]
    if options.output:
        found.append(
            {
                "name": "Copies",
                "type": "PATH",
                "objectType": "FILE",
                "dataFlow": "OUT",
                "description": "Where the result is copied when the take is finished.",
            }
        )
    return found


def _text(name: str, label: str, description: str) -> Json:
    control = {"control": "LINE_EDIT", "label": label}
    return {"name": name, "type": "STRING", "description": description, "userInterface": control}


def _analyse(options: FarmOptions) -> Json:
    return {
        "name": "Analyse",
        "description": "Check the shot and study it once, for all chunks.",
        **_needs(options),
        "script": {"actions": {"onRun": _run(options, _step(ANALYSE))}},
    }


def _frames(options: FarmOptions, constraint: str) -> Json:
    words = _step(FRAMES, "{{Task.Param.Frame}}")
    step: Json = {
        "name": "Frames",
        "description": "Make the frames, a chunk at a time, on as many machines as there are.",
        "dependencies": [{"dependsOn": "Analyse"}],
        **_needs(options),
        "parameterSpace": {
            "taskParameterDefinitions": [
                {
                    "name": "Frame",
                    "type": "CHUNK[INT]",
                    "range": "{{Param.Frames}}",
                    "chunks": {
                        "defaultTaskCount": "{{Param.ChunkSize}}",
                        "targetRuntimeSeconds": 0,
                        "rangeConstraint": constraint,
                    },
                }
            ]
        },
        "script": {"actions": {"onRun": _run(options, [*words, "--engine"] if options.warm else words)}},
    }
    if options.warm:
        step["stepEnvironments"] = [_warm_engine()]
    return step


def _finish(options: FarmOptions) -> Json:
    words = [*_step(FINISH), *copying(options, "{{Param.Copies}}")]
    return {
        "name": "Finish",
        "description": "Name the frames that are missing, or seal the take.",
        "dependencies": [{"dependsOn": "Frames"}],
        **_needs(options),
        "script": {"actions": {"onRun": _run(options, words)}},
    }


def _warm_engine() -> Json:
    """Return the environment that keeps one engine at work for all chunks that a machine takes in a row."""
    folder = "{{Session.WorkingDirectory}}"
    return {
        "name": "Engine",
        "description": "An engine of this session's own. Without it the chunks make the same pixels.",
        "script": {
            "actions": {
                "onEnter": _action(["farm", "enter", folder], START_S, 30),
                "onExit": _action(["farm", "leave", folder], END_S, 30),
            }
        },
    }


def _step(step: str, frames: str = "") -> list[str]:
    words = arguments(step, "{{Param.Request}}", root="{{Param.OutputRoot}}", frames=frames)
    return [*words, "--openjd", "--path-rules", "{{Session.PathMappingRulesFile}}"]


def _run(options: FarmOptions, words: list[str]) -> Json:
    return _action(words, options.timeout_minutes * 60, NOTICE_S)


def _action(words: list[str], timeout_s: int, notice_s: int) -> Json:
    return {
        "command": "{{Param.Photodouble}}",
        "args": words,
        "timeout": timeout_s,
        "cancelation": {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": notice_s},
    }


def _needs(options: FarmOptions) -> Json:
    """Return what a machine must have; a graphics card is asked for only when the job wants one."""
    amounts: list[Json] = []
    if options.memory_gb > 0:
        amounts.append({"name": "amount.worker.memory", "min": round(options.memory_gb * 1024)})
    if options.gpu_memory_gb > 0:
        amounts.append({"name": "amount.worker.gpu", "min": 1})
        amounts.append({"name": "amount.worker.gpu.memory", "min": round(options.gpu_memory_gb * 1024)})
    return {"hostRequirements": {"amounts": amounts}} if amounts else {}
