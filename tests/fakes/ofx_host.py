"""The strict OpenFX host as tests use it: every way to lay pictures out, and many threads at once.

The host itself is the product's, `photodouble.ofx.host`, because `photodouble ofx check` loads the node in
it on the user's own machine; tests/hosts/test_ofx_host.py shows that it finds each misdeed of a control
effect.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from photodouble.ofx.frames import Rendered, Wish
from photodouble.ofx.host import Description, Host, HostRefused
from photodouble.ofx.instance import Instance
from photodouble.ofx.pictures import Layout, Picture, Pixels
from photodouble.ofx.profiles import FUSION, NATRON, NUKE, PROFILES, RESOLVE, HostProfile

__all__ = [
    "FUSION",
    "LAYOUTS",
    "NATRON",
    "NUKE",
    "PROFILES",
    "RESOLVE",
    "Description",
    "Host",
    "HostProfile",
    "HostRefused",
    "Instance",
    "Layout",
    "Picture",
    "Pixels",
    "Rendered",
    "Wish",
    "at_once",
]

LAYOUTS = (
    Layout(),
    Layout(padding=9, flipped=True),
    Layout(padding=0),
    Layout(padding=1, flipped=True),
)
"""Rows with room between them, rows without, and rows that lie in memory from the top."""


def at_once(work: Callable[[int], bool], times: int = 64, threads: int = 16) -> bool:
    """Do something `times` times in many threads at once, and say whether all of it went well."""
    with ThreadPoolExecutor(threads) as pool:
        return all(pool.map(work, range(times)))
