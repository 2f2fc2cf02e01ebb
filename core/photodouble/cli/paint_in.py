"""`photodouble paint in`: a painted frame becomes an override and, of a take, the request of the next one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import load_settings

from .jobs import absolute, check_pattern, run_and_tell
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.engine.painting import TakenBack


def take_painted_back(namespace: argparse.Namespace) -> int:
    """Take a painted frame back and, when asked, make the next take at once."""
    from photodouble.engine.painting import take_back

    check_pattern(namespace.output)
    back = take_back(
        Path(absolute(namespace.file)),
        to=namespace.to,
        overwrite=namespace.overwrite,
        needs_take=namespace.run,
    )
    if back.override is None:
        return _tell_untouched(namespace, back)
    if back.request is None or not namespace.run:
        return _tell(namespace, back)
    if not (namespace.json or namespace.quiet):
        tell(f"Frame {back.frame}: {back.pixels} painted pixels, in {back.override}")
    if back.outside and not namespace.json:
        tell(f"Note: {back.outside} of {back.pixels} painted pixels lie outside the matte and are not used.")
    settings = load_settings(Path(back.request.output_root)).settings
    return run_and_tell(back.request, settings, namespace, "")


def _tell_untouched(namespace: argparse.Namespace, back: TakenBack) -> int:
    if namespace.json:
        tell_json(back.to_json())
    else:
        tell(f"Nothing was painted on frame {back.frame}, so nothing was written.")
    return 0


def _tell(namespace: argparse.Namespace, back: TakenBack) -> int:
    if namespace.json:
        tell_json(back.to_json())
        return 0
    tell(f"Frame {back.frame}: {back.pixels} painted pixels, in {back.override}")
    if back.outside:
        tell(f"{back.outside} of them lie outside the matte and are not used.")
    if back.saved is not None:
        tell(f"Make the new take with: photodouble run '{back.saved}'")
    else:
        tell(f"Use it with: photodouble inpaint ... --override '{back.frame}={back.override}'")
    return 0
