"""Reading labels of the outside (C2PA) on pictures: what they say, whether they hold, and by whom.

The library works offline here, and is never asked to trust what it was not told to.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.hashes import file_sha256
from photodouble_client.errors import ArtistError

if TYPE_CHECKING:
    import c2pa

EMBEDDED = {
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
}
SIDECAR = ".c2pa"
LIST_SUFFIX = ".frames.json"
RECORD = "org.photodouble.record"
_OFFLINE = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
    "builder": {"thumbnail": {"enabled": False}},
}
LIST_KIND = "application/octet-stream"


@dataclass(frozen=True)
class Label:
    """What a file's label turned out to be.

    `state` is none, invalid, valid (whole, but by a signer nobody here trusts) or trusted. `parent_faults`
    are those of the pictures it was made from, which the library does not count against the file.
    """

    state: str
    record: Mapping[str, Any] = field(default_factory=dict)
    issuer: str = ""
    faults: tuple[str, ...] = ()
    parent_faults: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether neither the file nor any parent was changed after signing."""
        return self.state in ("valid", "trusted") and not self.parent_faults


def is_installed() -> bool:
    """Whether the library of the extra `c2pa` is there."""
    return importlib.util.find_spec("c2pa") is not None


def read_label(path: Path, anchor: str = "") -> Label:
    """Read the label of a file: embedded, or that of the list of frames beside it.

    For a frame of a listed sequence the label is invalid when the frame is not as listed.
    """
    kind = EMBEDDED.get(path.suffix.lower())
    if kind is not None:
        return read_with(kind, path, None, anchor)
    if path.name.endswith(LIST_SUFFIX):
        return _read_list(path, anchor)
    for listed in sorted(path.parent.glob(f"*{LIST_SUFFIX}")):
        wanted = listed_frames(listed).get(path.name)
        if wanted is not None:
            label = _read_list(listed, anchor)
            return label if file_sha256(path) == wanted else _invalid(label, "the frame is not as listed")
    return Label("none")


def listed_frames(path: Path) -> Mapping[str, str]:
    """Return what a list of frames says: file name to sha256; nothing where it cannot be read."""
    try:
        stored = json.loads(path.read_text("utf-8"))["frames"]
        return {str(name): str(sha) for name, sha in stored.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def needs_library() -> ArtistError:
    """Return the error for labels that are wanted where the library is not installed."""
    return ArtistError(
        "usage.bad_value",
        "Labels on pictures are not installed",
        "The library that writes C2PA labels is an extra, and it is not here.",
        "Install it (pip install 'photodouble[c2pa]'). Only an export for temp goes without.",
    )


def check_parents(paths: Sequence[Path]) -> None:
    """Refuse pictures whose own label says that they were changed; raises ArtistError `input.tampered`."""
    for path in paths:
        label = read_label(path)
        if label.state != "none" and not label.is_whole:
            raise ArtistError(
                "input.tampered",
                "An input was changed after it was signed",
                f"{path.name} carries a label, and the file is not what was signed.",
                "Get the file again from where it came, or use a plate without a label.",
                detail="; ".join([*label.faults, *label.parent_faults]),
            )


def offline(anchor: str) -> dict[str, Any]:
    """Return the settings of the library: no network, and whom it trusts."""
    return {**_OFFLINE, "trust": {"user_anchors": anchor}} if anchor else dict(_OFFLINE)


def _read_list(listed: Path, anchor: str) -> Label:
    sidecar = listed.with_name(listed.name + SIDECAR)
    return read_with(LIST_KIND, listed, sidecar.read_bytes(), anchor) if sidecar.is_file() else Label("none")


def read_with(kind: str, path: Path, manifest: bytes | None, anchor: str) -> Label:
    """Read the label of a file of a kind, embedded, or `manifest` where it lies elsewhere."""
    with path.open("rb") as stream:
        return read_stream(kind, stream, manifest, anchor)


def read_stream(kind: str, stream: Any, manifest: bytes | None, anchor: str) -> Label:
    """Read a label as `read_with`, of an open file."""
    import c2pa

    context = c2pa.Context.from_dict(offline(anchor))
    try:
        with c2pa.Reader(kind, stream, manifest_data=manifest, context=context) as reader:
            return _label(reader)
    except c2pa.C2paError as error:
        if "ManifestNotFound" in str(error):
            return Label("none")
        return Label("invalid", faults=(str(error),))


def _label(reader: c2pa.Reader) -> Label:
    stored = json.loads(reader.json())
    active = stored.get("manifests", {}).get(stored.get("active_manifest", ""), {})
    results = (stored.get("validation_results") or {}).get("activeManifest") or {}
    record: dict[str, Any] = next(
        (one["data"] for one in active.get("assertions", []) if str(one["label"]).startswith(RECORD)), {}
    )
    return Label(
        state=str(stored.get("validation_state", "Invalid")).lower(),
        record=record,
        issuer=str((active.get("signature_info") or {}).get("issuer", "")),
        faults=_codes(results),
        parent_faults=tuple(
            f"{part.get('title', 'parent')}: {code}"
            for part in active.get("ingredients", [])
            for code in _codes((part.get("validation_results") or {}).get("activeManifest") or {})
        ),
    )


def _codes(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the failures of a validation, without that of a signer who is only unknown."""
    found = [str(one.get("code", "")) for one in results.get("failure") or []]
    return tuple(code for code in found if code != "signingCredential.untrusted")


def _invalid(label: Label, why: str) -> Label:
    return Label("invalid", label.record, label.issuer, (*label.faults, why), label.parent_faults)
