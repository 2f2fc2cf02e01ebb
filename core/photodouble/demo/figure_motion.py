"""How the drawn people move: joints in metres over one loop, for every state they can play.

All arrays have time first. A figure looks along +z, +x is to the right of a picture taken from the front,
y is up, and its foot point is the origin.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.demo.figure_people import Person

Track = npt.NDArray[np.float64]
_TURN = 2 * np.pi
STEP, STANCE = 0.47, 0.62
"""Of a walk: how far a foot goes back on the ground, in heights, and the share of the loop that takes."""


@dataclass(frozen=True)
class Joints:
    """Where a figure's joints are, (T, 3) each; pairs are (2, T, 3), the first on the picture's left.

    `right`, `up`, `ahead` are the chest's axes, and `face` the (3, T, 3) axes of the head in that order.
    """

    pelvis: Track
    neck: Track
    right: Track
    up: Track
    ahead: Track
    face: Track
    shoulder: Track
    elbow: Track
    wrist: Track
    hip: Track
    knee: Track
    ankle: Track
    toe: Track


@dataclass
class Intent:
    """What a state asks for, over time: the rest follows from the lengths of the limbs.

    `wrist` is (2, T, 3) in the chest's axes from the neck, and `ankle` (2, T, 3) in the figure's, all as
    shares of its height; `pole` says where elbows point. Angles are radians.
    """

    pelvis: Track
    lean: Track
    sway: Track
    twist: Track
    look: Track
    nod: Track
    tilt: Track
    wrist: Track
    pole: Track
    ankle: Track
    heel: Track


@dataclass(frozen=True)
class State:
    """A state: how many frames its loop has at 25 frames a second, and what it asks for."""

    frames: int
    play: Callable[[Intent, Track, random.Random], None]


def joints_of(person: Person, state: str, when: Track) -> Joints:
    """Pose a person at the given moments, (T,) as shares of the loop."""
    dice = random.Random(f"{person.seed}/{state}")
    intent = _standing(when, dice)
    STATES[state].play(intent, when, dice)
    return _follow(intent, person)


def _standing(t: Track, dice: random.Random) -> Intent:
    """Stand at ease: weight shifts, breath, a look around; the ground that other states build on."""
    shift = dice.uniform(0.008, 0.02) * np.sin(_TURN * (t + dice.random()))
    breath = np.sin(_TURN * (2 * t + dice.random()))
    intent = Intent(
        pelvis=_columns(shift + dice.uniform(-0.01, 0.01), 0.515 + 0.001 * breath, 0 * t),
        lean=0.03 + 0.008 * breath,
        sway=-0.9 * shift + dice.uniform(-0.02, 0.02),
        twist=dice.uniform(-0.12, 0.12) + 0.03 * np.sin(_TURN * (t + dice.random())),
        look=dice.uniform(-0.3, 0.3) + dice.uniform(0.05, 0.4) * np.sin(_TURN * (t + dice.random())),
        nod=dice.uniform(-0.1, 0.12) + 0.05 * np.sin(_TURN * (2 * t + dice.random())),
        tilt=dice.uniform(-0.06, 0.06) + 0.03 * np.sin(_TURN * (t + dice.random())),
        wrist=_pair(t, 0.138, -0.315, 0.03),
        pole=_pair(t, 0.5, -0.4, -1.0),
        ankle=_pair(t, dice.uniform(0.05, 0.085), 0.042, 0.0),
        heel=np.zeros((2, len(t))),
    )
    intent.ankle[dice.randrange(2), :, 2] += dice.uniform(0, 0.06)
    intent.wrist += 0.004 * breath[None, :, None]
    return intent


def _idle(intent: Intent, t: Track, dice: random.Random) -> None:
    kind = dice.choice(("hang", "cross", "pocket", "phone", "hip"))
    small = 0.006 * np.sin(_TURN * (2 * t + dice.random()))
    if kind == "cross":
        intent.wrist[0] = _columns(0.045 + 0 * t, -0.135 + small, 0.135 + 0 * t)
        intent.wrist[1] = _columns(-0.05 + 0 * t, -0.115 + small, 0.150 + 0 * t)
        intent.pole[..., 1:] = (-1.0, 0.2)
    elif kind == "pocket":
        intent.wrist[:] = _pair(t, 0.125, -0.285, 0.055)
    elif kind == "phone":
        intent.wrist[1] = _columns(0.03 + small, -0.09 + small, 0.19 + 0 * t)
        intent.nod += 0.22
    elif kind == "hip":
        side = dice.randrange(2)
        intent.wrist[side] = _columns((-1, 1)[side] * 0.115 + 0 * t, -0.245 + small, 0.03 + 0 * t)
        intent.pole[side] = _columns((-1, 1)[side] * 1.0 + 0 * t, 0 * t, -0.5 + 0 * t)


def _clapping(intent: Intent, t: Track, dice: random.Random) -> None:
    """Clap: hands meet in front of the chest, a little off the beat of everybody else's."""
    beat = _TURN * dice.choice((2, 3, 3, 4)) * (t + dice.random())
    apart = 0.016 + dice.uniform(0.04, 0.075) * (0.5 - 0.5 * np.cos(beat)) ** 0.8
    lift = dice.uniform(-0.13, -0.03) + 0.012 * np.sin(beat)
    for side, sign in enumerate((-1.0, 1.0)):
        intent.wrist[side] = _columns(sign * apart, lift, 0.185 + 0.01 * np.cos(beat))
    intent.pole[:] = _pair(t, 0.75, -1.0, -0.1)
    intent.sway = intent.sway + 0.02 * np.sin(_TURN * t)
    intent.nod = intent.nod + 0.03 * np.sin(beat)


