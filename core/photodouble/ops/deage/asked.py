"""What can be said of a de-ageing request before any work: paint, mattes and controls that cannot work."""

from __future__ import annotations

from photodouble.ops.deage.given import is_keyed, key_frames
from photodouble.ops.shot import Shot, spoken
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


def check_shot(shot: Shot) -> tuple[str, ...]:
    """Return what the artist should know first; raises ArtistError for what cannot work."""
    _check_age(shot)
    keys = _check_keys(shot)
    for port in ("occluder", "skin"):
        _check_frames(shot, port)
    if len(keys) == 1:
        return (
            f"Only frame {keys[0]} is painted: everything comes from it. 'photodouble deage suggest-keys' "
            "names the frames that would help most.",
        )
    return ()


def _check_age(shot: Shot) -> None:
    """Refuse a request that does not say which age it shows: the consent could not be asked for it."""
    if any(float(shot.value("target_age", frame)) <= 0 for frame in shot.frames):
        raise ArtistError(
            "usage.bad_value",
            "The target age is not said",
            "A consent to show somebody younger or older always names the ages that may be shown.",
            "Give the age that is to be shown (--target-age).",
        )


def _check_keys(shot: Shot) -> tuple[int, ...]:
    """Refuse painted frames that are missing, not of this plate, or not among those that are there."""
    if not is_keyed(shot):
        return ()
    if "keys" not in shot.inputs.ports:
        if str(shot.values["mode"]) == "both":
            return ()
        raise ArtistError(
            "usage.arguments",
            "There is no painted frame",
            "The mode is keys, and no painted frames are given.",
            "Give them (--keys), or make a first pass from the dials (--mode parametric).",
        )
    keys, painted = key_frames(shot), shot.inputs.ports["keys"]
    wanted = FrameRange.from_text(str(shot.values["key_frames"]))
    gaps = [frame for frame in wanted if frame not in painted.frames]
    if gaps:
        raise ArtistError(
            "input.missing_frames",
            "A key frame is not painted",
            f"{painted.pattern} has no frame {FrameRange(gaps).to_text()}, which the key frames name.",
            f"Paint it, or choose of {FrameRange(painted.frames).to_text()} (--key-frames).",
        )
    there = {*shot.frames, *shot.source_frames}
    strange = [frame for frame in keys if frame not in there]
    if strange:
        raise ArtistError(
            "input.range_mismatch",
            "A painted frame is none of the plate's",
            f"The plate has no frame {FrameRange(strange).to_text()}, or it may not be looked at.",
            "Name the painted file after the plate's frame, or leave it out (--key-frames).",
        )
    return keys


def _check_frames(shot: Shot, port: str) -> None:
    sequence = shot.inputs.ports.get(port)
    missing = [] if sequence is None else sequence.missing(shot.frames)
    if sequence is None or not missing:
        return
    raise ArtistError(
        "input.range_mismatch",
        f"The {spoken(port)} does not cover the range",
        f"{sequence.pattern} has no frame {FrameRange(missing).to_text()}, which the plate has.",
        "Give one picture for the whole shot, or one for every frame of the range.",
    )
