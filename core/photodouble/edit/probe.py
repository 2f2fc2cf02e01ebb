"""What the header of a picture or movie says of itself: timecode, rate, reel, colour space, pixel aspect."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from photodouble.image.exr_header import DamagedFileError, PartHeader, header_of
from photodouble.image.timecode import Timecode
from photodouble_client.errors import ArtistError

from .rate import exact_rate

_RATES = ("FramesPerSecond", "dpx:FrameRate", "dpx:TemporalFrameRate")
_COLOURSPACE = ("colorspace", "colourspace", "oiio:colorspace", "input/colorspace", "nuke/input/colorspace")


@dataclass(frozen=True)
class Probed:
    """Hold what a header says; what it does not say is empty. `trouble` is why it could not be read."""

    timecode: Timecode | None = None
    rate: Fraction | None = None
    reel: str = ""
    colourspace: str = ""
    pixel_aspect: float = 1.0
    trouble: str = ""


def probe_picture(path: Path, rate: Fraction) -> Probed:
    """Read the header of one picture file; `rate` counts the timecode of a header that says no rate."""
    try:
        if path.suffix.lower() == ".exr":
            return _exr(header_of(path).parts[0], rate)
        return _flat(path, rate)
    except (DamagedFileError, OSError) as error:
        return Probed(trouble=f"{path.name} cannot be read: {error}.")


def timecode_of(path: Path, rate: Fraction) -> Timecode | None:
    """Read the timecode in the header of one picture file, counted at `rate`; None if it has none."""
    return probe_picture(path, rate).timecode


def good_aspect(value: object) -> float:
    """Return a pixel aspect that can be; 1 for anything else."""
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0.1 <= value <= 10:
        return 1.0
    return round(float(value), 6)


def said_rate(value: object) -> Fraction | None:
    """Return a rate that a file says, or None if it is none."""
    try:
        return exact_rate(value) if isinstance(value, int | float | str | Fraction) else None
    except ArtistError:
        return None


def _exr(part: PartHeader, rate: Fraction) -> Probed:
    found = {attribute.name.lower(): attribute for attribute in part.attributes}
    own = found.get("framespersecond")
    said = None
    if own is not None and own.type == "rational" and len(own.value) == 8:
        top, bottom = struct.unpack("<iI", own.value)
        said = said_rate(Fraction(top, bottom)) if bottom else None
    code = found.get("timecode")
    aspect = found.get("pixelaspectratio")
    texts = (found[name].value.decode("utf-8", "replace") for name in _COLOURSPACE if name in found)
    return Probed(
        Timecode.from_exr(struct.unpack_from("<I", code.value)[0], said or rate)
        if code is not None and len(code.value) == 8
        else None,
        said,
        part.text("reelName"),
        "ACES2065-1" if "acesimagecontainerflag" in found else next(texts, ""),
        good_aspect(struct.unpack("<f", aspect.value)[0]) if aspect and len(aspect.value) == 4 else 1.0,
    )


def _flat(path: Path, rate: Fraction) -> Probed:
    import OpenImageIO

    opened = OpenImageIO.ImageInput.open(str(path))
    if opened is None:
        return Probed(trouble=f"{path.name} cannot be read: {OpenImageIO.geterror()}.")
    spec = opened.spec()
    opened.close()
    rates = (
        spec.getattribute(name) for name in ("FramesPerSecond", "dpx:FrameRate", "dpx:TemporalFrameRate")
    )
    said = next((good for one in rates if (good := said_rate(_fraction(one))) is not None), None)
    code = spec.getattribute("smpte:TimeCode")
    packed = code[0] if isinstance(code, tuple | list) and code else None
    reel = spec.getattribute("dpx:InputDevice") or ""
    return Probed(
        Timecode.from_exr(int(packed) & 0xFFFFFFFF, said or rate) if packed is not None else None,
        said,
        str(spec.getattribute("smpte:ReelName") or spec.getattribute("reelName") or reel),
        "",
        good_aspect(spec.getattribute("PixelAspectRatio")),
    )


def _fraction(value: object) -> object:
    """OpenImageIO gives a rational as two numbers."""
    if isinstance(value, tuple | list) and len(value) == 2 and value[1]:
        return Fraction(int(value[0]), int(value[1]))
    return value
