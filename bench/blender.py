"""Bench the Blender extension: how long it takes to load, to show a crowd, and to scrub through it.

    python bench/blender.py [--version 4.5] [--counts 1000,10000,100000] [--frames 12] [--loads 5]

`build` is from the engine's file to an evaluated scene, `read` the file alone, `scrub` one frame further with
a camera that moves, the slowest of some frames (the median beside it), `list` a walk
through all instances in Python, and the size of the .blend. The
peer are linked duplicates: one object a person with the same cards, placed and turned by Python as scripts
do, and their frame change. `import` is what a start of Blender pays for the extension, with whatever modules
of the standard library it brings along: processor time, the best of some fresh processes, loaded once before.
What Blender left to Python's garbage collection is collected before the clock starts. Seconds of wall clock
and of the processor, as this machine is shared. The last line is JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ELEMENTS, TILES = 24, 48
WAVES = 3
"""Waves that run through the stand while it is measured."""
PEER_MOST = 10_000
"""More linked duplicates than this take minutes, which is the point, and not measured."""


def main() -> int:
    """Run the figures inside Blender, in a process of its own, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", default="4.5")
    parser.add_argument("--counts", default="1000,10000,100000")
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--loads", type=int, default=5, help="fresh processes; the quickest import counts")
    given = parser.parse_args()
    python = ROOT / f".venv-bpy-{given.version}" / "bin" / "python"
    if not python.is_file():
        print(f"Blender {given.version} is not here: install/blender --environment {given.version}")
        return 3
    command = [str(python), __file__, "inside", given.counts, str(given.frames)]
    with tempfile.TemporaryDirectory() as kept:
        own = {**os.environ, "PYTHONPYCACHEPREFIX": kept, "PYTHONDONTWRITEBYTECODE": ""}
        # As an installed extension: it was loaded once before.
        tries = [_run([*command[:3], "", "0"], own) for _ in range(given.loads + 1)][1:]
        ran = _run(command, own)
    if ran is None or None in tries:
        return 1
    print("\n".join(line for line in ran if line.startswith("| ")))
    found = json.loads(ran[-1])
    loads = [json.loads(lines[-1]) for lines in tries if lines]
    quickest = min([*loads, found], key=lambda one: one["import_ms"] + one["register_ms"])
    load = {key: quickest[key] for key in ("import_ms", "register_ms")}
    print(f"| quickest of {len(loads) + 1}: import {load['import_ms']} ms, register {load['register_ms']} ms")
    print(json.dumps({**found, **load}))
    return 0


def _run(command: list[str], environment: dict[str, str]) -> list[str] | None:
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if ran.returncode or not ran.stdout.strip():
        print(ran.stdout[-2000:] + ran.stderr[-4000:], file=sys.stderr)
        return None
    return ran.stdout.strip().splitlines()


def inside(counts: list[int], frames: int) -> None:
    """Measure; runs in Blender's Python."""
    import bpy

    sys.path.insert(0, str(ROOT / "blender"))
    gc.collect()
    imported = _timed(lambda: __import__("photodouble_blender"))
    registered = _timed(sys.modules["photodouble_blender"].register)
    found: dict[str, Any] = {
        "blender": bpy.app.version_string,
        "import_ms": round(imported["cpu"] * 1000, 1),
        "register_ms": round(registered["cpu"] * 1000, 1),
        "crowds": [],
    }
    name, first, then = bpy.app.version_string, found["import_ms"], found["register_ms"]
    _say(f"Blender {name}: import {first} ms, register {then} ms")
    _say("people    read s  build s  scrub s (median)   list s   .blend MB  peer build s  peer scrub s")
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            found["crowds"].append(_row(count, frames, Path(folder) / str(count)))
    print(json.dumps(found), flush=True)


def _row(count: int, frames: int, folder: Path) -> dict[str, Any]:
    import bpy
    from photodouble_blender import crowd_points

    bpy.ops.wm.read_factory_settings(use_empty=True)
    write_crowd(folder, count)
    scene, camera = bpy.context.scene, _camera()
    kept: list[Any] = []
    read = _timed(lambda: kept.append(crowd_points.read(folder / "people.json")))

    def build() -> None:
        crowd_points.build(kept[0], scene, camera=camera, first_frame=1)
        bpy.context.evaluated_depsgraph_get().update()

    built = _timed(build)
    steps = [_timed(lambda at=at: scene.frame_set(at)) for at in range(2, frames + 2)]
    listed = _timed(lambda: kept.append(_listed()))
    assert kept[-1] == count, (kept[-1], count)
    file = folder / "crowd.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file), compress=False)
    row = {
        "people": count,
        "read_s": round(read["wall"], 3),
        "build_s": round(built["wall"], 3),
        "scrub_s": round(max(step["wall"] for step in steps), 4),
        "scrub_median_s": round(statistics.median(step["wall"] for step in steps), 4),
        "scrub_cpu_s": round(statistics.median(step["cpu"] for step in steps), 4),
        "listed_s": round(listed["wall"], 4),
        "blend_mb": round(file.stat().st_size / 1e6, 2),
        **(_peer(folder, frames) if count <= PEER_MOST else {"peer_build_s": None, "peer_scrub_s": None}),
    }
    columns = [f"{row[key]!s:>9}" for key in ("read_s", "build_s", "scrub_s")]
    more = [f"{row[key]!s:>11}" for key in ("listed_s", "blend_mb", "peer_build_s", "peer_scrub_s")]
    _say(f"{count:>7}{''.join(columns)} ({row['scrub_median_s']}){''.join(more)}")
    return row


