"""The connection to the engine, against a small real server: calls, errors, streams, silence."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import threading

from photodouble_client import transport
from photodouble_client.errors import ArtistError
from photodouble_client.transport import EngineGoneError, Transport

ERROR = ArtistError("engine.no_job", "No such job", "It is not known.", "List the jobs.", "x", "list")


class _Pages(http.server.BaseHTTPRequestHandler):
    """Answer as the engine does: JSON, errors with a body, streams in chunks."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append(("GET", self.path, dict(self.headers), self.client_address[1]))
        page = getattr(self, "page_" + self.path.split("?")[0].strip("/"), None)
        if page is None:
            self.answer(404, {"error": ERROR.to_json()})
        else:
            page()

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        content = json.loads(self.rfile.read(length).decode("utf-8")) if length else None
        self.server.seen.append(("POST", self.path, content, self.client_address[1]))
        if self.path == "/once" and sum(seen[1] == "/once" for seen in self.server.seen) == 1:
            self.close_connection = True
            return
        self.answer(200, {"got": content})

    def page_hello(self):
        self.answer(200, {"protocol": 1})

    def page_list(self):
        self.answer(200, [1])

    def page_html(self):
        self.answer(502, b"<html>a proxy</html>")

    def page_future(self):
        self.answer(500, {"error": dict(ERROR.to_json(), code="engine.from_the_future")})

    def page_ending(self):
        self.answer(503, {"error": dict(ERROR.to_json(), code="engine.unreachable")})

    def page_crowded(self):
        """Answer as the server library does when it has too many connections."""
        self.answer(503, b"Service Unavailable")

    def page_endless(self):
        self.begin_stream()
        with contextlib.suppress(OSError):
            while not self.server.release.wait(0.02):
                self.chunk(b" ")
        self.close_connection = True

    def page_short(self):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"{}")
        self.close_connection = True

    def page_closing(self):
        """Say nothing of it, and close the connection behind the answer."""
        self.answer(200, {"closing": True})
        self.close_connection = True

    def page_silent(self):
        self.server.release.wait(20)
        self.close_connection = True

    def page_stream(self):
        self.begin_stream()
        self.chunk(b'{"n": 1}\n')
        self.chunk(b"\n")
        self.chunk(b'{"n"')
        self.chunk(b': 2}\n{"n": 3}\n')
        self.chunk(b"")

    def page_cut(self):
        self.begin_stream()
        self.chunk(b'{"n": 1}\n{"n')
        self.close_connection = True

    def page_broken(self):
        self.begin_stream()
        self.chunk(b'{"n": 1}\n')
        self.close_connection = True

    def page_quiet(self):
        self.begin_stream()
        self.chunk(b'{"n": 1}\n')
        self.server.release.wait(20)
        self.close_connection = True

    def answer(self, status, content):
        text = content if isinstance(content, bytes) else json.dumps(content).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, text):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))

    def log_message(self, *arguments):
        """Keep the output of the tests clean."""


