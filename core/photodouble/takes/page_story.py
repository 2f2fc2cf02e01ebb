"""What a review page tells of a take's history: who made it from what, models, values and hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from photodouble_client.errors import ArtistError

from .manifest import request_sha256
from .store import MANIFEST, Take, TakeStore
from .story import take_story

Row = tuple[str, str, bool]


def provenance(store: TakeStore, take: Take) -> list[tuple[str, list[Row]]]:
    """Return titled groups of rows: what it says, its value, and whether that is a hash or a path."""
    story, request = take_story(store, take), take.request()
    manifest = _manifest(take)
    groups = [
        (
            "Made by",
            [
                ("artist", request.person, False),
                ("program", _joined(request.host, request.host_version), False),
                ("script", request.script, True),
                ("node", request.node, False),
                ("use", request.use, False),
                ("performers", ", ".join(request.performers), False),
                ("parent take", story["parent_name"], False),
            ],
        ),
        ("Made from", _inputs(story, manifest)),
        ("Models", _models(manifest)),
        ("Values that are no defaults", [(key, _value(one), False) for key, one in story["values"].items()]),
        (
            "Figures over all matte pixels",
            [(key.replace("_", " "), _figure(key, one), False) for key, one in story["figures"].items()],
        ),
        ("Warnings", [("", str(one), False) for one in manifest.get("warnings", ())]),
        ("Fingerprints (sha256)", _fingerprints(take, manifest)),
    ]
    kept = [(title, [row for row in rows if row[1]]) for title, rows in groups]
    return [(title, rows) for title, rows in kept if rows]


def _inputs(story: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for port, path in story["inputs"].items():
        rows.append((port, path, True))
        hashes = manifest.get("inputs", {}).get(port, {})
        if hashes:
            text = "\n".join(f"{frame} {hashes[frame]}" for frame in sorted(hashes))
            rows.append((f"{port}, {len(hashes)} frames", hashlib.sha256(text.encode()).hexdigest(), True))
    for word in ("overrides", "locks"):
        rows += [(f"{word[:-1]} of {frame}", path, True) for frame, path in story[word].items()]
    return rows


def _models(manifest: Mapping[str, Any]) -> list[Row]:
    models = manifest.get("models") or ()
    rows = [(str(one.get("name", "model")), str(one.get("sha256", "")), True) for one in models]
    return rows or [("model", "none: no weights were used", False)]


def _fingerprints(take: Take, manifest: Mapping[str, Any]) -> list[Row]:
    ledger = manifest.get("ledger") or {}
    row = f"row {ledger['seq']} {ledger.get('hash', '')}" if "seq" in ledger else ""
    sealed = (take.folder / MANIFEST).read_bytes() if manifest else b""
    return [
        ("take id", take.take_id, True),
        ("request", str(manifest.get("request_sha256", "")) or request_sha256(take.request()), True),
        ("manifest", hashlib.sha256(sealed).hexdigest() if sealed else "not sealed yet", True),
        ("analysis", str(manifest.get("analysis_key", "")), True),
        ("software", _joined(str(manifest.get("software", "")), str(manifest.get("code_version", ""))), True),
        ("ledger", row, True),
    ]


def _manifest(take: Take) -> Mapping[str, Any]:
    try:
        return take.manifest()
    except ArtistError:
        return {}


def _value(value: Any) -> str:
    return str(value) if not isinstance(value, Mapping) else "animated"


def _figure(key: str, value: float) -> str:
    if key.startswith("share_"):
        return f"{value * 100:.2f} %"
    return f"{value:,.0f}" if value == int(value) and value > 1 else f"{value:.3f}"


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
