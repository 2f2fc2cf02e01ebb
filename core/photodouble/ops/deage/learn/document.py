"""What a shot has learned, as a file that other shots of the performer begin with.

One JSON object: whose face it was learned on, from which paint (hashes), how it was judged, and the weights
as base64 of safetensors. It holds what was learned of a likeness, so it belongs to one performer.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.documents import bad_document, read_document
from photodouble.ops.deage.learn.shot import LEARN
from photodouble.ops.operation import Scratch
from photodouble.ops.shot import Shot

SCHEMA = 1
KIND = "deage learned"
NETWORK = "painter 1"
"""Raised when the network or what it sees changes: older weights mean nothing to a newer one."""


@dataclass(frozen=True)
class Learned:
    """What was learned: on whom, of which paint, and the weights as safetensors."""

    performer: str
    shot: str
    paint: tuple[str, ...]
    weights: bytes


def read_learned(path: Path, performer: str) -> Learned:
    """Read what a shot of this performer has learned; raises ArtistError `input.bad_document`."""
    stored = read_document(path)
    if stored.get("kind") != KIND or stored.get("schema") != SCHEMA:
        raise bad_document(path, f"It holds nothing that was learned (schema {SCHEMA}).")
    if stored.get("network") != NETWORK:
        raise bad_document(path, "It was learned by another version of the network.")
    try:
        found = Learned(
            str(stored["performer"]),
            str(stored["shot"]),
            tuple(str(mark) for mark in stored["paint"]),
            base64.b64decode(stored["weights"], validate=True),
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as problem:
        raise bad_document(path, f"It is incomplete: {problem}.") from problem
    if found.performer != performer:
        raise bad_document(
            path,
            f"It was learned on the face of {found.performer or 'nobody who was named'}, and this is "
            f"{performer or 'nobody who was named'}: what is learned of a likeness stays with it.",
        )
    return found


def learned_document(shot: Shot, scratch: Scratch) -> Mapping[str, Any] | None:
    """Return what to write of a shot's learning; None where nothing was learned."""
    if not scratch.has(LEARN, 0):
        return None
    record = scratch.load(LEARN, 0)
    if "weights" not in record:
        return None
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "network": NETWORK,
        "performer": performer_of(shot),
        "shot": shot.request.shot,
        "words": str(record["words"]),
        "steps": int(record["steps"]),
        "judged": [
            {"frame": int(frame), "before_db": round(before, 2), "after_db": round(after, 2)}
            for frame, before, after in record["judged"].tolist()
        ],
        "paint": [str(mark) for mark in record["paint"]],
        "weights": base64.b64encode(record["weights"].tobytes()).decode(),
    }


def performer_of(shot: Shot) -> str:
    """Return whose face it is, by the id of the consent; empty where nobody is named."""
    return shot.request.performers[0] if shot.request.performers else ""
