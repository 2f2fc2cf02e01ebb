# SPDX-License-Identifier: GPL-3.0-or-later
"""Plates with known truth: the shot with and without a subject, its matte, depth and motion, in one render.

Three view layers of one scene: `with` everything; `clean` without the subject; `matte` the subject alone, all
else cut out of it, so that its alpha is how much of a pixel the subject covers, with whatever stands before
it. The noise is the same in both pictures, so pixels that the subject does not touch are the same as well.
"""

from __future__ import annotations

import json
import math
from array import array
from pathlib import Path
from typing import Any

import bpy

from . import compat, stages

LAYERS = ("with", "clean", "matte")
SCHEMA = "photodouble-plates/1"
SHADOW = 0.02
"""From this difference on a pixel outside the matte counts as touched by the subject's shadow or light."""


def make_stage(scene: Any, layer: Any, subject: Any, folder: Path, *, samples: int, ending: str) -> Any:
    """Make the scene that renders all of it; the artist's scene stays as it is."""
    things = stages.rendered_objects(layer)
    taken = {thing.name_full for thing in subject.all_objects}
    stage = stages.copy_of(scene, "Photo Double plates")
    own = stages.new_collection(stage, "subject", [one for one in things if one.name_full in taken])
    rest = stages.new_collection(stage, "rest", [one for one in things if one.name_full not in taken])
    _set_quality(stage, samples)
    _set_layers(stage, own, rest)
    stage.render.filepath = compat.as_path(str(folder / "passes.####.exr"))
    compat.write_layers(stage.render.image_settings, depth="16")
    _wire(stage, folder, ending)
    return stage


def new_folder(root: Path) -> Path:
    """Give the folder of the next version; nothing that exists is overwritten."""
    numbers = [int(path.name[1:]) for path in root.glob("v[0-9][0-9][0-9]*") if path.name[1:].isdigit()]
    folder = root / f"v{max(numbers, default=0) + 1:03d}"
    folder.mkdir(parents=True)
    return folder


def note(stage: Any, folder: Path, frame: int, ending: str) -> dict[str, Any]:
    """Add a frame to the notes of a version: its camera, and what its pixels say."""
    path = folder / "plates.json"
    notes = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else _notes(stage, ending)
    notes["frames"][str(frame)] = {**_camera(stage, frame), **measured(folder, frame, ending)}
    path.write_text(json.dumps(notes, indent=1), encoding="utf-8")
    return notes


def measured(folder: Path, frame: int, ending: str) -> dict[str, float]:
    """Compare what was rendered: how much is covered, and how far the subject reaches beyond its matte.

    Plain Python: not every Blender has numpy, and it takes a second for a million pixels.
    """
    full, clean, matte = (_pixels(folder / f"{name}.{frame:04d}.{ending}") for name in LAYERS)
    covers = matte[0::4]
    colours = zip(*(plane[channel::4] for channel in range(3) for plane in (full, clean)), strict=True)
    difference = [
        max(abs(r - r2), abs(g - g2), abs(b - b2))
        for cover, (r, r2, g, g2, b, b2) in zip(covers, colours, strict=True)
        if cover <= 0.0
    ]
    outside = max(1, len(difference))
    return {
        "covered": math.fsum(covers) / len(covers),
        "outside_same": 1.0 - sum(one > 0 for one in difference) / outside,
        "outside_mean": math.fsum(difference) / outside,
        "outside_touched": sum(one > SHADOW for one in difference) / outside,
    }


def _set_quality(stage: Any, samples: int) -> None:
    """Cycles without denoising: a denoiser spreads the subject into pixels that it does not touch."""
    stage.render.engine = "CYCLES"
    stage.render.film_transparent = False
    stage.cycles.samples = samples
    stage.cycles.use_denoising = False
    stage.cycles.use_adaptive_sampling = False


def _set_layers(stage: Any, own: Any, rest: Any) -> None:
    full, clean, matte = stages.new_layers(stage, LAYERS)
    for layer in (full, clean):
        layer.use_pass_z = layer.use_pass_vector = True
    full.use_pass_normal = full.use_pass_cryptomatte_object = True
    stages.layer_collection(clean, own).exclude = True
    stages.layer_collection(matte, rest).holdout = True
    matte.use_sky = False


def _wire(stage: Any, folder: Path, ending: str) -> None:
    """Let the compositor write one sequence for each of them, beside the file with all passes."""
    tree = compat.compositor_tree(stage)
    nodes = {name: compat.new_layers_node(tree, stage, name) for name in LAYERS}
    tree.links.new(nodes["with"].outputs["Image"], compat.output_of(tree))
    place = compat.as_path(str(folder))
    for name in ("with", "clean"):
        _write(compat.write_pass(tree, nodes[name].outputs["Image"], place, name), ending, "RGB")
    alpha = compat.as_grey(tree, nodes["matte"].outputs["Alpha"])
    _write(compat.write_pass(tree, alpha, place, "matte"), ending, "BW" if ending == "png" else "RGB")
    depth = compat.as_grey(tree, nodes["with"].outputs["Depth"])
    _write(compat.write_pass(tree, depth, place, "depth"), "exr", "RGB", depth="32")
    if compat.CARRIES_FOUR:
        vector = nodes["with"].outputs["Vector"]
        _write(compat.write_pass(tree, vector, place, "vectors"), "exr", "RGBA", depth="32")


def _write(settings: Any, ending: str, mode: str, depth: str = "16") -> None:
    if ending == "png":
        settings.file_format, settings.color_depth, settings.color_mode = "PNG", "16", mode
    else:
        compat.write_exr(settings, depth=depth, mode=mode)


def _notes(stage: Any, ending: str) -> dict[str, Any]:
    vectors = "vectors.####.exr" if compat.CARRIES_FOUR else "passes.####.exr"
    return {
        "schema": SCHEMA,
        "blender": bpy.app.version_string,
        "size": [stage.render.resolution_x, stage.render.resolution_y, stage.render.resolution_percentage],
        "samples": stage.cycles.samples,
        "fps": stage.render.fps / stage.render.fps_base,
        "sequences": {
            **{name: f"{name}.####.{ending}" for name in LAYERS},
            "depth": "depth.####.exr",
            "vectors": vectors,
            "passes": "passes.####.exr",
        },
        "vectors": {
            "channels": "four in their order" if compat.CARRIES_FOUR else "with.Vector.X Y Z W",
            "before": "the frame before shows it at (x + 1st, y - 2nd), y downwards",
            "after": "the frame after shows it at (x - 3rd, y + 4th), y downwards",
        },
        "motion_blur": False,
        "frames": {},
    }


def _camera(stage: Any, frame: int) -> dict[str, Any]:
    """Give the camera of a frame; the artist's window stays at its own."""
    stage.frame_set(frame)
    layer = stage.view_layers[0]
    layer.update()
    camera = stage.camera.evaluated_get(layer.depsgraph)
    return {
        "lens_mm": camera.data.lens,
        "sensor_mm": camera.data.sensor_width,
        "camera_to_world": [list(row) for row in camera.matrix_world],
    }


def _pixels(path: Path) -> array[float]:
    """Read a picture's values as they are in the file."""
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    values = array("f", bytes(4 * len(image.pixels)))
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    return values
