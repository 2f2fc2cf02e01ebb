"""The engine's door as one ASGI application, made from the table of routes."""

from __future__ import annotations

from starlette.routing import BaseRoute, Router
from starlette.routing import Route as Path
from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import error_answer, nowhere
from .desk import Desk
from .guard import Guard
from .reception import Reception
from .routes import TABLE
from .table import Route


def make_app(reception: Reception) -> ASGIApp:
    """Make the application of one engine."""
    places: dict[str, dict[str, Route]] = {}
    for route in TABLE:
        places.setdefault(route.path, {})[route.method] = route
    paths: list[BaseRoute] = [Path(path, Desk(methods, reception)) for path, methods in places.items()]
    inner = Router(paths, redirect_slashes=False, default=_nothing_here)
    return Guard(inner, reception)


async def _nothing_here(_scope: Scope, _receive: Receive, send: Send) -> None:
    await error_answer(nowhere("such address")).send(send)
