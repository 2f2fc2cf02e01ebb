"""Copies of a take's results where the artist wants them: checked before the work, made after the seal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from photodouble.image.write import output_suffix
from photodouble.ops.operation import Reporter
from photodouble.takes.copies import OutputPattern, check_output, check_writable, copy_result
from photodouble.takes.layers import pack_layers
from photodouble.takes.store import Take, TakeStore
from photodouble_client.errors import ArtistError

from .again import known_copies
from .options import JobOptions
from .prepare import Prepared, input_files, is_one_file
from .space import check_space


def check_outputs(prepared: Prepared, options: JobOptions, store: TakeStore, frames: tuple[int, ...]) -> None:
    """Refuse a place that cannot take what the job will write; raises ArtistError before any work."""
    check_writable(store.root / "take")
    if options.layers and len(prepared.shots) > 1:
        raise ArtistError(
            "usage.arguments",
            "Layers of a stereo plate cannot be packed",
            "One EXR can hold the outputs of one view only.",
            "Copy without layers (--layers), or work on one eye (--view left).",
        )
    plate = prepared.shot.plate(prepared.shot.frames[0])
    if options.output:
        for view in output_views(prepared):
            check_output(
                OutputPattern(options.output, view),
                prepared.shot.frames,
                inputs=input_files(prepared.shots.values()),
                suffix="exr" if options.layers else output_suffix(plate).removeprefix("."),
                overwrite=options.overwrite,
                is_copy=known_copies(prepared, store, layers=options.layers),
            )
    check_space(prepared.shot, frames, store.root)


def copy_outputs(prepared: Prepared, take: Take, options: JobOptions, report: Reporter) -> Iterator[Path]:
    """Copy every finished frame where the artist wants it, and yield the path of each copy.

    A stop is obeyed between copies; those made are known again when the job goes on.
    """
    plate = prepared.shot.inputs.ports["plate"]
    for frame in prepared.shot.frames:
        report.check()
        record = take.record(frame)
        if record is None:
            continue
        if not options.layers:
            yield from copy_result(take, record, options.output)
            continue
        target = OutputPattern(options.output).path(frame)
        pack_layers(take, record, target, colourspace=plate.colourspace, channels=plate.channels)
        yield target


def output_views(prepared: Prepared) -> tuple[str, ...]:
    """Return the views that have result files of their own: none but the unnamed one if they share files."""
    return ("",) if is_one_file(list(prepared.shots.values())) else tuple(prepared.shots)
