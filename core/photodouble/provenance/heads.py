"""Signed heads: how long a ledger was and how it ended, kept beside it, so that a cut tail is seen."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from . import dsse
from .keys import EngineKey, PersonKey
from .rows import Fault, Pin, now_text

KIND = "ledger.head"


def signed(engine: str, seq: int, last: str, key: EngineKey | PersonKey) -> dict[str, Any]:
    """Return the envelope of a head: the ledger's name, the number and the hash of its last row."""
    facts = {"schema": 1, "engine": engine, "seq": seq, "hash": last, "at": now_text()}
    return dsse.sign(facts, KIND, key)


def note(path: Path, envelope: dict[str, Any]) -> None:
    """Add a signed head to the file beside the ledger; it is on the disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(envelope, sort_keys=True) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def pins(path: Path, key: EngineKey) -> tuple[Pin, ...]:
    """Return the heads that the engine signed, as pins."""
    return tuple(each for each in _read(path, key) if isinstance(each, Pin))


def faults(path: Path, key: EngineKey) -> tuple[Fault, ...]:
    """Return what is wrong with the signed heads themselves."""
    return tuple(each for each in _read(path, key) if isinstance(each, Fault))


def _read(path: Path, key: EngineKey) -> Iterator[Pin | Fault]:
    if not path.is_file():
        return
    keys = {key.keyid: key.public}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            envelope = json.loads(line)
            if dsse.signer_of(envelope) not in ("", key.keyid):
                continue
            facts, _ = dsse.opened(envelope, KIND, keys)
            yield Pin(int(facts["seq"]), str(facts["hash"]), f"signed head {number}", str(facts["engine"]))
        except (ValueError, KeyError, TypeError, ArtistError):
            yield Fault(0, f"signed head {number} in {path.name} does not hold")
