"""One-time links: how a browser comes to a page without ever seeing the token."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie

from .answers import Answer

LINK_LIFE = 60.0
COOKIE_LIFE = 12 * 3600.0
MOST = 64
HTML = "text/html; charset=utf-8"
_WELCOME = (b"same-origin", b"none")
_CLOSED = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Photo Double</title>"
    "<meta name='color-scheme' content='dark'>"
    "<p>This page opens by a link of its own, and each link works once. "
    "Open it again from your program's Photo Double menu, or with <code>photodouble engine open</code>."
)


class Links:
    """Gives out links that work once, and remembers the browsers that came by one."""

    def __init__(self, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._origin = f"http://127.0.0.1:{port}"
        self.cookie = f"photodouble-{port}"
        self._codes: dict[str, tuple[float, str]] = {}
        self._visitors: dict[str, float] = {}

    def offer(self, page: str) -> str:
        """Make a link to a page that works once within a minute."""
        self._codes = dict(list(self._living(self._codes).items())[-MOST + 1 :])
        code = secrets.token_urlsafe(32)
        self._codes[code] = (self._clock() + LINK_LIFE, page)
        return f"{self._origin}/open/{code}"

    def open(self, code: str) -> Answer:
        """Use a link up: give the browser its cookie and lead it to the page."""
        found = self._living(self._codes).get(code)
        self._codes.pop(code, None)
        if found is None:
            return closed(404)
        visitor = secrets.token_urlsafe(32)
        kept = {each: until for each, until in self._visitors.items() if until > self._clock()}
        self._visitors = dict(list(kept.items())[-MOST + 1 :])
        self._visitors[visitor] = self._clock() + COOKIE_LIFE
        cookie = f"{self.cookie}={visitor}; HttpOnly; SameSite=Strict; Path=/; Max-Age={COOKIE_LIFE:.0f}"
        return Answer(303, kind=HTML, headers={"location": "/pages" + found[1], "set-cookie": cookie})

    def refusal(self, method: str, headers: Mapping[bytes, list[bytes]], origin: bytes) -> Answer | None:
        """Refuse a page to whoever has no cookie, and a form to whatever is no page of this engine."""
        if not set(headers.get(b"sec-fetch-site", [])) <= set(_WELCOME):
            return closed(403)
        if not self._knows(headers.get(b"cookie", [])):
            return closed(401)
        if method not in ("GET", "HEAD") and headers.get(b"origin") != [origin]:
            return closed(403)
        return None

    def _knows(self, cookies: list[bytes]) -> bool:
        given = _cookie(cookies, self.cookie).encode("utf-8")
        living = [visitor for visitor, until in self._visitors.items() if until > self._clock()]
        return any(secrets.compare_digest(given, visitor.encode("ascii")) for visitor in living)

    def _living(self, codes: Mapping[str, tuple[float, str]]) -> dict[str, tuple[float, str]]:
        return {code: link for code, link in codes.items() if link[0] > self._clock()}


def closed(status: int) -> Answer:
    """Answer a browser that has no way in."""
    return Answer(status, _CLOSED.encode("utf-8"), HTML)


def _cookie(cookies: list[bytes], name: str) -> str:
    try:
        found = SimpleCookie(b"; ".join(cookies).decode("latin-1"))
    except CookieError:
        return ""
    return found[name].value if name in found else ""
