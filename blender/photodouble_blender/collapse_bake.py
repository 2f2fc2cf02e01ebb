# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a simulated fall into keys, and set up the scene that renders it in passes.

Keys need no cache and no simulation: any machine renders any frame of the saved file, without this extension.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import collapse, compat, stages

BAKED = "photodouble_baked"
LAYERS = ("collapse", "shadow", "dust")
_STILL = 1e-5
"""A piece that moves less than this from frame to frame stands still."""


def is_baked(made: Any) -> bool:
    """Whether the fall is stored as keys."""
    return bool(made.get(BAKED, False))


def bake(context: Any, made: Any) -> int:
    """Simulate from the beginning, and key every piece at every frame it moves; gives the number of keys."""
    scene, now = context.scene, context.scene.frame_current
    start, end = made["photodouble_frames"]
    pieces = collapse.pieces_of(made)
    poses: list[list[tuple[int, Any]]] = [[] for _ in pieces]
    manager = context.window_manager
    manager.progress_begin(0, end)
    for frame in range(scene.rigidbody_world.point_cache.frame_start, end + 1):
        scene.frame_set(frame)
        manager.progress_update(frame)
        if frame >= start:
            _note(context, pieces, poses, frame)
    manager.progress_end()
    ground = made["photodouble_ground"].objects[0].location.z
    keys = sum(_key(piece, pose, ground) for piece, pose in zip(pieces, poses, strict=True))
    made[BAKED] = True
    scene.frame_set(now)
    return keys


def free(context: Any, made: Any) -> None:
    """Take the keys away: the pieces are simulated again."""
    start, _end = made["photodouble_frames"]
    for piece in collapse.pieces_of(made):
        collapse.clear_keys(piece)
        collapse.hold(piece, start)
    made[BAKED] = False
    context.scene.frame_set(context.scene.frame_current)


def make_passes(context: Any, made: Any, folder: Path, samples: int) -> Any:
    """Make the scene that renders the collapse for a comp: pieces, their shadow, dust, and all passes."""
    scene = context.scene
    stage = stages.copy_of(scene, f"{made.name} passes")
    parts = {name: made[f"photodouble_{name}"] for name in collapse.PARTS}
    for part in parts.values():
        stage.collection.children.link(part)
    stages.new_collection(stage, "light", _lights(scene, context.view_layer))
    stage.frame_start, stage.frame_end = made["photodouble_frames"]
    stage.render.engine, stage.render.film_transparent = "CYCLES", True
    stage.cycles.samples = samples
    stage.cycles.use_denoising = False  # a denoiser rings in the alpha of what is otherwise empty
    through = len(parts["dust"].objects) + 8  # a ray that passes more cards than this would end black
    stage.cycles.transparent_max_bounces = max(stage.cycles.transparent_max_bounces, through)
    stage.cycles.min_transparent_bounces = through
    _set_layers(stage, parts)
    stage.render.filepath = compat.as_path(str(folder / "passes.####.exr"))
    compat.write_layers(stage.render.image_settings, depth="16")
    _wire(stage, compat.as_path(str(folder)))
    made["photodouble_passes"] = stage
    return stage


def _note(context: Any, pieces: list[Any], poses: list[list[tuple[int, Any]]], frame: int) -> None:
    graph = context.evaluated_depsgraph_get()
    for piece, pose in zip(pieces, poses, strict=True):
        pose.append((frame, piece.evaluated_get(graph).matrix_world.copy()))


def _key(piece: Any, poses: list[tuple[int, Any]], ground: float) -> int:
    """Key a piece where it moves; turns are kept short from one key to the next."""
    collapse.clear_keys(piece)
    piece.rigid_body.kinematic = True
    piece.rotation_mode = "QUATERNION"
    turn, keys = None, 0
    for frame, matrix in _moving(_above(piece, poses, ground)):
        place, now, _scale = matrix.decompose()
        if turn is not None:
            now.make_compatible(turn)
        turn = now
        piece.location, piece.rotation_quaternion = place, now
        piece.keyframe_insert("location", frame=frame)
        piece.keyframe_insert("rotation_quaternion", frame=frame)
        keys += 1
    return keys


def _above(piece: Any, poses: list[tuple[int, Any]], ground: float) -> list[tuple[int, Any]]:
    """Leave out where a crushed piece falls on and on under the ground."""
    gone = ground - max(piece.dimensions)
    return [pose for pose in poses if pose[1].translation.z > gone]


def _moving(poses: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Leave out frames at which a piece is where it was before and after."""
    last = len(poses) - 1
    return [
        poses[number]
        for number in range(len(poses))
        if number in (0, last)
        or not (_is_same(poses[number - 1], poses[number]) and _is_same(poses[number], poses[number + 1]))
    ]


def _is_same(first: tuple[int, Any], second: tuple[int, Any]) -> bool:
    rows = zip(first[1], second[1], strict=True)
    return all(abs(a - b) <= _STILL for row, other in rows for a, b in zip(row, other, strict=True))


def _lights(scene: Any, layer: Any) -> list[Any]:
    found = [thing for thing in stages.rendered_objects(layer) if thing.type in ("LIGHT", "LIGHT_PROBE")]
    camera = [scene.camera] if scene.camera is not None and scene.camera not in found else []
    return [*found, *camera]


def _set_layers(stage: Any, parts: dict[str, Any]) -> None:
    fall, shadow, cloud = stages.new_layers(stage, LAYERS)
    fall.use_pass_z = fall.use_pass_vector = True
    fall.use_pass_cryptomatte_object = fall.use_pass_cryptomatte_material = True
    for layer in (fall, shadow):
        stages.layer_collection(layer, parts["dust"]).exclude = True
    for layer in (fall, cloud):
        stages.layer_collection(layer, parts["ground"]).holdout = True
    for name in ("pieces", "debris"):
        stages.layer_collection(shadow, parts[name]).indirect_only = True
        stages.layer_collection(cloud, parts[name]).holdout = True


def _wire(stage: Any, folder: str) -> None:
    tree = compat.compositor_tree(stage)
    nodes = {name: compat.new_layers_node(tree, stage, name) for name in LAYERS}
    tree.links.new(nodes["collapse"].outputs["Image"], compat.output_of(tree))
    for name, node in nodes.items():
        written = compat.write_pass(tree, node.outputs["Image"], folder, name)
        compat.write_exr(written, depth="16", mode="RGBA")
    depth = compat.as_grey(tree, nodes["collapse"].outputs["Depth"])
    compat.write_exr(compat.write_pass(tree, depth, folder, "depth"), depth="32", mode="RGB")
