"""De-age: how a shot's painted frames teach a small network, and when it is used."""

from __future__ import annotations

from ..param import Param

_KEYED = {"mode": ("keys", "both", "model")}
_LEARNING = {"mode": ("keys", "both", "model"), "learning": (True,)}

LEARN = (
    Param(
        "learning",
        "bool",
        False,
        "Learning",
        "Train a small network on the painted frames of this shot and let it correct the paint that is "
        "carried, only where that is proved on painted frames which were kept apart. It takes at least three "
        "painted frames and the models extra, no weights and no network.",
        group="Learning",
        shown_when=_KEYED,
    ),
    Param(
        "learning_steps",
        "int",
        300,
        "Learning steps",
        "How many steps each training takes: one for every painted frame that is kept apart (four at most), "
        "and one for all of them. A step is a fixed piece of work, so that the same request means the same "
        "everywhere.",
        group="Learning",
        minimum=1,
        maximum=100000,
        soft_maximum=2000,
        shown_when=_LEARNING,
    ),
    Param(
        "learning_device",
        "choice",
        "auto",
        "Learning device",
        "What the learning computes on. Auto takes the graphics card, if there is one. On a card the weights "
        "differ a little from those of the processor.",
        group="Learning",
        choices=("auto", "cpu", "cuda", "mps"),
        shown_when=_LEARNING,
        advanced=True,
    ),
)
