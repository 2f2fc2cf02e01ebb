"""What a request asks of a likeness: whose, in which shot, with which models, at which ages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from photodouble.image.library_files import library_elements
from photodouble_client.request import JobRequest

LIBRARY = "library"
"""The input that names the people an operation shows by their elements."""


def shot_names(request: JobRequest) -> tuple[str, ...]:
    """Return the names by which a consent may call the shot: `sh010`, and `sc12/sh010` in a sequence."""
    if not request.shot:
        return ()
    long = (str(PurePosixPath(request.sequence) / request.shot),) if request.sequence else ()
    return (request.shot, *long)


def performers_of(request: JobRequest) -> tuple[str, ...]:
    """Return whose likeness a request touches: whom it names, and whoever its elements show recognisably.

    An element that shows somebody and names nobody counts as a person of its own.
    """
    if LIBRARY not in request.inputs:
        return tuple(request.performers)
    shown = sorted(
        str(one.get("person") or f"unnamed-{one.get('name', '')}")
        for one in library_elements(Path(request.inputs[LIBRARY].path))
        if one.get("identifiable", True)
    )
    return tuple(dict.fromkeys((*request.performers, *shown)))


def with_performers(request: JobRequest) -> JobRequest:
    """Return a request that itself names whose likeness it touches, so that its take says so for ever."""
    if request.spec.consent == "none":
        return request
    return dataclasses.replace(request, performers=performers_of(request))


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
