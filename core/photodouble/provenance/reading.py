"""Questions about the ledger as the command line and the engine's tasks ask them: plain JSON answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .history import farm_rows, pins_of
from .ledger import Ledger
from .permit import check_imported
from .show import Show
from .signed import gone


def verified(settings: Settings, root: str = "") -> dict[str, Any]:
    """Say whether the ledger is as it was written, also by what the takes under a root remember of it.

    The signed records of the show that the root lies in are looked at, too: all of them must be as they were
    signed, and none that this machine has seen may be gone. `strangers` are those of unknown keys.
    """
    from photodouble.takes.finding import store_at

    store = store_at(root, "")
    pins = pins_of(store.all())
    wrong, strangers = _records(store.root, settings)
    with Ledger.open(settings) as ledger:
        faults = ledger.verify(pins)
        rows = 0 if faults else ledger.head()[0]
        pinned = 0 if faults else ledger.pinned(pins)
        return {
            "ledger": ledger.key.engine,
            "path": str(ledger.path),
            "intact": not faults and not wrong,
            "faults": [
                *({"of": "ledger", "row": fault.seq, "what": fault.what} for fault in faults),
                *({"of": "records", "row": 0, "what": what} for what in wrong),
            ],
            "rows": rows,
            "pinned": pinned,
            "unpinned": rows - pinned,
            "manifests": sum(pin.engine == ledger.key.engine for pin in pins),
            "strangers": list(strangers),
        }


def _records(near: Path, settings: Settings) -> tuple[list[str], tuple[str, ...]]:
    """Return what is wrong with the signed records of a show, and which of them nobody there signed."""
    try:
        show = Show.find(near)
        missing = [f"{each.what} is gone from {show.records_folder}" for each in gone(show, settings)]
        return missing, tuple(each.where for each in show.strangers())
    except ArtistError as error:
        return [error.message], ()


def listed(settings: Settings, kind: str = "", take: str = "", last: int = 0) -> list[dict[str, Any]]:
    """Return the rows of a kind and a take, the newest last; only so many of the newest, or all."""
    with Ledger.open(settings) as ledger:
        rows = deque(ledger.rows(kind, take=take), maxlen=last or None)
    return [
        {
            "seq": row.seq,
            "ts": row.ts,
            "kind": row.kind,
            "by": row.by,
            "payload": row.payload,
            "hash": row.hash,
        }
        for row in rows
    ]


def exported(settings: Settings, path: Path, take: str = "") -> int:
    """Write the ledger, or what concerns one take, to a new file; return how many rows."""
    with Ledger.open(settings) as ledger:
        return ledger.export(path, take=take)


def imported(settings: Settings, path: Path) -> int:
    """Take in an exported file, or what a farm left in the folder of a take; return how many rows are new.

    A take that needed a permit is asked for it again; raises ArtistError `policy.permit`.
    """
    if path.is_dir() and farm_rows(path):
        check_imported(path, settings)
    with Ledger.open(settings) as ledger:
        if path.is_dir():
            return sum(ledger.import_(each) for each in farm_rows(path))
        return ledger.import_(path)


def sentence(row: Mapping[str, Any]) -> str:
    """Say in a few words what a row is about."""
    payload = row["payload"]
    words = [str(payload.get("request", {}).get("shot", "")), str(payload.get("operation", ""))]
    words += [f"take {str(payload['take'])[:8]}"] if payload.get("take") else []
    words += [str(payload[key]) for key in ("code", "consent", "reason") if payload.get(key)]
    if row["kind"] == "ledger.head":
        words.append("signed head")
    who = row["by"] or payload.get("person") or payload.get("artist") or payload.get("user", "")
    words += [f"by {who}"] if who else []
    words += [f"from {payload['imported']['engine']}"] if payload.get("imported") else []
    return " ".join(word for word in words if word)
