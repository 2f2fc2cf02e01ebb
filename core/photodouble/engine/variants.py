"""Variants of what is invented: a sheet of the same key frames under several seeds, to choose one from.

A variant is a seed. What does not depend on it is studied once; each seed's analysis is kept in the cache, so
that the take with that seed shows the very same pixels and asks no model again.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.display import shown
from photodouble.image.proxy import reduce, working_scale
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage_shot import footage_of
from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot
from photodouble.provenance.gate import check_near
from photodouble.settings import Settings
from photodouble.takes.copies import check_apart
from photodouble.takes.files import link_or_copy
from photodouble.takes.sheet import Codes, captioned, write_sheet
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.param import LARGEST_SEED
from photodouble_client.request import JobRequest

from .cache import AnalysisCache
from .contents import Contents, analysis_key, measure_contents
from .options import open_store
from .prepare import Prepared, input_files, prepare
from .weights import give_models

MOST = 64
"""So many variants are made at once at most."""
_KEYS = 3
"""So many key frames are shown at most."""
_TILE = 480
_SHARED = (
    *("view", "motion", "motion_check", "light_step", "light", "light_choice", "lit"),
    *("candidates", "ring", "draft", "motion_second", "blend", "clean", "grain"),
)
"""The records that no seed changes."""


@dataclass(frozen=True)
class Variants:
    """A sheet of variants on disk: the seeds from left to right, the frames from top to bottom."""

    sheet: Path
    seeds: tuple[int, ...]
    frames: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "sheet": str(self.sheet),
            "seeds": list(self.seeds),
            "frames": FrameRange(self.frames).to_text(),
        }


def seeds_of(first: int, count: int, given: str = "") -> tuple[int, ...]:
    """Return the seeds to try: those given, such as `3,7,20-22`, or `count` from the request's own on.

    Raises ArtistError `usage.bad_value` for none, too many, and seeds out of range.
    """
    if given.strip():
        seeds = tuple(FrameRange.from_text(given))
    else:
        seeds = tuple(range(first, first + max(count, 0)))
    if 0 < len(seeds) <= MOST and all(0 <= seed <= LARGEST_SEED for seed in seeds):
        return seeds
    raise ArtistError(
        "usage.bad_value",
        "Those seeds cannot be tried",
        f"{given or count!r} was given, which makes {len(seeds)} seeds.",
        f"Give 1 to {MOST} seeds from 0 to {LARGEST_SEED}, such as 0,1,2 or 10-15.",
    )


def make_variants(
    request: JobRequest,
    seeds: tuple[int, ...],
    sheet: Path,
    settings: Settings,
    report: Reporter,
    *,
    overwrite: bool = False,
) -> Variants:
    """Invent under every seed and write one sheet, a row per key frame, a column per seed.

    In stereo the first eye is shown and kept. Raises ArtistError `input.output_exists`,
    `input.output_is_input`, and whatever the request itself raises; asked to stop, the seeds that are
    finished stay in the cache.
    """
    _check_free(sheet, overwrite=overwrite)
    store = open_store(request, settings)
    check_near(request.checked(), settings, "run", store.root)
    prepared = prepare(request, report)
    check_apart([sheet], input_files(prepared.shots.values()))
    for message in prepared.warnings:
        report.warn(message)
    cache = AnalysisCache(settings.cache_path(), settings.cache_limit_gb)
    cache.folder.mkdir(parents=True, exist_ok=True)
    rows: dict[int, list[Codes]] = {}
    with tempfile.TemporaryDirectory(prefix=".variants-", dir=cache.folder) as place:
        folder = Path(place)
        contents = measure_contents(prepared.shot, folder, report)
        shared: Path | None = None
        for number, seed in enumerate(seeds):
            shot = _with_seed(prepared, seed)
            give_models([shot], settings, store.root)
            records = folder / str(number)
            if _analysed(shot, prepared, contents, records, shared, cache, report):
                shared = shared or records
            frames = _key_frames(shot, records)
            for frame in frames if not rows else tuple(rows):
                row = rows.setdefault(frame, [_plate_tile(shot, frame, settings)])
                row.append(_tile(shot, prepared, records, frame, seed, settings))
            if records != shared:
                shutil.rmtree(records, ignore_errors=True)
            report.progress(number + 1, len(seeds), "variants")
    write_sheet(sheet, _stacked([np.hstack(row) for row in rows.values()]))
    return Variants(sheet, seeds, tuple(rows))


def _with_seed(prepared: Prepared, seed: int) -> Shot:
    """Return the first view's shot under another seed."""
    shot = prepared.shot
    request = dataclasses.replace(shot.request, values={**shot.request.values, "seed": seed})
    return Shot(request, shot.inputs, shot.facts)


