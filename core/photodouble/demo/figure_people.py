"""Who the drawn people of the demo are: build, skin, hair and clothes, drawn from a number."""

from __future__ import annotations

import random
from dataclasses import dataclass

Colour = tuple[float, float, float]

_SKIN: tuple[Colour, ...] = (
    (0.60, 0.38, 0.28),
    (0.52, 0.31, 0.215),
    (0.44, 0.25, 0.16),
    (0.30, 0.155, 0.09),
    (0.165, 0.08, 0.046),
    (0.095, 0.048, 0.030),
)
_HAIR: tuple[Colour, ...] = (
    (0.012, 0.010, 0.009),
    (0.030, 0.018, 0.011),
    (0.075, 0.038, 0.018),
    (0.16, 0.075, 0.028),
    (0.36, 0.23, 0.095),
    (0.30, 0.29, 0.275),
    (0.20, 0.055, 0.018),
)
_CLOTH: tuple[Colour, ...] = (
    (0.45, 0.035, 0.035),
    (0.55, 0.13, 0.03),
    (0.60, 0.40, 0.05),
    (0.055, 0.22, 0.075),
    (0.03, 0.11, 0.10),
    (0.035, 0.075, 0.30),
    (0.12, 0.26, 0.48),
    (0.20, 0.05, 0.22),
    (0.50, 0.16, 0.22),
    (0.62, 0.60, 0.56),
    (0.28, 0.28, 0.29),
    (0.035, 0.036, 0.042),
    (0.32, 0.24, 0.15),
    (0.15, 0.09, 0.055),
)
_LEGS: tuple[Colour, ...] = (
    (0.030, 0.048, 0.105),
    (0.060, 0.095, 0.180),
    (0.022, 0.022, 0.026),
    (0.15, 0.15, 0.155),
    (0.27, 0.21, 0.135),
    (0.075, 0.062, 0.040),
    (0.035, 0.030, 0.028),
)
HAIRS = ("short", "crop", "long", "bob", "bun", "ponytail", "afro", "bald", "cap", "beanie", "hood")
TOPS = ("shirt", "jumper", "jacket", "coat", "vest", "dress")


@dataclass(frozen=True)
class Person:
    """One drawn person. `height` in metres; `bulk` 1 is of middling width; colours are scene-linear."""

    name: str
    height: float
    bulk: float
    woman: bool
    skin: Colour
    hair: str
    hair_colour: Colour
    beard: float
    glasses: bool
    top: str
    pattern: int
    scale: float
    cloth: Colour
    second: Colour
    legs: Colour
    shorts: bool
    shoes: Colour
    hat: Colour
    scarf: bool
    seed: int


def person_numbered(number: int, seed: int = 0) -> Person:
    """Draw the person of a number; neighbours in number differ in what is seen from afar."""
    dice = random.Random(f"{seed}/person/{number}")
    woman = (number + dice.randrange(2)) % 2 == 0
    hairs = (
        HAIRS if not woman else ("long", "bob", "bun", "ponytail", "long", "afro", "cap", "beanie", "short")
    )
    hair = hairs[(number * 5 + dice.randrange(3)) % len(hairs)]
    top = TOPS[(number * 7 + dice.randrange(2)) % (6 if woman else 5)]
    cloth = _CLOTH[(number * 5 + dice.randrange(2)) % len(_CLOTH)]
    second = _CLOTH[(number * 5 + 3 + dice.randrange(8)) % len(_CLOTH)]
    return Person(
        name=f"p{number:03d}",
        height=round(dice.gauss(1.66 if woman else 1.78, 0.055), 3),
        bulk=min(max(dice.gauss(1.0, 0.12), 0.82), 1.35),
        woman=woman,
        skin=_SKIN[(number * 3 + dice.randrange(2)) % len(_SKIN)],
        hair=hair,
        hair_colour=_HAIR[dice.randrange(len(_HAIR) if number % 3 else 3)],
        beard=0.0 if woman or dice.random() < 0.55 else dice.uniform(0.35, 1.0),
        glasses=dice.random() < 0.22,
        top=top,
        pattern=0 if top == "coat" else dice.choice((0, 0, 1, 2, 3, 5, 6)),
        scale=dice.uniform(9, 22),
        cloth=_worn(cloth, dice),
        second=_worn(second, dice),
        legs=_worn(_LEGS[dice.randrange(len(_LEGS))], dice),
        shorts=top in ("shirt", "vest") and dice.random() < 0.25,
        shoes=dice.choice(((0.02, 0.018, 0.016), (0.55, 0.54, 0.52), (0.09, 0.045, 0.022))),
        hat=_worn(_CLOTH[dice.randrange(len(_CLOTH))], dice),
        scarf=dice.random() < 0.18,
        seed=dice.randrange(1 << 20),
    )


def _worn(colour: Colour, dice: random.Random) -> Colour:
    light = dice.uniform(0.75, 1.2)
    red, green, blue = (min(light * channel * dice.uniform(0.9, 1.1), 0.75) for channel in colour)
    return red, green, blue
