"""The people of one frame: who is in the picture, where, how large, showing which card."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Street
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.places import moved
from photodouble.ops.crowd.project import Seen, View, project
from photodouble.ops.crowd.scene import Scene
from photodouble.ops.crowd.splats import Splats
from photodouble.ops.crowd.stage import Staged, stage
from photodouble.ops.shot import Shot

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Who is in the picture, M columns: `agent` (M,) their row, `element` and `card` of it that they show.

    `seen` holds their places in the plate; `foot` (M, 3) metres in the world; `height` (M,) metres as played.
    """

    agent: npt.NDArray[np.int32]
    element: npt.NDArray[np.int32]
    card: npt.NDArray[np.int32]
    mirror: npt.NDArray[np.bool_]
    foot: Numbers
    height: Numbers
    seen: Seen
    view: View

    @property
    def lit_at(self) -> Numbers:
        """Give where the light on every person is read, a quarter of the way up, in plate pixels (M, 2)."""
        return np.asarray(self.seen.foot + self.seen.up * (0.25 * self.height[:, None]), np.float64)


def people_at(scene: Scene, shot: Shot, agents: Agents, played: Cast, frame: int) -> People:
    """Return who is in the picture on a frame."""
    elements = scene.library.elements
    there = agents
    foot = played.foot
    if any(isinstance(area, Street) for area in scene.document.areas):
        there = moved(agents, scene.document.areas, scene.seconds(frame))
        foot = played.foot + (there.foot - agents.foot)
    staged = stage(there, played, elements, scene.document, frame, rate=scene.rate, first=scene.first)
    rows = staged.row
    tall = np.array([one.foot[1] / one.pixels_per_metre for one in elements], np.float64)
    wide = np.array([one.size[0] / one.pixels_per_metre for one in elements], np.float64)
    stands = np.array([one.height for one in elements], np.float64)
    view = _focused(scene.view(shot, frame), shot, frame)
    seen = project(
        foot[rows],
        view,
        frame,
        velocity=there.velocity[rows],
        rate=scene.rate,
        height=tall[staged.element],
        width=wide[staged.element],
        scale=played.scale[rows],
    )
    own = seen.agent
    return People(
        rows[own],
        staged.element[own],
        staged.frame[own],
        _mirrors(staged, own),
        foot[rows[own]],
        stands[staged.element[own]],
        seen,
        view,
    )


def splats_of(
    people: People,
    played: Cast,
    *,
    light: Numbers,
    softness: float,
    sections: npt.NDArray[np.int32],
) -> tuple[Splats, tuple[tuple[int, int], ...]]:
    """Return what is drawn, and the (element, card) pairs that `Splats.card` counts.

    `light`: (M,) a factor on everybody's colour; `softness`: pixels; `sections`: (N,) of every agent.
    """
    pairs = np.stack([people.element, people.card], axis=1)
    found, card = np.unique(pairs, axis=0, return_inverse=True)
    rows, seen = people.agent, people.seen
    return (
        Splats(
            seen.foot,
            seen.right,
            seen.up,
            seen.depth,
            card.reshape(-1).astype(np.int32),
            people.mirror,
            (played.gain[rows] * light[:, None]).astype(np.float32),
            played.tint[rows].astype(np.float32),
            played.tint_amount[rows].astype(np.float32),
            rows,
            people.element,
            sections[rows],
            seen.motion,
            seen.smear,
            np.hypot(seen.defocus, np.float32(softness)).astype(np.float32),
        ),
        tuple((int(element), int(one)) for element, one in found),
    )


def reduced(splats: Splats, scale: int, offset: tuple[int, int] = (0, 0)) -> Splats:
    """Return the same people in a picture `scale` times smaller, `offset` pixels further right and down."""
    small = {
        name: getattr(splats, name) / np.float32(scale)
        for name in ("right", "up", "motion", "smear", "defocus")
    }
    foot = (splats.foot + np.array(offset, np.float32)) / np.float32(scale)
    shade = splats.shade * np.array([1, scale, scale], np.float32)
    return dataclasses.replace(splats, foot=foot, shade=shade, **small)


def _mirrors(staged: Staged, own: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    return np.ascontiguousarray(staged.mirror[own])


def _focused(view: View, shot: Shot, frame: int) -> View:
    """Return the view with the focus of the controls, where they give a distance."""
    distance = float(shot.value("focus_distance", frame))
    if distance <= 0:
        return view
    count = len(view.move.frames)
    focus, stop = np.full(count, distance), np.full(count, float(shot.value("f_stop", frame)))
    return dataclasses.replace(view, move=dataclasses.replace(view.move, focus_distance=focus, f_stop=stop))
