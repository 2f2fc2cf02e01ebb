"""Property sets as the manual has them ("Property Sets Reference"): who holds which property, of what kind.

A property that the manual does not know, of another kind than it says, or on a thing that has none such, is
refused and written down. One that the manual knows and this host leaves out is refused silently, as real
hosts do.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from photodouble.ofx.abi import PROPERTY_CALLS, P, S, Status, Suite, write_double, write_int, write_pointer
from photodouble.ofx.conduct import Handles, Refused, Witness
from photodouble.ofx.vocabulary import ANY_COUNT, MANUAL, Rule

Value = str | float | int | None


def everything(name: str) -> bool:
    """Let the plug-in write any property that there is."""
    return bool(name)


def nothing(name: str) -> bool:
    return not name


def ignore(name: str) -> None:
    del name


@dataclass(eq=False)
class PropertySet:
    """The properties of one thing: what it may have, what it has, and what the plug-in may write.

    Thread: values are replaced as whole tuples, so a reader never sees half of one.
    """

    thing: str
    rules: Mapping[str, Rule]
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    writable: Callable[[str], bool] = nothing
    on_write: Callable[[str], None] = ignore
    written: set[str] = field(default_factory=set)
    handle: int = 0

    def rule(self, name: str, kind: str) -> Rule:
        """Return what the manual says of a property here, or refuse."""
        rule = self.rules.get(name)
        if rule is None:
            known = name in MANUAL
            why = f"{self.thing} has no property {name}" if known else f"the manual knows no property {name}"
            raise Refused(Status.UNKNOWN, why)
        if kind and rule.kind not in (kind, "number"):
            raise Refused(Status.VALUE, f"{name} of {self.thing} is {rule.kind}, not {kind}")
        return rule

    def read(self, name: str, kind: str, index: int = 0) -> Value:
        """Return one value, or refuse."""
        self.rule(name, kind)
        values = self.values.get(name)
        if values is None:
            raise Refused(Status.UNKNOWN)
        if not 0 <= index < len(values):
            raise Refused(Status.BAD_INDEX, f"{name} of {self.thing} has no value {index}")
        return values[index]

    def write(self, name: str, kind: str, index: int, value: Value) -> None:
        """Set one value from the plug-in's side, or refuse."""
        rule = self.rule(name, kind)
        if not self.writable(name):
            raise Refused(Status.VALUE, f"{name} of {self.thing} is not the plug-in's to write")
        values = list(self.values.get(name, ()))
        most = len(values) + 1 if rule.count == ANY_COUNT else rule.count
        if not 0 <= index < most:
            raise Refused(Status.BAD_INDEX, f"{name} of {self.thing} has no place {index}")
        values += [None] * (index + 1 - len(values))
        values[index] = value
        self.values[name] = tuple(values)
        self.written.add(name)
        self.on_write(name)

    def text(self, name: str) -> str:
        """Return a string property for the host's own use, "" where it is not set."""
        return str((self.values.get(name) or ("",))[0] or "")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return every value of a string property."""
        return tuple(str(value) for value in self.values.get(name, ()))

    def number(self, name: str, index: int = 0, otherwise: float = 0.0) -> float:
        """Return a number for the host's own use."""
        values = self.values.get(name, ())
        value = values[index] if index < len(values) else None
        return float(value) if isinstance(value, int | float) else otherwise


def answers(action: str, rules: Mapping[str, Rule], start: dict[str, tuple[Value, ...]]) -> PropertySet:
    """Return the set that an action's answers are written into."""
    return PropertySet(f"the answers of {action}", rules, start, writable=everything)


class PropertySuite:
    """OfxPropertySuiteV1 (manual, "Property Suite")."""

    def __init__(self, handles: Handles, witness: Witness) -> None:
        self._handles = handles
        self._witness = witness
        self.suite = Suite(PROPERTY_CALLS, self._function)

    def _function(self, name: str) -> Callable[..., int]:
        verb, _, kind = name.partition("_")
        if name in ("reset", "dimension"):
            return self._witness.watched("property", getattr(self, f"_{name}"), name)
        single = kind.removesuffix("s")
        call = self._setter(single, kind != single) if verb == "set" else self._getter(single, kind != single)
        return self._witness.watched("property", call, name)

    def _set(self, handle: int | None) -> PropertySet:
        return self._handles.thing(handle, PropertySet)

    def _setter(self, kind: str, several: bool) -> Callable[..., None]:
        def one(handle: int | None, name: bytes, index: int, value: bytes | float | None) -> None:
            self._set(handle).write(_word(name), kind, index, _taken(value))

        def many(handle: int | None, name: bytes, count: int, values: int) -> None:
            for index in range(count):
                self._set(handle).write(_word(name), kind, index, _taken(_FETCH[kind](values, index)))

        return many if several else one

    def _getter(self, kind: str, several: bool) -> Callable[..., None]:
        def one(handle: int | None, name: bytes, index: int, place: int) -> None:
            self._put(self._set(handle).read(_word(name), kind, index), kind, place, 0)

        def many(handle: int | None, name: bytes, count: int, place: int) -> None:
            for index in range(count):
                self._put(self._set(handle).read(_word(name), kind, index), kind, place, index)

        return many if several else one

    def _put(self, value: Value, kind: str, place: int, index: int) -> None:
        if kind == "string":
            write_pointer(place + 8 * index, self._witness.lend(str(value)))
        elif kind == "pointer":
            write_pointer(place + 8 * index, int(value or 0))
        elif kind == "double":
            write_double(place, float(value or 0), index)
        else:
            write_int(place, int(value or 0), index)

    def _reset(self, handle: int | None, name: bytes) -> None:
        properties = self._set(handle)
        properties.rule(_word(name), "")
        if not properties.writable(_word(name)):
            raise Refused(Status.VALUE, f"{_word(name)} of {properties.thing} is not the plug-in's to write")
        properties.values.pop(_word(name), None)

    def _dimension(self, handle: int | None, name: bytes, place: int) -> None:
        properties = self._set(handle)
        properties.rule(_word(name), "")
        if _word(name) not in properties.values:
            raise Refused(Status.UNKNOWN)
        write_int(place, len(properties.values[_word(name)]))


_FETCH: dict[str, Callable[[int, int], bytes | float | None]] = {
    "pointer": lambda place, index: P.from_address(place + 8 * index).value,
    "string": lambda place, index: S.from_address(place + 8 * index).value,
    "double": lambda place, index: ctypes.c_double.from_address(place + 8 * index).value,
    "int": lambda place, index: ctypes.c_int.from_address(place + 4 * index).value,
}


def _word(name: bytes | None) -> str:
    if name is None:
        raise Refused(Status.UNKNOWN, "a property was asked for by no name")
    return name.decode("ascii", "replace")


def _taken(value: bytes | float | None) -> Value:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Refused(Status.VALUE, "a string is not UTF-8") from error
