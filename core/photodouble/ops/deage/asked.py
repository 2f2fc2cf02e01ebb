"""What can be said of a de-ageing request before any work: paint, mattes and controls that cannot work."""

from __future__ import annotations

from photodouble.ops.deage.behind import has_head
from photodouble.ops.deage.given import (
    delta_frames,
    is_keyed,
    is_modelled,
    key_frames,
    named_keys,
    painted_frames,
)
from photodouble.ops.deage.paint import check_paint
from photodouble.ops.deage.worn import look_of
from photodouble.ops.shot import Shot, spoken
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


def check_shot(shot: Shot) -> tuple[str, ...]:
    """Return what the artist should know first; raises ArtistError for what cannot work."""
    _check_age(shot)
    said = _check_model(shot)
    keys = _check_keys(shot)
    said += check_paint(shot)
    said += _check_look(shot)
    for port in ("occluder", "skin", "head", "behind"):
        _check_frames(shot, port)
    _check_behind(shot)
    if len(keys) != 1 or (is_modelled(shot) and not named_keys(shot) and int(shot.values["model_keys"]) > 1):
        return said
    return (
        *said,
        f"Only frame {keys[0]} is painted: everything comes from it. 'photodouble deage suggest-keys' "
        "names the frames that would help most.",
    )


def _check_behind(shot: Shot) -> None:
    """Refuse a clean plate that nobody can use: without a head there is nothing before it."""
    if "behind" not in shot.inputs.ports or has_head(shot):
        return
    raise ArtistError(
        "usage.arguments",
        "A clean plate needs the head",
        "The clean plate shows what is behind the head, and nothing tells the head from it.",
        "Give the matte of the performer (--head), or draw a shape called head (--regions).",
    )


def _check_age(shot: Shot) -> None:
    """Refuse a request that does not say which age it shows: the consent could not be asked for it."""
    if any(float(shot.value("target_age", frame)) <= 0 for frame in shot.frames):
        raise ArtistError(
            "usage.bad_value",
            "The target age is not said",
            "A consent to show somebody younger or older always names the ages that may be shown.",
            "Give the age that is to be shown (--target-age).",
        )


def _check_model(shot: Shot) -> tuple[str, ...]:
    """Refuse a model that is not named, or not told the age it sees; say where one has no effect."""
    name = str(shot.values["model"])
    if not is_modelled(shot):
        return (f"The model {name} paints only in the mode model: it has no effect here.",) if name else ()
    if not name:
        raise ArtistError(
            "usage.arguments",
            "No model is named",
            "The mode is model, and no model is named that could paint the key frames.",
            "Name one by its card (--model; see 'photodouble models list'), or paint them yourself "
            "(--mode keys).",
        )
    if any(float(shot.value("age_in_plate", frame)) <= 0 for frame in shot.frames):
        raise ArtistError(
            "usage.bad_value",
            "The age in the plate is not said",
            "The model must be told how old the performer looks on the plate.",
            "Give that age in years (--age-in-plate).",
        )
    return ()


def _check_keys(shot: Shot) -> tuple[int, ...]:
    """Refuse key frames that are missing, given twice, not of this plate, or not among those there are."""
    if not is_keyed(shot):
        return ()
    given = [port for port in ("keys", "deltas") if port in shot.inputs.ports]
    if not given and str(shot.values["mode"]) == "keys":
        raise ArtistError(
            "usage.arguments",
            "There is no painted frame",
            "The mode is keys, and no painted frames are given.",
            "Give them (--keys), or make a first pass from the dials (--mode parametric).",
        )
    there = {frame for port in given for frame in shot.inputs.ports[port].frames}
    gaps = [] if is_modelled(shot) else [frame for frame in named_keys(shot) if frame not in there]
    if given and gaps:
        raise ArtistError(
            "input.missing_frames",
            "A key frame is not painted",
            f"{shot.inputs.ports[given[0]].pattern} has no frame {FrameRange(gaps).to_text()}, which the key "
            "frames name.",
            f"Paint it, or choose of {FrameRange(there).to_text()} (--key-frames).",
        )
    twice = [frame for frame in painted_frames(shot) if frame in delta_frames(shot)]
    if twice:
        raise ArtistError(
            "input.bad_key",
            "A key frame is given twice",
            f"A painted frame (--keys) and a delta (--deltas) are given for {FrameRange(twice).to_text()}.",
            "Give one of them.",
        )
    keys = key_frames(shot)
    strange = [frame for frame in keys if frame not in {*shot.frames, *shot.source_frames}]
    if strange:
        raise ArtistError(
            "input.range_mismatch",
            "A key frame is none of the plate's",
            f"The plate has no frame {FrameRange(strange).to_text()}, or it may not be looked at.",
            "Name the painted file after the plate's frame, or leave it out (--key-frames).",
        )
    return keys


def _check_look(shot: Shot) -> tuple[str, ...]:
    """Say when the look was dialled in on somebody else; raises ArtistError as `look_of` does."""
    look = look_of(shot)
    if look is None or not look.performer or look.performer in shot.request.performers:
        return ()
    return (
        f"The look {look.name} is one of {look.performer}, and this shot shows "
        f"{', '.join(shot.request.performers)}: its dials and age map were made for another face.",
    )


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
