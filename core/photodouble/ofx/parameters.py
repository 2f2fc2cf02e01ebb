"""The controls of a plug-in: how it declares them, and what it reads and writes (manual, "Parameters")."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from photodouble.ofx.conduct import Handles
from photodouble.ofx.properties import PropertySet, Value, everything, ignore, nothing
from photodouble.ofx.vocabulary import ANY_COUNT, PARAMETER, PARAMETER_SET, Rule

DOUBLE, INTEGER, BOOLEAN = "OfxParamTypeDouble", "OfxParamTypeInteger", "OfxParamTypeBoolean"
CHOICE, STRING, BUTTON = "OfxParamTypeChoice", "OfxParamTypeString", "OfxParamTypePushButton"
GROUP, PAGE = "OfxParamTypeGroup", "OfxParamTypePage"
RANGES = ("OfxParamPropMin", "OfxParamPropMax", "OfxParamPropDisplayMin", "OfxParamPropDisplayMax")
NUMERIC = frozenset({DOUBLE, INTEGER})
VALUED = frozenset({DOUBLE, INTEGER, BOOLEAN, CHOICE, STRING})
STRING_MODES = frozenset({
    "OfxParamStringIsSingleLine",
    "OfxParamStringIsMultiLine",
    "OfxParamStringIsFilePath",
    "OfxParamStringIsDirectoryPath",
    "OfxParamStringIsLabel",
})  # fmt: skip

_KINDS = {DOUBLE: "double", INTEGER: "int", BOOLEAN: "int", CHOICE: "int", STRING: "string"}
# Setting a range takes the display range with it (manual, kOfxParamPropMin and kOfxParamPropMax).
_RESET = {"OfxParamPropMin": "OfxParamPropDisplayMin", "OfxParamPropMax": "OfxParamPropDisplayMax"}


@dataclass(eq=False)
class Parameter:
    """One control, described or of an instance."""

    name: str
    kind: str
    properties: PropertySet
    value: Value = None
    handle: int = 0

    @property
    def label(self) -> str:
        """Return what people read."""
        return self.properties.text("OfxPropLabel") or self.name

    @property
    def hint(self) -> str:
        """Return the help that a host shows."""
        return self.properties.text("OfxParamPropHint")

    @property
    def options(self) -> tuple[str, ...]:
        """Return the names of a choice."""
        return self.properties.texts("OfxParamPropChoiceOption")

    @property
    def is_secret(self) -> bool:
        """Say whether the host hides it."""
        return bool(self.properties.number("OfxParamPropSecret"))

    @property
    def default(self) -> Value:
        """Return the described default."""
        values = self.properties.values.get("OfxParamPropDefault", ())
        empty: Value = "" if self.kind == STRING else 0
        return values[0] if values else empty

    def taken(self, value: Value) -> Value:
        """Return a value as this control takes it, or raise ValueError as a host refuses what is typed."""
        if self.kind == STRING:
            return str(value)
        if self.kind == CHOICE and isinstance(value, str):
            return self.options.index(value)
        number = float(value or 0) if self.kind == DOUBLE else int(value or 0)
        if self.kind in NUMERIC:
            low, high = (self.properties.number(name) for name in RANGES[:2])
            if not low <= number <= high:
                raise ValueError(f"{self.name} takes {low} to {high}, not {number}")
        return number


@dataclass(eq=False)
class ParameterSet:
    """All controls of a descriptor or an instance."""

    properties: PropertySet
    parameters: dict[str, Parameter] = field(default_factory=dict)
    handle: int = 0
    is_describing: bool = False
    on_change: Callable[[str], None] = ignore
    lock: threading.Lock = field(default_factory=threading.Lock)


def described_rules(kind: str) -> dict[str, Rule]:
    """Return the property rules of a control, its default and ranges in the kind of its value."""
    rules = dict(PARAMETER)
    number = Rule(_KINDS.get(kind, "string"), 1)
    rules["OfxParamPropDefault"] = number
    if kind not in NUMERIC:
        for name in (*RANGES, "OfxParamPropIncrement", "OfxParamPropDigits"):
            rules.pop(name, None)
    else:
        rules.update(dict.fromkeys(RANGES, number))
    if kind != CHOICE:
        rules.pop("OfxParamPropChoiceOption")
    else:
        rules["OfxParamPropChoiceOption"] = Rule("string", ANY_COUNT)
    if kind != STRING:
        rules.pop("OfxParamPropStringMode")
    return rules


def new_parameter_set(thing: str, handles: Handles, *, is_describing: bool) -> ParameterSet:
    """Return an empty set with its handle."""
    properties = PropertySet(
        f"the parameter set of {thing}", PARAMETER_SET, writable=everything if is_describing else nothing
    )
    properties.handle = handles.give(properties)
    made = ParameterSet(properties, is_describing=is_describing)
    made.handle = handles.give(made)
    return made


def describe_parameter(name: str, kind: str, handles: Handles) -> Parameter:
    """Return a new described control."""
    start: dict[str, tuple[Value, ...]] = {"OfxPropName": (name,), "OfxParamPropType": (kind,)}
    properties = PropertySet(f"parameter {name}", described_rules(kind), start)
    read_only = {"OfxPropName", "OfxPropType", "OfxParamPropType", "OfxParamPropIsAnimating"}
    properties.writable = lambda item: item not in read_only
    properties.on_write = lambda item: _forget(properties, item)
    properties.handle = handles.give(properties)
    return Parameter(name, kind, properties)


def check_described(parameters: Mapping[str, Parameter], complain: Callable[[str], None]) -> None:
    """Write down controls that a real host would show wrongly or refuse."""
    for name, parameter in parameters.items():
        missing = [item for item in RANGES if item not in parameter.properties.values]
        if parameter.kind in NUMERIC and missing:
            complain(f"parameter {name} does not declare {', '.join(missing)}")
        elif parameter.kind in NUMERIC:
            _check_default(parameter, complain)
        if parameter.kind == CHOICE and not parameter.options:
            complain(f"choice {name} has nothing to choose")
        if (
            parameter.kind == STRING
            and parameter.properties.text("OfxParamPropStringMode") not in STRING_MODES
        ):
            complain(f"string {name} says no mode that the manual knows")
        if "OfxPropLabel" not in parameter.properties.written:
            complain(f"parameter {name} has no label")
        parent = parameter.properties.text("OfxParamPropParent")
        if parent and parameters.get(parent, parameter).kind != GROUP:
            complain(f"parameter {name} lies in {parent}, which is no group")


def _check_default(parameter: Parameter, complain: Callable[[str], None]) -> None:
    low, high, shown_low, shown_high = (parameter.properties.number(name) for name in RANGES)
    if not low <= shown_low <= shown_high <= high:
        complain(f"parameter {parameter.name} shows a range that it does not take")
    if not low <= parameter.properties.number("OfxParamPropDefault") <= high:
        complain(f"parameter {parameter.name} begins outside its range")


def instance_parameters(
    described: ParameterSet, values: Mapping[str, Value], handles: Handles, thing: str
) -> ParameterSet:
    """Return the controls of an instance at their defaults, with the values of a loaded project."""
    made = new_parameter_set(thing, handles, is_describing=False)
    unknown = set(values) - set(described.parameters)
    if unknown:
        raise KeyError(f"no such parameter: {', '.join(sorted(unknown))}")
    for name, parameter in described.parameters.items():
        known = parameter.properties
        properties = PropertySet(f"parameter {name}", known.rules, dict(known.values))
        properties.writable = _CHANGEABLE.__contains__
        properties.handle = handles.give(properties)
        own = Parameter(name, parameter.kind, properties, parameter.default)
        if name in values:
            own.value = own.taken(values[name])
        own.handle = handles.give((made, own))
        made.parameters[name] = own
    return made


def end_parameters(held: ParameterSet, handles: Handles) -> None:
    """End every handle of a set."""
    for parameter in held.parameters.values():
        handles.end(parameter.handle)
        handles.end(parameter.properties.handle)
    handles.end(held.properties.handle)
    handles.end(held.handle)


_CHANGEABLE = frozenset({
    *RANGES,
    "OfxParamPropChoiceOption",
    "OfxParamPropEnabled",
    "OfxParamPropEvaluateOnChange",
    "OfxParamPropHint",
    "OfxParamPropSecret",
    "OfxPropLabel",
    "OfxPropLongLabel",
    "OfxPropShortLabel",
})  # fmt: skip


def _forget(properties: PropertySet, name: str) -> None:
    if name in _RESET:
        properties.values.pop(_RESET[name], None)
