"""What a request asks of a likeness: in which shot, with which models, at which ages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from photodouble_client.request import JobRequest


def shot_names(request: JobRequest) -> tuple[str, ...]:
    """Return the names by which a consent may call the shot: `sh010`, and `sc12/sh010` in a sequence."""
    if not request.shot:
        return ()
    long = (str(PurePosixPath(request.sequence) / request.shot),) if request.sequence else ()
    return (request.shot, *long)


def models_of(request: JobRequest) -> tuple[str, ...]:
    """Return the models that a request names: the values of its controls `model` and `..._model`."""
    named = (
        request.values[key] for key in sorted(request.values) if key == "model" or key.endswith("_model")
    )
    return tuple(dict.fromkeys(str(model) for model in named if isinstance(model, str) and model))


def ages_of(request: JobRequest) -> tuple[float, ...]:
    """Return the ages that a request wants to show: its controls `age` and `..._age`, every key of them."""
    found: list[float] = []
    for key, value in request.values.items():
        if key != "age" and not key.endswith("_age"):
            continue
        ages = value.get("frames", {}).values() if isinstance(value, Mapping) else (value,)
        found += [float(age) for age in ages if isinstance(age, (int, float)) and not isinstance(age, bool)]
    return tuple(found)
