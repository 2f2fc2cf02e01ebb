"""Inpaint: how the fill learns from the shot itself."""

from __future__ import annotations

from ..param import Param

SYNTHESIS = (
    Param(
        "learning",
        "bool",
        False,
        "Learning",
        "Train a small network on this shot's own known pixels and let it correct the fill, only where that "
        "is proved on known pixels which were kept apart. It needs the models extra, no weights and no "
        "network, and takes a second analysis of the shot besides its own time.",
        group="Learning",
    ),
    Param(
        "learning_minutes",
        "float",
        4.0,
        "Learning minutes",
        "How long to learn, in minutes of one core. It stands for a fixed number of steps, 240 a minute, so "
        "that the same request gives the same pixels on a slower machine, too.",
        group="Learning",
        minimum=0.05,
        maximum=600.0,
        soft_maximum=30.0,
        unit="min",
        shown_when={"learning": (True,)},
    ),
)
