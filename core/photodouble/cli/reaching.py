"""How the command line reaches the engine."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from photodouble_client.engine import Engine
from photodouble_client.settings import load_client_settings


def connected(*, start: bool = True) -> Engine:
    """Reach the engine; where nobody has named another Python, it is this one's own."""
    say = _say if sys.stderr.isatty() else None
    return Engine.connect("photodouble", start=start, on_progress=say, **connecting())


def connecting() -> dict[str, Any]:
    """Give what every connection is made with."""
    settings = load_client_settings()
    if not settings.engine:
        settings = dataclasses.replace(settings, engine=sys.executable)
    return {"settings": settings}


def _say(text: str) -> None:
    print(f"{text} ...", file=sys.stderr)
