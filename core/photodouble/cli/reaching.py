"""How the command line reaches the engine."""

from __future__ import annotations

import dataclasses
import sys

from photodouble_client.engine import Engine
from photodouble_client.settings import load_client_settings


def connected(*, start: bool = True) -> Engine:
    """Reach the engine; where nobody has named another Python, it is this one's own."""
    settings = load_client_settings()
    if not settings.engine:
        settings = dataclasses.replace(settings, engine=sys.executable)
    say = _say if sys.stderr.isatty() else None
    return Engine.connect("photodouble", settings=settings, start=start, on_progress=say)


def _say(text: str) -> None:
    print(f"{text} ...", file=sys.stderr)
