"""Talk to the engine over 127.0.0.1: one connection that stays open, JSON both ways, streams of JSON lines.

Nothing here looks at the host's proxies, and nothing connects anywhere but to this machine.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from typing import Any, Callable, Iterator, List, Mapping, Optional, cast

from .errors import ArtistError
from .stored import Json
from .unreachable import EngineGoneError, silent_engine

ADDRESS = "127.0.0.1"
ANSWER_TIMEOUT = 30.0
SILENCE_TIMEOUT = 20.0
"""Seconds without a heartbeat, which the engine sends every 5, after which a stream counts as dead."""
LONGEST_LINE = 64 * 2**20
BLOCK = 65536


class Transport:
    """Hold the connection to one engine. It may be used by several threads; they take turns."""

    def __init__(self, port: int, token: str) -> None:
        """Name the engine's port and the token that opens it. The connection is made when it is needed."""
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._turn = threading.Lock()
        self._connection: Optional[http.client.HTTPConnection] = None

    def call(
        self,
        method: str,
        path: str,
        content: Optional[Mapping[str, Any]] = None,
        *,
        is_safe_twice: bool = False,
        timeout: float = ANSWER_TIMEOUT,
    ) -> Json:
        """Ask the engine and return its answer.

        A call that is safe twice (GET always is) is sent again once if a connection that lay idle turns out
        to be closed. Raises the ArtistError that the engine answered with, EngineGoneError if nobody listens,
        or ArtistError `engine.unreachable` if it keeps silent.
        """
        may_repeat = is_safe_twice or method == "GET"
        with self._turn:
            was_open = self._connection is not None and not _is_closed(self._connection)
            try:
                return self._exchange(method, path, content, timeout)
            except EngineGoneError:
                if not (was_open and may_repeat):
                    raise
            return self._exchange(method, path, content, timeout)

    def stream(self, path: str) -> Stream:
        """Follow a stream of JSON lines over a connection of its own."""
        connection = self._connect(SILENCE_TIMEOUT)
        try:
            response = _send(connection, "GET", path, None, self._headers)
            if response.status != 200:
                _answer(response)
                raise _not_understood(f"status {response.status} for a stream")
        except BaseException:
            connection.close()
            raise
        return Stream(connection, response)

    def interrupt(self) -> None:
        """End a call that another thread waits in; there it raises EngineGoneError."""
        connection = self._connection
        if connection is not None:
            _hang_up(connection.sock)

    def close(self) -> None:
        """Close the connection; the next call opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _exchange(self, method: str, path: str, content: Optional[Mapping[str, Any]], timeout: float) -> Json:
        if self._connection is not None and _is_closed(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._connect(timeout)
        self._connection.sock.settimeout(timeout)
        try:
            response = _send(self._connection, method, path, content, self._headers)
            answer = _answer(response, timeout)
        except ArtistError as problem:
            if isinstance(problem, EngineGoneError) or problem.code == "engine.unreachable":
                self.close()
            raise
        except BaseException:
            # Whatever interrupted the exchange left half of it on the line.
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(ADDRESS, self._port, timeout=timeout)
        try:
            _guarded(connection.connect)
        except EngineGoneError as problem:
            raise EngineGoneError(problem.detail, was_asked=False) from problem
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


class Stream:
    """Give the JSON lines of a stream one by one, None for each heartbeat. Any thread may close it."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        """Take over a connection whose answer has begun."""
        self._socket = connection.sock
        self._connection = connection
        self._response = response

    def __iter__(self) -> Iterator[Optional[Json]]:
        """Give every line; ends where the engine ends the stream. Raises EngineGoneError if it is cut off."""
        try:
            for line in self._lines():
                yield _line(line)
        finally:
            self.close()

    def _lines(self) -> Iterator[bytes]:
        """Cut the stream into lines. `readline` takes a stream that broke off for one that ended."""
        rest = b""
        while True:
            more = _guarded(lambda: self._response.read1(BLOCK))
            if not more:
                break
            *lines, rest = (rest + more).split(b"\n")
            yield from lines
            if len(rest) > LONGEST_LINE:
                raise _not_understood(f"a line of more than {LONGEST_LINE} bytes")
        if rest:
            raise EngineGoneError("the last line was cut short")

    def close(self) -> None:
        """End the stream; a thread that waits for its next line is woken."""
        _hang_up(self._socket)
        self._connection.close()


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    content: Optional[Mapping[str, Any]],
    headers: Mapping[str, str],
) -> http.client.HTTPResponse:
    body = None if content is None else json.dumps(content, allow_nan=False).encode("utf-8")
    kind = {} if body is None else {"Content-Type": "application/json"}

    def send() -> None:
        try:
            connection.request(method, path, body=body, headers={**headers, **kind})
        except (BrokenPipeError, ConnectionResetError):
            # An engine that refuses a large message answers and closes before it has read all of it.
            if connection.sock is None:
                raise

    _guarded(send)
    return cast(http.client.HTTPResponse, _guarded(connection.getresponse))


def _answer(response: http.client.HTTPResponse, timeout: float = ANSWER_TIMEOUT) -> Json:
    """Read the answer, all of it within so many seconds; raises the error that it carries."""
    text = _whole(response, time.monotonic() + timeout)
    try:
        answer = json.loads(text.decode("utf-8")) if text else {}
    except ValueError:
        answer = None
    if response.status >= 400:
        raise _told_error(answer, response.status, text)
    if not isinstance(answer, dict):
        raise _not_understood(f"status {response.status}: {text[:200]!r}")
    return answer


def _whole(response: http.client.HTTPResponse, end: float) -> bytes:
    """Read to the end of an answer; what holds the port of a dead engine may talk for ever."""
    parts: List[bytes] = []
    while True:
        part = _guarded(lambda: response.read1(BLOCK))
        if not part:
            break
        parts.append(part)
        if time.monotonic() > end:
            raise silent_engine("its answer does not end")
    if response.length:
        raise EngineGoneError("the answer was cut short")
    # Older Pythons take an answer for finished only when its end was read in this way.
    _guarded(response.read)
    return b"".join(parts)


def _told_error(answer: Any, status: int, text: bytes) -> ArtistError:
    try:
        told = ArtistError.from_json(answer["error"])
        # An engine that is ending takes nothing any more: its successor will.
        return EngineGoneError(told.message, was_asked=False) if _is_ending(told, status) else told
    except (KeyError, TypeError, ValueError):
        if status == 503:
            # The server library itself answers so while it has more connections than it takes.
            return silent_engine("it has too many connections")
        return _not_understood(f"status {status}: {text[:200]!r}")


def _is_ending(told: ArtistError, status: int) -> bool:
    return status == 503 and told.code == "engine.unreachable"


def _line(line: bytes) -> Optional[Json]:
    """Read one line: None for a heartbeat."""
    if not line.strip():
        return None
    try:
        stored = json.loads(line.decode("utf-8"))
    except ValueError as problem:
        raise _not_understood(repr(line[:200])) from problem
    if not isinstance(stored, dict):
        raise _not_understood(repr(line[:200]))
    return stored


def _guarded(work: Callable[[], Any]) -> Any:
    """Do something with a connection and say in our own words what is wrong with it."""
    try:
        return work()
    except socket.timeout as problem:
        raise silent_engine(str(problem)) from problem
    except (OSError, http.client.HTTPException, AttributeError, ValueError) as problem:
        # http.client answers with AttributeError or ValueError where another thread closed its stream.
        raise EngineGoneError(f"{type(problem).__name__}: {problem}") from problem


def _hang_up(line: Optional[socket.socket]) -> None:
    """Wake whoever waits for the other end of a line; closing alone would not."""
    try:
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _is_closed(connection: http.client.HTTPConnection) -> bool:
    """Say whether an idle connection was closed: then it can be read, though nothing was asked."""
    try:
        connection.sock.setblocking(False)
        connection.sock.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return False
    except (OSError, AttributeError):
        return True
    return True


def _not_understood(detail: str) -> ArtistError:
    return ArtistError(
        "engine.unexpected",
        "The engine's answer makes no sense",
        "The engine answered in a way that this client does not understand.",
        "Restart the engine. If it happens again, install plugin and engine of the same release.",
        detail=detail,
        action="restart_engine",
    )