def _analysed(
    shot: Shot,
    prepared: Prepared,
    contents: Contents,
    records: Path,
    shared: Path | None,
    cache: AnalysisCache,
    report: Reporter,
) -> bool:
    """Make or fetch the analysis of one seed; return whether it was made. What no seed changes is linked.

    What is `shared` was made here: the cache keeps no records that are only needed on the way.
    """
    operation = prepared.operation
    key = analysis_key(shot, operation, contents)
    if cache.fetch(key, records):
        return False
    if shared is not None:
        stages = _SHARED if shot.values.get("learning") else (*_SHARED, "fill")
        _link(shared, records, stages)
    operation.analyse(shot, FolderScratch(records), report)
    kept = records.with_name(f"{records.name}-kept")
    _link(records, kept, [one.name for one in records.iterdir() if one.name not in operation.working_stages])
    cache.keep(key, kept)
    shutil.rmtree(kept, ignore_errors=True)
    return True


def _key_frames(shot: Shot, records: Path) -> tuple[int, ...]:
    """Return the frames that something was invented on, in order; else the one with the most to fill."""
    scratch = FolderScratch(records)
    numbers = footage_of(shot).numbers
    keys = [numbers[int(at)] for at in scratch.load("keys", 0)["at"]] if scratch.has("keys", 0) else []
    keys = keys or [max(shot.frames, key=lambda frame: _area(shot.matte_box(frame)))]
    return tuple(dict.fromkeys(keys))[:_KEYS]


def _tile(shot: Shot, prepared: Prepared, records: Path, frame: int, seed: int, settings: Settings) -> Codes:
    """Return one frame of one variant, its seed above it."""
    box = _view(shot, frame)
    picture = _plate(shot, frame, box)
    if frame not in shot.overrides:
        made = prepared.operation.render(shot, FolderScratch(records), frame)
        part = made.box.intersect(box)
        if not part.is_empty:
            inside, there = part.slices_in(box), part.slices_in(made.box)
            share = made.matte[there][:, :, None]
            picture[inside] = picture[inside] * (1 - share) + made.fill[there] * share
    return captioned(f"frame {frame}  seed {seed}", _codes(picture, settings))


def _plate_tile(shot: Shot, frame: int, settings: Settings) -> Codes:
    return captioned(f"frame {frame}  plate", _codes(_plate(shot, frame, _view(shot, frame)), settings))


def _plate(shot: Shot, frame: int, box: Box) -> npt.NDArray[np.float32]:
    return np.nan_to_num(shot.plate_linear(frame, box))


def _view(shot: Shot, frame: int) -> Box:
    """Return the matte's box and as much around it again, inside the picture."""
    box = shot.matte_box(frame)
    return box.grow(max(32, max(box.size) // 2)).intersect(shot.canvas)


def _codes(picture: npt.NDArray[np.float32], settings: Settings) -> Codes:
    small = reduce(picture, working_scale(picture.shape[:2], _TILE))
    return shown(small, settings)


def _link(source: Path, target: Path, stages: Iterable[str]) -> None:
    for stage in stages:
        for path in sorted((source / stage).glob("*")):
            link_or_copy(path, target / stage / path.name)


def _stacked(bands: list[Codes]) -> Codes:
    """Stack rows of different widths."""
    width = max(band.shape[1] for band in bands)
    return np.vstack([np.pad(band, ((0, 0), (0, width - band.shape[1]), (0, 0))) for band in bands])


def _area(box: Box) -> int:
    return 0 if box.is_empty else box.height * box.width


def _check_free(sheet: Path, *, overwrite: bool) -> None:
    if sheet.suffix.lower() != ".png":
        raise ArtistError(
            "usage.bad_value",
            "A sheet is a PNG",
            f"{sheet.name} was given as the sheet of variants.",
            "Give a name such as variants.png.",
        )
    if sheet.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The sheet is there already",
            f"{sheet} exists.",
            "Choose another name, or allow overwriting (--overwrite).",
        )