def _listed() -> int:
    """Count the instances as a renderer or a viewport goes through them; Python is the slow part of it."""
    import bpy

    return sum(one.is_instance for one in bpy.context.evaluated_depsgraph_get().object_instances)


def _peer(folder: Path, frames: int) -> dict[str, float]:
    """Do the same with linked duplicates, as scripts for crowds of cards do."""
    import bpy
    from photodouble_blender import crowd_cards, crowd_points, crowd_space

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene, camera = bpy.context.scene, _camera()
    crowd = crowd_points.read(folder / "people.json")
    objects: list[Any] = []

    def build() -> None:
        cards = list(crowd_cards.collection(crowd.facts["elements"], folder).objects)
        places = crowd_space.to_scene(crowd.columns["position"], scene)
        for row in range(crowd.count):
            made = bpy.data.objects.new("person", cards[crowd.columns["element"][row]].data)
            made.location = places[3 * row : 3 * row + 3]
            scene.collection.objects.link(made)
            objects.append(made)
        bpy.context.evaluated_depsgraph_get().update()

    def step(frame: int) -> None:
        scene.frame_set(frame)
        at = camera.matrix_world.translation
        for row, one in enumerate(objects):
            away = at - one.location
            one.rotation_euler.z = math.atan2(away.x, -away.y)
            one["card"] = crowd.columns["offset"][row] + crowd.columns["pace"][row] * frame
        bpy.context.view_layer.update()

    built = _timed(build)
    steps = [_timed(lambda at=at: step(at)) for at in range(2, min(frames, 5) + 2)]
    slowest = max(one["wall"] for one in steps)
    return {"peer_build_s": round(built["wall"], 3), "peer_scrub_s": round(slowest, 4)}


def write_crowd(folder: Path, count: int, waves: int = WAVES) -> None:
    """Write a crowd as the engine does: a stand of so many people, played by a few with two-second loops."""
    tiles = folder / "tiles"
    tiles.mkdir(parents=True)
    _picture(tiles / "card.1001.exr")
    across = max(int(math.sqrt(count) * 2), 1)
    seats = [(row % across, row // across) for row in range(count)]
    position = array(
        "f", (part for x, z in seats for part in ((x - across / 2) * 0.5, z * 0.4, -20 - z * 0.8))
    )
    ones = array("f", [1.0]) * count
    columns: dict[str, array[Any]] = {
        "position": position,
        "velocity": array("f", bytes(12 * count)),
        "facing": array("f", bytes(4 * count)),
        "offset": array("f", (row * 7.3 % TILES for row in range(count))),
        "pace": array("f", (1 + 0.03 * math.sin(row) for row in range(count))),
        "scale": ones,
        "gain": ones * 3,
        "tint": ones * 3,
        "tint_amount": ones,
        "element": array("i", (row % ELEMENTS for row in range(count))),
        "mirror": array("i", (row % 2 for row in range(count))),
    }
    for number in range(1, waves + 1):
        columns |= _wave(f"wave{number}_", [x / across for x, _ in seats], number)
    listed, start = [], 0
    for name, column in columns.items():
        size = 4 * len(column)
        kind = "float32" if column.typecode == "f" else "int32"
        listed.append(
            {"name": name, "type": kind, "wide": len(column) // count, "start": start, "bytes": size}
        )
        start += size
    facts = {
        "cards": str(tiles / "card.<UDIM>.exr"),
        "wardrobe": "",
        "tiles": TILES,
        "intro": 0,
        "size": [64, 128],
    }
    facts |= {"foot": [32, 126], "pixels_per_metre": 64.0}
    stored = {
        "kind": "photodouble points", "schema": 2, "count": count, "rate": 24.0, "first": 1, "last": 100,
        "names": [f"stand/0/{z}/{x}" for x, z in seats], "columns": listed, "renamed": {},
        "waves": ["cheer"] * waves,
        "elements": [{**facts, "name": f"man{number}"} for number in range(ELEMENTS)],
    }  # fmt: skip
    (folder / "people.bin").write_bytes(b"".join(column.tobytes() for column in columns.values()))
    (folder / "people.json").write_text(json.dumps(stored), encoding="utf-8")


def _wave(name: str, ways: list[float], number: int) -> dict[str, array[Any]]:
    """Let a wave go around the stand in two seconds, and have everybody up for half of one."""
    ones = array("f", [1.0]) * len(ways)
    numbers = {"period": 48.0, "up": 12.0, "rounds": 1e9, "pace": 1.0}
    return {
        f"{name}at": array("f", (48 * way - 10 * number for way in ways)),
        **{f"{name}{key}": array("f", [value]) * len(ones) for key, value in numbers.items()},
        f"{name}element": array("i", (row % ELEMENTS for row in range(len(ways)))),
        f"{name}mirror": array("i", bytes(4 * len(ways))),
    }


def _picture(path: Path) -> None:
    import bpy

    image = bpy.data.images.new("card", 64, 128, alpha=True, float_buffer=True)
    image.filepath_raw, image.file_format = str(path), "OPEN_EXR"
    image.save()
    bpy.data.images.remove(image)


def _camera() -> Any:
    """Make a camera that travels, so that every card turns on every frame."""
    import bpy

    scene = bpy.context.scene
    camera = bpy.data.objects.new("shot", bpy.data.cameras.new("shot"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.location = (0, 0, 2)
    for frame, x in ((1, 0.0), (100, 10.0)):
        camera.location.x = x
        camera.keyframe_insert("location", frame=frame)
    return camera


def _timed(work: Callable[[], Any]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _say(line: str) -> None:
    print(f"| {line}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside([int(one) for one in sys.argv[2].split(",") if one], int(sys.argv[3]))
        sys.stdout.flush()
        os._exit(0)
    sys.exit(main())
