# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a building fall down: broken pieces that stand still until their frame, then fall as rigid bodies.

A piece is held by its keys until it is let go. Over its last held frame it moves with the speed of the push,
and the simulation takes that speed over. What is random comes from the seed alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bmesh
import bpy
from mathutils import Quaternion, Vector

from . import collapse_looks, compat, debris, dust, fracture

REST, LOOSE, CRUSHED = "photodouble_rest", "photodouble_loose", "photodouble_crushed"
"""What a piece remembers: where it stood, the frame at which it is let go, and whether it makes room."""

AIR = 0.6
"""How much of a building is air: so many of the pieces make room for the others."""

GRAVITY = 9.81
PARTS = ("pieces", "ground", "debris", "dust")


@dataclass(frozen=True)
class Wish:
    """How the building is to fall; `direction` in radians over the ground, `spread` and `lasts` in frames."""

    start: int
    direction: float
    violence: float
    seed: int
    pieces: int
    spread: int
    lasts: int
    debris: int
    dust: int
    picture: Any = None

    @property
    def way(self) -> Any:
        """The direction over the ground."""
        return Vector((math.cos(self.direction), math.sin(self.direction), 0.0))

    @property
    def end(self) -> int:
        """The last frame that is simulated."""
        return self.start + self.lasts


@dataclass(frozen=True)
class Site:
    """Where a building stands: the box around it, and how a second and a metre are counted here."""

    low: Any
    high: Any
    fps: float
    metre: float

    @property
    def height(self) -> float:
        """How high it is."""
        return float(max(self.high.z - self.low.z, 1e-6))

    @property
    def fall(self) -> float:
        """The acceleration of a fall, in the scene's units."""
        return GRAVITY * self.metre

    @property
    def speed(self) -> float:
        """How fast something is that fell from the top: what pushes are measured by."""
        return math.sqrt(2 * self.fall * self.height)


def build(context: Any, building: Any, wish: Wish) -> Any:
    """Break a building and set its collapse up in a collection of its own; the building is hidden."""
    scene = context.scene
    solid = _solid(context, building)
    low, high = fracture.bounds(solid)
    site = Site(low, high, scene.render.fps / scene.render.fps_base, 1 / scene.unit_settings.scale_length)
    made = _collection(f"Collapse {building.name}", scene.collection)
    made["photodouble_building"] = building
    made["photodouble_frames"] = [wish.start, wish.end]
    parts = {name: _collection(f"{made.name} {name}", made) for name in PARTS}
    for name, part in parts.items():
        made[f"photodouble_{name}"] = part
    world = _world(context, site, wish)
    looks = collapse_looks.looks_of(context, building, wish)
    pieces = list(_pieces(solid, building, parts["pieces"], wish, looks))
    crushed = _crushed([piece for piece, _ in pieces], wish, site)
    for number, (piece, volume) in enumerate(pieces):
        piece[CRUSHED] = piece.name in crushed
        _let_go(piece, world, wish, site, random.Random(f"{wish.seed} {number}"))
        piece.rigid_body.mass = max(0.05, volume / (sum(one for _, one in pieces) / len(pieces)))
        if piece[CRUSHED]:
            piece.rigid_body.collision_collections = [False] * 19 + [True]
    _ground(parts["ground"], world, site)
    solid.free()
    debris.build(parts["debris"], wish, site, looks.inside)
    dust.build(parts["dust"], wish, site, scene.camera)
    _hide(building, True)
    return made


def remove(context: Any, made: Any) -> None:
    """Take a collapse away again and show the building; what it alone used goes with it."""
    building = made.get("photodouble_building")
    if building is not None:
        _hide(building, False)
    chunks = debris.chunks_of(made)
    things = [*made.all_objects, *(chunks.objects if chunks is not None else ())]
    used = _used_by(things)
    _leave_simulation(context, things)
    for thing in things:
        bpy.data.objects.remove(thing)
    for one in (*made.children_recursive, made, *([chunks] if chunks is not None else [])):
        bpy.data.collections.remove(one)
    _remove_unused(used)
    world = context.scene.rigidbody_world
    if world is not None and not (world.collection and world.collection.objects):
        bodies = world.collection
        with context.temp_override(scene=context.scene):
            bpy.ops.rigidbody.world_remove()
        if bodies is not None and bodies.get("photodouble_bodies"):
            bpy.data.collections.remove(bodies)