def _cheering(intent: Intent, t: Track, dice: random.Random) -> None:
    """Cheer: arms up, on the toes; some with both arms, some with one fist."""
    beat = _TURN * dice.choice((2, 3)) * (t + dice.random())
    jump = np.maximum(np.sin(beat), 0) ** 1.5 * dice.uniform(0.0, 0.045)
    intent.pelvis[:, 1] += jump - 0.010 * np.maximum(-np.sin(beat), 0)
    intent.ankle[..., 1] += 0.9 * jump
    intent.heel += 0.35 * np.maximum(np.sin(beat), 0)
    both, wave = dice.random() < 0.65, dice.uniform(0.03, 0.07)
    for side, sign in enumerate((-1.0, 1.0)):
        late = beat + side * dice.uniform(0, 1.2)
        if both or side == 0:
            across = sign * (dice.uniform(0.10, 0.19) + wave * np.sin(late))
            intent.wrist[side] = _columns(
                across, dice.uniform(0.20, 0.29) + 0.05 * np.cos(late), 0.05 + 0 * t
            )
            intent.pole[side] = _columns(sign + 0 * t, -0.3 + 0 * t, 0.2 + 0 * t)
    intent.lean = intent.lean - 0.05
    intent.nod = intent.nod - 0.18
    intent.sway = intent.sway + 0.04 * np.sin(_TURN * t)


