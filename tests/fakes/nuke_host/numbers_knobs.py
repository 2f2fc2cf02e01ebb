"""Knobs that hold numbers: one or several channels, each a number, an animation or an expression."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, List, Optional, Sequence, Tuple

from photodouble_client import nk

from . import expressions, session
from .knobs import Knob, String_Knob


@dataclass(frozen=True)
class Channel:
    """One number of a knob."""

    value: float = 0.0
    keys: Tuple[Tuple[float, float], ...] = ()
    expression: str = ""
    animated: bool = False


class Array_Knob(Knob):
    """Numbers (stubs nuke/classes/Array_Knob.py; facts section 4)."""

    _script_type = 78
    _names: Tuple[str, ...] = ("",)
    _is_list = False
    """Whether `value()` is a list even where all numbers are equal."""

    def __init__(self, name: str, label: Optional[str] = None, *rest: Any) -> None:
        super().__init__(name, label, *rest)
        self._range: Tuple[float, float] = (0.0, 1.0)

    def _empty(self, *rest: Any) -> Any:
        return tuple(Channel() for _ in self._names)

    def arraySize(self) -> int:
        return len(self._state)

    def value(self, channel: int = -1) -> Any:
        """Give the number at the current frame, or the list of them."""
        return self._shaped(self._now(), channel)

    def getValue(self, channel: int = -1) -> Any:
        """Give the same as floats."""
        found = Array_Knob.value(self, channel)
        return found

    def valueAt(self, time: float, channel: int = -1) -> Any:
        return self._shaped(time, channel)

    def getValueAt(self, time: float, channel: int = -1) -> Any:
        return self._shaped(time, channel)

    def setValue(self, value: Any, channel: int = -1, time: Optional[float] = None, view: Any = None) -> bool:
        """Set a number, or one for each channel; an animated one gets a key at the current frame.

        A text, or too many numbers, is a TypeError; an expression stays in force, as in Nuke.
        """
        return self._set(value, self._now() if time is None else float(time), channel, keyed=False)

    def setValueAt(self, value: Any, time: float, channel: int = -1, view: Any = None) -> bool:
        """Set a key at a frame, where the channel is animated."""
        return self._set(value, float(time), channel, keyed=False)

    def setKeyAt(self, time: float, channel: int = -1, view: Any = None) -> None:
        found = self._shaped(float(time), -1, listed=True)
        self.setAnimated(channel)
        for at in self._chosen(channel):
            self._set(found[at], float(time), at, keyed=True)

    def setAnimated(self, channel: int = -1, view: Any = None) -> bool:
        self._replace(channel, lambda one: replace(one, animated=True))
        return True

    def clearAnimated(self, channel: int = -1, view: Any = None) -> bool:
        frame = self._now()
        channels = list(self._state)
        for at in self._chosen(channel):
            channels[at] = Channel(self._at(at, frame))
        self._write(tuple(channels))
        return True

    def isAnimated(self, channel: int = -1) -> bool:
        return any(self._state[at].animated or self._state[at].expression for at in self._chosen(channel))

    def hasExpression(self, channel: int = -1) -> bool:
        return any(self._state[at].expression for at in self._chosen(channel))

    def setExpression(self, text: str, channel: int = -1, view: Any = None) -> bool:
        """Let the number follow an expression; one that cannot be read shows when it is evaluated."""
        if not isinstance(text, str):
            raise TypeError("an expression is a string")
        self._replace(channel, lambda one: replace(one, expression=text))
        return True

    def isKey(self, channel: int = -1) -> bool:
        return self.isKeyAt(self._now(), channel)

    def isKeyAt(self, time: float, channel: int = -1) -> bool:
        return any(time == frame for at in self._chosen(channel) for frame, _ in self._state[at].keys)

    def getKeyList(self) -> List[float]:
        return sorted({frame for one in self._state for frame, _ in one.keys})

    def getNumKeys(self, channel: int = -1) -> int:
        return max(len(self._state[at].keys) for at in self._chosen(channel))

    def getKeyTime(self, index: int, channel: int = 0) -> float:
        return float(self._state[max(channel, 0)].keys[index][0])

    def removeKeyAt(self, time: float, channel: int = -1) -> bool:
        self._replace(channel, lambda one: replace(one, keys=tuple(k for k in one.keys if k[0] != time)))
        return True

    def animation(self, channel: int = 0, view: Any = None) -> Optional[AnimationCurve]:
        return AnimationCurve(self, channel) if self._state[channel].keys else None

    def animations(self, view: Any = None) -> List[AnimationCurve]:
        return [AnimationCurve(self, at) for at, one in enumerate(self._state) if one.keys]

    def defaultValue(self, channel: int = 0) -> float:
        return float(self._default[channel].value)

    def setDefaultValue(self, values: Sequence[float]) -> None:
        """Take what counts as the default: a value that still is the old default becomes it too."""
        new = tuple(Channel(float(value)) for value in values)
        if self._state == self._default:
            self._state = new
        self._default = new

    def setRange(self, low: float, high: float) -> None:
        self._range = (float(low), float(high))

    def min(self) -> float:
        return self._range[0]

    def max(self) -> float:
        return self._range[1]

    def singleValue(self, view: Any = None) -> bool:
        return not self._is_list and len({one.value for one in self._state}) == 1 and not self.isAnimated()

    def setSingleValue(self, single: bool, view: Any = None) -> None:
        if single:
            self._write((self._state[0],) * len(self._state))

    def toScript(self, quote: bool = True, context: Any = None) -> str:
        words = [_script(one, self._number(one.value)) for one in self._state]
        if len(words) == 1:
            return words[0] if words[0][0] != "{" else "{%s}" % words[0]
        if len(set(words)) == 1 and not self._is_list and words[0][0] != "{":
            return words[0]
        return "{%s}" % " ".join(words)

    def fromScript(self, text: str) -> bool:
        self._write(self._read(text))
        return True

    def _expressed(self, frame: float, channel: str = "") -> float:
        names = [name or "value" for name in self._names]
        return self._at(names.index(channel) if channel in names else 0, frame)

    def _user_parts(self) -> Dict[str, Any]:
        return {"range": self._range} if self._range != (0.0, 1.0) or self._script_type in (3, 7) else {}

    def _expressions(self) -> List[str]:
        return [one.expression for one in self._state if one.expression]

    def _number(self, value: float) -> str:
        return nk.number(value)

    def _now(self) -> float:
        return session.now().root._frame_now()

    def _chosen(self, channel: int) -> List[int]:
        if channel >= len(self._state):
            raise IndexError("%s has no channel %d" % (self._name, channel))
        return list(range(len(self._state))) if channel < 0 else [channel]

    def _at(self, channel: int, frame: float) -> float:
        one = self._state[channel]
        own = curve_at(one.keys, frame) if one.keys else one.value
        if one.expression:
            if self._node is None:
                raise expressions.ExpressionError("%s is on no node" % self._name)
            return expressions.evaluate(one.expression, self._node, frame, own)
        return own

    def _shaped(self, frame: float, channel: int, listed: bool = False) -> Any:
        self._checked("value")
        if channel >= 0:
            return self._at(self._chosen(channel)[0], float(frame))
        found = [self._at(at, float(frame)) for at in range(len(self._state))]
        if listed:
            return found
        if len(found) == 1 or (not self._is_list and len(set(found)) == 1):
            return found[0]
        return found

    def _set(self, value: Any, frame: float, channel: int, keyed: bool) -> bool:
        numbers = self._numbers(value, channel)
        channels = list(self._state)
        for at, number in zip(self._chosen(channel), numbers):
            one = channels[at]
            if one.animated or one.keys or keyed:
                kept = tuple(key for key in one.keys if key[0] != frame)
                channels[at] = replace(one, keys=tuple(sorted((*kept, (frame, number)))), animated=True)
            else:
                channels[at] = replace(one, value=number)
        self._write(tuple(channels))
        return True

    def _numbers(self, value: Any, channel: int) -> List[float]:
        wanted = len(self._chosen(channel))
        if isinstance(value, (list, tuple)):
            if len(value) > wanted:
                raise TypeError("%s takes %d numbers, not %d" % (self._name, wanted, len(value)))
            given = list(value)
        else:
            given = [value] * wanted
        if any(isinstance(one, str) or not isinstance(one, (int, float)) for one in given):
            raise TypeError("%s takes numbers, not %r" % (self._name, value))
        return [float(one) for one in given]

    def _replace(self, channel: int, change: Any) -> None:
        chosen = self._chosen(channel)
        self._write(tuple(change(one) if at in chosen else one for at, one in enumerate(self._state)))

    def _read(self, text: str) -> Tuple[Channel, ...]:
        found = nk.values_of(text)
        if len(found) == 1 and len(self._state) > 1:
            found = found * len(self._state)
        channels: List[Channel] = []
        for one in found[: len(self._state)]:
            if isinstance(one, dict):
                keys = tuple(sorted((float(frame), float(value)) for frame, value in one.items()))
                channels.append(Channel(keys[0][1] if keys else 0.0, keys, animated=True))
            elif isinstance(one, str):
                channels.append(Channel(expression=one))
            else:
                channels.append(Channel(float(one)))
        return (*channels, *self._state[len(channels) :])


class AnimationCurve:
    """The animation of one channel (stubs nuke/classes/AnimationCurve.py)."""

    def __init__(self, knob: Array_Knob, channel: int) -> None:
        self._knob = knob
        self._channel = channel

    def keys(self) -> List[AnimationKey]:
        return [AnimationKey(x, y) for x, y in self._knob._state[self._channel].keys]

    def evaluate(self, time: float) -> float:
        return curve_at(self._knob._state[self._channel].keys, float(time))

    def knob(self) -> Array_Knob:
        return self._knob

    def knobIndex(self) -> int:
        return self._channel

    def size(self) -> int:
        return len(self.keys())

    def setKey(self, time: float, value: float) -> AnimationKey:
        self._knob._set(value, float(time), self._channel, keyed=True)
        return AnimationKey(float(time), float(value))

    def constant(self) -> bool:
        return len({key.y for key in self.keys()}) <= 1


@dataclass(frozen=True)
class AnimationKey:
    """One key: x is the frame, y the value."""

    x: float
    y: float


class Double_Knob(Array_Knob):
    """One number with a fraction."""

    _script_type = 7


class Int_Knob(Array_Knob):
    """One whole number: `value()` is an int, `getValue()` a float."""

    _script_type = 3

    def value(self, channel: int = -1) -> Any:
        return int(super().value(channel))


class Unsigned_Knob(Int_Knob):
    """A whole number that is not negative."""


class Boolean_Knob(Array_Knob):
    """A tick: `value()` is a bool, `getValue()` a float."""

    _script_type = 6

    def _empty(self, value: Any = False, *rest: Any) -> Any:
        return (Channel(float(bool(value))),)

    def value(self, channel: int = -1) -> Any:
        return bool(super().value(channel))

    def _number(self, value: float) -> str:
        return "true" if value else "false"

    def _user_parts(self) -> Dict[str, Any]:
        return {}


class Disable_Knob(Boolean_Knob):
    """The tick that takes a node out."""

    _script_type = 80


class XY_Knob(Array_Knob):
    """A point."""

    _script_type = 12
    _names = ("x", "y")
    _is_list = True

    def x(self) -> float:
        return float(self.value(0))

    def y(self) -> float:
        return float(self.value(1))


class UV_Knob(Array_Knob):
    """Two numbers."""

    _script_type = 30
    _names = ("u", "v")
    _is_list = True


class XYZ_Knob(Array_Knob):
    """A point in space."""

    _script_type = 13
    _names = ("x", "y", "z")
    _is_list = True


class WH_Knob(Array_Knob):
    """Width and height."""

    _script_type = 14
    _names = ("w", "h")


class Scale_Knob(WH_Knob):
    """A scale."""


class BBox_Knob(Array_Knob):
    """A box."""

    _script_type = 15
    _names = ("x", "y", "r", "t")
    _is_list = True


class Color_Knob(Array_Knob):
    """Red, green and blue."""

    _script_type = 18
    _names = ("r", "g", "b")


class AColor_Knob(Array_Knob):
    """Red, green, blue and alpha."""

    _script_type = 19
    _names = ("r", "g", "b", "a")


class Enumeration_Knob(Array_Knob):
    """A choice: `value()` is its text, `getValue()` its place as a float (stubs Enumeration_Knob.py)."""

    _script_type = 4

    def __init__(self, name: str, label: Optional[str] = None, values: Sequence[str] = ()) -> None:
        self._items: Tuple[str, ...] = tuple(str(value) for value in values)
        super().__init__(name, label)

    def values(self) -> List[str]:
        return list(self._items)

    def numValues(self) -> int:
        return len(self._items)

    def enumName(self, index: int) -> str:
        return self._items[index]

    def setValues(self, values: Sequence[str]) -> None:
        """Change the list; the place stays, not the text: a list that grows at its head moves the choice."""
        self._checked("setValues")
        before, after = self._items, tuple(str(value) for value in values)
        if before == after:
            return
        self._items = after
        session.now().history.did(lambda: self._list(before), lambda: self._list(after))

    def value(self, channel: int = -1) -> Any:
        at = int(Array_Knob.value(self))
        return self._items[at] if 0 <= at < len(self._items) else str(at)

    def getValue(self, channel: int = -1) -> Any:
        return float(Array_Knob.value(self))

    def setValue(self, value: Any, channel: int = -1, time: Optional[float] = None, view: Any = None) -> bool:
        """Take a text of the list or a place; a text that is not in it is a TypeError of the fake.

        What Nuke does with such a text is not verified: an adapter must not come to depend on it.
        """
        if isinstance(value, str):
            if value not in self._items:
                raise TypeError("%s has no choice %r" % (self._name, value))
            value = self._items.index(value)
        return super().setValue(int(value), channel, time)

    def toScript(self, quote: bool = True, context: Any = None) -> str:
        one = self._state[0]
        if one.expression or one.keys:
            return super().toScript(quote)
        return nk.quoted(self.value()) if quote else str(self.value())

    def fromScript(self, text: str) -> bool:
        word = nk.plain(text)
        if word in self._items:
            self._write((Channel(float(self._items.index(word))),))
        elif text.startswith("{"):
            super().fromScript(text)
        else:
            self._items = (*self._items, word)
            self._write((Channel(float(len(self._items) - 1)),))
        return True

    def _user_parts(self) -> Dict[str, Any]:
        return {"items": self._items}

    def _list(self, items: Tuple[str, ...]) -> None:
        self._items = items


class Pulldown_Knob(Enumeration_Knob):
    """A choice that is a menu."""

    _script_type = 35


class CascadingEnumeration_Knob(Enumeration_Knob):
    """A choice in a menu of menus."""

    _script_type = 68


class OneView_Knob(Enumeration_Knob):
    """One view; a script keeps it as a choice (facts section 9)."""


class MultiView_Knob(String_Knob):
    """Several views, by name."""

    _script_type = 45


def curve_at(keys: Sequence[Tuple[float, float]], frame: float) -> float:
    """Give an animation at a frame: straight between keys, held before the first and after the last.

    Nuke draws smooth curves between keys; at a key both agree, and only keys are ever compared.
    """
    if frame <= keys[0][0]:
        return keys[0][1]
    for (x0, y0), (x1, y1) in zip(keys, keys[1:]):
        if frame <= x1:
            return y0 + (y1 - y0) * (frame - x0) / (x1 - x0)
    return keys[-1][1]


def _script(one: Channel, number: str) -> str:
    if one.expression:
        return "{%s}" % (one.expression if " " not in one.expression else nk.quoted(one.expression))
    if one.keys:
        return "{%s}" % nk.curve(dict(one.keys))
    return number
