"""The ledger: whether there is one, and whether every row of it is as it was written."""

from __future__ import annotations

from collections.abc import Iterator

from .place import Place
from .row import BAD, GOOD, NOTE, Row

AREA = "history"


def look(place: Place) -> Iterator[Row]:
    """Verify the ledger of this user on this machine; where there is none, none is made."""
    from photodouble.engine.queue.folder import state_place
    from photodouble.provenance.keys import ENGINE_FILE
    from photodouble.provenance.ledger import FILE, Ledger

    folder = state_place(place.settings)
    path = folder / FILE
    if not path.is_file():
        yield Row(AREA, "Ledger", NOTE, "nothing has happened yet")
        return
    if not (folder / ENGINE_FILE).is_file():
        fix = f"Bring {ENGINE_FILE} back from a copy: without it nothing that this engine signed counts."
        yield Row(AREA, "Ledger", BAD, f"{path} is there and the engine's key is not", fix)
        return
    with Ledger(folder) as ledger:
        faults = ledger.verify()
        rows = 0 if faults else ledger.head()[0]
    if faults:
        fix = "Bring the file back from a copy; 'photodouble ledger verify' says which rows are proved."
        yield Row(AREA, "Ledger", BAD, f"{path}: {faults[0].what}", fix)
    else:
        yield Row(AREA, "Ledger", GOOD, f"{rows} rows, every one as it was written, {path}")
