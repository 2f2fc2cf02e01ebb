"""How a plug-in declares, reads and sets controls (manual, "Parameter Suite")."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from photodouble.ofx.abi import PARAMETER_CALLS, S, Status, Suite, write_double, write_int, write_pointer
from photodouble.ofx.conduct import Handles, Refused, Witness
from photodouble.ofx.parameters import (
    BUTTON,
    DOUBLE,
    GROUP,
    PAGE,
    STRING,
    VALUED,
    Parameter,
    ParameterSet,
    describe_parameter,
)
from photodouble.ofx.properties import Value


class ParameterSuite:
    """OfxParameterSuiteV1; animation is left out, as the node asks for none."""

    def __init__(self, handles: Handles, witness: Witness) -> None:
        self._handles = handles
        self._witness = witness
        self.suite = Suite(PARAMETER_CALLS, self._function)

    def _function(self, name: str) -> Callable[..., int]:
        return self._witness.watched("parameter", getattr(self, f"_{name}", self._unsupported), name)

    def _unsupported(self, *given: object) -> int:
        return Status.UNSUPPORTED

    def _define(self, handle: int | None, kind: bytes, name: bytes, place: int | None) -> None:
        held = self._handles.thing(handle, ParameterSet)
        if not held.is_describing or self._witness.action != "OfxImageEffectActionDescribeInContext":
            raise Refused(Status.BAD_HANDLE, "a parameter is defined outside describe in context")
        word, sort = name.decode(), kind.decode()
        if sort not in VALUED | {BUTTON, GROUP, PAGE}:
            raise Refused(Status.UNKNOWN, f"no parameter type {sort}")
        if word in held.parameters:
            raise Refused(Status.EXISTS, f"parameter {word} is defined twice")
        held.parameters[word] = parameter = describe_parameter(word, sort, self._handles)
        if place:
            write_pointer(place, parameter.properties.handle)

    def _handle(self, handle: int | None, name: bytes, place: int, properties: int | None) -> None:
        held = self._handles.thing(handle, ParameterSet)
        parameter = held.parameters.get(name.decode())
        if parameter is None:
            raise Refused(Status.UNKNOWN, f"there is no parameter {name.decode()}")
        if held.is_describing:
            raise Refused(Status.BAD_HANDLE, "a parameter's handle is asked for while it is described")
        write_pointer(place, parameter.handle)
        if properties:
            write_pointer(properties, parameter.properties.handle)

    def _set_property_set(self, handle: int | None, place: int) -> None:
        write_pointer(place, self._handles.thing(handle, ParameterSet).properties.handle)

    def _property_set(self, handle: int | None, place: int) -> None:
        write_pointer(place, self._of(handle)[1].properties.handle)

    def _of(self, handle: int | None) -> tuple[ParameterSet, Parameter]:
        held: tuple[ParameterSet, Parameter] = self._handles.thing(handle, tuple)
        return held

    def _get_value(self, handle: int | None, place: int) -> None:
        held, parameter = self._of(handle)
        with held.lock:
            value = parameter.value
        if parameter.kind == STRING:
            write_pointer(place, self._witness.lend(str(value)))
        elif parameter.kind == DOUBLE:
            write_double(place, float(value or 0))
        elif parameter.kind in VALUED:
            write_int(place, int(value or 0))
        else:
            raise Refused(Status.UNSUPPORTED, f"{parameter.name} has no value")

    def _get_value_at_time(self, handle: int | None, time: float, place: int) -> None:
        self._get_value(handle, place)

    def _set_value(self, handle: int | None, word: int | None, number: float) -> None:
        held, parameter = self._of(handle)
        if self._witness.action != "OfxActionInstanceChanged":
            raise Refused(Status.FAILED, f"{parameter.name} is set outside instance changed")
        value: Value
        if parameter.kind == STRING:
            value = (S(word).value or b"").decode()
        elif parameter.kind == DOUBLE:
            value = number
        elif parameter.kind in VALUED:
            value = ctypes.c_int((word or 0) & 0xFFFFFFFF).value
        else:
            raise Refused(Status.UNSUPPORTED, f"{parameter.name} takes no value")
        try:
            taken = parameter.taken(value)
        except ValueError as error:
            raise Refused(Status.VALUE, str(error)) from error
        with held.lock:
            parameter.value = taken
        held.on_change(parameter.name)

    def _edit_begin(self, handle: int | None, name: bytes) -> None:
        self._handles.thing(handle, ParameterSet)

    def _edit_end(self, handle: int | None) -> None:
        self._handles.thing(handle, ParameterSet)
