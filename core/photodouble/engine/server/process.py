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

from .inbox_watch import InboxWatch
from .logs import open_log
from .reception import Identity, Reception
from .serving import listening_socket, serve
from .standing import Standing

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
            _serve(folder, lock)
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


def _serve(folder: str, lock: FileLock) -> None:
    settings = load_settings().settings
    state = state_folder(settings)
    listener = listening_socket()
    identity = Identity(listener.getsockname()[1], new_secret(), new_secret(), machine_id())
    log = open_log(state, settings.log_limit_mb, [identity.token])
    try:
        asyncio.run(_live(folder, listener, Standing(lock, _endpoint(identity, log)), settings, state))
    except Exception:
        logger.exception("the engine failed")
        raise


async def _live(
    folder: str, listener: socket.socket, standing: Standing, settings: Settings, state: Path
) -> None:
    queue, endpoint = Queue(state, settings), standing.endpoint
    identity = Identity(endpoint.port, endpoint.token, endpoint.nonce, endpoint.machine)
    reception = Reception(queue, identity, settings)
    _end_on_signals(reception)
    await queue.start()
    inbox = asyncio.create_task(InboxWatch(queue, settings).watch(reception.ending), name="inbox")
    try:
        await serve(
            reception, listener, on_listening=lambda: _announce(folder, endpoint), is_standing=standing.look
        )
    finally:
        Endpoint.remove(folder, endpoint.nonce)
        inbox.cancel()
        await asyncio.gather(inbox, return_exceptions=True)
        await queue.close()
        logger.info("the engine has ended")


def _endpoint(identity: Identity, log: Path) -> Endpoint:
    return Endpoint(
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
    )


def _announce(folder: str, endpoint: Endpoint) -> None:
    """Write the engine's address, and let go of the pipe by which the host waits for it."""
    endpoint.write(folder)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    logger.info("the engine listens on port %d", endpoint.port)


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
