"""Scenes about what is done around de-ageing, for `in_blender.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import bpy

import __main__ as main

Facts = dict[str, Any]


def deage_desk(given: Mapping[str, Any]) -> Facts:
    """Track, ask what to paint, go there, paint, and give all of it to the operation."""
    main._fill_in({**given, "operation": "deage"})
    scene, found = bpy.context.scene, {}
    found["tracks"] = _tracked(given)
    bpy.ops.photodouble.deage_suggest(count=given["count"])
    main._wait()
    found["suggested"] = {**_said(), "list": list(main.part("deage_desk").suggested(scene))}
    bpy.ops.photodouble.deage_jump(frame=given["paint"][0]["frame"])
    found["jumped"] = scene.frame_current
    found["painted"] = [_painted(**stroke) for stroke in given["paint"]]
    found["unpainted"] = _painted(given["leave"], (0, 0, 0, 0), 0.0)
    bpy.ops.photodouble.deage_use_keys()
    found["used"] = {**_said(), **_inputs()}
    bpy.ops.photodouble.deage_use_keys()
    found["again"] = _inputs()
    _painted(**{**given["paint"][0], "add": 0.5})
    bpy.ops.photodouble.deage_use_keys()
    found["more"] = _inputs()
    bpy.ops.photodouble.deage_consent()
    main._wait()
    word, problem = main.part("deage_desk").consent(scene)
    found["consent"] = {"word": word, "error": problem and problem.to_json()}
    found["drawn"] = main._drawn("deage_desk")["IMAGE_EDITOR"]
    found["request"] = main.part("requests").request_from(scene, "deage").to_json()
    scene.photodouble.performers = "somebody-else"
    found["asked"] = list(main.part("deage_desk").consent(scene))
    return found


def deage_request(given: Mapping[str, Any]) -> Facts:
    """Paint a frame under a consent that is filed, and give the request of the panel."""
    main._fill_in({**given, "operation": "deage"})
    scene = bpy.context.scene
    _painted(**given["paint"])
    bpy.ops.photodouble.deage_use_keys()
    bpy.ops.photodouble.deage_consent()
    main._wait()
    word, problem = main.part("deage_desk").consent(scene)
    found = {"consent": word, "error": problem and problem.to_json(), **_said()}
    request = main.part("requests").request_from(scene, "deage")
    return {**found, "request": request.to_json(), "drawn": main._drawn("deage_desk")["IMAGE_EDITOR"]}


def no_tracks(given: Mapping[str, Any]) -> Facts:
    """Ask for the tracks of a clip with too few, and for keys where nothing was painted."""
    main._fill_in({**given, "operation": "deage"})
    _tracked({**given, "points": given["points"][:3]})
    found = {"tracks": _said()}
    bpy.ops.photodouble.deage_use_keys()
    found["keys"] = _said()
    bpy.context.scene.frame_current = 400
    bpy.ops.photodouble.deage_paint()
    return {**found, "frame": _said(), "drawn": main._drawn("deage_desk")["CLIP_EDITOR"]}


def _tracked(given: Mapping[str, Any]) -> Any:
    """Put tracks onto the plate's clip, as an artist clicks them, and use them."""
    area = bpy.context.window.screen.areas[0]
    area.type = "CLIP_EDITOR"
    clip = bpy.data.movieclips.load(given["inputs"]["plate"])
    area.spaces.active.clip = clip
    width, height = clip.size
    for x, y in given["points"]:
        track = clip.tracking.objects.active.tracks.new(frame=given["tracked_on"])
        track.markers[0].co = (x / width, 1 - y / height)
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=bpy.context.window, area=area, region=region):
        bpy.ops.photodouble.deage_use_tracks()
    path = bpy.context.scene.photodouble.deage.inputs.track
    if not path:
        return None
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return json.load(file)


def _painted(frame: int, box: tuple[int, int, int, int], add: float) -> Facts:
    """Paint a box of a frame, counted from the left upper edge; a brush writes pixels just so."""
    bpy.ops.photodouble.deage_jump(frame=frame)
    area = bpy.context.window.screen.areas[0]
    area.type = "IMAGE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=bpy.context.window, area=area, region=region):
        bpy.ops.photodouble.deage_paint()
    image = area.spaces.active.image
    width, height = image.size
    left, top, right, bottom = box
    values = list(image.pixels)
    for y in range(top, bottom):
        for x in range(left, right):
            at = 4 * ((height - 1 - y) * width + x)
            values[at : at + 3] = [value + add for value in values[at : at + 3]]
    if add:
        image.pixels = values
    canvas = bpy.context.scene.tool_settings.image_paint.canvas
    return {"image": image.name, "canvas": canvas.name, "dirty": image.is_dirty, "float": image.is_float}


def _inputs() -> Facts:
    inputs = bpy.context.scene.photodouble.deage.inputs
    return {"keys": inputs.keys, "before": inputs.before, "track": inputs.track}


def _said() -> Facts:
    now = main.part("deage_desk").known()
    return {"said": now.said, "error": now.error and now.error.to_json()}


SCENES = {"deage_desk": deage_desk, "deage_request": deage_request, "no_tracks": no_tracks}
