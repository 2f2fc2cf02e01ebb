"""Study a shot from end to end: motion, what was behind the matte, grain, and what nobody saw."""

from __future__ import annotations

from photodouble.ops.inpaint import clean_plate, pipeline
from photodouble.ops.inpaint.advice import advise
from photodouble.ops.inpaint.artist_layers import ArtistLayers
from photodouble.ops.inpaint.footage_shot import ShotFootage, footage_of
from photodouble.ops.inpaint.guides import Guide, frames_elsewhere, read_guides
from photodouble.ops.inpaint.learn.shot import Learning, learn_shot
from photodouble.ops.inpaint.model_wish import painter_for
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.shot_grain import grain_record, shot_grain
from photodouble.ops.inpaint.unseen import Invention, synthesise
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot
from photodouble.ops.training import require_torch
from photodouble_client.frames import FrameRange

_LEAST_SEAM = 1.5
"""The seam offset is never blurred less than this many working pixels."""


def study(shot: Shot, scratch: Scratch, report: Reporter) -> None:
    """Write every record that rendering a frame of the shot reads; what is there already is kept."""
    plates = footage_of(shot)
    settings = settings_of(shot, plates)
    painter = painter_for(shot, report)
    guides = read_guides(shot.document("guides"), plates)
    if elsewhere := frames_elsewhere(shot.document("guides"), plates):
        report.warn(f"Lines of the guides are on frames the shot has not: {FrameRange(elsewhere).to_text()}.")
    invention = Invention(_wanted_keys(shot, plates, guides), shot.seed, painter, guides)
    invents = "synthesise" in _every_value(shot, "unseen")
    learning = None
    if shot.values["learning"]:
        learning = Learning(float(shot.values["learning_minutes"]), shot.seed)
    artist = ArtistLayers(shot, plates)
    study_plates(plates, scratch, settings, invention if invents else None, report, learning, artist)


def settings_of(shot: Shot, plates: ShotFootage) -> Settings:
    """Return how the motion of a shot is analysed, by the values of its request."""
    return Settings(
        motion=str(shot.values["motion"]),
        reach=int(shot.values["reach"]),
        exposure_match=bool(shot.values["exposure_match"]),
        light=str(shot.values["light"]),
        match_blur=bool(shot.values["match_blur"]),
        seam_blur=max(float(shot.value("seam", shot.frames[0])) / plates.scale, _LEAST_SEAM),
    )


def study_plates(
    plates: Plates,
    scratch: Scratch,
    settings: Settings,
    invention: Invention | None,
    report: Report,
    learning: Learning | None = None,
    artist: pipeline.Artist | None = None,
) -> None:
    """Study plates of any origin; without `invention` nothing is invented, without `learning` learned."""
    if learning is not None:
        require_torch()
    pipeline.analyse(plates, scratch, settings, report, artist)
    with pipeline.one_thread():
        clean_plate.register(plates, scratch, report)
        if not scratch.has("grain", 0):
            scratch.save("grain", 0, **grain_record(shot_grain(plates)))
        if learning is not None:
            learn_shot(plates, scratch, settings, learning, report, getattr(report, "warn", _unheard))
        if invention is not None:
            synthesise(plates, scratch, invention, report)
        advise(plates, scratch, settings, report)


def _unheard(message: str) -> None:
    """Tell nobody: benches and tests look at the records."""


def _wanted_keys(shot: Shot, plates: ShotFootage, guides: tuple[Guide, ...]) -> tuple[int, ...]:
    """Turn the artist's key frames into indices, in their order; unknown frames are passed over.

    Without any, the frames that lines were drawn on are the key frames.
    """
    if not shot.values["key_frame"]:
        return tuple(dict.fromkeys(guide.index for guide in guides))
    asked = FrameRange.from_text(str(shot.values["key_frame"]))
    return tuple(plates.numbers.index(frame) for frame in asked if frame in plates.numbers)


def _every_value(shot: Shot, key: str) -> set[str]:
    value = shot.values[key]
    return {str(single) for single in value["frames"].values()} if isinstance(value, dict) else {str(value)}
