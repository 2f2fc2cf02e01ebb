"""The life of an engine: take the lock, listen, tell the address, serve, and leave nothing behind."""

from __future__ import annotations

import asyncio
import faulthandler
import json
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import photodouble
from photodouble.engine.queue.folder import state_folder
from photodouble.engine.queue.queue import Queue
from photodouble.settings import Settings, load_settings
from photodouble_client.errors import ArtistError
from photodouble_client.machine import boot_id, machine_id, user_id
from photodouble_client.runtime import ENGINE_LOCK, Endpoint, FileLock, new_secret, runtime_folder
from photodouble_client.wire import PROTOCOL

from .logs import open_log
from .reception import Identity, Reception
from .serving import listening_socket, serve

LOCK_WAIT = 5.0
REFUSED, FAILED = 1, 5

logger = logging.getLogger(__name__)


def run() -> int:
    """Run one engine to its end and return the exit status of the process."""
    faulthandler.enable()
    try:
        folder = runtime_folder()
        lock = FileLock(str(Path(folder) / ENGINE_LOCK))
        if not lock.acquire(timeout=LOCK_WAIT):
            _tell(f"An engine is running already: process {lock.holder()}.")
            return REFUSED
        try:
            _serve(folder)
            return 0
        finally:
            lock.release()
    except ArtistError as error:
        _tell(f"{error.code}: {error} {error.detail}".rstrip())
        _tell(json.dumps(error.to_json()))
        return FAILED
    except OSError as error:
        _tell(f"engine.start_failed: The engine cannot work on this machine. {error}")
        return FAILED


def _serve(folder: str) -> None:
    settings = load_settings().settings
    state = state_folder(settings)
    listener = listening_socket()
    identity = Identity(listener.getsockname()[1], new_secret(), new_secret(), machine_id())
    log = open_log(state, settings.log_limit_mb, [identity.token])
    try:
        asyncio.run(_live(folder, listener, identity, settings, state, log))
    except Exception:
        logger.exception("the engine failed")
        raise


async def _live(
    folder: str, listener: socket.socket, identity: Identity, settings: Settings, state: Path, log: Path
) -> None:
    queue = Queue(state, settings)
    reception = Reception(queue, identity, settings)
    _end_on_signals(reception)
    await queue.start()
    try:
        await serve(reception, listener, on_listening=lambda: _announce(folder, identity, log))
    finally:
        Endpoint.remove(folder, identity.nonce)
        await queue.close()
        logger.info("the engine has ended")


def _announce(folder: str, identity: Identity, log: Path) -> None:
    """Write the engine's address, and let go of the pipe by which the host waits for it."""
    Endpoint(
        machine=identity.machine,
        boot=boot_id(),
        user=user_id(),
        pid=os.getpid(),
        nonce=identity.nonce,
        port=identity.port,
        token=identity.token,
        protocol=PROTOCOL,
        version=photodouble.__version__,
        log=str(log),
    ).write(folder)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    logger.info("the engine listens on port %d", identity.port)


def _end_on_signals(reception: Reception) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, reception.end)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(reception.end))


def _tell(sentence: str) -> None:
    """Say something where the host that started the engine looks for it; an error comes last, as JSON."""
    sys.stderr.write(sentence + "\n")
