"""The line to the engine: found or started when it is needed, and found again when it was lost."""

from __future__ import annotations

import time
from typing import Any, Mapping, Optional, Type, TypeVar

from .launcher import Found, Say, Stop, end, find, find_or_start
from .runtime import Endpoint, runtime_folder
from .settings import ClientSettings, load_client_settings
from .stored import Json
from .transport import Stream, Transport
from .unreachable import EngineGoneError

RETURN_TIMEOUT = 15.0
PAUSE = 0.1
TRIES = 4
"""Engines that one question may outlive."""

AnyLine = TypeVar("AnyLine", bound="Line")


class Line:
    """Hold the connection of a host to the one engine of this user, machine and login session.

    An engine that died is started again unseen; then what is safe to ask twice is asked again.
    """

    def __init__(
        self,
        found: Found,
        *,
        host: str = "",
        host_version: str = "",
        settings: Optional[ClientSettings] = None,
        environment: Optional[Mapping[str, str]] = None,
        start: bool = True,
        on_progress: Optional[Say] = None,
        stop: Optional[Stop] = None,
    ) -> None:
        """Take an engine that was found; `connect` finds it."""
        self.host = host
        self.host_version = host_version
        self.settings = settings or ClientSettings()
        self._environment = environment
        self._may_start = start
        self._on_progress = on_progress
        self._stop = stop
        self._found = found
        self._transport = Transport(found.endpoint.port, found.endpoint.token)

    @classmethod
    def connect(
        cls: Type[AnyLine],
        host: str = "",
        host_version: str = "",
        *,
        settings: Optional[ClientSettings] = None,
        environment: Optional[Mapping[str, str]] = None,
        start: bool = True,
        on_progress: Optional[Say] = None,
        stop: Optional[Stop] = None,
    ) -> AnyLine:
        """Find the engine, or start it and wait for it; with `start=False` only find it.

        `host` is the program that asks, such as `nuke`. The rest is as for `launcher.find_or_start`.
        """
        settings = load_client_settings(environment) if settings is None else settings
        found = _found(settings, environment, start=start, on_progress=on_progress, stop=stop)
        return cls(
            found,
            host=host,
            host_version=host_version,
            settings=settings,
            environment=environment,
            start=start,
            on_progress=on_progress,
            stop=stop,
        )

    @classmethod
    def connect_anew(
        cls: Type[AnyLine], host: str = "", host_version: str = "", **connecting: Any
    ) -> AnyLine:
        """End the engine that runs, of whatever version, and connect to the one that is installed.

        This is what the action `restart_engine` of an error asks for. Jobs go on where they were.
        """
        end(runtime_folder(connecting.get("environment")), force=True)
        return cls.connect(host, host_version, **connecting)

    @property
    def endpoint(self) -> Endpoint:
        """Give the address of the engine that is spoken with at present."""
        return self._found.endpoint

    @property
    def version(self) -> str:
        """Give the version of the engine."""
        return str(self._found.hello.get("version", ""))

    def shutdown(self, *, force: bool = False) -> None:
        """End the engine and wait until it has ended; see `launcher.end`."""
        self.close()
        end(self._folder(), force=force)

    def restart(self, *, force: bool = True) -> None:
        """End the engine and start the installed one. Its jobs go on where they were."""
        self.shutdown(force=force)
        self.reconnect()

    def interrupt(self) -> None:
        """End a wait for the engine from another thread; with `stop` it is not begun again."""
        self._transport.interrupt()

    def close(self) -> None:
        """Close the connection; the engine and its jobs go on."""
        self._transport.close()

    def ask(
        self,
        method: str,
        path: str,
        content: Optional[Mapping[str, Any]] = None,
        *,
        is_safe_twice: bool = False,
        start: bool = True,
    ) -> Json:
        """Ask the engine anything; what is safe twice is asked again if the engine died meanwhile.

        With `start=False` an engine that is not there is not worth starting for this.
        """
        for _ in range(TRIES - 1 if start else 0):
            try:
                return self._transport.call(method, path, content, is_safe_twice=is_safe_twice)
            except EngineGoneError as problem:
                self.reconnect()
                if problem.was_asked and not is_safe_twice and method != "GET":
                    raise
        return self._transport.call(method, path, content, is_safe_twice=is_safe_twice)

    def stream(self, path: str) -> Stream:
        """Open a stream of JSON lines."""
        return self._transport.stream(path)

    def reconnect(self, *, start: bool = True) -> None:
        """Find the engine again after it was lost; it is started if that is wanted and allowed.

        Where it is not, one that another host starts within a few seconds is found, too.
        """
        self.close()
        if self._stop is not None and self._stop():
            raise EngineGoneError("the wait for it was given up")
        may_start = start and self._may_start
        end_of_wait = time.monotonic() + RETURN_TIMEOUT
        while True:
            try:
                self._found = self._find(start=may_start)
                break
            except EngineGoneError:
                if may_start or time.monotonic() > end_of_wait or (self._stop is not None and self._stop()):
                    raise
                time.sleep(PAUSE)
        self._transport = Transport(self.endpoint.port, self.endpoint.token)

    def _find(self, *, start: bool) -> Found:
        return _found(
            self.settings, self._environment, start=start, on_progress=self._on_progress, stop=self._stop
        )

    def _folder(self) -> str:
        return runtime_folder(self._environment)


def _found(
    settings: ClientSettings, environment: Optional[Mapping[str, str]], *, start: bool, **more: Any
) -> Found:
    if start:
        return find_or_start(settings, environment=environment, **more)
    found = find(runtime_folder(environment))
    if found is None:
        raise EngineGoneError("no engine is running", was_asked=False)
    return found
