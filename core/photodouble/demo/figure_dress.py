"""Put flesh and clothes on a drawn person: rounded cones with a look each, from the joints of a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.demo.figure_motion import Joints, Track
from photodouble.demo.figure_people import Colour, Person

Table = npt.NDArray[np.float32]
CLOTH, SKIN, FACE, HAIR, LEATHER = 0, 1, 2, 3, 4
"""What a part is made of, as the drawing reads it."""

PART, LOOK = 15, 15
"""Columns. Part: two ends, two radii, squash axis and factor, front. Look: colour, second colour, pattern,
its scale, wardrobe, folds, material, seed, gloss, its own share of light, whether it ends in an open hem."""


@dataclass(frozen=True)
class Dressed:
    """A figure as tables: `parts` (T, P, 15), `looks` (P, 14), and `lumps` (T, O, 4) that throw shade."""

    parts: Table
    looks: Table
    lumps: Table


@dataclass
class _Wardrobe:
    """Collect the parts of a figure one by one."""

    person: Person
    front: Track
    side: Track
    parts: list[Track] = field(default_factory=list)
    looks: list[list[float]] = field(default_factory=list)
    lumps: list[Track] = field(default_factory=list)

    def add(
        self,
        start: Track,
        end: Track,
        radii: tuple[float, float],
        colour: Colour,
        *,
        material: int = CLOTH,
        squash: float = 1.0,
        axis: Track | None = None,
        front: Track | None = None,
        second: Colour | None = None,
        pattern: int = 0,
        scale: float = 1.0,
        worn: bool = False,
        folds: float = 0.0,
        gloss: float = 0.0,
        light: float = 1.0,
        lump: float = 0.0,
        hem: bool = False,
    ) -> None:
        """Add one rounded cone; with `lump` it throws shade on others, as a ball of that share of it."""
        moments = len(start)
        aside = self.front if axis is None else axis
        ahead = self.front if front is None else front
        ends = end + np.array([0, 1e-4, 0])
        sizes = np.broadcast_to(np.array([*radii]), (moments, 2))
        flat = np.full((moments, 1), squash)
        self.parts.append(np.concatenate([start, ends, sizes, aside, flat, ahead], axis=1))
        other = second or colour
        seed = 1.7 * len(self.parts) + self.person.seed % 97
        self.looks.append(
            [*colour, *other, pattern, scale, float(worn), folds, material, seed, gloss, light, float(hem)]
        )
        if lump:
            middle = (start + ends) / 2
            ball = np.full((moments, 1), lump * (radii[0] + radii[1]) / 2)
            self.lumps.append(np.concatenate([middle, ball], axis=1))

    def done(self) -> Dressed:
        """Return the tables."""
        parts = np.stack(self.parts, axis=1).astype(np.float32)
        return Dressed(
            parts, np.array(self.looks, np.float32), np.stack(self.lumps, axis=1).astype(np.float32)
        )


def dress(person: Person, joints: Joints, *, seated: bool = False) -> Dressed:
    """Dress a person at every moment of `joints`."""
    rack = _Wardrobe(person, joints.ahead, joints.right)
    _legs(rack, joints, seated)
    _torso(rack, joints, seated)
    for side in range(2):
        _arm(rack, joints, side)
    _head(rack, joints)
    return rack.done()


def _legs(rack: _Wardrobe, joints: Joints, seated: bool) -> None:
    person, k = rack.person, rack.person.height / 1.75
    thick = k * (0.6 + 0.4 * person.bulk)
    bare = person.top == "dress"
    for side in range(2):
        hip, knee, ankle = joints.hip[side], joints.knee[side], joints.ankle[side]
        lower = person.skin if person.shorts or bare else person.legs
        made = SKIN if person.shorts or bare else CLOTH
        upper = person.skin if bare else person.legs
        radii = (0.096 * thick * (0.82 if bare else 1.0), 0.066 * thick)
        rack.add(hip, knee, radii, upper, material=SKIN if bare else CLOTH, folds=0.6, light=0.95, lump=1.0)
        shin = (0.062 * thick, 0.041 * thick if made == SKIN else 0.052 * thick)
        rack.add(knee, ankle, shin, lower, material=made, folds=0.0 if made == SKIN else 0.8, lump=0.9)
        toe = joints.toe[side]
        heel = ankle + 0.35 * (ankle - toe) * np.array([1.0, 0, 1.0]) - np.array([0, 0.012, 0])
        rack.add(heel, toe, (0.043 * k, 0.034 * k), person.shoes, material=LEATHER, gloss=0.25)
    if bare:
        _skirt(rack, joints, k, seated)


def _skirt(rack: _Wardrobe, joints: Joints, k: float, seated: bool) -> None:
    """Lay a skirt around the thighs: wide at the knees, folded."""
    person = rack.person
    knees = joints.knee.mean(axis=0)
    hem = joints.pelvis + (0.95 if not seated else 1.0) * (knees - joints.pelvis)
    rack.add(
        joints.pelvis,
        hem,
        (0.160 * k, 0.225 * k if not seated else 0.19 * k),
        person.cloth,
        squash=0.84,
        worn=True,
        folds=0.8,
        pattern=person.pattern if person.pattern != 3 else 0,
        hem=True,
        scale=person.scale,
        second=person.second,
        lump=0.8,
    )


def _torso(rack: _Wardrobe, joints: Joints, seated: bool) -> None:
    person, k = rack.person, rack.person.height / 1.75
    bulk = person.bulk
    wide = 0.85 + 0.15 * bulk
    pelvis, neck, up = joints.pelvis, joints.neck, joints.up
    chest = neck - 0.135 * k * up
    waist = pelvis + 0.13 * k * up
    is_open = person.top in ("jacket", "coat")
    low = 4 if is_open else (0 if person.pattern == 3 else person.pattern)
    cloth: dict[str, Any] = {"worn": True, "second": person.second, "squash": 0.70}
    hips = person.cloth if person.top == "dress" else person.legs
    rack.add(
        pelvis - 0.01 * k * up,
        pelvis + 0.06 * k * up,
        (0.150 * k * (0.7 + 0.3 * bulk), 0.142 * k * (0.7 + 0.3 * bulk)),
        hips,
        squash=0.74,
        folds=0.3,
        worn=hips == person.cloth,
        lump=0.9,
    )
    belly = (0.6 + 0.4 * bulk) * (0.90 if person.woman else 1.0)
    rack.add(
        waist - 0.06 * k * up,
        chest,
        (0.140 * k * belly, 0.165 * k * wide),
        person.cloth,
        folds=0.9,
        lump=0.85,
        pattern=low,
        scale=0.0 if is_open else person.scale,
        **cloth,
    )
    rack.add(
        chest,
        chest + 0.055 * k * up,
        (0.168 * k * wide, 0.140 * k * wide),
        person.cloth,
        folds=0.7,
        lump=0.9,
        pattern=4 if is_open else person.pattern,
        scale=0.35 if is_open else person.scale,
        **cloth,
    )
    for shoulder in joints.shoulder:
        rack.add(
            neck - 0.004 * k * up,
            shoulder + 0.004 * k * up,
            (0.062 * k, 0.054 * k),
            person.cloth,
            folds=0.4,
            worn=True,
        )
    if person.top == "coat" and not seated:
        rack.add(
            pelvis + 0.10 * k * up,
            pelvis - 0.24 * k * up,
            (0.160 * k * wide, 0.225 * k * wide),
            person.cloth,
            squash=0.84,
            worn=True,
            folds=0.9,
            lump=0.7,
            hem=True,
            pattern=4,
            scale=0.0,
            second=person.legs,
        )
    if person.scarf:
        rack.add(
            neck + 0.015 * k * up, neck + 0.045 * k * up, (0.086 * k, 0.078 * k), person.second, folds=0.9
        )
        hang = neck + 0.10 * k * joints.ahead + 0.03 * k * joints.right
        rack.add(
            hang,
            hang - 0.26 * k * up + 0.02 * joints.ahead,
            (0.034 * k, 0.04 * k),
            person.second,
            squash=0.5,
            folds=0.5,
        )


def _arm(rack: _Wardrobe, joints: Joints, side: int) -> None:
    person, k = rack.person, rack.person.height / 1.75
    shoulder, elbow, wrist = joints.shoulder[side], joints.elbow[side], joints.wrist[side]
    thick = k * (0.65 + 0.35 * person.bulk) * (0.9 if person.woman else 1.0)
    coat = 1.22 if person.top in ("jacket", "coat") else 1.0
    sleeve = person.top != "vest"
    short = person.top in ("shirt", "dress") and person.seed % 3 != 0
    bare: dict[str, Any] = {"material": SKIN, "folds": 0.0}
    cloth: dict[str, Any] = {
        "worn": True,
        "folds": 0.9,
        "second": person.second,
        "pattern": 1 if person.pattern in (1, 2) else 0,
        "scale": person.scale,
    }
    upper = (0.060 * thick * coat, 0.047 * thick * coat)
    rack.add(
        shoulder,
        elbow,
        upper,
        person.cloth if sleeve else person.skin,
        lump=0.8,
        **(cloth if sleeve else bare),
    )
    covered = sleeve and not short
    lower = (0.046 * thick * coat, 0.035 * thick * coat) if covered else (0.040 * thick, 0.028 * thick)
    rack.add(
        elbow,
        wrist,
        lower,
        person.cloth if covered else person.skin,
        lump=0.8,
        **(cloth if covered else bare),
    )
    along = wrist - elbow
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    rack.add(
        wrist + 0.012 * k * along,
        wrist + 0.085 * k * along,
        (0.031 * k, 0.025 * k),
        person.skin,
        material=SKIN,
        squash=0.7,
        axis=joints.right,
        lump=1.2,
    )
    thumb = wrist + 0.03 * k * along + 0.025 * k * joints.ahead
    rack.add(thumb, thumb + 0.03 * k * along, (0.013 * k, 0.011 * k), person.skin, material=SKIN)


def _head(rack: _Wardrobe, joints: Joints) -> None:
    person, k = rack.person, 0.56 + 0.5 * rack.person.height / 1.75
    right, up, front = joints.face
    pivot = joints.neck + 0.055 * k * joints.up
    jaw = pivot + 0.058 * k * up + 0.018 * k * front
    skull = jaw + 0.088 * k * up - 0.012 * k * front
    rack.add(
        joints.neck - 0.02 * k * joints.up,
        jaw - 0.01 * up,
        (0.060 * k, 0.052 * k),
        person.skin,
        material=SKIN,
        light=0.88,
    )
    rack.add(
        jaw,
        skull,
        (0.062 * k, 0.091 * k),
        person.skin,
        material=FACE,
        squash=0.86,
        axis=right,
        front=front,
        second=person.hair_colour,
        pattern=_growth(person.hair),
        scale=person.beard,
        gloss=0.12 + (1.0 if person.glasses else 0.0),
        lump=1.15,
    )
    nose = jaw + 0.030 * k * up + 0.072 * k * front
    rack.add(
        nose,
        nose + 0.028 * k * up - 0.008 * k * front,
        (0.015 * k, 0.009 * k),
        person.skin,
        material=SKIN,
        light=1.06,
    )
    for side in (-1.0, 1.0):
        ear = jaw + 0.035 * k * up + side * 0.074 * k * right - 0.012 * k * front
        if person.hair not in ("long", "bob", "hood", "afro"):
            rack.add(
                ear,
                ear + 0.025 * k * up,
                (0.013 * k, 0.016 * k),
                person.skin,
                material=SKIN,
                squash=0.5,
                axis=right,
                light=0.92,
            )
    _hair(rack, joints, jaw, skull, k)


def _growth(hair: str) -> int:
    """Say how much of the skull is covered by hair that lies flat: 0 nothing, 1 sides, 2 all."""
    return {"bald": 0, "crop": 2, "cap": 1, "beanie": 1}.get(hair, 2)


def _hair(rack: _Wardrobe, joints: Joints, jaw: Track, skull: Track, k: float) -> None:
    person, (right, up, front) = rack.person, joints.face
    hair: dict[str, Any] = {"material": HAIR, "squash": 0.9, "axis": right, "front": front}
    colour, style = person.hair_colour, person.hair
    back = skull - 0.018 * k * front + 0.014 * k * up
    if style in ("short", "long", "bob", "bun", "ponytail"):
        rack.add(back - 0.02 * k * up, back, (0.090 * k, 0.094 * k), colour, lump=0.8, **hair)
        fringe = skull + 0.040 * k * front + 0.068 * k * up
        rack.add(fringe - 0.03 * k * right, fringe + 0.03 * k * right, (0.036 * k, 0.036 * k), colour, **hair)
    if style in ("long", "bob"):
        drop = 0.25 if style == "long" else 0.12
        for side in (-1.0, 1.0):
            temple = skull + side * 0.062 * k * right - 0.012 * k * front
            tip = temple - drop * k * joints.up + side * 0.012 * right - 0.01 * k * front
            rack.add(temple, tip, (0.044 * k, 0.036 * k), colour, **hair)
        nape = jaw - 0.075 * k * front
        rack.add(back, nape - (drop - 0.08) * k * joints.up, (0.088 * k, 0.066 * k), colour, **hair)
    if style == "bun":
        knot = back - 0.075 * k * front + 0.07 * k * up
        rack.add(knot, knot + 0.01 * k * up, (0.044 * k, 0.042 * k), colour, **hair)
    if style == "ponytail":
        knot = back - 0.085 * k * front + 0.03 * k * up
        rack.add(knot, knot - 0.2 * k * joints.up - 0.04 * k * front, (0.034 * k, 0.022 * k), colour, **hair)
    if style == "afro":
        crown = skull - 0.062 * k * front + 0.045 * k * up
        rack.add(crown, crown + 0.015 * k * up, (0.116 * k, 0.118 * k), colour, lump=0.9, **hair)
    if style == "cap":
        rack.add(
            skull + 0.02 * k * up,
            skull + 0.035 * k * up,
            (0.092 * k, 0.082 * k),
            person.hat,
            folds=0.1,
            squash=0.9,
            axis=right,
        )
        peak = skull + 0.035 * k * up + 0.085 * k * front
        rack.add(
            peak - 0.03 * k * right,
            peak + 0.03 * k * right + 0.0 * front,
            (0.05 * k, 0.05 * k),
            person.hat,
            squash=0.22,
            axis=up,
            light=0.85,
            lump=0.8,
        )
    if style == "beanie":
        rack.add(
            skull + 0.012 * k * up - 0.008 * k * front,
            skull + 0.05 * k * up - 0.02 * k * front,
            (0.098 * k, 0.078 * k),
            person.hat,
            folds=0.5,
            pattern=1,
            scale=60.0,
            second=person.hat,
            lump=0.8,
        )
    if style == "hood":
        rack.add(
            skull - 0.03 * k * front + 0.005 * k * up,
            jaw - 0.045 * k * front - 0.03 * k * up,
            (0.108 * k, 0.098 * k),
            person.cloth,
            folds=0.6,
            worn=True,
            lump=0.8,
        )
