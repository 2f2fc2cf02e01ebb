"""Write a take for a Fusion page: pictures that a Loader reads, and the nodes that lay them over MediaIn.

On the Fusion page MediaIn holds a clip's own codes (unmanaged) or the timeline's space, and a soft edge that
is mixed there is not the engine's, which is mixed in linear light. So the fill is written in that encoding
E and already multiplied, as what has to be added: E(result) - (1 - matte) * E(plate), with the matte in A.
An ordinary Merge then gives E(result) exactly, in any encoding, and outside the matte the pixel that comes
in. Every picture covers the whole display window: how Fusion places data windows need not be known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.colour import space_named
from photodouble.image.frame import Frame
from photodouble.image.pattern import frame_path
from photodouble.image.storage import write_whole
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.operation import Reporter
from photodouble.provenance.gate import GateMark, recorded
from photodouble_client.errors import ArtistError
from photodouble_client.fusion_tools import (
    MacroWish,
    TakePictures,
    comp_text,
    setting_text,
    views_of_spec,
)
from photodouble_client.specs import SPECS
from photodouble_client.take_folder import read_take
from photodouble_client.take_nodes import KINDS
from photodouble_client.take_snippet import snippet_name

from .encoded import encoded_values
from .over_plate import OverPlate, added
from .record import FrameRecord
from .store import Take

Plane = npt.NDArray[np.float32]
COMP = ".comp"
"""The suffix that asks for a whole comp instead of a macro."""
_KINDS = np.asarray(KINDS, np.float32)


@dataclass(frozen=True)
class FusionWish:
    """What is wanted: the space of MediaIn (empty: that of the plate's files), and where in the comp.

    `begins` is the comp's frame that shows the take's first one, `speed` that of the clip (-1 is backwards);
    `at` is the folder of the pictures where they will be read, if they move.
    """

    space: str = ""
    begins: int = 0
    speed: float = 1.0
    at: str = ""


@dataclass(frozen=True)
class FusionTake:
    """The script, the patterns of its pictures with `####`, their frames and their colour space."""

    script: str
    fill: str
    told: str
    first: int
    last: int
    space: str

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return dict(vars(self))


def write_fusion(
    take: Take, path: Path, wish: FusionWish, report: Reporter, *, overwrite: bool = False
) -> FusionTake:
    """Write pictures and nodes of a take: a macro, or with the suffix `.comp` a whole comp of a clip.

    Frames of the take that are not finished let the plate through. Raises ArtistError `engine.no_take` where
    none is finished, `input.output_exists`, `input.unknown_colourspace`,
    `usage.bad_value` for a speed, and as the plate's reader does.
    """
    if path.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The comp exists",
            f"{path} is there already.",
            "Choose another name, or overwrite it.",
        )
    if not math.isfinite(wish.speed) or wish.speed == 0:
        raise ArtistError(
            "usage.bad_value",
            "A clip has no such speed",
            f"Speed {wish.speed} shows no frames.",
            "Give the clip's speed: 1, 2 for twice as fast, -1 for backwards.",
        )
    first, last = take.request().range.first, take.request().range.last
    staged = _Staging(take, wish.space)
    for number, frame in enumerate(range(first, last + 1)):
        report.check()
        staged.write(frame)
        report.progress(number + 1, last - first + 1, "laying the fill into the whole frame")
    text = _text(take, path, wish, TakePictures(*_first_files(staged, wish.at, first), first, last))
    write_whole(path, text.encode("utf-8"))
    return FusionTake(str(path), staged.pattern("fill"), staged.pattern("told"), first, last, staged.space)


def fusion_folder(take: Take, space: str) -> Path:
    """Return where the pictures go: beside the takes, in a folder for each encoding."""
    word = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in space).strip("_")
    return take.folder.parent / "fusion" / take.folder.name / (word or "plate")


class _Staging:
    """The pictures of one take in one encoding; plates are opened once."""

    def __init__(self, take: Take, space: str) -> None:
        self._take = take
        self._over = OverPlate(take)
        self.space = space_named(space).name if space else self._over.first.colourspace
        self.folder = fusion_folder(take, self.space)

    def pattern(self, name: str) -> str:
        """Give the pattern of `fill` or `told`."""
        return str(self.folder / name / f"{self._take.stem}_{name}.####.exr")

    def write(self, frame: int) -> None:
        """Write both pictures of one frame."""
        record = self._over.record(frame)
        if record is None:
            fill = told = np.zeros((*self._over.first.display_window.size, 4), np.float32)
        else:
            plate = self._over.plate(frame)
            matte = self._over.channels(record, "matte", {"A": 0.0}, plate.display_window)[..., 0]
            fill = laid_fill(plate, self._over.result(frame), matte, self.space)
            told = self._told(record, plate.display_window)
        for name, picture in (("fill", fill), ("told", told)):
            self._write(frame_path(self.pattern(name), frame), picture)

    def _told(self, record: FrameRecord, window: Box) -> Plane:
        """Give the colour of each pixel's origin, and the confidence as alpha."""
        kind = self._over.channels(record, "origin", {"kind": 0.0}, window)[..., 0]
        sure = self._over.channels(record, "confidence", {"confidence": 1.0}, window)
        known = np.clip(np.nan_to_num(kind), 0, len(_KINDS) - 1).astype(np.intp)
        return np.concatenate((_KINDS[known], sure), axis=-1)

    def _write(self, path: Path, picture: Plane) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        mark = GateMark(recorded(self._take.folder)).header()
        first = self._over.first
        write_planes(
            path,
            {name: picture[..., number] for number, name in enumerate("RGBA")},
            data_window=first.display_window,
            display_window=first.display_window,
            pixel_aspect=first.pixel_aspect,
            metadata={"photodouble/take": self._take.take_id, **mark},
            type="float",
        )


def laid_fill(plate: Frame, result: Frame, matte: Plane, space: str) -> Plane:
    """Give what has to be added to `(1 - matte) * plate` for the result, and the matte: (h, w, 4) float32."""
    light = added(encoded_values(plate, space), encoded_values(result, space), matte)
    light = np.where(matte[..., None] > 0, np.nan_to_num(light, posinf=0.0, neginf=0.0), np.float32(0))
    return np.concatenate((light, matte[..., None]), axis=-1).astype(np.float32)


def _first_files(staged: _Staging, at: str, first: int) -> tuple[str, str]:
    """Name the first file of both sequences as the comp will find them."""
    files = [frame_path(staged.pattern(name), first) for name in ("fill", "told")]
    if not at:
        return str(files[0]), str(files[1])
    sign = "\\" if "\\" in at and "/" not in at else "/"
    fill, told = (sign.join((at.rstrip("/\\"), *file.relative_to(staged.folder).parts)) for file in files)
    return fill, told


def _text(take: Take, path: Path, wish: FusionWish, pictures: TakePictures) -> str:
    name = snippet_name(read_take(str(take.folder)))
    note = f"{take.label} (Photo Double), frames {pictures.first}-{pictures.last}."
    views = views_of_spec(SPECS[take.request().operation])
    made = MacroWish(name, note, views, pictures, wish.begins, wish.speed)
    return comp_text(made) if path.suffix.lower() == COMP else setting_text(made)
