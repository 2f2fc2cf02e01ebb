"""Writing labels on pictures for the outside (C2PA): signed, embedded or beside the file.

They carry the take's id, hashes and the source type: never a prompt, never a person. The library works
offline here, always writes another file than it reads, and is never asked to trust what it was not told to.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.takes.files import replacing
from photodouble_client.errors import ArtistError

from .c2pa_label import (
    EMBEDDED,
    LIST_KIND,
    LIST_SUFFIX,
    RECORD,
    SIDECAR,
    Label,
    check_parents,
    offline,
    read_stream,
    read_with,
)
from .sign import Studio

if TYPE_CHECKING:
    import c2pa

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_FILLING = ("inpaint", "crowd")
"""In these the artist's pixels are frames painted over, and no artwork that is put in."""


@dataclass(frozen=True)
class Claim:
    """What a label says: the kind of source, the facts of the take by hash, and what people did after."""

    take_id: str
    operation: str
    source_type: str
    software: str
    record: Mapping[str, Any] = field(default_factory=dict)
    is_painted: bool = False


def source_type(operation: str, figures: Mapping[str, float], models: Sequence[str]) -> str:
    """Return the IPTC digital source type of an operation's result.

    A trained model makes it generated media; without one, invented pixels and artwork make it synthetic in
    part, and pixels from other frames alone a composite of captured ones. What an artist painted over a fill
    is told by itself. It follows from the origin of the pixels, so it holds for any operation.
    """
    if models:
        return SOURCE + "compositeWithTrainedAlgorithmicMedia"
    has_artwork = figures.get("share_artist", 0.0) > 0 and operation not in _FILLING
    if figures.get("share_synthesised", 0.0) > 0 or has_artwork:
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
        _check_fresh(read_with(kind, temporary, None, studio.anchor), source)


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
        manifest = _signed(builder, LIST_KIND, io.BytesIO(content), io.BytesIO())
    for path, bytes_ in ((listed, content), (sidecar, manifest)):
        with replacing(path) as temporary:
            temporary.write_bytes(bytes_)
    return listed, sidecar


def check_studio(studio: Studio) -> Label:
    """Sign a line of text with the studio's certificates and read it back."""
    claim = Claim("check", "check", SOURCE + "composite", "photodouble")
    content = b"photodouble"
    with _builder(claim, studio, ()) as builder:
        builder.set_no_embed()
        manifest = _signed(builder, LIST_KIND, io.BytesIO(content), io.BytesIO())
    return read_stream(LIST_KIND, io.BytesIO(content), manifest, studio.anchor)


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
    context = c2pa.Context.from_dict(offline(studio.anchor), signer=c2pa.Signer.from_info(info))
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
