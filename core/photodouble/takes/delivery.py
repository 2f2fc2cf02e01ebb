"""What is said about a delivery: in the headers of its pictures, in its signed label, in its manifest."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.provenance.gate import CLEARED, HEADER, GateMark
from photodouble.settings import Settings

from .delivery_check import Cleared
from .private import PrivateWords
from .store import Take

if TYPE_CHECKING:
    from photodouble.provenance.c2pa import Claim
    from photodouble.provenance.sign import Studio

SCHEMA = 1


@dataclass(frozen=True)
class ExportWish:
    """What is asked for: the folder, the use (temp or final), another format, and pictures to go with it."""

    folder: Path
    use: str = "temp"
    format: str = ""
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True)
class DeliveryJob:
    """One export at work: the take and its manifest, the wish, what cleared it, and who signs."""

    take: Take
    wish: ExportWish
    cleared: Cleared
    settings: Settings
    private: PrivateWords
    studio: Studio | None
    manifest: Mapping[str, Any]


def labels(job: DeliveryJob) -> dict[str, str]:
    """Return what a delivered picture says in its header."""
    return {
        "photodouble/take": job.take.take_id,
        "photodouble/use": job.wish.use,
        "photodouble/status": job.cleared.status,
        "photodouble/record": job.cleared.record,
        "photodouble/source_type": job.cleared.source_type,
        **_consent(job.cleared.mark),
    }


def _consent(mark: GateMark) -> dict[str, str]:
    """Say how it stands with consent now; a picture made before the consent was filed says otherwise."""
    return {HEADER: mark.state} if mark.state == CLEARED else mark.header()


def claim(job: DeliveryJob) -> Claim:
    """Return what the signed label says: the take, hashes and the kind of source."""
    from photodouble.provenance.c2pa import Claim

    ledger = {key: str(value) for key, value in job.manifest.get("ledger", {}).items() if key != "events"}
    return Claim(
        job.take.take_id,
        job.take.request().operation,
        job.cleared.source_type,
        str(job.manifest["software"]),
        {
            "record_sha256": job.cleared.record,
            "ledger": ledger,
            "models": list(job.cleared.models),
            "inputs": dict(job.cleared.inputs),
            "use": job.wish.use,
            "status": job.cleared.status,
        },
        is_painted=bool(job.take.request().overrides),
    )


def delivery_manifest(job: DeliveryJob, files: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Return the manifest of the delivery: what, by which hashes, in which state; no prompt and no person."""
    manifest, cleared = job.manifest, job.cleared
    return {
        "schema": SCHEMA,
        "export": secrets.token_hex(16),
        "take": job.take.take_id,
        "operation": manifest["operation"],
        "spec_version": manifest["spec_version"],
        "software": manifest["software"],
        "show": manifest["show"],
        "sequence": manifest["sequence"],
        "shot": manifest["shot"],
        "range": manifest["range"],
        "use": job.wish.use,
        "status": cleared.status,
        "consent": cleared.mark.state or "not needed",
        "decisions": list(cleared.decisions),
        "models": list(cleared.models),
        "source_type": cleared.source_type,
        "record_sha256": cleared.record,
        "ledger": {key: value for key, value in manifest.get("ledger", {}).items() if key != "events"},
        "inputs": dict(cleared.inputs),
        "figures": manifest["figures"],
        "label": label,
        "files": {name: files[name] for name in sorted(files)},
    }
