"""Turn the controls of a shot into what a model is asked for."""

from __future__ import annotations

import numpy as np

from photodouble.image.bounded import bound, bounds_of
from photodouble.image.encoding import encode
from photodouble.models.fill import Pictures, Wish
from photodouble.ops.inpaint.model_paint import Painter
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot, held_frame


def painter_for(shot: Shot, report: Reporter) -> Painter | None:
    """Return the model that a shot names, ready to paint; None where it names none.

    A preview names one without having its card: it shows the fill without the model.
    """
    card = shot.inputs.models.get(str(shot.values["model"]))
    if card is None:
        return None
    return Painter(card, wish_of(shot), str(shot.values["model_fills"]), report)


def wish_of(shot: Shot) -> Wish:
    """Return what the artist asks of a model."""
    values = shot.values
    return Wish(
        prompt=str(values["prompt"]),
        negative_prompt=str(values["negative_prompt"]),
        strength=float(values["strength"]),
        steps=int(values["steps"]),
        guidance=float(values["guidance"]),
        seed=shot.seed,
        reference=_reference(shot),
    )


def _reference(shot: Shot) -> Pictures | None:
    """Read the reference picture, (h, w, 3) bounded 0 to 1: its first frame."""
    sequence = shot.inputs.ports.get("reference")
    if sequence is None:
        return None
    frame = held_frame(sequence, sequence.frames[0])
    shot.note_use("reference", frame)
    picture = sequence.read(frame)
    encoded = encode(np.nan_to_num(picture.linear(picture.data_window)))
    return bound(encoded, bounds_of(encoded))
