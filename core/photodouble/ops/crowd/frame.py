"""Draw one frame of a crowd into its plate: shadows, people, grain, and the passes a compositor asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.image.window import Box
from photodouble.ops.crowd.compose import compose
from photodouble.ops.crowd.identities import section_names, sections_of
from photodouble.ops.crowd.match import area_light, grained, local_light
from photodouble.ops.crowd.mattes import id_extra
from photodouble.ops.crowd.people import People, people_at, splats_of
from photodouble.ops.crowd.raster import Drawn, raster
from photodouble.ops.crowd.records import Laid, load_laid
from photodouble.ops.crowd.scene import Scene, drawn_box, scene_of
from photodouble.ops.crowd.shading import side_light
from photodouble.ops.crowd.shadow import contact_shadows
from photodouble.ops.inpaint.confidence import PLATE
from photodouble.ops.inpaint.shot_grain import load_grain
from photodouble.ops.operation import Extra, Rendered, Scratch
from photodouble.ops.shot import Shot, held_frame

Plane = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

CROWD = 5
"""The kind of the origin plane for people of a crowd and their shadows."""


@dataclass(frozen=True)
class Holdouts:
    """What hides people: `mattes` (k, h, w) and how far away they are (k, h, w); `front` (h, w) hides all."""

    mattes: Plane | None
    depth: Plane | None
    front: Plane


def render(shot: Shot, scratch: Scratch, frame: int) -> Rendered:
    """Draw one frame from the plate and the records; nothing passes from frame to frame."""
    scene, laid = scene_of(shot), load_laid(scratch)
    box = drawn_box(shot)
    plate = shot.plate_linear(frame, box)
    people = people_at(scene, shot, laid.agents, laid.cast, frame)
    light = lit(shot, laid, people, local_light(plate, people.lit_at), frame)
    sections, names = sections_of(laid.agents), section_names(laid.agents)
    splats, wanted = splats_of(
        people,
        laid.cast,
        light=light,
        softness=float(shot.value("softness", frame)),
        sections=sections,
    )
    deck, cards = scene.deck(wanted)
    splats.card[:] = cards[splats.card]
    splats = dataclasses.replace(splats, shade=shaded(shot, people, frame))
    held = holdouts(shot, box, frame)
    drawn = raster(
        splats, deck, box.size, holdout=held.mattes, holdout_depth=held.depth, ranks=laid.ranks, group_ranks=4
    )
    beauty = grained(
        drawn.beauty,
        load_grain(scratch),
        float(shot.values["grain"]),
        seed=shot.seed,
        frame=frame,
        corner=(box.x0, box.y0),
    )
    shadow = shadows(shot, people, box, frame) * (1 - held.front)
    put = compose(plate, beauty, shadow)
    covered = put.matte > 0
    source, trust = _origin(drawn, people, scene, deck.ppm[splats.card])
    extras = {
        **_extras(box, beauty, drawn, shadow),
        "ids": id_extra(
            box, drawn, scene.names(laid.agents), [one.name for one in scene.library.elements], names
        ),
    }
    return Rendered(
        box,
        put.fill,
        put.matte,
        np.where(covered, np.float32(CROWD), np.float32(PLATE)),
        np.where(covered, source, np.float32(-1)).astype(np.float32),
        np.where(covered, trust, np.float32(1)).astype(np.float32),
        extras,
        {"people": float(len(people.agent))},
    )


def lit(shot: Shot, laid: Laid, people: People, now: Numbers, frame: int) -> Numbers:
    """Return the factor on everybody's colour: the exposure asked for, and the plate's light around them.

    `now` (M,) is that light in stops, as `local_light` reads it.
    """
    stops = np.full(len(people.agent), float(shot.value("exposure", frame)))
    follow = float(shot.values["follow_light"])
    if follow > 0:
        rows = people.agent
        areas = laid.agents.area
        stops += follow * area_light(laid.base, now, rows, areas, len(laid.agents.areas))
    return np.asarray(2.0**stops)


def shaded(shot: Shot, people: People, frame: int) -> Plane:
    """Return how the light from one side falls on everybody, as `Splats.shade`."""
    return side_light(
        people,
        frame,
        direction=float(shot.value("shadow_direction", frame)),
        length=float(shot.value("shadow_length", frame)),
        strength=float(shot.value("side_light", frame)),
    )


def shadows(shot: Shot, people: People, box: Box, frame: int) -> Plane:
    """Return the share of light (h, w) that the shadows on the ground take away."""
    strength = float(shot.value("contact_shadow", frame))
    if strength <= 0 or not len(people.agent):
        return np.zeros(box.size, np.float32)
    return strength * contact_shadows(
        people.foot,
        people.height,
        people.view,
        frame,
        box.size,
        direction=float(shot.value("shadow_direction", frame)),
        length=float(shot.value("shadow_length", frame)),
        softness=float(shot.values["shadow_softness"]),
    )


def holdouts(shot: Shot, box: Box, frame: int) -> Holdouts:
    """Read what stands in front of people: a matte before all of them, and how far away the plate is."""
    front = np.zeros(box.size, np.float32)
    mattes, depths = [], []
    if "holdout" in shot.inputs.ports:
        front = shot.plain_matte("holdout", frame, box)
        mattes.append(front)
        depths.append(np.zeros(box.size, np.float32))
    far = shot.inputs.ports.get("holdout_depth")
    if far is not None and not far.missing([frame]):
        shot.note_use("holdout_depth", frame)
        metres = _depth(far.read(held_frame(far, frame), needs_colour=False), box)
        there = np.isfinite(metres) & (metres > 0)
        mattes.append(there.astype(np.float32))
        depths.append(np.where(there, metres, np.inf).astype(np.float32))
    if not mattes:
        return Holdouts(None, None, front)
    return Holdouts(np.stack(mattes), np.stack(depths), front)


def _depth(picture: object, box: Box) -> Plane:
    channels = picture.channels  # type: ignore[attr-defined]
    name = next((one for one in channels if one.rpartition(".")[2] in ("Z", "z")), channels[0])
    return np.asarray(picture.channel(name, box), np.float32)  # type: ignore[attr-defined]


def _extras(box: Box, beauty: Plane, drawn: Drawn, shadow: Plane) -> Mapping[str, Extra]:
    colours = {name: np.ascontiguousarray(beauty[..., at]) for at, name in enumerate("RGBA")}
    motion = {"u": drawn.motion[..., 0], "v": -drawn.motion[..., 1]}
    return {
        "beauty": Extra(box, colours),
        "depth": Extra(box, {"Z": drawn.depth}, type="float"),
        "motion": Extra(box, motion, type="float"),
        "shadow": Extra(box, {"A": shadow.astype(np.float32)}),
    }


def _origin(drawn: Drawn, people: People, scene: Scene, filmed: Plane) -> tuple[Plane, Plane]:
    """Return the source frame of whoever is most seen in a pixel, -1 without any, and how far to trust it.

    Who is drawn larger than filmed is not as sharp as the plate, and trusted as much less.
    """
    elements = scene.library.elements
    first = np.array([one.source_first for one in elements], np.float32)
    source = np.append(first[people.element] + people.card, np.float32(-1))
    size = np.linalg.norm(people.seen.up, axis=1)
    trust = np.append(np.clip(filmed / np.maximum(size, 1e-3), 0, 1), np.float32(1))
    return source[drawn.front].astype(np.float32), trust[drawn.front].astype(np.float32)