class _Server(http.server.HTTPServer):
    """One thread for each connection; those end with the server."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Pages)
        self.seen = []
        self.release = threading.Event()

    def process_request(self, request, client_address):
        work = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        work.start()

    def _serve(self, request, client_address):
        with contextlib.suppress(OSError):
            self.finish_request(request, client_address)
        self.shutdown_request(request)


@contextlib.contextmanager
def served():
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def connected():
    with served() as server:
        asking = Transport(server.server_address[1], "secret")
        try:
            yield server, asking
        finally:
            asking.close()


def error_of(work):
    try:
        work()
    except ArtistError as error:
        return error
    return None


def test_calls_carry_the_token_and_share_one_connection():
    with connected() as (server, asking):
        assert asking.call("GET", "/hello") == {"protocol": 1}
        assert asking.call("POST", "/jobs", {"a": "ä"}) == {"got": {"a": "ä"}}
        assert asking.call("GET", "/hello") == {"protocol": 1}
        assert server.seen[0][2]["Authorization"] == "Bearer secret"
        assert len({seen[3] for seen in server.seen}) == 1


def test_small_messages_are_not_gathered():
    with connected() as (_server, asking):
        asking.call("GET", "/hello")
        assert asking._connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_proxies_of_the_host_are_not_used():
    before = os.environ.get("http_proxy")
    os.environ["http_proxy"] = "http://127.0.0.1:9"
    try:
        with connected() as (_server, asking):
            assert asking.call("GET", "/hello") == {"protocol": 1}
    finally:
        os.environ.pop("http_proxy")
        if before is not None:
            os.environ["http_proxy"] = before


def test_an_error_of_the_engine_is_raised_as_it_was_sent():
    with connected() as (server, asking):
        error = error_of(lambda: asking.call("GET", "/nothing"))
        assert error.to_json() == ERROR.to_json()
        assert asking.call("GET", "/hello") == {"protocol": 1}
        assert len({seen[3] for seen in server.seen}) == 1


def test_an_answer_that_makes_no_sense_is_told_as_such():
    with connected() as (_server, asking):
        for path in ("/html", "/future", "/list"):
            assert error_of(lambda path=path: asking.call("GET", path)).code == "engine.unexpected", path
        assert "a proxy" in error_of(lambda: asking.call("GET", "/html")).detail


def test_a_connection_that_was_closed_while_idle_is_opened_again():
    with connected() as (server, asking):
        for _ in range(3):
            assert asking.call("GET", "/closing") == {"closing": True}
        assert asking.call("POST", "/jobs", {}, is_safe_twice=True) == {"got": {}}
        assert len({seen[3] for seen in server.seen}) >= 4


def test_a_call_that_is_safe_twice_is_sent_again_when_an_idle_connection_breaks():
    with connected() as (server, asking):
        asking.call("GET", "/hello")
        assert asking.call("POST", "/once", {"job": 1}, is_safe_twice=True) == {"got": {"job": 1}}
        assert [seen[1] for seen in server.seen] == ["/hello", "/once", "/once"]


def test_a_call_that_is_not_safe_twice_is_sent_once():
    with connected() as (server, asking):
        asking.call("GET", "/hello")
        error = error_of(lambda: asking.call("POST", "/once", {"job": 1}))
        assert isinstance(error, EngineGoneError)
        assert error.was_asked
        assert [seen[1] for seen in server.seen] == ["/hello", "/once"]


def test_an_engine_that_is_not_there_is_gone_and_was_not_asked():
    with served() as server:
        port = server.server_address[1]
    error = error_of(lambda: Transport(port, "t").call("POST", "/jobs", {}))
    assert isinstance(error, EngineGoneError)
    assert (error.code, error.was_asked) == ("engine.unreachable", False)


def test_an_engine_that_keeps_silent_is_unreachable_but_not_gone():
    with connected() as (server, asking):
        error = error_of(lambda: asking.call("GET", "/silent", timeout=0.2))
        assert (error.code, isinstance(error, EngineGoneError)) == ("engine.unreachable", False)
        server.release.set()
        assert asking.call("GET", "/hello") == {"protocol": 1}


def test_an_engine_that_is_ending_counts_as_gone_and_was_not_asked():
    with connected() as (_server, asking):
        for path in ("/ending", "/ending"):
            error = error_of(lambda path=path: asking.call("GET", path))
            assert isinstance(error, EngineGoneError)
            assert not error.was_asked
        assert isinstance(error_of(lambda: asking.stream("/ending")), EngineGoneError)


def test_an_engine_with_too_many_connections_is_unreachable_and_is_not_said_to_be_another_release():
    with connected() as (_server, asking):
        error = error_of(lambda: asking.call("GET", "/crowded"))
        assert (error.code, isinstance(error, EngineGoneError)) == ("engine.unreachable", False)


def test_an_answer_without_end_is_given_up():
    with connected() as (_server, asking):
        assert error_of(lambda: asking.call("GET", "/endless", timeout=0.3)).code == "engine.unreachable"


def test_an_answer_that_is_cut_short_counts_as_gone():
    with connected() as (_server, asking):
        assert isinstance(error_of(lambda: asking.call("GET", "/short")), EngineGoneError)


def test_a_stream_gives_its_lines_however_they_are_cut_and_none_for_a_heartbeat():
    with connected() as (_server, asking):
        assert list(asking.stream("/stream?after=0")) == [{"n": 1}, None, {"n": 2}, {"n": 3}]


def test_a_stream_that_breaks_off_says_that_the_engine_is_gone():
    with connected() as (_server, asking):
        for path in ("/cut", "/broken"):
            given = []
            error = error_of(lambda path=path, given=given: given.extend(asking.stream(path)))
            assert isinstance(error, EngineGoneError), path


def test_a_stream_that_is_refused_raises_the_engine_s_error():
    with connected() as (_server, asking):
        assert error_of(lambda: asking.stream("/nothing")).code == "engine.no_job"


def test_a_stream_without_heartbeats_is_unreachable():
    before = transport.SILENCE_TIMEOUT
    transport.SILENCE_TIMEOUT = 0.2
    try:
        with connected() as (_server, asking):
            error = error_of(lambda: list(asking.stream("/quiet")))
            assert (error.code, isinstance(error, EngineGoneError)) == ("engine.unreachable", False)
    finally:
        transport.SILENCE_TIMEOUT = before


def test_a_stream_can_be_closed_from_another_thread():
    with connected() as (_server, asking):
        stream = asking.stream("/quiet")
        lines = iter(stream)
        assert next(lines) == {"n": 1}
        closing = threading.Timer(0.1, stream.close)
        closing.start()
        error = error_of(lambda: list(lines))
        closing.join()
        assert error is None or isinstance(error, EngineGoneError)
