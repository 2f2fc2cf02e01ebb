"""De-age: how a studio's own network paints the key frames that the artist then fixes."""

from __future__ import annotations

from ..param import Param

_MODELLED = {"mode": ("model",)}

MODEL = (
    Param(
        "model",
        "text",
        "",
        "Model",
        "The network that paints the key frames in the mode model, by the name of its card (see 'photodouble "
        "models'). It never touches another frame.",
        group="Model",
        shown_when=_MODELLED,
    ),
    Param(
        "model_keys",
        "int",
        3,
        "Model's key frames",
        "How many key frames there are in all where none are named: those that are worth painting are found "
        "and painted by the model.",
        group="Model",
        minimum=1,
        maximum=24,
        shown_when=_MODELLED,
    ),
    Param(
        "age_in_plate",
        "float",
        0.0,
        "Age in the plate",
        "How old the performer looks on the plate. The model is told this age and the target age.",
        group="Model",
        animates=True,
        minimum=0.0,
        maximum=120.0,
        unit="years",
        shown_when=_MODELLED,
    ),
)