def _walking(intent: Intent, t: Track, dice: random.Random) -> None:
    """Walk on the spot: the feet on the ground move back as fast as the person gets on, 1.3 m/s or so."""
    start = dice.random()
    for side in range(2):
        phase = (t + start + 0.5 * side) % 1
        swing = np.clip((phase - STANCE) / (1 - STANCE), 0, 1)
        eased = swing - np.sin(_TURN * swing) / _TURN
        along = np.where(phase < STANCE, 0.5 * STEP - STEP * phase / STANCE, -0.5 * STEP + STEP * eased)
        raised = 0.042 + 0.075 * np.sin(np.pi * swing) ** 1.3
        intent.ankle[side] = _columns((-1, 1)[side] * 0.04 + 0 * t, raised, along)
        push = np.clip((phase - 0.42) / 0.2, 0, 1) * (phase < 0.62) + (1 - swing) ** 2 * (phase >= 0.62)
        intent.heel[side] = 0.75 * push - 0.3 * np.where(phase < 0.12, 1 - phase / 0.12, 0)
        intent.ankle[side, :, 1] += 0.05 * np.maximum(push, 0)
        arm = dice.uniform(0.9, 1.1) * np.cos(_TURN * (t + start + 0.5 * side))
        reach = _columns((-1, 1)[side] * 0.135 + 0 * t, -0.31 + 0.03 * np.abs(arm), 0.04 - 0.13 * arm)
        intent.wrist[side] = reach
    beat = _TURN * (t + start)
    intent.pelvis[:, 1] += 0.010 * np.cos(2 * beat - 0.6) - 0.012
    intent.pelvis[:, 0] = 0.012 * np.sin(beat)
    intent.lean = intent.lean + 0.04
    intent.twist = 0.16 * np.sin(beat + 1.2)
    intent.look = 0.5 * intent.look


def _sitting(intent: Intent, t: Track, dice: random.Random) -> None:
    """Sit: knees ahead, hands in the lap, on the knees, crossed, or the chin in one of them."""
    intent.pelvis[:, 1] = 0.285 + 0.1 * (intent.pelvis[:, 1] - 0.515)
    intent.pelvis[:, 2] = -0.10
    wide = dice.uniform(0.045, 0.10)
    intent.ankle[:] = _pair(t, wide, 0.042, dice.uniform(0.09, 0.17))
    intent.lean = intent.lean + dice.uniform(-0.08, 0.22)
    kind = dice.choice(("lap", "knees", "cross", "chin", "phone", "lap"))
    small = 0.005 * np.sin(_TURN * (2 * t + dice.random()))
    if kind == "cross":
        _crossed(intent, t, small)
    elif kind == "knees":
        intent.wrist[:] = _pair(t, 0.08, -0.245, 0.20)
        intent.pole[:] = _pair(t, 1.0, -0.5, -0.4)
    else:
        intent.wrist[:] = _pair(t, 0.035, -0.255, 0.145)
        intent.pole[:] = _pair(t, 1.0, -0.6, -0.4)
    if kind == "chin":
        intent.wrist[0] = _columns(0.02 + small, -0.015 + 0 * t, 0.10 + small)
        intent.pole[0] = _columns(-0.4 + 0 * t, -1.0 + 0 * t, 0.3 + 0 * t)
    if kind == "phone":
        intent.wrist[:] = _pair(t, 0.035, -0.15, 0.17)
        intent.nod += 0.28


def _crossed(intent: Intent, t: Track, small: Track) -> None:
    intent.wrist[0] = _columns(0.045 + 0 * t, -0.145 + small, 0.13 + 0 * t)
    intent.wrist[1] = _columns(-0.05 + 0 * t, -0.125 + small, 0.145 + 0 * t)
    intent.pole[..., 1:] = (-1.0, 0.2)


def _sitting_clap(intent: Intent, t: Track, dice: random.Random) -> None:
    _sitting(intent, t, dice)
    _clapping(intent, t, dice)


