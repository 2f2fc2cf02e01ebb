"""One element of the library: a filmed person, cut out, who plays one thing in a loop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Element:
    """Facts of one element; its cards are pictures of the same size, one per frame.

    `name`: unique in the library, also its folder. `person`: the performer's id; `consent`: the consent
    record that covers it, empty where nobody can be known or none is filed.
    `identifiable`: whether the person could be recognised. `state`: what is played: idle, clap, cheer,
    sit, stand, walk or a word of the artist's. `facing`: degrees; 0 looks into the camera, 90 to the
    picture's right, 180 away. `rate`: frames a second. `frames`: how many cards there are.
    `loop_first`, `loop_last`: the cards that loop without a jump, inclusive, from 0.
    `size`: (width, height) of a card in pixels. `foot`: (x, y) of the foot point in card pixels.
    `height`: the person's height in metres as played (a sitting one is less tall).
    `pixels_per_metre`: of the card. `has_wardrobe`: whether a wardrobe matte is there. `cloth`: how bright
    the wardrobe is on the mean, scene-linear luminance; what a palette's colours are measured against.
    `pace`: how fast somebody who walks gets on, metres a second; 0 where nobody does, or nobody knows.
    `source`: the plate it was cut from, and `source_first` the frame of its first card there.
    """

    name: str
    person: str
    state: str
    rate: float
    frames: int
    size: tuple[int, int]
    foot: tuple[float, float]
    height: float
    pixels_per_metre: float
    facing: float = 0.0
    loop_first: int = 0
    loop_last: int = 0
    has_wardrobe: bool = False
    identifiable: bool = True
    consent: str = ""
    source: str = ""
    source_first: int = 0
    cloth: float = 0.18
    pace: float = 0.0
