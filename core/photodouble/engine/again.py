"""Doing a finished job again: its own copies are recognised, so that a farm's second try is no error."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.takes.layers import pack_layers
from photodouble.takes.record import FrameRecord
from photodouble.takes.store import Take, TakeStore, names_of

from .prepare import Prepared
from .resume import is_same_work

IsCopy = Callable[[int, Path], bool]


def known_copies(prepared: Prepared, store: TakeStore, *, layers: bool) -> IsCopy:
    """Return the function that says whether a file is a copy of a frame which this job would copy again.

    Copies of an earlier take of the very same work hold the same pixels, so they count, too.
    """
    wanted = prepared.request
    takes = [
        take
        for take in store.versions(names_of(wanted))
        if take.take_id == wanted.take or is_same_work(take.request(), wanted)
    ]

    def is_copy(frame: int, path: Path) -> bool:
        made = [(take, record) for take in takes if (record := take.record(frame)) is not None]
        if not made or not path.is_file():
            return False
        if layers:
            return _same_layers(prepared, *made[0], path)
        return file_sha256(path) in {sha for _, record in made for sha in _results(record)}

    return is_copy


def _results(record: FrameRecord) -> set[str]:
    return {
        written.file_sha256
        for key, written in record.files.items()
        if key == "result" or key.startswith("result.")
    }


def _same_layers(prepared: Prepared, take: Take, record: FrameRecord, path: Path) -> bool:
    """Pack the frame again and compare the pixels; a file that cannot be read is no copy."""
    plate = prepared.shot.inputs.ports["plate"]
    with tempfile.TemporaryDirectory(prefix="photodouble-") as folder:
        packed = Path(folder) / "layers.exr"
        pack_layers(take, record, packed, colourspace=plate.colourspace, channels=plate.channels)
        try:
            return pixel_sha256(packed) == pixel_sha256(path)
        except Exception:  # noqa: BLE001, whatever lies there, it is not ours
            return False
