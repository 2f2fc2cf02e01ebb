"""The review page in a real browser: a plain file shows everything, and the engine's page decides."""

from __future__ import annotations

import html
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from browser import PROGRAM, browser

from photodouble.provenance.keys import new_person_key
from photodouble.takes.finding import store_at
from photodouble.takes.review import status
from photodouble.takes.store import Take

COMMAND = [sys.executable, "-I", "-m", "photodouble.engine.serve", "--detach"]
PHRASE = "open sesame"
needs_browser = pytest.mark.skipif(not PROGRAM, reason="no Chromium on this machine")


@pytest.fixture
def take(engine_environment: dict[str, str], tiny_shot: Callable[..., Any], tmp_path: Path) -> Take:
    shot = tiny_shot(frames=range(1001, 1004))
    words = ["--plate", shot.plate, "--matte", shot.matte, "--root", str(tmp_path / "takes")]
    line = [sys.executable, "-m", "photodouble.cli.main", "inpaint", *words, "--shot", "sh010"]
    artist = {"PHOTODOUBLE_ARTIST": "<i>Grace</i>"}
    subprocess.run(line, env=engine_environment | artist, timeout=200, check=True, capture_output=True)
    (found,) = store_at(str(tmp_path / "takes")).all()
    return found


@pytest.fixture
def key(engine_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the key of a person of the engine's own user."""
    for name in ("PHOTODOUBLE_USER", "PHOTODOUBLE_STATE"):
        if name in engine_environment:
            monkeypatch.setenv(name, engine_environment[name])
    new_person_key("ada", PHRASE)


class Door:
    """Speaks to a running engine as a host or as a browser does."""

    def __init__(self, environment: dict[str, str]) -> None:
        folder = Path(environment["PHOTODOUBLE_RUNTIME"])
        folder.mkdir(mode=0o700, exist_ok=True)
        subprocess.run(COMMAND, env=environment, stdout=subprocess.PIPE, timeout=60, check=True)
        self.address = json.loads((folder / "engine.json").read_text("utf-8"))
        self.origin = f"http://127.0.0.1:{self.address['port']}"

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.address["port"], timeout=120)
        body = None if content is None else json.dumps(content)
        connection.request(method, path.removeprefix(self.origin), body, headers)
        return connection.getresponse()

    def link(self, take: Take) -> str:
        token = f"Bearer {self.address['token']}"
        answer = self.ask("POST", "/reviews", {"take": str(take.folder)}, Authorization=token)
        return str(json.loads(answer.read())["url"])

    def visit(self, take: Take) -> tuple[str, str]:
        """Open a page by its link; return its address and the cookie."""
        answer = self.ask("GET", self.link(take))
        return answer.headers["location"], answer.headers["set-cookie"].split(";")[0]


@pytest.fixture
def door(engine_environment: dict[str, str]) -> Iterator[Door]:
    found = Door(engine_environment)
    yield found
    os.kill(found.address["pid"], signal.SIGTERM)


def test_only_the_engines_own_page_and_a_passphrase_decide(door: Door, take: Take, key: None) -> None:
    page, cookie = door.visit(take)
    wish = {"word": "approve", "person": "ada", "passphrase": PHRASE}
    token = f"Bearer {door.address['token']}"
    refused = [
        door.ask("POST", f"{page}/decide", wish, Authorization=token, Origin=door.origin).status,
        door.ask("POST", f"{page}/decide", wish, Cookie=cookie).status,
        door.ask("POST", f"{page}/decide", wish, Cookie=cookie, Origin="http://evil.example").status,
        door.ask("POST", f"{page}/decide", wish, Cookie=cookie, Origin="null").status,
        door.ask("POST", f"{page[:-1]}/decide", wish, Cookie=cookie, Origin=door.origin).status,
    ]
    assert refused == [401, 403, 403, 403, 404]
    for changed in ({"passphrase": ""}, {"passphrase": "wrong"}, {"person": "../ada"}, {"person": "ben"}):
        answer = door.ask("POST", f"{page}/decide", wish | changed, Cookie=cookie, Origin=door.origin)
        assert answer.status == 422, changed
    assert status(take).decisions == ()
    answer = door.ask("POST", f"{page}/decide", wish, Cookie=cookie, Origin=door.origin)
    assert json.loads(answer.read())["state"] == "approved"
    assert status(take).is_approved


def test_the_token_alone_never_approves(door: Door, take: Take, key: None) -> None:
    token = f"Bearer {door.address['token']}"
    for by in ("ada", ""):
        arguments = {"take": str(take.folder), "by": by}
        begun = door.ask("POST", "/tasks/takes.approve", {"arguments": arguments}, Authorization=token)
        task = json.loads(begun.read())["task"]
        lines = door.ask("GET", f"/tasks/{task}/events", Authorization=token).read().splitlines()
        last = json.loads([line for line in lines if line][-1])
        assert (last["event"], last["error"]["code"]) == ("failed", "policy.no_person")
    assert status(take).decisions == ()


def test_the_passphrase_is_kept_nowhere(
    door: Door, take: Take, key: None, engine_environment: dict[str, str]
) -> None:
    page, cookie = door.visit(take)
    wish = {"word": "reject", "person": "ada", "passphrase": PHRASE, "reason": "The edge swims."}
    assert door.ask("POST", f"{page}/decide", wish, Cookie=cookie, Origin=door.origin).status == 200
    folder = Path(engine_environment["PHOTODOUBLE_RUNTIME"]).parent
    files = [path for place in (folder, take.folder.parents[2]) for path in place.rglob("*")]
    kept = [path.read_bytes() for path in files if path.is_file()]
    assert any(b"The edge swims." in content for content in kept)
    assert not any(PHRASE.encode() in content for content in kept)


