"""Labels on pictures for the outside (C2PA): signed, embedded or beside the file, and read back.

They carry the take's id, hashes and the source type: never a prompt, never a person. The library works
offline here, always writes another file than it reads, and is never asked to trust what it was not told to.
"""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.hashes import file_sha256
from photodouble.takes.files import replacing
from photodouble_client.errors import ArtistError

from .sign import Studio

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
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"

_OFFLINE = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
    "builder": {"thumbnail": {"enabled": False}},
}
_LIST_KIND = "application/octet-stream"


@dataclass(frozen=True)
class Claim:
    """What a label says: the kind of source, the facts of the take by hash, and what people did after."""

    take_id: str
    operation: str
    source_type: str
    software: str
    record: Mapping[str, Any] = field(default_factory=dict)
    is_painted: bool = False


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


def source_type(operation: str, figures: Mapping[str, float], models: Sequence[str]) -> str:
    """Return the IPTC digital source type of an operation's result.

    A trained model makes it generated media; without one, invented pixels make it synthetic in part, and
    pixels from other frames alone a composite of captured ones.
    """
    if models:
        return SOURCE + "compositeWithTrainedAlgorithmicMedia"
    if figures.get("share_synthesised", 0.0) > 0 or operation not in ("inpaint", "crowd"):
        return SOURCE + "compositeSynthetic"
    return SOURCE + "compositeCapture"


def label_file(
    source: Path, target: Path, claim: Claim, studio: Studio, parents: Sequence[Path] = ()
) -> None:
    """Write a labelled copy of a picture or movie; the source is never touched.

    Raises ArtistError `input.output_is_input` for the same file, `input.tampered` for a parent that was
    changed after it was signed, `input.unsupported_format` for a kind that holds no label.
    """
    kind = _kind(source)
    if target.exists() and source.samefile(target):
        raise ArtistError(
            "input.output_is_input",
            "A label is never written into its own source",
            f"{source.name} would be written over itself.",
            "Give the labelled copy another name or folder.",
        )
    with _builder(claim, studio, parents) as builder, replacing(target) as temporary:
        with source.open("rb") as reading, temporary.open("w+b") as writing:
            _signed(builder, kind, reading, writing)
        _check_fresh(_read(kind, temporary, None, studio.anchor), source)


def label_frames(
    folder: Path, name: str, frames: Mapping[str, str], claim: Claim, studio: Studio
) -> tuple[Path, Path]:
    """Write the list of a sequence's frames (file name to sha256) and its signed label; return both paths.

    EXR and DPX hold no label, so one label beside the sequence covers all its frames.
    """
    listed, sidecar = folder / f"{name}{LIST_SUFFIX}", folder / f"{name}{LIST_SUFFIX}{SIDECAR}"
    text = json.dumps({"schema": 1, "frames": dict(sorted(frames.items()))}, indent=1, sort_keys=True) + "\n"
    content = text.encode()
    with _builder(claim, studio, ()) as builder:
        builder.set_no_embed()
        manifest = _signed(builder, _LIST_KIND, io.BytesIO(content), io.BytesIO())
    for path, bytes_ in ((listed, content), (sidecar, manifest)):
        with replacing(path) as temporary:
            temporary.write_bytes(bytes_)
    return listed, sidecar


def read_label(path: Path, anchor: str = "") -> Label:
    """Read the label of a file: embedded, or that of the list of frames beside it.

    For a frame of a listed sequence the label is invalid when the frame is not as listed.
    """
    kind = EMBEDDED.get(path.suffix.lower())
    if kind is not None:
        return _read(kind, path, None, anchor)
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


def check_studio(studio: Studio) -> Label:
    """Sign a line of text with the studio's certificates and read it back."""
    claim = Claim("check", "check", SOURCE + "composite", "photodouble")
    content = b"photodouble"
    with _builder(claim, studio, ()) as builder:
        builder.set_no_embed()
        manifest = _signed(builder, _LIST_KIND, io.BytesIO(content), io.BytesIO())
    return _read_stream(_LIST_KIND, io.BytesIO(content), manifest, studio.anchor)


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


def _kind(path: Path) -> str:
    kind = EMBEDDED.get(path.suffix.lower())
    if kind is None:
        raise ArtistError(
            "input.unsupported_format",
            "This kind of file holds no label",
            f"{path.name} is none of " + ", ".join(sorted(EMBEDDED)) + ".",
            "Export the sequence: its label lies beside the frames.",
        )
    return kind


def _builder(claim: Claim, studio: Studio, parents: Sequence[Path]) -> c2pa.Builder:
    import c2pa

    check_parents(parents)
    info = c2pa.C2paSignerInfo(b"es256", studio.chain.encode(), studio.key.encode(), None)
    context = c2pa.Context.from_dict(_offline(studio.anchor), signer=c2pa.Signer.from_info(info))
    builder = c2pa.Builder(json.dumps(_definition(claim)), context=context)
    for path in parents:
        with path.open("rb") as stream:
            builder.add_ingredient({"title": "plate", "relationship": "componentOf"}, _kind(path), stream)
    return builder


def _definition(claim: Claim) -> dict[str, Any]:
    actions: list[dict[str, Any]] = [
        {"action": "c2pa.created", "digitalSourceType": claim.source_type, "softwareAgent": claim.software}
    ]
    if claim.is_painted:
        actions.append({"action": "c2pa.edited", "digitalSourceType": SOURCE + "humanEdits"})
    record = {**claim.record, "schema": 1, "take": claim.take_id, "operation": claim.operation}
    return {
        "claim_generator_info": [{"name": "Photo Double", "version": claim.software.rpartition(" ")[2]}],
        "title": claim.take_id,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": RECORD, "data": record},
        ],
    }


def _signed(builder: c2pa.Builder, kind: str, reading: Any, writing: Any) -> bytes:
    import c2pa

    try:
        return bytes(builder.sign(kind, reading, writing))
    except c2pa.C2paError as error:
        raise ArtistError(
            "input.corrupt_file",
            "The label cannot be written",
            "The file or the studio's certificates are not what the C2PA library accepts.",
            "Check the file, and the certificates with 'photodouble sign check'.",
            detail=str(error),
        ) from error


def _check_fresh(label: Label, source: Path) -> None:
    if not label.is_whole:
        raise ArtistError(
            "input.tampered",
            "The new label does not hold",
            f"The label just written for {source.name} cannot be read back as it was written.",
            "Check the disk, and make the studio's certificates anew if they have expired.",
            detail="; ".join([*label.faults, *label.parent_faults]),
        )


def _offline(anchor: str) -> dict[str, Any]:
    return {**_OFFLINE, "trust": {"user_anchors": anchor}} if anchor else dict(_OFFLINE)


def _read_list(listed: Path, anchor: str) -> Label:
    sidecar = listed.with_name(listed.name + SIDECAR)
    return _read(_LIST_KIND, listed, sidecar.read_bytes(), anchor) if sidecar.is_file() else Label("none")


def _read(kind: str, path: Path, manifest: bytes | None, anchor: str) -> Label:
    with path.open("rb") as stream:
        return _read_stream(kind, stream, manifest, anchor)


def _read_stream(kind: str, stream: Any, manifest: bytes | None, anchor: str) -> Label:
    import c2pa

    context = c2pa.Context.from_dict(_offline(anchor))
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
