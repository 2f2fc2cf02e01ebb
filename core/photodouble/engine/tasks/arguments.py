"""The arguments of a task: declared once, described as JSON schema, checked strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.param import did_you_mean
from photodouble_client.pathmap import is_full_path

Json = dict[str, Any]

REQUIRED = object()
"""The default of an argument that must be given."""

_TYPES: Mapping[str, Json] = {
    "text": {"type": "string"},
    "path": {"type": "string"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "document": {"type": "object"},
}
_WANTED = {
    "text": "text",
    "path": "the whole path of a file or folder, as text",
    "whole": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "document": "a JSON object",
}


@dataclass(frozen=True)
class Argument:
    """One argument. `kind` is text, path, whole, number, flag or document.

    A path must be absolute, because the engine works in no folder of the artist's; empty means not given.
    """

    name: str
    kind: str
    help: str
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def schema(self) -> Json:
        """Describe the argument as JSON schema."""
        described: Json = {**_TYPES[self.kind], "description": self.help}
        if self.default is not REQUIRED:
            described["default"] = self.default
        if self.choices:
            described["enum"] = list(self.choices)
        limits = {"minimum": self.minimum, "maximum": self.maximum}
        return {**described, **{name: limit for name, limit in limits.items() if limit is not None}}

    def checked(self, task: str, value: Any) -> Any:
        """Return the value as it is; raises ArtistError `usage.bad_value` when it cannot be taken."""
        if not _is_of_kind(self.kind, value):
            raise _refuse(task, self.name, value, f"Give {_WANTED[self.kind]}.")
        if self.kind == "path" and not value.strip() and (value or self.default is REQUIRED):
            raise _refuse(task, self.name, value, "Give the path of a file or folder.")
        if self.kind == "path" and value and not is_full_path(value):
            raise _refuse(task, self.name, value, "Give the whole path, from the root of its disk.")
        if self.choices and value not in self.choices:
            raise _refuse(task, self.name, value, f"Use one of: {', '.join(self.choices)}.")
        if self.minimum is not None and value < self.minimum:
            raise _refuse(task, self.name, value, f"Give at least {self.minimum:g}.")
        if self.maximum is not None and value > self.maximum:
            raise _refuse(task, self.name, value, f"Give at most {self.maximum:g}.")
        return value


def schema_of(arguments: tuple[Argument, ...]) -> Json:
    """Describe all arguments of a task as one JSON schema."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {argument.name: argument.schema() for argument in arguments},
        "required": [argument.name for argument in arguments if argument.default is REQUIRED],
    }


def checked_arguments(task: str, arguments: tuple[Argument, ...], given: Any) -> Json:
    """Return every argument's value, defaults filled in.

    Raises ArtistError `usage.arguments` for an unknown or missing one, `usage.bad_value` for a wrong one.
    """
    if not isinstance(given, Mapping):
        raise _refuse(task, "arguments", given, "Give a JSON object.")
    known = {argument.name for argument in arguments}
    for name in given:
        if name not in known:
            close = did_you_mean(name, known) if known else ""
            fix = f"{close}It takes: {', '.join(sorted(known)) or 'nothing'}."
            raise _not_understood(f"{task} takes no argument {name!r}.", fix)
    values = {}
    for argument in arguments:
        if argument.name in given:
            values[argument.name] = argument.checked(task, given[argument.name])
        elif argument.default is REQUIRED:
            raise _not_understood(f"{task} needs {argument.name}.", argument.help)
        else:
            values[argument.name] = argument.default
    return values


def _is_of_kind(kind: str, value: Any) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "whole":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return isinstance(value, Mapping) if kind == "document" else isinstance(value, str)


def _not_understood(message: str, fix: str) -> ArtistError:
    return ArtistError("usage.arguments", "The task was not understood", message, fix)


def _refuse(task: str, name: str, value: Any, fix: str) -> ArtistError:
    return ArtistError(
        "usage.bad_value", "The task cannot take this value", f"{task}: {name} was given {value!r}.", fix
    )