@needs_browser
def test_a_person_approves_on_the_page_in_a_browser(door: Door, take: Take, key: None) -> None:
    with browser() as page:
        page.open(door.link(take))
        page.until("document.querySelectorAll('#strip canvas').length === 3")
        page.type("[name=reason]", "Good, <b>the edge</b> holds.")
        page.type("[name=passphrase]", PHRASE)
        page.click(".approve")
        page.until("document.querySelector('#said').className !== ''")
        assert page.run("document.querySelector('#said').textContent").startswith("approved, by ada")
        assert page.run("document.querySelector('.status').textContent") == "approved"
        assert page.run("document.querySelector('#mark').hidden")
        assert page.run("document.querySelector('.decisions b')") is None
        assert page.run("document.querySelector('[name=passphrase]').value") == ""
    assert status(take).decisions[0].reason == "Good, <b>the edge</b> holds."


@pytest.fixture
def plain_page(take: Take, engine_environment: dict[str, str], tmp_path: Path) -> Path:
    target = tmp_path / "page.html"
    words = ["takes", "review", str(take.folder), "--output", str(target)]
    line = [sys.executable, "-m", "photodouble.cli.main", *words]
    subprocess.run(line, env=engine_environment, timeout=100, check=True, capture_output=True)
    return target


@needs_browser
def test_a_plain_page_shows_wipe_difference_origin_confidence_and_matte(plain_page: Path) -> None:
    with browser() as page:
        page.open(plain_page.as_uri())
        page.until("document.querySelectorAll('#strip canvas').length === 3")
        page.until(f"{SEEN} > 0")
        seen = [page.run(FINGERPRINT)]
        for key in "23456":
            page.press(key)
            page.until(f"{FINGERPRINT} !== {seen[-1]}")
            seen.append(page.run(FINGERPRINT))
        assert len(set(seen)) == 6
        page.press("m")
        page.until(f"{FINGERPRINT} !== {seen[-1]}")
        assert page.run("document.querySelector('#decide')") is None
        assert page.run("document.querySelector('h1').textContent").startswith("sh")


@needs_browser
def test_the_wipe_follows_the_hand_and_the_keys_step_through_frames(plain_page: Path) -> None:
    with browser() as page:
        page.open(plain_page.as_uri(), 800, 900)
        page.until(f"{SEEN} > 0")
        assert page.run("document.documentElement.scrollWidth <= 800")
        page.press("1")
        page.run("show({ view: 'wipe', wipe: 0.5 })")
        before = page.run(LINE)
        page.press("[")
        page.until(f"{LINE} < {before}")
        page.click("#stage")
        page.until(f"{LINE} === {before}")
        page.press("Home")
        assert page.run(FRAME) == "frame 1001 (1 of 3)"
        page.press("ArrowRight")
        assert page.run(FRAME) == "frame 1002 (2 of 3)"
        page.press("End")
        page.press("ArrowRight")
        assert page.run(FRAME) == "frame 1001 (1 of 3)"


@needs_browser
def test_the_line_of_a_wipe_is_thin_on_a_small_plate_and_lies_over_the_picture(plain_page: Path) -> None:
    with browser() as page:
        page.open(plain_page.as_uri(), 900, 900)
        page.until(f"{SEEN} > 0")
        for size in ("", "full"):
            page.run(f"document.querySelector('.view').className = 'view {size}'; show({{}})")
            for wipe in (0, 0.5, 1):
                page.run(f"show({{ view: 'wipe', wipe: {wipe} }})")
                line = page.run(BOX.replace("#it", "#line"))
                scale = page.run("seen().scale")
                left = page.run(BOX.replace("#it", "#stage"))["left"] + page.run("seen().left")
                assert line["width"] == 2
                assert line["height"] == pytest.approx(48 * scale, abs=1)
                meant = left + min(max(64 * wipe * scale - 1, 0), 64 * scale - 2)
                assert line["left"] == pytest.approx(meant, abs=1)
        page.press("2")
        assert page.run("document.querySelector('#line').hidden") is True


def test_a_page_loads_nothing_from_outside_and_takes_no_text_for_markup(plain_page: Path) -> None:
    text = plain_page.read_text("utf-8")
    outside = text.split("<script type", 1)[0] + text.rsplit("</script>", 1)[1]
    assert "http:" not in outside and "https:" not in outside and "<i>" not in outside
    assert "&lt;i&gt;Grace&lt;/i&gt;" in text
    told = html.unescape(text)
    assert "default-src 'none'" in told and "connect-src 'none'" in told
    assert text.count("<script") == 2
    assert plain_page.stat().st_size < 400_000


BOX = (
    "(({ left, width, height }) => ({ left, width, height }))"
    "(document.querySelector('#it').getBoundingClientRect())"
)
LINE = "parseFloat(document.querySelector('#line').style.left)"
FRAME = "document.querySelector('#frame').textContent"
SEEN = (
    "Array.from(document.querySelector('#stage').getContext('2d').getImageData(0, 0, 64, 48).data)"
    ".filter((value) => value > 40 && value < 255).length"
)
FINGERPRINT = (
    "Array.from(document.querySelector('#stage').getContext('2d').getImageData(0, 0, 64, 48).data)"
    ".reduce((sum, value, place) => (sum * 31 + value * (place % 97 + 1)) % 1000000007, 7)"
)
