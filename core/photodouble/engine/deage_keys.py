"""Send the key frames of a take out to be painted: what a network made is fixed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from photodouble.engine.deage_take import DeagedTake
from photodouble.engine.painting import send_out, take_frame
from photodouble.ops.deage.given import key_frames
from photodouble.ops.deage.model_keys import model_frames
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


def send_out_keys(
    take: Take,
    folder: Path,
    settings: Settings,
    report: Reporter,
    *,
    frames: Sequence[int] = (),
    kind: str = "tif",
    encoding: str = "",
    overwrite: bool = False,
) -> dict[str, Any]:
    """Write frames of a take's result to paint on, each with the sheet that takes it back; else every key.

    Raises ArtistError `input.bad_key` for a take without keys, and as `take_frame` and `send_out` do.
    """
    made = DeagedTake.of(take, report)
    keys = key_frames(made.shot)
    wanted = tuple(frames) or tuple(frame for frame in keys if frame in made.frames)
    if not wanted:
        raise ArtistError(
            "input.bad_key",
            "The take has no key frame",
            f"No frame of {take.label} was painted, by a model or by hand.",
            "Say which frames are to be painted on (--frames).",
        )
    by_model = model_frames(made.shot)
    name, sent = take.label.replace("/", "_"), []
    for done, frame in enumerate(wanted):
        report.progress(done, len(wanted), "writing key frames")
        file = folder / f"{name}.{frame:04d}.paint.{kind}"
        out = send_out(
            take_frame(take, frame), folder, settings, file=str(file), encoding=encoding, overwrite=overwrite
        )
        back = folder / f"{name}_keys.{frame:04d}.exr"
        sent.append({**out.to_json(), "back": str(back), "by_model": frame in by_model})
    return {
        "take": str(take.folder),
        "frames": sent,
        "key_frames": FrameRange({*keys, *wanted}).to_text(),
        "keys": str(folder / f"{name}_keys.####.exr"),
    }