def pieces_of(made: Any) -> list[Any]:
    """List the pieces of a collapse."""
    return list(made["photodouble_pieces"].objects)


def is_solid(context: Any, building: Any) -> bool:
    """Whether a mesh encloses a volume that can be broken."""
    solid = _solid(context, building)
    closed = fracture.is_closed(solid) and solid.calc_volume() > 0
    solid.free()
    return closed


def clear_keys(piece: Any) -> None:
    """Take a piece's keys away, and their action out of the file."""
    action = piece.animation_data.action if piece.animation_data is not None else None
    piece.animation_data_clear()
    if action is not None and action.users == 0:
        bpy.data.actions.remove(action)


def hold(piece: Any, wish_start: int) -> None:
    """Give a piece the keys that hold it until it is let go, as the set-up made them."""
    rest, loose = Vector(piece[REST]), int(piece[LOOSE])
    push, spin = Vector(piece["photodouble_push"]), Quaternion(piece["photodouble_spin"])
    piece.rotation_mode = "QUATERNION"
    for frame, place, turn in ((loose - 1, rest, Quaternion()), (loose, rest + push, spin)):
        piece.location, piece.rotation_quaternion = place, turn
        piece.keyframe_insert("location", frame=frame)
        piece.keyframe_insert("rotation_quaternion", frame=frame)
    for frame, held in ((wish_start, True), (loose, True), (loose + 1, False)):
        piece.rigid_body.kinematic = held
        piece.keyframe_insert("rigid_body.kinematic", frame=frame)
    piece.location, piece.rotation_quaternion = rest, Quaternion()


def _leave_simulation(context: Any, things: list[Any]) -> None:
    """Take bodies out of the simulation before they go: one that it still knows would crash Blender later."""
    for thing in things:
        if thing.rigid_body is not None:
            with context.temp_override(scene=context.scene, object=thing, active_object=thing):
                bpy.ops.rigidbody.object_remove()


def _used_by(things: list[Any]) -> list[list[Any]]:
    """List what objects are made of, users before what they use: groups, actions, meshes, materials."""
    meshes = {thing.data for thing in things if thing.data is not None}
    groups = {modifier.node_group for thing in things for modifier in thing.modifiers}
    actions = {thing.animation_data.action for thing in things if thing.animation_data is not None}
    materials = {material for mesh in meshes for material in mesh.materials}
    return [[one for one in kind if one is not None] for kind in (groups, actions, meshes, materials)]


def _remove_unused(kinds: list[list[Any]]) -> None:
    """Remove what nothing uses any more; a material that the building wears stays."""
    for kind in kinds:
        bpy.data.batch_remove([one for one in kind if one.users == 0])


def _crushed(pieces: list[Any], wish: Wish, site: Site) -> set[str]:
    """Choose the pieces that make room: buildings are air for the most part, and their rubble is low.

    They fall without touching anything, into the ground, the lower ones rather than the upper ones.
    """
    dice = random.Random(f"{wish.seed} crushed")
    depth = {piece.name: (piece[REST][2] - site.low.z) / site.height + dice.random() for piece in pieces}
    return set(sorted(depth, key=lambda name: depth[name])[: int(AIR * len(pieces))])


def _solid(context: Any, building: Any) -> Any:
    """Give the building as it stands in the world, with its modifiers, as one closed mesh."""
    seen = building.evaluated_get(context.evaluated_depsgraph_get())
    mesh = seen.to_mesh()
    solid = bmesh.new()
    solid.from_mesh(mesh)
    seen.to_mesh_clear()
    solid.transform(building.matrix_world)
    bmesh.ops.remove_doubles(solid, verts=solid.verts, dist=1e-6)
    bmesh.ops.recalc_face_normals(solid, faces=solid.faces)
    return solid


