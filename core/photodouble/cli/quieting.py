"""What picture libraries print by themselves about a damaged file stays off the terminal."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO


@contextmanager
def libraries_silent() -> Iterator[None]:
    """Drop what libraries print meanwhile: the file is told in our own words, with its name.

    Our own lines on the error stream, such as progress, still arrive there. libpng prints past Python, so
    the streams of the process itself are turned away.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(redirect_stderr(_own_errors(stack)))
        stack.enter_context(redirect_stdout(io.StringIO()))
        for number in (1, 2):
            stack.enter_context(_turned_away(number))
        yield


def _own_errors(stack: contextlib.ExitStack) -> TextIO:
    """Return a stream to where the error stream leads now, whatever becomes of that of the process."""
    sys.stderr.flush()
    try:
        leads_there = sys.stderr.fileno() == 2
    except (OSError, ValueError):
        return sys.stderr
    if not leads_there:
        return sys.stderr
    kept = stack.enter_context(os.fdopen(os.dup(2), "wb", buffering=0))
    own = io.TextIOWrapper(kept, sys.stderr.encoding, sys.stderr.errors, write_through=True)
    stack.callback(own.detach)
    return own


@contextmanager
def _turned_away(number: int) -> Iterator[None]:
    try:
        kept = os.dup(number)
    except OSError:  # it was closed by whoever started us
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)
