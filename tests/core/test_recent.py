"""Pictures that were used last are held up to a number of bytes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from photodouble.ops.recent import Recent


def read_in_order(keys: str, limit: int, least: int) -> str:
    """Ask for 10-byte pictures by key; return the keys that had to be read."""
    held: Recent[np.ndarray] = Recent(limit, lambda picture: picture.nbytes, least)
    read = []
    for key in keys:
        held.get(key, lambda key=key: read.append(key) or np.zeros(10, np.uint8))
    return "".join(read)


def test_what_fits_is_read_once() -> None:
    assert read_in_order("abcdabcd", 40, 1) == "abcd"


def test_what_does_not_fit_is_let_go_the_longest_unused_first() -> None:
    assert read_in_order("abcaca", 20, 1) == "abca"


def test_a_few_are_held_however_large_they_are() -> None:
    assert read_in_order("ababc" + "bc", 0, 2) == "abc"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are Linux's")
def test_a_process_with_little_memory_holds_less() -> None:
    asked = (
        "import resource; from photodouble.ops.recent import at_most;"
        "print(at_most(10**8));"
        "resource.setrlimit(resource.RLIMIT_DATA, (1_200_000_000, -1));"
        "print(at_most(10**8))"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.split() == ["100000000", "50000000"]
