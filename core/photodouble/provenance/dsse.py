"""Sign a statement and open a signed one: DSSE envelopes, whose signature covers the kind and the content."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Mapping
from typing import Any

from photodouble_client.errors import ArtistError

from .canonical import canonical
from .keys import EngineKey, PersonKey, PublicKey

STATEMENT = "https://in-toto.io/Statement/v1"
_TYPE = "application/vnd.photodouble.{}+json"


def sign(payload: Mapping[str, Any], kind: str, key: PersonKey | EngineKey) -> dict[str, Any]:
    """Sign content as a statement of a kind, such as `decision.approved`; return the envelope as JSON."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner

    envelope = Envelope(canonical(payload), _TYPE.format(kind), {})
    envelope.sign(CryptoSigner(key.private, _verifier(key.public)))
    signed: dict[str, Any] = envelope.to_dict()
    return signed


def opened(envelope: Any, kind: str, keys: Mapping[str, PublicKey]) -> tuple[dict[str, Any], str]:
    """Return the content of an envelope and the id of whoever signed it.

    `keys` are the keys that count, by their keyid. Raises ArtistError `input.tampered` for another kind, an
    unknown key, a changed content or a wrong signature.
    """
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import Error

    try:
        sealed = Envelope.from_dict(copy.deepcopy(envelope))
        signers = list(sealed.signatures)
        if sealed.payload_type != _TYPE.format(kind):
            raise _tampered(kind, "it is a statement of another kind")
        if len(signers) != 1 or signers[0] not in keys:
            raise _tampered(kind, "whoever signed it is not known here")
        key = keys[signers[0]]
        if key.keyid != signers[0]:
            raise _tampered(kind, "its key is filed under another name")
        sealed.verify([_verifier(key)], 1)
        content = json.loads(sealed.payload)
    except (Error, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise _tampered(kind, "its signature does not fit its content", str(problem)) from problem
    if not isinstance(content, dict):
        raise _tampered(kind, "it holds no named fields")
    return content, key.owner


def signer_of(envelope: Any) -> str:
    """Return the keyid that an envelope names, without checking anything; empty when it names none."""
    try:
        return str(envelope["signatures"][0]["keyid"])
    except (KeyError, TypeError, IndexError):
        return ""


def unchecked(envelope: Any) -> dict[str, Any]:
    """Return what an envelope says, whoever signed it; only good for finding one's place among others."""
    content = json.loads(base64.b64decode(envelope["payload"]))
    return content if isinstance(content, dict) else {}


def statement(kind: str, subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> dict[str, Any]:
    """Write facts about files in the shape of an in-toto statement; `subjects` maps a name to its SHA-256."""
    return {
        "_type": STATEMENT,
        "predicate": dict(predicate),
        "predicateType": f"urn:photodouble:{kind}:1",
        "subject": [{"digest": {"sha256": subjects[name]}, "name": name} for name in sorted(subjects)],
    }


def _verifier(key: PublicKey) -> Any:
    from securesystemslib.signer import SSlibKey

    return SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.raw.hex()})


def _tampered(kind: str, why: str, detail: str = "") -> ArtistError:
    return ArtistError(
        "input.tampered",
        "A signed statement does not hold",
        f"A statement ({kind}) does not count: {why}.",
        "Have it made and signed again by the person named in it.",
        detail=detail,
    )
