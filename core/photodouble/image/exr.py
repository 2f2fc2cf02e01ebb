"""OpenEXR files in and out, channel by channel, each in its own type."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

from photodouble.image.exr_header import (
    Attribute,
    DamagedFileError,
    FileHeader,
    PartHeader,
    check_chunks,
    parse_header,
    with_attributes,
)
from photodouble.image.picture import Metadata, Picture, Plane
from photodouble.image.storage import write_whole
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError

HALF_MOST = float(np.finfo(np.float16).max)
_LOSSY = {5: "PXR24", 6: "B44", 7: "B44A", 8: "DWAA", 9: "DWAB"}
_ZIP = 3


@dataclass(frozen=True)
class ExrStructure:
    """Hold what makes the same EXR file again: headers as bytes, and the channels' linearity flags."""

    header: FileHeader
    perceptually_linear: Mapping[tuple[int, str], bool]
    channel_names: tuple[str, ...]


def read_exr(path: Path) -> Picture:
    """Read every channel of an EXR file in its own type: half, float or unsigned integer.

    Scan lines and tiles, one or many parts and layers. Raises `ArtistError` input.corrupt_file,
    input.deep_exr or input.mipmapped_exr.
    """
    header = _checked_header(path)
    parts = _decode(path, header)
    planes: list[Plane] = []
    flags: dict[tuple[int, str], bool] = {}
    for index, (part, attributes) in enumerate(zip(parts, header.parts, strict=True)):
        for name, channel in sorted(part.channels.items()):
            flags[index, name] = bool(channel.pLinear)
            planes.append(_plane(index, attributes, name, channel))
    first = header.parts[0]
    return Picture(
        path=path,
        format="exr",
        planes=_qualified(planes),
        display_window=_box(first, "displayWindow"),
        data_window=_box(first, "dataWindow"),
        pixel_aspect=float(parts[0].header.get("pixelAspectRatio", 1.0)),
        metadata=_metadata(parts),
        structure=ExrStructure(header, flags, tuple(plane.name for plane in planes)),
        is_lossy=any(part.compression in _LOSSY for part in header.parts),
        is_premultiplied=True,
        default_view=next(iter(first.texts("multiView")), first.text("view")),
    )


def write_exr(path: Path, picture: Picture, metadata: Metadata) -> None:
    """Write the picture's planes as the EXR file it was read from, with `metadata` added.

    Every header attribute survives byte for byte. A lossy compression becomes ZIP, so that the
    decoded pixels stay exactly as they are. Raises as `storage.write_whole`.
    """
    structure: ExrStructure = picture.structure
    parts = []
    for index, header in enumerate(structure.header.parts):
        channels = {}
        for plane, name in zip(picture.planes, structure.channel_names, strict=True):
            if plane.part == index:
                flag = structure.perceptually_linear[index, name]
                channels[name] = OpenEXR.Channel(np.ascontiguousarray(plane.pixels), *plane.sampling, flag)
        parts.append(OpenEXR.Part(_layout(header, structure.header, index), channels, header.text("name")))
    added = [make_attribute(name, value) for name, value in sorted(metadata.items())]
    names = {attribute.name for attribute in added}
    wanted = [
        [*(a for a in part.attributes if a.name not in names), *added] for part in structure.header.parts
    ]
    write_whole(path, with_attributes(_encode(parts), wanted))


def write_planes(
    path: Path,
    planes: Mapping[str, np.ndarray[Any, Any]],
    *,
    data_window: Box,
    display_window: Box,
    pixel_aspect: float = 1.0,
    metadata: Metadata | None = None,
    type: str | Mapping[str, str] = "half",
    compression: str = "zip",
) -> None:
    """Write named channels as a single-layer EXR, compressed by "zip" or by "none".

    Every plane is (h, w) over `data_window`; `type` is "half" or "float", for all or by channel. In half,
    values beyond its range become its largest. Raises as `storage.write_whole`.
    """
    types = {"half": np.float16, "float": np.float32}
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": {"zip": OpenEXR.ZIP_COMPRESSION, "none": OpenEXR.NO_COMPRESSION}[compression],
        "dataWindow": _corners(data_window),
        "displayWindow": _corners(display_window),
        "pixelAspectRatio": float(pixel_aspect),
    }
    channels = {}
    for name, pixels in planes.items():
        if pixels.shape != data_window.size:
            raise ValueError(f"channel {name} is {pixels.shape}, the data window {data_window.size}")
        wanted = types[type if isinstance(type, str) else type[name]]
        channels[name] = OpenEXR.Channel(_cast(pixels, wanted))
    content = _encode([OpenEXR.Part(header, channels)])
    own = parse_header(content).parts[0].attributes
    added = [make_attribute(name, value) for name, value in sorted((metadata or {}).items())]
    write_whole(path, with_attributes(content, [[*own, *added]]))


def make_attribute(name: str, value: object) -> Attribute:
    """Turn a metadata value into an EXR attribute: text, whole number, fraction, else JSON text."""
    if isinstance(value, Attribute):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        value = json.dumps(value, sort_keys=True)
    if isinstance(value, str):
        return Attribute(name, "string", value.encode())
    if isinstance(value, int) and -(2**31) <= value < 2**31:
        return Attribute(name, "int", struct.pack("<i", value))
    return Attribute(name, "double", struct.pack("<d", float(value)))


