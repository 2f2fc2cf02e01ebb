"""The engine's address and lock, put back where something took them away, as cleaners of old files do."""

from __future__ import annotations

import logging

from photodouble_client.errors import ArtistError
from photodouble_client.runtime import Endpoint, FileLock, runtime_folder

PATIENCE = 3
"""Looks in a row at which another may hold the lock: a host that asks whether it is free does so, too."""

logger = logging.getLogger(__name__)


class Standing:
    """Keeps hosts able to find this engine, and knows when another one has taken its place."""

    def __init__(self, lock: FileLock, endpoint: Endpoint) -> None:
        self.lock = lock
        self.endpoint = endpoint
        self._lost = 0
        self._said = ""

    def look(self) -> bool:
        """Put back what is missing; False where another engine holds the place for good."""
        try:
            folder = runtime_folder()
            if not self.lock.is_in_place and not self._again():
                return self._lost < PATIENCE
            found = Endpoint.read(folder)
            if found is None or found.nonce != self.endpoint.nonce:
                self.endpoint.write(folder)
                logger.warning("the address was gone from %s and is written again", folder)
        except (ArtistError, OSError) as error:
            self._say(str(error))
        return True

    def _again(self) -> bool:
        """Take the lock of that name anew; until that is done the address may be another engine's."""
        if self.lock.retake():
            self._lost = 0
            return True
        self._lost += 1
        return False

    def _say(self, why: str) -> None:
        if why != self._said:
            logger.warning("the address cannot be put back: %s", why)
        self._said = why
