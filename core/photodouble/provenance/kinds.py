"""The kinds of events in the ledger, and what each must say at the least."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photodouble_client.stored import bad_request

KINDS: Mapping[str, tuple[str, ...]] = {
    "model.registered": ("sha256",),
    "attestation.received": ("sha256",),
    "consent.recorded": ("consent", "record"),
    "consent.revoked": ("consent", "record"),
    "run.started": ("take", "operation", "request", "request_sha256", "code_version", "host", "user"),
    "run.finished": ("take", "request_sha256", "inputs", "outputs", "content_sha256"),
    "run.failed": ("take", "request_sha256", "code"),
    "suggestion.created": ("take", "content_sha256"),
    "review.viewed": ("take", "person"),
    "decision.approved": ("take", "person", "record"),
    "decision.rejected": ("take", "person", "record"),
    "decision.retake": ("take", "person", "record"),
    "decision.noted": ("take", "person", "record"),
    "decision.in_review": ("take", "person"),
    "decision.overridden": ("take", "person", "reason", "record"),
    "movie.written": ("take", "file_sha256", "kind", "codec", "shows"),
    "picture.written": ("take", "file_sha256", "kind", "shows"),
    "export.signed": ("take",),
    "ledger.head": ("envelope",),
}
"""Every kind, with the fields that it must have. `record` is the hash of the signed record of the show."""


def check(kind: str, payload: Mapping[str, Any]) -> None:
    """Refuse an event that nobody could read later; raises ArtistError `input.bad_request`."""
    if kind not in KINDS:
        raise bad_request(f"There is no event of the kind {kind!r}.", f"Use one of: {', '.join(KINDS)}.")
    missing = [name for name in KINDS[kind] if payload.get(name) in (None, "")]
    if missing:
        raise bad_request(f"An event ({kind}) lacks {', '.join(missing)}.", "Give every field it must have.")
    if not isinstance(payload.get("schema", 1), int):
        raise bad_request(f"An event ({kind}) has no schema number.", 'Write it with "schema": 1.')