def _pieces(
    solid: Any, building: Any, place: Any, wish: Wish, looks: collapse_looks.Looks
) -> Iterator[tuple[Any, float]]:
    for number, piece in enumerate(fracture.broken(solid, wish.pieces, wish.seed, len(looks.skin))):
        name = f"{building.name} piece {number:04d}"
        mesh = bpy.data.meshes.new(name)
        piece.mesh.to_mesh(mesh)
        piece.mesh.free()
        for material in (*looks.skin, looks.inside):
            mesh.materials.append(material)
        collapse_looks.project(mesh, piece.middle, looks)
        made = bpy.data.objects.new(name, mesh)
        made.location = made[REST] = piece.middle
        place.objects.link(made)
        yield made, piece.volume


def _let_go(piece: Any, world: Any, wish: Wish, site: Site, dice: random.Random) -> None:
    """Those on the side it falls to go first, and of them the lower ones."""
    rest = Vector(piece[REST])
    middle = (site.low + site.high) / 2
    reach = max((site.high - site.low).xy.length / 2, 1e-6)
    behind = 0.5 - 0.5 * (rest - middle).dot(wish.way) / reach
    above = (rest.z - site.low.z) / site.height
    late = min(1.0, max(0.0, 0.6 * behind + 0.25 * above + 0.15 * dice.random()))
    piece[LOOSE] = wish.start + 1 + round(wish.spread * late)
    outward = Vector((rest.x - middle.x, rest.y - middle.y, 0.0)) / reach
    push = wish.way * dice.uniform(0.3, 0.7) * (0.3 + above) + outward * dice.uniform(0.0, 0.3)
    push.z = dice.uniform(-0.05, 0.1)
    force = wish.violence * (0.2 if piece[CRUSHED] else 1.0)
    piece["photodouble_push"] = push * (force * site.speed / site.fps)
    axis = Vector([dice.uniform(-1, 1) for _ in range(3)]).normalized()
    piece["photodouble_spin"] = Quaternion(axis, wish.violence * dice.uniform(0.0, 2.5) / site.fps)
    body = compat.add_rigid_body(world, piece)
    body.type, body.collision_shape = "ACTIVE", "CONVEX_HULL"
    body.use_margin, body.collision_margin = True, 0.0
    body.friction, body.restitution = 0.5, 0.02
    body.linear_damping, body.angular_damping = 0.04, 0.2
    hold(piece, wish.start)


def _world(context: Any, site: Site, wish: Wish) -> Any:
    """Give the scene's simulation, made where there is none, and long enough for the collapse."""
    scene = context.scene
    if scene.rigidbody_world is None:
        with context.temp_override(scene=scene):
            bpy.ops.rigidbody.world_add()
        scene.rigidbody_world.effector_weights.gravity = min(200.0, site.metre)
    world = scene.rigidbody_world
    if world.collection is None:
        world.collection = bpy.data.collections.new("Rigid bodies")
        world.collection["photodouble_bodies"] = True
    cache = world.point_cache
    cache.frame_start = min(cache.frame_start, scene.frame_start, wish.start - 1)
    cache.frame_end = max(cache.frame_end, wish.end)
    return world


def _ground(place: Any, world: Any, site: Site) -> None:
    """Put the ground under the building: it stops what falls, and shows nothing but shadows."""
    half = 10 * max((site.high - site.low).length, 1e-6)
    middle = (site.low + site.high) / 2
    mesh = bpy.data.meshes.new(f"{place.name}")
    corners = [(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    ground = bpy.data.objects.new(place.name, mesh)
    ground.location = (middle.x, middle.y, site.low.z)
    ground.is_shadow_catcher = True
    ground.display_type = "WIRE"
    place.objects.link(ground)
    body = compat.add_rigid_body(world, ground)
    body.type, body.collision_shape, body.friction, body.restitution = "PASSIVE", "MESH", 0.9, 0.02
    body.use_margin, body.collision_margin = True, 0.0


def _collection(name: str, inside: Any) -> Any:
    made = bpy.data.collections.new(name)
    inside.children.link(made)
    return made


def _hide(building: Any, hidden: bool) -> None:
    """A building of a linked library can be hidden by its own file alone."""
    if building.is_editable:
        building.hide_render = building.hide_viewport = hidden
