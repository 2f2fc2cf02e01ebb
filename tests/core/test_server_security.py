"""Who may talk to the engine, and what it takes without falling over."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from open_door import TOKEN, Door, opened

from photodouble.engine.server.logs import open_log
from photodouble.settings import Settings
from photodouble_client.wire import new_id

HEAD = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened(Settings(request_limit_mb=0.1)) as found:
        yield found


def raw(door: Door, message: bytes, *, wait: float = 5.0) -> bytes:
    """Send bytes as they are, say no more, and return what comes back."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=wait) as connection:
        try:
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except OSError:
            return b""


@pytest.mark.parametrize(
    "token", [None, "", "wrong", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "\u00e9" * 8], ids=repr
)
def test_without_the_token_nothing_is_told(door: Door, token: str | None) -> None:
    for method, path in (("GET", "/hello"), ("GET", "/jobs"), ("POST", "/shutdown"), ("GET", "/nowhere")):
        answer = door.ask(method, path, token=token)
        assert (answer.status, answer.code) == (401, "engine.refused")
        assert "photodouble" not in answer.body.decode().lower()


def test_two_tokens_are_none(door: Door) -> None:
    head = f"GET /hello HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer x\r\n"
    assert b" 401 " in raw(door, (head + f"Authorization: Bearer {TOKEN}\r\n\r\n").encode())


def test_the_token_counts_only_in_its_header(door: Door) -> None:
    assert door.ask("GET", f"/hello?token={TOKEN}", token=None).status == 401
    assert door.ask("GET", "/hello", token=None, Cookie=f"token={TOKEN}").status == 401
    assert door.ask("GET", "/hello", token=None, Authorization=f"Basic {TOKEN}").status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "[::1]:{}", "0.0.0.0:{}", ""]
)
def test_a_foreign_host_is_refused(door: Door, host: str) -> None:
    answer = door.ask("GET", "/hello", Host=host.format(door.port))
    assert (answer.status, answer.code) == (421, "engine.refused")


def test_no_host_at_all_is_refused(door: Door) -> None:
    assert b" 421 " in raw(door, f"GET /hello HTTP/1.0\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())


def test_the_engine_is_also_called_localhost(door: Door) -> None:
    assert door.ask("GET", "/hello", Host=f"LocalHost:{door.port}").status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "https://127.0.0.1:{}",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "",
        "file://",
    ],
)
def test_a_foreign_or_null_origin_is_refused_even_with_the_token(door: Door, origin: str) -> None:
    for method, path in (
        ("GET", "/hello"),
        ("POST", "/jobs"),
        ("GET", "/pages/jobs.html"),
        ("OPTIONS", "/jobs"),
    ):
        answer = door.ask(method, path, Origin=origin.format(door.port))
        assert (answer.status, answer.code) == (403, "engine.refused")
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_the_engines_own_origin_passes(door: Door) -> None:
    assert door.ask("GET", "/hello", Origin=door.origin).status == 200


def test_a_message_above_the_limit_is_refused(door: Door) -> None:
    large = json.dumps({"page": "x" * 120_000}).encode()
    answer = door.ask("POST", "/links", body=large)
    assert (answer.status, answer.code) == (413, "engine.refused")
    assert "0.1 MB" in answer.json["error"]["message"]
    assert door.ask("POST", "/links", body=large[:90_000]).status == 400


def test_a_message_above_the_limit_is_refused_when_its_length_is_not_told(door: Door) -> None:
    parts = (b"[" + b"1," * 20_000 for _ in range(6))
    assert door.ask("POST", "/links", body=parts).status == 413


