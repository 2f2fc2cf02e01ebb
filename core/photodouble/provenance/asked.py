"""What a request asks of a likeness: whose, in which shot, with which models, at which ages."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
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
    return tuple(dict.fromkeys((*request.performers, *sorted(_people(request).values()))))


def shown_of(request: JobRequest, elements: Collection[str]) -> tuple[str, ...]:
    """Return whose likeness a request touches that is known to show only these `elements` of its library."""
    people = _people(request)
    named = [one for one in request.performers if one not in people.values()]
    return tuple(dict.fromkeys((*named, *sorted(one for name, one in people.items() if name in elements))))


def _people(request: JobRequest) -> dict[str, str]:
    """Return who is recognisable in each element of the library, by the element's name."""
    if LIBRARY not in request.inputs:
        return {}
    return {
        str(one.get("name", "")): str(one.get("person") or f"unnamed-{one.get('name', '')}")
        for one in library_elements(Path(request.inputs[LIBRARY].path))
        if one.get("identifiable", True)
    }


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
