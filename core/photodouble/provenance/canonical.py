"""One way to write any content as bytes, so that equal content has one hash everywhere (RFC 8785)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

from photodouble_client.stored import bad_request

LARGEST = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly; larger ones are written as text."""


def canonical(content: Any) -> bytes:
    """Write content as canonical JSON: sorted keys, no spaces, UTF-8, one way to write every number.

    Whole numbers beyond 2**53 - 1 become text. Raises ArtistError `input.bad_request` for what has no such
    form: not a number, infinity, broken text, keys that are no text, things that are no JSON.
    """
    try:
        return rfc8785.dumps(content)
    except (rfc8785.CanonicalizationError, RecursionError):
        pass
    try:
        return rfc8785.dumps(_plain(content))
    except (rfc8785.CanonicalizationError, RecursionError) as problem:
        raise bad_request(
            f"Something in it cannot be kept in the history: {problem}.",
            "Give numbers, text, lists and named fields only; no number may be infinite or undefined.",
        ) from problem


def digest(content: Any) -> str:
    """Return the SHA-256 of content as canonical JSON, in hexadecimal digits."""
    return hashlib.sha256(canonical(content)).hexdigest()


def _plain(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {key: _plain(one) for key, one in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(one) for one in content]
    if isinstance(content, int) and not isinstance(content, bool) and abs(content) > LARGEST:
        return str(content)
    return content
