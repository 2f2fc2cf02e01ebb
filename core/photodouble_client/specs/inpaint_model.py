"""Inpaint: how a studio's own generative model is asked to fill what no frame shows."""

from __future__ import annotations

from ..param import Param

MODEL = (
    Param(
        "model",
        "text",
        "",
        "Model",
        "The generative model that invents what no frame shows, by the name of its card (see 'photodouble "
        "models'). Empty invents from the shot's own pixels, without any model.",
        group="Model",
    ),
    Param(
        "model_fills",
        "choice",
        "unseen",
        "Model fills",
        "What is left to the model. Unseen: only pixels that no frame shows. Matte: everything under the "
        "matte, as if no frame showed it, such as a set extension. Change: the model sees what is under the "
        "matte and changes it, and the change follows its motion, such as a costume.",
        group="Model",
        choices=("unseen", "matte", "change"),
    ),
    Param(
        "prompt",
        "prompt",
        "",
        "Prompt",
        "What the model is asked for, in words. It is kept in the take's request and in the history, never "
        "in a picture.",
        group="Model",
    ),
    Param(
        "negative_prompt",
        "prompt",
        "",
        "Negative prompt",
        "What the model should leave out, in words.",
        group="Model",
    ),
    Param(
        "strength",
        "float",
        1.0,
        "Strength",
        "How far the model may go from what it is shown: 1 starts anew, 0.3 keeps the lay of the picture. "
        "Models that know no strength take no notice.",
        group="Model",
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "steps",
        "int",
        30,
        "Steps",
        "How many steps a diffusion model takes. More is slower and at some point no better.",
        group="Model",
        minimum=1,
        maximum=500,
        soft_maximum=60,
        advanced=True,
    ),
    Param(
        "guidance",
        "float",
        7.5,
        "Guidance",
        "How closely a diffusion model keeps to the prompt.",
        group="Model",
        minimum=0.0,
        maximum=50.0,
        soft_maximum=15.0,
        advanced=True,
    ),
)