def _follow(intent: Intent, person: Person) -> Joints:
    """Find every joint from what is asked for; limbs by the rule of cosines."""
    tall = person.height
    broad = (0.086 if person.woman else 0.100) * (0.85 + 0.15 * person.bulk) * tall
    pelvis = intent.pelvis * tall
    up = _unit(_columns(intent.sway, 1 + 0 * intent.sway, intent.lean))
    right = _unit(_across(_columns(np.cos(intent.twist), 0 * intent.twist, -np.sin(intent.twist)), up))
    ahead = np.cross(right, up)
    neck = pelvis + up * 0.305 * tall
    sides = (-1.0, 1.0)
    shoulder = np.stack([neck + right * side * broad - up * 0.034 * tall for side in sides])
    axes = np.stack([right, up, ahead], axis=-1)
    asked = np.stack([neck + np.einsum("tij,tj->ti", axes, wrist * tall) for wrist in intent.wrist])
    poles = np.stack([np.einsum("tij,tj->ti", axes, pole) for pole in intent.pole])
    arms = [_limb(shoulder[n], asked[n], 0.168 * tall, 0.150 * tall, poles[n]) for n in range(2)]
    level = _unit(np.stack([right[:, 0], 0 * right[:, 0], right[:, 2]], axis=1))
    hip = np.stack([pelvis + level * side * 0.052 * tall for side in sides])
    forward = np.cross(level, np.broadcast_to([0.0, 1.0, 0.0], level.shape))
    legs = [
        _limb(hip[n], intent.ankle[n] * tall, 0.245 * tall, 0.245 * tall, forward + 0.1 * sides[n] * level)
        for n in range(2)
    ]
    toe = np.stack([_toe(legs[n][1], intent.heel[n], sides[n], tall) for n in range(2)])
    return Joints(
        pelvis,
        neck,
        right,
        up,
        ahead,
        _face(intent, right, up, ahead),
        shoulder,
        np.stack([arm[0] for arm in arms]),
        np.stack([arm[1] for arm in arms]),
        hip,
        np.stack([leg[0] for leg in legs]),
        np.stack([leg[1] for leg in legs]),
        toe,
    )


def _toe(ankle: Track, heel: Track, side: float, tall: float) -> Track:
    down = -0.025 - 0.09 * np.sin(heel)
    return ankle + tall * _columns(side * 0.022 + 0 * heel, down, 0.105 * np.cos(heel))


def _face(intent: Intent, right: Track, up: Track, ahead: Track) -> Track:
    """Turn the head upon the chest: look to the side, nod, tilt."""
    look, nod, tilt = (angle[:, None] for angle in (intent.look, intent.nod, intent.tilt))
    front = np.cos(look) * ahead + np.sin(look) * right
    front = _unit(np.cos(nod) * front - np.sin(nod) * up)
    top = _unit(_across(up + np.sin(tilt) * right, front))
    return np.stack([np.cross(top, front), top, front])


def _limb(start: Track, end: Track, upper: float, lower: float, pole: Track) -> tuple[Track, Track]:
    """Return the middle joint, and the end as far as the limb reaches; the middle bends towards `pole`."""
    line = end - start
    length = np.linalg.norm(line, axis=1, keepdims=True)
    along = line / np.maximum(length, 1e-9)
    reach = np.clip(length, abs(upper - lower) + 1e-4, (upper + lower) * 0.995)
    ahead = (upper**2 - lower**2 + reach**2) / (2 * reach)
    aside = np.sqrt(np.maximum(upper**2 - ahead**2, 0))
    bend = _unit(_across(pole, along))
    return start + along * ahead + bend * aside, start + along * reach


def _across(vector: Track, axis: Track) -> Track:
    return np.asarray(vector - axis * (vector * axis).sum(axis=1, keepdims=True))


def _unit(vector: Track) -> Track:
    return np.asarray(vector / np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), 1e-9))


def _columns(*parts: Track) -> Track:
    return np.stack(np.broadcast_arrays(*parts), axis=1).astype(np.float64)


def _pair(t: Track, across: float, up: float, ahead: float) -> Track:
    sides = [np.array([side * across, up, ahead]) for side in (-1.0, 1.0)]
    return np.stack([np.repeat(side[None], len(t), axis=0) for side in sides])


STATES: Mapping[str, State] = {
    "idle": State(32, _idle),
    "clap": State(30, _clapping),
    "cheer": State(24, _cheering),
    "walk": State(27, _walking),
    "sit": State(32, _sitting),
    "sit_clap": State(30, _sitting_clap),
}
