"""What stands around a picture: its take's manifest and request, the ledger, and the show's records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.image.hashes import file_sha256
from photodouble.settings import Settings
from photodouble.takes.manifest import request_sha256
from photodouble.takes.store import MANIFEST, Take, TakeStore
from photodouble_client.errors import ArtistError

from .canonical import digest
from .known import Known, delivery_lists, exported, has_ledger, known_files
from .rows import Concern

if TYPE_CHECKING:
    from .ledger import Ledger


@dataclass(frozen=True)
class Look:
    """What is known of a store, and what is wrong in it as a whole: gathered once, asked many times."""

    known: Known
    concerns: tuple[Concern, ...]


def look_at(store: TakeStore, near: Path, settings: Settings) -> Look:
    """Gather the files of a store and of the exports beside `near`, and the faults of ledger and records."""
    known = known_files(store, near, settings)
    wrong = [*known.broken, *ledger_faults(known, settings), *record_faults(store, settings)]
    return Look(known, tuple(wrong))


def surrounding_faults(
    look: Look, takes: Iterable[str], near: Path, settings: Settings
) -> tuple[Concern, ...]:
    """Return what is wrong around pictures: manifests, requests, the ledger, deliveries, signed records.

    The requests of the named takes are looked at, and all else in the store; each fault says whose it is.
    """
    found = list(look.concerns)
    for take_id in takes:
        take = look.known.takes.get(take_id)
        if take is not None and take.is_sealed:
            found += (Concern(what, "take", take_id) for what in manifest_faults(take))
    for path in delivery_lists(near):
        found += (Concern(what, "delivery", place=path) for what in delivery_faults(path, settings))
    return tuple(found)


def manifest_faults(take: Take) -> list[str]:
    """Return what in a take's manifest does not fit its request and its records."""
    try:
        manifest = json.loads((take.folder / MANIFEST).read_text("utf-8"))
        request = take.request()
        found = []
        if manifest["request_sha256"] != request_sha256(request) or manifest["take"] != request.take:
            found.append(f"{take.label}: its request was changed")
        for frame, stored in manifest["frames"].items():
            record = take.record(int(frame))
            if record is not None and record.to_json()["files"] != stored["files"]:
                found.append(f"{take.label}: the record of frame {frame} does not fit the manifest")
                break
        return found
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ArtistError) as error:
        return [f"{take.label}: its manifest or request cannot be read ({type(error).__name__})"]


def ledger_faults(known: Known, settings: Settings) -> list[Concern]:
    """Return what is wrong with the ledger of this machine, and where takes disagree with it."""
    if not has_ledger(settings):
        return []
    from .history import pins_of
    from .ledger import Ledger

    with Ledger.open(settings) as ledger:
        faults = ledger.verify(pins_of(known.takes.values()))
        found = [Concern(f"ledger: {fault.what}", "ledger") for fault in faults]
        return found or list(disagreements(known, ledger))


def disagreements(known: Known, ledger: Ledger) -> Iterator[Concern]:
    """Say which manifests are not those that the ledger saw sealed."""
    seen: dict[str, set[str]] = {}
    own = set()
    for row in ledger.rows("run.finished"):
        payload = row.payload
        seen.setdefault(str(payload["take"]), set()).add(str(payload["content_sha256"]))
        if "imported" not in payload:
            own.add(str(payload["take"]))
    for take_id, contents in seen.items():
        take = known.takes.get(take_id)
        if take is None or not take.is_sealed:
            continue
        engine = ledger.key.engine if take_id in own else ""
        if _content(take, engine) not in contents:
            what = f"{take.label}: its manifest is not the one that the ledger saw sealed"
            yield Concern(what, "take", take_id)


def _content(take: Take, engine: str) -> str:
    """Return the hash of a manifest as the ledger knows it.

    Empty for one that names no place in a ledger, or one of another `engine` than made the take.
    """
    try:
        manifest = take.manifest()
        noted = manifest.pop("ledger")["engine"]
        return digest(manifest) if engine in ("", noted) else ""
    except (ArtistError, KeyError):
        return ""


def delivery_faults(path: Path, settings: Settings) -> Iterator[str]:
    """Say what is wrong with the manifest of a delivery: the label beside it, and what the ledger knows."""
    from .c2pa_label import LIST_SUFFIX, SIDECAR, is_installed, listed_frames, read_label

    lists = sorted(path.parent.glob(f"*{LIST_SUFFIX}"))
    for listed in lists if is_installed() else ():
        label = read_label(listed)
        if not label.is_whole:
            yield f"{listed.name}: its label is {label.state}"
        elif path.name in listed_frames(listed) and read_label(path).state == "invalid":
            yield f"{path.name} in {path.parent.name} is not as it was signed"
    noted = next((one for one in exported(settings) if one.get("export") == _export_of(path)), None)
    if noted is None:
        return
    if file_sha256(path) != noted["delivery_sha256"]:
        yield f"{path.name} in {path.parent.name} is not the one that the ledger saw written"
    for listed in lists:
        sidecar = listed.with_name(listed.name + SIDECAR)
        if noted["label_sha256"] != (file_sha256(sidecar) if sidecar.is_file() else ""):
            yield f"{sidecar.name} is not the label that the ledger saw written"


def _export_of(path: Path) -> str:
    """Return the id of the export that a delivery manifest names; empty where it names none."""
    try:
        return str(json.loads(path.read_text("utf-8"))["export"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def record_faults(store: TakeStore, settings: Settings) -> list[Concern]:
    """Return what is wrong with the show's signed records: changed, lost, or signed with unknown keys."""
    from .show import Show
    from .signed import gone

    try:
        show = Show.find(store.root)
        show.records()
        found = [
            _of_record(f"records: {one.what} is not there any more", one.kind, one.take)
            for one in gone(show, settings)
        ]
        return found + [
            _of_record(f"records: {one.where} has a key that nobody of the show has", one.kind, one.take)
            for one in show.strangers()
        ]
    except ArtistError as error:
        return [Concern(f"records: {error.message}", "records")]
    except (KeyError, TypeError, ValueError):
        return [Concern("records: the rows of the ledger about them are not as they were written", "records")]


def _of_record(what: str, kind: str, take: str) -> Concern:
    if take:
        return Concern(what, "take", take)
    return Concern(what, "consents" if kind.startswith("consent.") else "records")