def test_an_endless_message_is_cut_off(door: Door) -> None:
    head = f"POST /jobs HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as connection:
        connection.sendall((head + "Transfer-Encoding: chunked\r\n\r\n").encode())
        sent = 0
        with pytest.raises(OSError):
            while sent < 50_000_000:
                connection.sendall(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
                sent += 0x1000
    assert door.ask("GET", "/hello").status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nothing",
        b'{"page": "\xff\xfe"}',
        b'{"page": NaN}',
        b'{"page": 1e999}',
        b'{"page": "\\u0000"}',
        b'{"page": "\\ud800"}',
        b'{"page": ' + b"9" * 5000 + b"}",
        b"[" * 70 + b"]" * 70,
        b"[" * 40_000 + b"]" * 40_000,
        b'{"a":' * 15_000,
        b"[]",
        b'"text"',
        b'{"unknown": 1}',
        b'{"page": 5}',
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_malformed_body_is_an_error_in_plain_words(door: Door, body: bytes) -> None:
    for path in ("/links", "/jobs", "/previews", "/sessions", "/shutdown", "/tasks/takes.list"):
        answer = door.ask("POST", path, body=body)
        assert (answer.status, answer.code) == (400, "input.bad_request"), path
        assert b"Traceback" not in answer.body and b".py" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/../../etc/passwd",
        "/jobs/..%2f..%2fetc%2fpasswd",
        "/jobs/%2e%2e",
        "/jobs/" + "0" * 31,
        "/jobs/" + "G" * 32,
        "/jobs/" + "0" * 32 + "%00",
        "/jobs/" + "0" * 32 + "%0a",
        "/jobs/\u0660".encode().decode("latin-1"),
        "/jobs/" + "0" * 32 + "/events?after=-1",
        "/jobs/" + "0" * 32 + "/events?after=99999999999999999999",
        "/jobs/" + "0" * 32 + "/events?after=1&after=2",
        "/jobs?state=%ff",
        "/jobs?unknown=1",
        "//jobs",
        "/jobs/",
    ],
)
def test_an_address_that_is_none_is_refused(door: Door, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    status = raw(door, request.encode("latin-1")).split(b" ")[1:2]
    assert status[0] in (b"400", b"404")


def test_what_cannot_be_done_at_an_address_is_told(door: Door) -> None:
    answer = door.ask("PUT", "/jobs")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert door.ask("HEAD", "/jobs").status == 405


def test_a_fault_of_the_program_is_told_without_its_innards(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("a secret of the innards")

    monkeypatch.setattr(door.queue, "jobs", fail)
    answer = door.ask("GET", "/jobs")
    assert (answer.status, answer.code) == (500, "engine.unexpected")
    assert b"innards" not in answer.body and b"Traceback" not in answer.body
    monkeypatch.undo()
    assert door.ask("GET", "/jobs").status == 200


def test_a_thousand_malformed_requests_leave_it_serving(door: Door) -> None:
    dice = random.Random(7)
    for number in range(1000):
        answer = raw(door, _malformed(door, dice, number % 8))
        assert b"Traceback" not in answer
        if number % 100 == 0:
            assert door.ask("GET", "/hello").status == 200
    assert door.ask("POST", "/links", {}).status == 201
    assert door.queue.jobs() == []


def _malformed(door: Door, dice: random.Random, kind: int) -> bytes:
    host = b"Host: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n" % (door.port, TOKEN.encode())
    noise = dice.randbytes(dice.randrange(1, 2000))
    good = b"POST /jobs HTTP/1.1\r\n" + host + b"Content-Length: 20\r\n\r\n" + b'{"request": {"a": 1}'
    return [
        noise,
        good[: dice.randrange(1, len(good))],
        b"GET /" + noise.replace(b"\n", b"") + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /hello HTTP/1.1\r\n" + host + b"X: " + b"a" * dice.randrange(30_000, 90_000) + b"\r\n\r\n",
        b"POST /jobs HTTP/1.1\r\n" + host + b"Content-Length: -%d\r\n\r\n" % dice.randrange(1, 99),
        b"POST /jobs HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + noise,
        b"POST /jobs HTTP/1.1\r\n" + host + b"Content-Length: %d\r\n\r\n" % len(noise) + noise,
        b"GET /hello HTTP/1.1\r\n" + (b"A%d: b\r\n" % dice.randrange(10**6)) * 3000 + host + b"\r\n",
    ][kind]


def test_silent_and_slow_connections_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photodouble.engine.server.protocol.PATIENCE", 0.3)
    monkeypatch.setattr("photodouble.engine.server.bodies.LONGEST_WAIT", 0.3)
    with opened() as door:
        silent = [socket.create_connection(("127.0.0.1", door.port), timeout=20) for _ in range(20)]
        slow = socket.create_connection(("127.0.0.1", door.port), timeout=20)
        half = socket.create_connection(("127.0.0.1", door.port), timeout=20)
        head = f"POST /links HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        half.sendall((head + "Content-Length: 50\r\n\r\n{").encode())
        with pytest.raises(OSError):
            for letter in "GET /hello" * 100:
                slow.sendall(letter.encode())
                time.sleep(0.02)
        assert [connection.recv(10) for connection in silent] == [b""] * 20
        assert b" 400 " in half.recv(1000)
        for connection in (*silent, slow, half):
            connection.close()
        assert door.ask("GET", "/hello").status == 200


def test_the_log_never_holds_the_token_and_is_for_the_user_alone(tmp_path: Any) -> None:
    import logging

    before = logging.getLogger().handlers[:]
    path = open_log(tmp_path, 0.05, [TOKEN])
    try:
        try:
            raise ValueError(f"Bearer {TOKEN}")
        except ValueError:
            logging.getLogger("photodouble.test").exception("the token is %s", TOKEN)
        for number in range(2000):
            logging.getLogger("photodouble.test").info("line %d", number)
    finally:
        for handler in set(logging.getLogger().handlers) - set(before):
            logging.getLogger().removeHandler(handler)
            handler.close()
    logs = sorted(tmp_path.iterdir())
    assert path in logs and 1 < len(logs) <= 3
    assert sum(log.stat().st_size for log in logs) < 60_000
    assert all(log.stat().st_mode & 0o077 == 0 for log in logs)
    assert not any(TOKEN in log.read_text("utf-8") for log in logs)


def test_a_log_that_cannot_be_written_says_nothing_and_stops_nothing(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    import logging

    open_log(tmp_path, 1.0, [TOKEN])
    handler = logging.getLogger().handlers[-1]
    try:
        handler.stream = open("/dev/full", "w")  # type: ignore[attr-defined]  # noqa: PTH123, SIM115
        logging.getLogger("photodouble.test").error("the token is %s", TOKEN)
    finally:
        logging.getLogger().removeHandler(handler)
    assert TOKEN not in "".join(capsys.readouterr())


def test_the_token_is_replaced_in_tracebacks_too(tmp_path: Any) -> None:
    import logging

    path = open_log(tmp_path, 1.0, [TOKEN])
    handler = logging.getLogger().handlers[-1]
    try:
        logging.getLogger("photodouble.test").error("refused %s", {"authorization": f"Bearer {TOKEN}"})
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "Bearer (token)" in path.read_text("utf-8")


def test_nobody_knows_an_unknown_session(door: Door) -> None:
    for method, path in (("GET", "actions"), ("POST", "alive")):
        assert door.ask(method, f"/sessions/{new_id()}/{path}").code == "engine.no_job"
