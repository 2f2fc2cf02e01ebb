"""The binary face of OpenFX for a host: status codes, the order of each suite's functions, the two structs.

Written from the OpenFX 1.5 reference manual (chapters "Suites" and "The Generic Core API"). A suite is a
struct of function pointers; here it is a table of names and argument kinds in that order.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum
from typing import Any

P, S, N, D = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_double

Calls = tuple[tuple[str, tuple[Any, ...]], ...]


class Status(IntEnum):
    """What an action or a suite function answers (manual, "Status Codes")."""

    OK = 0
    FAILED = 1
    FATAL = 2
    UNKNOWN = 3
    MISSING_HOST_FEATURE = 4
    UNSUPPORTED = 5
    EXISTS = 6
    FORMAT = 7
    MEMORY = 8
    BAD_HANDLE = 9
    BAD_INDEX = 10
    VALUE = 11
    YES = 12
    NO = 13
    DEFAULT = 14


PROPERTY_CALLS: Calls = (
    ("set_pointer", (P, S, N, P)),
    ("set_string", (P, S, N, S)),
    ("set_double", (P, S, N, D)),
    ("set_int", (P, S, N, N)),
    ("set_pointers", (P, S, N, P)),
    ("set_strings", (P, S, N, P)),
    ("set_doubles", (P, S, N, P)),
    ("set_ints", (P, S, N, P)),
    ("get_pointer", (P, S, N, P)),
    ("get_string", (P, S, N, P)),
    ("get_double", (P, S, N, P)),
    ("get_int", (P, S, N, P)),
    ("get_pointers", (P, S, N, P)),
    ("get_strings", (P, S, N, P)),
    ("get_doubles", (P, S, N, P)),
    ("get_ints", (P, S, N, P)),
    ("reset", (P, S)),
    ("dimension", (P, S, P)),
)

EFFECT_CALLS: Calls = (
    ("property_set", (P, P)),
    ("parameter_set", (P, P)),
    ("clip_define", (P, S, P)),
    ("clip_handle", (P, S, P, P)),
    ("clip_property_set", (P, P)),
    ("clip_image", (P, D, P, P)),
    ("clip_release", (P,)),
    ("clip_region", (P, D, P)),
    ("abort", (P,)),
    ("memory_alloc", (P, ctypes.c_size_t, P)),
    ("memory_free", (P,)),
    ("memory_lock", (P, P)),
    ("memory_unlock", (P,)),
)

# The variadic functions take pointers (get) or plain values (set); both travel like named arguments on Linux,
# a double in the first floating point register, everything else in the next whole-number one.
PARAMETER_CALLS: Calls = (
    ("define", (P, S, S, P)),
    ("handle", (P, S, P, P)),
    ("set_property_set", (P, P)),
    ("property_set", (P, P)),
    ("get_value", (P, P)),
    ("get_value_at_time", (P, D, P)),
    ("get_derivative", (P, D, P)),
    ("get_integral", (P, D, D, P)),
    ("set_value", (P, P, D)),
    ("set_value_at_time", (P, D, P, D)),
    ("key_count", (P, P)),
    ("key_time", (P, N, P)),
    ("key_index", (P, D, N, P)),
    ("delete_key", (P, D)),
    ("delete_keys", (P,)),
    ("copy", (P, P, D, P)),
    ("edit_begin", (P, S)),
    ("edit_end", (P,)),
)

MESSAGE_CALLS: Calls = (
    ("message", (P, S, S, S, P)),
    ("set_persistent", (P, S, S, S, P)),
    ("clear_persistent", (P,)),
)

MEMORY_CALLS: Calls = (("memory_alloc", (P, ctypes.c_size_t, P)), ("memory_free", (P,)))

MAIN_ENTRY = ctypes.CFUNCTYPE(N, S, P, P, P)
FETCH_SUITE = ctypes.CFUNCTYPE(P, P, S, N)


class HostStruct(ctypes.Structure):
    """OfxHost: the host's properties and the one function by which a plug-in gets all others."""

    _fields_ = (("host", P), ("fetch_suite", FETCH_SUITE))


SET_HOST = ctypes.CFUNCTYPE(None, ctypes.POINTER(HostStruct))


class PluginStruct(ctypes.Structure):
    """OfxPlugin: what a binary says of a plug-in before anything of it runs."""

    _fields_ = (
        ("api", S),
        ("api_version", N),
        ("identifier", S),
        ("major", ctypes.c_uint),
        ("minor", ctypes.c_uint),
        ("set_host", SET_HOST),
        ("main_entry", MAIN_ENTRY),
    )


class Suite:
    """One suite's struct, kept alive with the Python functions that it points to."""

    def __init__(self, calls: Calls, function: Callable[[str], Callable[..., int] | None]) -> None:
        self._functions: list[Any] = []
        self._table = (P * len(calls))()
        for place, (name, kinds) in enumerate(calls):
            python = function(name)
            if python is None:
                continue
            call = ctypes.CFUNCTYPE(N, *kinds)(python)
            self._functions.append(call)
            self._table[place] = ctypes.cast(call, P).value

    @property
    def address(self) -> int:
        """Return where the struct is."""
        return ctypes.addressof(self._table)


def write_pointer(address: int, value: int | None) -> None:
    """Put an address where the plug-in asked for it."""
    P.from_address(address).value = value


def write_double(address: int, value: float, index: int = 0) -> None:
    """Put a double into an array of the plug-in's."""
    D.from_address(address + 8 * index).value = value


def write_int(address: int, value: int, index: int = 0) -> None:
    """Put a whole number into an array of the plug-in's."""
    N.from_address(address + 4 * index).value = value
