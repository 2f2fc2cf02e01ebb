"""Find the engine, or start it: once, whoever asks, and without leaving anything of the host in it."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional

from .detached import launch, scrubbed, tail
from .errors import ArtistError
from .machine import is_alive
from .runtime import ENGINE_LOCK, START_LOCK, START_LOG, Endpoint, FileLock, runtime_folder, unusable
from .settings import ClientSettings, engine_interpreter, load_client_settings, not_installed
from .stored import Json
from .transport import Transport
from .unreachable import EngineGoneError, silent_engine
from .version import VERSION
from .wire import PROTOCOL

MODULE = "photodouble.engine.serve"
HELLO_TIMEOUT = 5.0
STOP_TIMEOUT = 30.0
TRIES = 3
PAUSE = 0.05

Say = Callable[[str], None]
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Found:
    """Hold the address of a living engine and what it answered to `hello`."""

    endpoint: Endpoint
    hello: Json


def find_or_start(
    settings: Optional[ClientSettings] = None,
    *,
    environment: Optional[Mapping[str, str]] = None,
    on_progress: Optional[Say] = None,
    stop: Optional[Stop] = None,
) -> Found:
    """Find the engine of this user, machine and login session, or start it and wait until it answers.

    Hosts that start it at the same time get the same one. `on_progress` is told in words what is being waited
    for; when `stop` says True the wait ends with ArtistError `engine.stopped`. Raises ArtistError
    `engine.not_installed`, `engine.start_failed`, `engine.unreachable`, `engine.version_mismatch` or
    `engine.runtime_folder`.
    """
    variables = os.environ if environment is None else environment
    folder = runtime_folder(variables)
    found = find(folder)
    if found is not None:
        return found
    settings = load_client_settings(variables) if settings is None else settings
    wait = _Wait(settings.start_timeout_s, on_progress, stop)
    lock = FileLock(os.path.join(folder, START_LOCK))
    while not _asked(lock, lock.acquire):
        wait.a_moment("Another program is starting the engine")
    try:
        # Whoever held the lock before may have started the engine meanwhile.
        return _find_patiently(folder, wait) or _start(folder, settings, variables, wait)
    finally:
        lock.release()


def find(folder: str) -> Optional[Found]:
    """Find a living engine by the address in a folder; None if there is none.

    Raises ArtistError `engine.unreachable` if it lives but keeps silent, `engine.version_mismatch` if it does
    not speak the language of this client.
    """
    endpoint = Endpoint.read(folder)
    if endpoint is None or not endpoint.is_of_this_machine or not is_alive(endpoint.pid):
        return None
    transport = Transport(endpoint.port, endpoint.token)
    try:
        hello = transport.call("GET", "/hello", timeout=HELLO_TIMEOUT)
    except EngineGoneError:
        return None
    except ArtistError as problem:
        # Another program may have been given the port, or the process number, of an engine that died.
        if problem.code != "engine.unreachable" or not is_running(folder):
            return None
        raise
    finally:
        transport.close()
    if hello.get("nonce") != endpoint.nonce:
        return None
    check_version(hello)
    return Found(endpoint, hello)


def is_running(folder: str) -> bool:
    """Say whether any engine lives for a folder, starting, serving, hanging or ending."""
    lock = FileLock(os.path.join(folder, ENGINE_LOCK))
    return not _asked(lock, lock.is_free)


def check_version(hello: Mapping[str, Any]) -> None:
    """Raise ArtistError `engine.version_mismatch` if the engine speaks another language than this client."""
    if hello.get("protocol") == PROTOCOL:
        return
    raise ArtistError(
        "engine.version_mismatch",
        "Plugin and engine do not fit together",
        "This plugin is of Photo Double {} and the running engine of {}; they do not understand each "
        "other.".format(VERSION, hello.get("version", "an unknown version")),
        "Install both of the same release, then restart the engine.",
        detail="protocol {} here, {} there".format(PROTOCOL, hello.get("protocol")),
        action="restart_engine",
    )


def end(folder: str, *, force: bool = False) -> bool:
    """End the engine; say whether there was one.

    Without `force` an engine with work to do refuses, with ArtistError `engine.refused`. With it, an engine
    that does not answer is killed; its jobs go on when the next one starts.
    """
    endpoint = Endpoint.read(folder)
    if not is_running(folder):
        return False
    try:
        _ask_to_end(endpoint, force)
    except EngineGoneError:
        pass
    except ArtistError:
        # An engine of another version may not even understand what is asked of it.
        if not force:
            raise
        _kill(folder)
    _wait_for_the_end(folder, force)
    return True


def _asked(lock: FileLock, ask: Callable[[], bool]) -> bool:
    """Ask a lock, and say in our own words that its file cannot be opened or written."""
    try:
        return ask()
    except OSError as problem:
        raise unusable(lock.path, "It cannot be written.", str(problem)) from problem


class _Wait:
    """Count the time that one start may take, over all that has to be waited for."""

    def __init__(self, seconds: float, say: Optional[Say], stop: Optional[Stop]) -> None:
        self._end = time.monotonic() + seconds
        self.seconds = seconds
        self._say = say
        self._stop = stop
        self._said = ""

    @property
    def is_over(self) -> bool:
        """Whether it has been long enough."""
        return time.monotonic() > self._end

    def a_moment(self, why: str) -> None:
        """Wait for a moment, having said why; raises when it has been long enough."""
        if self._say is not None and why != self._said:
            self._say(why)
        self._said = why
        if self._stop is not None and self._stop():
            raise ArtistError(
                "engine.stopped", "Stopped", "The wait for the engine was given up.", "Start it again."
            )
        if self.is_over:
            raise silent_engine(f"{why}: longer than {self.seconds:g} seconds")
        time.sleep(PAUSE)


def _find_patiently(folder: str, wait: _Wait) -> Optional[Found]:
    """Find the engine, waiting for one that is just starting or ending; None if there is none at all."""
    while True:
        found = find(folder)
        if found is not None:
            return found
        if not is_running(folder):
            # It may have written its address and died, or let go of the lock, between the two looks.
            return find(folder)
        wait.a_moment("Waiting for an engine that is starting or ending")


def _start(folder: str, settings: ClientSettings, variables: Mapping[str, str], wait: _Wait) -> Found:
    """Start the engine; one that ends without a word was killed, which is no reason not to try again."""
    log = os.path.join(folder, START_LOG)
    for _ in range(TRIES - 1):
        try:
            return _start_once(folder, settings, variables, wait)
        except ArtistError as problem:
            if problem.code != "engine.start_failed" or tail(log) or wait.is_over:
                raise
    return _start_once(folder, settings, variables, wait)


def _start_once(folder: str, settings: ClientSettings, variables: Mapping[str, str], wait: _Wait) -> Found:
    python = engine_interpreter(settings)
    wait.a_moment("Starting the engine")
    log = os.path.join(folder, START_LOG)
    environment = {**scrubbed(variables), "PHOTODOUBLE_RUNTIME": folder}
    try:
        process = launch([python, "-I", "-m", MODULE], folder, log, environment)
    except OSError as problem:
        raise not_installed(f"{python} cannot be run.", str(problem)) from problem
    try:
        while True:
            has_ended = process.has_ended()
            found = find(folder)
            if found is not None:
                return found
            if has_ended and not is_running(folder):
                raise _start_failed(python, log)
            if wait.is_over and not is_running(folder):
                process.kill()
                raise _never_started(python, wait.seconds, log)
            wait.a_moment("Starting the engine")
    finally:
        process.let_go()


def _start_failed(python: str, log: str) -> ArtistError:
    said = tail(log)
    told = _told(said)
    if told is not None:
        return told
    if "No module named" in said and "photodouble" in said.rpartition("No module named")[2]:
        return not_installed(f"{python} is a Python without Photo Double.", said)
    last = said.strip().splitlines()[-1:] or ["It said nothing."]
    return ArtistError(
        "engine.start_failed",
        "The engine did not start",
        f"{python} ended at once. {last[0][:300]}",
        f"Read {log}, or run 'photodouble engine start' in a terminal.",
        detail=said,
    )


def _told(said: str) -> Optional[ArtistError]:
    """Read the error that an engine which could not start leaves in its last line."""
    try:
        return ArtistError.from_json(json.loads(said.strip().splitlines()[-1]))
    except (ArtistError, IndexError, KeyError, TypeError, ValueError):
        return None


def _never_started(python: str, seconds: float, log: str) -> ArtistError:
    return ArtistError(
        "engine.start_failed",
        "The engine did not start",
        f"{python} has not become the engine within {seconds:g} seconds.",
        "See that PHOTODOUBLE_ENGINE, or 'photodouble engine use', names the engine's own Python; on a slow "
        "disk raise start_timeout_s in the client's settings.",
        detail=tail(log),
    )


def _ask_to_end(endpoint: Optional[Endpoint], force: bool) -> None:
    if endpoint is None:
        raise silent_engine("it has not written its address")
    transport = Transport(endpoint.port, endpoint.token)
    try:
        transport.call("POST", "/shutdown", {"force": force}, is_safe_twice=True, timeout=HELLO_TIMEOUT)
    finally:
        transport.close()


def _kill(folder: str) -> None:
    """Kill the process that holds the engine's lock, which no other process than an engine does."""
    holder = FileLock(os.path.join(folder, ENGINE_LOCK)).holder()
    if holder > 0 and holder != os.getpid() and is_running(folder):
        os.kill(holder, getattr(signal, "SIGKILL", signal.SIGTERM))


def _wait_for_the_end(folder: str, force: bool) -> None:
    end_of_wait = time.monotonic() + STOP_TIMEOUT
    while is_running(folder):
        if time.monotonic() > end_of_wait:
            if not force:
                raise silent_engine("it was asked to end and has not")
            _kill(folder)
            force, end_of_wait = False, time.monotonic() + STOP_TIMEOUT
        time.sleep(PAUSE)
