"""What lies between a script and Resolve: handles, what each version has, and all that can go wrong there.

A script never holds a thing of Resolve's, only a handle: a new one comes with every answer, so two handles of
one clip are not equal and only `GetUniqueId` tells (facts section 7 lists it everywhere for that reason).
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple, TypeVar

from .names import STUDIO

Version = Tuple[int, ...]
Method = TypeVar("Method", bound=Callable[..., Any])
FAILED = {"bool": False, "list": [], "dict": {}, "str": "", "int": 0}


class WouldHang(BaseException):
    """Say that a real Resolve would stand still here for ever; no `except Exception` may hide it."""


class NotMadeUp(BaseException):
    """Say that the made-up Resolve does not imitate this; nothing may come to depend on it."""


def since(*version: int) -> Callable[[Method], Method]:
    """Mark a method that came with a version (facts section 14)."""

    def mark(method: Method) -> Method:
        vars(method)["since"] = version
        return method

    return mark


def until(*version: int) -> Callable[[Method], Method]:
    """Mark a method that a version no longer has (facts section 14)."""

    def mark(method: Method) -> Method:
        vars(method)["until"] = version
        return method

    return mark


def studio(method: Method) -> Method:
    """Mark a method that the free edition refuses, with a window in the way of others (facts section 1)."""
    vars(method)["studio"] = True
    return method


def gives(kind: str) -> Callable[[Method], Method]:
    """Name what a method answers when it is refused: bool, list, dict, str or int; None where unmarked."""

    def mark(method: Method) -> Method:
        vars(method)["gives"] = kind
        return method

    return mark


class Thing:
    """Something inside Resolve: its public methods are what a script can call on it."""

    names: Dict[str, Version] = {}
    """What the real thing has beyond what is made up here, with the version it came with."""
    gone: Dict[str, Version] = {}
    constants: Dict[str, Any] = {}

    def __init__(self, host: Any) -> None:
        self._host = host
        self._unique: str = host._next_id()

    def _has(self, name: str) -> bool:
        if name.startswith("_"):
            return False
        version = self._host._version
        method = getattr(type(self), name, None)
        if callable(method) and name[:1].isupper():
            facts = vars(method)
            came: Version = facts.get("since", (0, 0))
            left: Version = facts.get("until", (99, 0))
        elif name in self.names:
            came, left = self.names[name], self.gone.get(name, (99, 0))
        else:
            return False
        return bool(came <= version < left)

    def _names(self) -> List[str]:
        return sorted(name for name in {*dir(type(self)), *self.names} if self._has(name))

    def _constant(self, name: str) -> Any:
        return None


class Handle:
    """What a script holds. Asking for a name never fails: what is not there is None (facts section 4)."""

    __slots__ = ("_era", "_thing")
    _thing: Thing
    _era: int

    def __init__(self, thing: Thing) -> None:
        object.__setattr__(self, "_thing", thing)
        object.__setattr__(self, "_era", thing._host.era)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        thing: Thing = object.__getattribute__(self, "_thing")
        value = thing._constant(name)
        if value is not None:
            return wrapped(value)
        if not thing._has(name):
            return None
        if self._era != thing._host.era:
            return lambda *arguments: None
        return lambda *arguments: call(thing, name, arguments)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a script cannot set {name} on a thing of Resolve's")

    def __dir__(self) -> List[str]:
        return list(self._thing._names())

    def __repr__(self) -> str:
        return f"{type(self._thing).__name__} (0x{self._thing._unique})"


def wrapped(value: Any) -> Any:
    """Give a script's side of an answer: handles for things, copies for lists and dicts."""
    if isinstance(value, Thing):
        return Handle(value)
    if isinstance(value, (list, tuple)):
        return [wrapped(part) for part in value]
    if isinstance(value, dict):
        return {key: wrapped(part) for key, part in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return value


def unwrapped(value: Any) -> Any:
    """Give Resolve's side of an argument; only what can cross the bridge does (no path, no set, no array)."""
    if isinstance(value, Handle):
        return object.__getattribute__(value, "_thing")
    if isinstance(value, (list, tuple)):
        return [unwrapped(part) for part in value]
    if isinstance(value, dict):
        return {key: unwrapped(part) for key, part in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be given to Resolve")


def call(thing: Thing, name: str, arguments: Tuple[Any, ...]) -> Any:
    """Do what a script asks of a thing, unless something is in the way."""
    host = thing._host
    method = getattr(thing, name, None)
    place = f"{type(thing).__name__}.{name}"
    host.calls.append(place)
    if host.is_gone:
        return None
    refusal = FAILED.get(vars(getattr(type(thing), name, call)).get("gives", ""), None)
    if host._before_call(place) or host.modal:
        return _copy(refusal)
    if name in STUDIO and not host.is_studio:
        host.modal = f"{place} is a feature of DaVinci Resolve Studio"
        return False
    if method is None:
        raise NotMadeUp(f"{place} is a name of Resolve's that is not made up here")
    facts = vars(getattr(type(thing), name))
    if facts.get("studio") and not host.is_studio:
        host.modal = f"{place} is a feature of DaVinci Resolve Studio"
        return False
    lie = host._lie(place)
    if lie is not None:
        return lie
    return wrapped(method(*[unwrapped(argument) for argument in arguments]))


def _copy(value: Any) -> Any:
    return type(value)() if isinstance(value, (list, dict)) else value