def _cast(pixels: np.ndarray[Any, Any], wanted: Any) -> np.ndarray[Any, Any]:
    if wanted is np.float16:
        largest = np.float32(HALF_MOST)
        finite = np.isfinite(pixels)
        pixels = np.where(finite, np.clip(np.asarray(pixels, np.float32), -largest, largest), pixels)
    return np.ascontiguousarray(pixels, dtype=wanted)


def _checked_header(path: Path) -> FileHeader:
    try:
        content = path.read_bytes()
        header = parse_header(content)
        if header.is_deep:
            raise ArtistError(
                "input.deep_exr",
                "Deep EXR files are not supported",
                f"{path.name} holds deep samples, which have no single colour per pixel.",
                "Flatten it first (DeepToImage in Nuke) and use the flat sequence.",
            )
        if any(part.is_mipmapped for part in header.parts):
            raise ArtistError(
                "input.mipmapped_exr",
                "Mip-mapped EXR files are not supported",
                f"{path.name} is a texture with several resolutions.",
                "Write it again as an ordinary picture with one resolution.",
            )
        check_chunks(content, header)
    except DamagedFileError as error:
        raise _corrupt(path, str(error)) from error
    except OSError as error:
        raise _corrupt(path, f"it cannot be read: {error.strerror}") from error
    return header


def _decode(path: Path, header: FileHeader) -> list[Any]:
    try:
        parts: list[Any] = OpenEXR.File(str(path), separate_channels=True).parts
        if len(parts) != len(header.parts):
            raise _corrupt(path, f"only {len(parts)} of its {len(header.parts)} parts can be decoded")
        for part, attributes in zip(parts, header.parts, strict=True):
            if len(part.channels) != _channel_count(attributes):
                raise _corrupt(path, "its pixels cannot be decoded")
    except UnicodeDecodeError as error:
        raise _corrupt(path, "a text in its header cannot be read") from error
    except (RuntimeError, ValueError, IndexError) as error:
        raise _corrupt(path, str(error)) from error
    return parts


def _channel_count(part: PartHeader) -> int:
    """Count the entries of a `channels` attribute: name, 0, then 16 bytes each; 0 ends the list."""
    attribute = part.find("channels")
    value = attribute.value if attribute else b"\0"
    count = position = 0
    while position < len(value) and value[position] != 0:
        position = value.index(b"\0", position) + 17
        count += 1
    return count


def _corrupt(path: Path, what: str) -> ArtistError:
    return ArtistError(
        "input.corrupt_file",
        "A picture file is damaged or incomplete",
        f"{path.name} is damaged: {what}.",
        "Render or copy this frame again, or exclude it.",
        detail=str(path),
    )


def _metadata(parts: list[Any]) -> dict[str, Any]:
    """Collect the first part's attributes, and the Cryptomatte manifests of all parts."""
    manifests = {
        name: value
        for part in parts
        for name, value in part.header.items()
        if name.startswith("cryptomatte/")
    }
    own = {name: value for name, value in parts[0].header.items() if name not in ("channels", "tiles")}
    return {**manifests, **own}


def _plane(index: int, header: PartHeader, name: str, channel: Any) -> Plane:
    return Plane(
        name=name,
        pixels=channel.pixels,
        window=_box(header, "dataWindow"),
        part=index,
        part_name=header.text("name"),
        view=header.text("view"),
        sampling=(int(channel.xSampling), int(channel.ySampling)),
    )


def _qualified(planes: list[Plane]) -> tuple[Plane, ...]:
    """Put the part's name before a channel's name where several parts use the same one."""
    seen: set[str] = set()
    named: list[Plane] = []
    for plane in planes:
        name = plane.name if plane.name not in seen else f"{plane.part_name}.{plane.name}"
        seen.add(name)
        named.append(Plane(**{**plane.__dict__, "name": name}))
    return tuple(named)


def _box(header: PartHeader, name: str) -> Box:
    attribute = header.find(name)
    x0, y0, x1, y1 = struct.unpack("<4i", attribute.value if attribute else bytes(16))
    return Box(x0, y0, x1 + 1, y1 + 1)


def _corners(box: Box) -> tuple[tuple[int, int], tuple[int, int]]:
    return (box.x0, box.y0), (box.x1 - 1, box.y1 - 1)


def _layout(part: PartHeader, file: FileHeader, index: int) -> dict[str, Any]:
    tiles = part.find("tiles")
    tiled = part.text("type") == "tiledimage" or (not part.text("type") and tiles is not None)
    compression = _ZIP if part.compression in _LOSSY else part.compression
    order = part.find("lineOrder")
    layout: dict[str, Any] = {
        "type": OpenEXR.tiledimage if tiled else OpenEXR.scanlineimage,
        "compression": OpenEXR.Compression(compression),
        "lineOrder": OpenEXR.LineOrder(order.value[0] if order else 0),
        "dataWindow": _corners(_box(part, "dataWindow")),
        "displayWindow": _corners(_box(part, "displayWindow")),
    }
    if len(file.parts) > 1:
        layout["name"] = part.text("name") or f"part{index}"
    if tiled and tiles:
        description = OpenEXR.TileDescription()
        description.xSize, description.ySize = struct.unpack_from("<2I", tiles.value)
        layout["tiles"] = description
    return layout


def _encode(parts: list[Any]) -> bytes:
    stream = io.BytesIO()
    OpenEXR.File(parts).write(stream)
    return stream.getvalue()
