"""The show of the de-ageing demo: one person, one consent that covers nothing but the demo itself."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from photodouble.provenance import consent
from photodouble.provenance.consent_record import ConsentRecord
from photodouble.provenance.keys import PersonKey, PublicKey
from photodouble.provenance.show import Show
from photodouble.settings import Settings

_WHO = "demo"
_NOTE = "The portrait is in the public domain; this consent is for the demonstration of the program only."


def write_demo_show(folder: Path, settings: Settings, *, performer: str, age: float) -> Path:
    """Make the demo's show with a consent that is live for a day; return its folder.

    The key that signs is made for this and kept nowhere.
    """
    key = _key()
    folder.mkdir(parents=True, exist_ok=True)
    text = (
        f'name = "demo"\n[policy]\n\n[people.{_WHO}]\nname = "The demonstration"\nrole = "supervisor"\n'
        f'key = "{key.public_text()}"\n'
    )
    for stale in folder.glob("records/*"):
        stale.unlink()
    (folder / "photodouble.toml").write_text(text, encoding="utf-8")
    today: date = datetime.now(UTC).date()
    record = ConsentRecord(
        performer=performer,
        production="demo",
        kind="alteration",
        shots=("demo",),
        uses=("ideation",),
        use_described=_NOTE,
        valid_from=(today - timedelta(days=1)).isoformat(),
        valid_to=(today + timedelta(days=1)).isoformat(),
        document_sha256=hashlib.sha256(_NOTE.encode()).hexdigest(),
        filed_by=_WHO,
        age_range=(age - 5, age + 5),
    )
    consent.add(record, Show.find(folder), key, settings)
    return folder


def _key() -> PersonKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    return PersonKey(_WHO, PublicKey(_WHO, private.public_key().public_bytes_raw()), private)
