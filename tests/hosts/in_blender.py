"""Run one scene of the extension's tests inside real Blender: `in_blender.py ZIP SCENE JSON`.

The last line of the output is what the scene found, as JSON. The process is left by `os._exit`: Blender as a
module may hang or crash in the ordinary way out when timers or threads are alive.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from array import array
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import bpy
import in_blender_bad
import in_blender_collapse
import in_blender_crowd
import in_blender_deage
import in_blender_edits
import in_blender_masks
import in_blender_nodes
import in_blender_people
import in_blender_plates
import in_blender_worse
from recorded_layout import RecordedLayout

MODULE = "bl_ext.user_default.photodouble_blender"
PATIENCE = 240.0
EDITORS = {
    "CLIP_EDITOR": "clip",
    "IMAGE_EDITOR": "image",
    "CompositorNodeTree": "compositor",
    "SEQUENCE_EDITOR": "sequencer",
    "VIEW_3D": "view",
}
"""Editors by what Blender calls them in its menu, and the end of their panels' names."""

Facts = dict[str, Any]


def part(name: str) -> Any:
    """Give one module of the installed extension."""
    return sys.modules[f"{MODULE}.{name}"]


def register_only(_given: Mapping[str, Any]) -> Facts:
    """Disable and enable the extension again, and say what is there each time."""
    import addon_utils

    before = _registered()
    addon_utils.disable(MODULE, default_set=True)
    without = _registered()
    addon_utils.enable(MODULE, default_set=True)
    again = _registered()
    bpy.ops.extensions.package_uninstall(repo_index=_repo_index(), pkg_id="photodouble_blender")
    return {"before": before, "without": without, "again": again, "uninstalled": _registered()}


def language(given: Mapping[str, Any]) -> Facts:
    """Enable the extension under a catalogue; give what Blender and the extension look up in it."""
    import addon_utils

    addon_utils.disable(MODULE, default_set=True)
    os.environ["PHOTODOUBLE_LANGUAGE"] = given["catalogue"]
    addon_utils.enable(MODULE, default_set=True)
    told = bpy.app.translations
    shown = {
        "locale": told.locale,
        "catalogue": sorted(map(list, next(iter(part("words").catalogue().values()), {}).items())),
        "label": told.pgettext_iface(given["label"]),
        "button": told.pgettext_iface(given["label"], "Operator"),
        "tip": told.pgettext_tip(given["tip"]),
        "sentence": part("_vendor.photodouble_client.language").said(given["sentence"]),
    }
    addon_utils.disable(MODULE, default_set=True)
    return {**shown, "after": told.pgettext_iface(given["label"])}


def imported(_given: Mapping[str, Any]) -> Facts:
    """Say which of the product's packages are loaded besides the extension, and what is heavy."""
    names = {name.split(".")[0] for name in sys.modules}
    own = [name for name in sys.modules if name.startswith(MODULE)]
    return {"names": sorted(names), "own": len(own), "path": sys.path}


def properties(given: Mapping[str, Any]) -> Facts:
    """Describe every property that was made from the declaration, and how values come back."""
    props, spec = part("props"), _specs()["inpaint"]
    shot = bpy.context.scene.photodouble.inpaint
    made = {prop.identifier: _described(prop) for prop in shot.controls.bl_rna.properties}
    props.set_values(shot.controls, spec, given["values"])
    values = spec.validate(props.values_of(shot.controls, spec))
    every = {key: _face(props, param) for key, param in _one_of_each_kind(props).items()}
    inputs = [prop.identifier for prop in shot.inputs.bl_rna.properties]
    return {"made": made, "values": values, "kinds": sorted(props.FACES), "every": every, "inputs": inputs}


def refused(given: Mapping[str, Any]) -> Facts:
    """Press the button with whatever is given, and say what the panel then shows."""
    _fill_in(given)
    pressed = sorted(bpy.ops.photodouble.inpaint_submit())
    _poll_until(lambda now: not now.is_at_work)
    return {"pressed": pressed, **_shown(), "drawn": _drawn()}


def job(given: Mapping[str, Any]) -> Facts:
    """Make a take, load it, read its pixels, and take the extension away again."""
    import addon_utils

    _fill_in(given)
    pressed = sorted(bpy.ops.photodouble.inpaint_submit())
    states = _poll_until(lambda now: not now.is_at_work)
    found = {"pressed": pressed, "states": states, **_shown(), "drawn": _drawn()}
    if found["state"] == "finished":
        found["loaded"] = _load(given["pixels"])
    addon_utils.disable(MODULE, default_set=True)
    found["threads"] = [one.name for one in threading.enumerate()]
    found["registered"] = _registered()
    return found


def cancel(given: Mapping[str, Any]) -> Facts:
    """Stop a job in the middle, then let it go on."""
    _fill_in(given)
    bpy.ops.photodouble.inpaint_submit()
    _poll_until(lambda now: now.state == "running" or not now.is_at_work)
    at_work = _shown()
    bpy.ops.photodouble.inpaint_cancel()
    states = _poll_until(lambda now: not now.is_at_work)
    stopped = {**_shown(), "drawn": _drawn()}
    bpy.ops.photodouble.inpaint_resume()
    _poll_until(lambda now: not now.is_at_work)
    return {"at_work": at_work, "states": states, "stopped": stopped, "resumed": _shown()}


def leave(given: Mapping[str, Any]) -> Facts:
    """Hand a job over, save the file and go, as in a crash."""
    _fill_in(given)
    bpy.ops.photodouble.inpaint_submit()
    _poll_until(lambda _now: bool(bpy.context.scene.photodouble.inpaint.job))
    bpy.ops.wm.save_as_mainfile(filepath=given["blend"])
    return {"job": bpy.context.scene.photodouble.inpaint.job}


def come_back(given: Mapping[str, Any]) -> Facts:
    """Open the file again and find its job."""
    bpy.ops.wm.open_mainfile(filepath=given["blend"])
    before = {**_shown(), "drawn": _drawn()}
    bpy.ops.photodouble.inpaint_connect()
    _poll_until(lambda now: not now.is_at_work)
    return {"before": before, "after": _shown()}


def check(_given: Mapping[str, Any]) -> Facts:
    """Press Check in the preferences."""
    bpy.ops.photodouble.check_engine()
    return _checked()


def restart(_given: Mapping[str, Any]) -> Facts:
    """Find an engine, be told that it does not fit, and press the button that the panel then shows."""
    bpy.ops.photodouble.check_engine()
    before, jobs = _checked(), part("jobs")
    wrong = jobs.ArtistError("engine.unreachable", "T", "M", "F", action=part("checking").RESTART)
    jobs.refuse(bpy.context.scene, "inpaint", wrong)
    drawn = _drawn()
    bpy.ops.photodouble.restart_engine()
    return {"before": before, "drawn": drawn, "after": _checked(), "shown": _shown()}


def editor(given: Mapping[str, Any]) -> Facts:
    """Use the clip that an editor shows as the plate, and a preset; load pictures beside it as a take is."""
    scene, area = bpy.context.scene, bpy.context.window.screen.areas[0]
    area.type = "CLIP_EDITOR"
    clip = bpy.data.movieclips.load(given["plate"])
    clip.frame_start, clip.colorspace_settings.name = 101, "Non-Color"
    area.spaces.active.clip = clip
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=bpy.context.window, area=area, region=region):
        bpy.ops.photodouble.use_this(operation="inpaint", port="plate")
    bpy.ops.photodouble.preset(operation="inpaint", preset=given["preset"])
    props, takes, frames = part("props"), part("takes"), part("frames")
    pattern = frames.pattern_of(given["plate"])
    numbers = frames.frames_on_disk(frames.pattern_of(given["take"]))
    sequence = takes.Sequence(takes.Path(given["take"]), numbers, 101, pattern)
    image, shown = takes.load_image(sequence, "take"), takes.load_clip(sequence, "take")
    return {
        "plate": scene.photodouble.inpaint.inputs.plate,
        "starts": scene.photodouble.inpaint.plate_starts,
        "values": props.values_of(scene.photodouble.inpaint.controls, _specs()["inpaint"]),
        "colour": [image.colorspace_settings.name, shown.colorspace_settings.name],
        "source": [image.source, shown.source, shown.frame_start, shown.frame_duration],
    }


def patterns(given: Mapping[str, Any]) -> Facts:
    """Say what a chosen file is taken for, and the frames that are found."""
    frames = part("frames")
    found = {path: frames.pattern_of(path) for path in given["paths"]}
    return {path: [name, frames.plate_frames(name).to_text()] for path, name in found.items()}


def planted(_given: Mapping[str, Any]) -> Facts:
    """Draw what Blender would refuse, and say how often it was refused."""
    layout, shot = RecordedLayout(), bpy.context.scene.photodouble.inpaint
    faults: tuple[Callable[[], Any], ...] = (
        lambda: layout.prop(shot.controls, "no_such_control"),
        lambda: layout.label(text="x", icon="NO_SUCH_ICON"),
        lambda: layout.operator("photodouble.no_such_button"),
        lambda: setattr(layout.operator("photodouble.preset"), "no_such_property", 1),
        lambda: layout.menu("PHOTODOUBLE_MT_no_such_menu"),
    )
    return {"faults": len(faults), "refused": sum(_is_refused(fault) for fault in faults)}


def _is_refused(draw: Callable[[], Any]) -> bool:
    try:
        draw()
    except (AssertionError, KeyError, AttributeError, RuntimeError):
        return True
    return False


def every_panel(_given: Mapping[str, Any]) -> Facts:
    """Draw every panel there is in every editor."""
    return {"drawn": {key: _drawn(key) for key in (*_specs(), "takes", "jobs")}}


def search(_given: Mapping[str, Any]) -> Facts:
    """Say what search would show, and why buttons are grey in an empty file."""
    ours = [name for name in dir(bpy.ops.photodouble) if not name.startswith("_")]
    labels = {name: getattr(bpy.ops.photodouble, name).get_rna_type().name for name in ours}
    grey = {}
    for name in ("inpaint_cancel", "inpaint_load_take", "show_take"):
        try:
            getattr(bpy.ops.photodouble, name)()
        except RuntimeError as why:
            grey[name] = str(why).split(".poll() ")[-1].strip()
    return {"labels": labels, "grey": grey}


def take_desk(given: Mapping[str, Any]) -> Facts:
    """Make a take, look at it in every way, keep a frame of it in a second one, release it."""
    found = {**_made_take(given), **_looked_at()}
    scene, takes = bpy.context.scene, part("take_list")
    scene.frame_set(given["frame"])
    for kind in ("wipe", "difference"):
        bpy.ops.photodouble.compare_take(kind=kind)
        _wait()
        image = next(image for image in bpy.data.images if f" {kind} " in image.name)
        found[kind] = {"size": list(image.size), "name": image.name}
    found["drawn"] = _drawn("takes")["IMAGE_EDITOR"]
    bpy.ops.photodouble.keep_frame()
    found["kept"] = _drawn()["IMAGE_EDITOR"]
    found["again"] = _made_take({})["listed"]
    bpy.ops.photodouble.release_frames(operation="inpaint")
    return {**found, "released": scene.photodouble.inpaint.locks, "said": takes.said()}


def stale(given: Mapping[str, Any]) -> Facts:
    """Make a take, put another picture in the place of one of its plate's, and look at it again."""
    import shutil

    _made_take(given)
    shutil.copyfile(given["change"]["from"], given["change"]["to"])
    return {**_looked_at(), "drawn": _drawn("takes")["CLIP_EDITOR"]}


def decide(given: Mapping[str, Any]) -> Facts:
    """Approve a take without a key."""
    _made_take(given)
    bpy.ops.photodouble.decide(decision="approve", reason="good")
    _wait()
    problem = part("take_list").error()
    drawn = _drawn("takes")["VIEW_3D"]
    bpy.ops.photodouble.refresh_takes()
    _wait()
    return {"error": problem and problem.to_json(), "drawn": drawn, "listed": _listed()}


def mask_job(given: Mapping[str, Any]) -> Facts:
    """Make takes with a mask of Blender's as the matte."""
    return in_blender_masks.mask_job(given, _fill_in, _poll_until, _shown, part)


def keyed_job(given: Mapping[str, Any]) -> Facts:
    """Make a take with a control that is keyed."""
    return in_blender_masks.keyed_job(given, _fill_in, _poll_until, _shown)


def driven_job(given: Mapping[str, Any]) -> Facts:
    """Make a take with a control that a driver moves."""
    return in_blender_masks.driven_job(given, _fill_in, _poll_until, _shown)


def mask_cancel(given: Mapping[str, Any]) -> Facts:
    """Stop while a mask is being drawn."""
    return in_blender_masks.mask_cancel(given, _fill_in, _shown, part)


def take_node(given: Mapping[str, Any]) -> Facts:
    """Put a take into the compositor and render it."""
    return in_blender_nodes.take_node(given, _made_take, _wait, part)


def undo_in_a_job(given: Mapping[str, Any]) -> Facts:
    """Undo while a job is at work."""
    return in_blender_bad.undo_in_a_job(given, _fill_in, _poll_until, _shown)


def off_in_a_job(given: Mapping[str, Any]) -> Facts:
    """Switch the extension off while a job is at work."""
    return in_blender_bad.off_in_a_job(given, _fill_in, _poll_until, _shown, MODULE)


def two_scenes(given: Mapping[str, Any]) -> Facts:
    """Work in two scenes at once."""
    return in_blender_bad.two_scenes(given, _fill_in, _wait, part)


def rendering_in_a_job(given: Mapping[str, Any]) -> Facts:
    """Render while a job is at work."""
    return in_blender_bad.rendering_in_a_job(given, _fill_in, _poll_until, _shown)


def faulty_listener(given: Mapping[str, Any]) -> Facts:
    """Let one of the modules that are looked at fail."""
    return in_blender_bad.faulty_listener(given, part)


def linked(given: Mapping[str, Any]) -> Facts:
    """Work in a linked scene."""
    return in_blender_bad.linked(given, _fill_in, _poll_until, _shown)


def take_strip(given: Mapping[str, Any]) -> Facts:
    """Put a take above its plate in the Sequencer."""
    return in_blender_nodes.take_strip(given, _made_take, _wait, part)


def assets(given: Mapping[str, Any]) -> Facts:
    """Write the asset library and use it."""
    return in_blender_nodes.assets(given, part)


def config(given: Mapping[str, Any]) -> Facts:
    """Say which colour configuration is in force."""
    return in_blender_nodes.config(given, part)


def acescg(given: Mapping[str, Any]) -> Facts:
    """Make a take of a plate that is read as ACEScg."""
    return in_blender_nodes.acescg(given, _made_take, part)


def cut_way(given: Mapping[str, Any]) -> Facts:
    """Bring a cut into the Sequencer and send it out again."""
    return in_blender_edits.cut_way(given, _wait, part)


def cut_work(given: Mapping[str, Any]) -> Facts:
    """Pull a strip, make its take, lay it above, push it, check, conform."""
    return in_blender_edits.cut_work(given, _made_take, _wait, part, _drawn_in_sequencer)


def _drawn_in_sequencer() -> Facts:
    area = bpy.context.window.screen.areas[0]
    return _drawn_in(area, "SEQUENCE_EDITOR", "PHOTODOUBLE_PT_edits_sequencer")


def crowd(given: Mapping[str, Any]) -> Facts:
    """Play a scene about crowds, by its name."""
    if given["about"] == "cameras":
        return in_blender_crowd.cameras(given, part)
    holder = in_blender_people if hasattr(in_blender_people, given["about"]) else in_blender_crowd
    return getattr(holder, given["about"])(given, _fill_in, _wait, part)


def job_desk(given: Mapping[str, Any]) -> Facts:
    """Make a take, list the jobs, and take the job off the list."""
    _made_take(given)
    bpy.ops.photodouble.refresh_jobs()
    _wait()
    listed, drawn = [job.to_json() for job in part("job_list").known()], _drawn("jobs")["VIEW_3D"]
    bpy.ops.photodouble.change_job(job=listed[0]["job"], verb="forget")
    _wait()
    return {"jobs": listed, "drawn": drawn, "after": [job.job for job in part("job_list").known()]}


def no_place(_given: Mapping[str, Any]) -> Facts:
    """Ask for takes in a file that was never saved."""
    bpy.ops.photodouble.refresh_takes()
    problem = part("take_list").error()
    return {"error": problem and problem.to_json(), "drawn": _drawn("takes")["VIEW_3D"]}


def incomplete(_given: Mapping[str, Any]) -> Facts:
    """Say what a copy without its vendored part shows in both sidebars and in the preferences."""
    said = []
    missing = part("missing")
    for made in missing.CLASSES:
        layout = RecordedLayout()
        made.draw(SimpleNamespace(layout=layout), bpy.context)
        said.append(" ".join(layout.labels))
    return {"said": said, "registered": _registered()}


def _made_take(given: Mapping[str, Any]) -> Facts:
    """Press the button, wait for the take, and list the takes."""
    _fill_in(given)
    bpy.ops.photodouble.inpaint_submit()
    _poll_until(lambda now: not now.is_at_work)
    assert _shown()["state"] == "finished", _shown()
    bpy.ops.photodouble.refresh_takes()
    _wait()
    return {"listed": _listed()}


def _listed() -> list[Facts]:
    keys = ("name", "take", "folder", "status", "review", "frames")
    return [{key: getattr(row, key) for key in keys} for row in part("take_list").rows()]


def _looked_at() -> Facts:
    """Choose the newest take as a click does, and wait for what is then known of it."""
    manager, takes = bpy.context.window_manager, part("take_list")
    manager.photodouble_take_index = 0
    _wait()
    assert takes.error() is None, takes.error()
    return {"changes": list(takes.changes() or ()), "picture": takes._known.picture}


def _wait() -> None:
    """Do what Blender's timer does until nothing is to come."""
    end = time.monotonic() + PATIENCE
    while part("listening").poll() and time.monotonic() < end:
        time.sleep(0.02)


def _specs() -> Any:
    return sys.modules[f"{MODULE}._vendor.photodouble_client.specs"].SPECS


def _fill_in(given: Mapping[str, Any]) -> None:
    shot = bpy.context.scene.photodouble
    state = getattr(shot, given.get("operation", "inpaint"))
    for key, path in given.get("inputs", {}).items():
        setattr(state.inputs, key, path)
    for key, value in given.get("controls", {}).items():
        setattr(state.controls, key, value)
    for key, value in given.get("shot", {}).items():
        setattr(shot, key, value)
    for key, value in given.get("state", {}).items():
        setattr(state, key, value)
    for key, value in given.get("scene", {}).items():
        setattr(bpy.context.scene, key, value)


def _poll_until(is_reached: Callable[[Any], bool]) -> list[str]:
    """Do what Blender's timer does, until the panel shows what is waited for; list the states it showed."""
    jobs, end, states = part("jobs"), time.monotonic() + PATIENCE, []
    while True:
        now = jobs.shown(bpy.context.scene, "inpaint")
        if now.state not in states:
            states.append(now.state)
        if is_reached(now) or time.monotonic() > end:
            return states
        time.sleep(0.01)
        part("listening").poll()


def _checked() -> Facts:
    """Wait for what the preferences say of the engine."""
    _wait()
    found = part("checking").engine_check()
    return {"sentence": found.sentence, "error": found.error and found.error.to_json()}


def _shown() -> Facts:
    now = part("jobs").shown(bpy.context.scene, "inpaint")
    return {
        "state": now.state,
        "label": now.take_label,
        "folder": now.take_folder,
        "warnings": list(now.warnings),
        "error": now.error and now.error.to_json(),
    }


def _load(numbers: list[int]) -> Facts:
    """Load the take into an Image editor as the button does, and read what it shows at some frames."""
    area = bpy.context.window.screen.areas[0]
    area.type = "IMAGE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    window = bpy.context.window
    with bpy.context.temp_override(window=window, area=area, region=region):
        pressed = sorted(bpy.ops.photodouble.inpaint_load_take())
        image = bpy.context.space_data.image
        pixels = {number: _pixels(image, number) for number in numbers}
        user = bpy.context.space_data.image_user
        facts = {"pressed": pressed, "name": image.name, "source": image.source, "size": list(image.size)}
        return {**facts, "duration": user.frame_duration, "pixels": pixels}


def _pixels(image: Any, frame: int) -> list[float]:
    """Read what an Image editor shows at a frame: saving a copy makes Blender read that frame."""
    bpy.context.scene.frame_set(frame)
    copy = os.path.join(bpy.app.tempdir, f"frame{frame}.exr")  # noqa: PTH118
    bpy.ops.image.save_as(filepath=copy, copy=True)
    values = array("f", bytes(4 * len(image.pixels)))
    image.pixels.foreach_get(values)
    return values.tolist()


def _drawn(panel: str = "inpaint") -> Facts:
    """Draw a panel of every editor into a layout that remembers, and say what can be read there."""
    area = bpy.context.window.screen.areas[0]
    return {kind: _drawn_in(area, kind, f"PHOTODOUBLE_PT_{panel}_{name}") for kind, name in EDITORS.items()}


def _drawn_in(area: Any, kind: str, panel: str) -> Facts:
    area.ui_type = kind
    region = next(region for region in area.regions if region.type == "UI")
    layout = RecordedLayout()
    with bpy.context.temp_override(window=bpy.context.window, area=area, region=region):
        drawer = getattr(bpy.types, panel)
        assert drawer.poll(bpy.context), panel
        drawer.draw(SimpleNamespace(layout=layout, operation=getattr(drawer, "operation", "")), bpy.context)
    return {"text": " ".join(layout.labels), "properties": layout.properties, "buttons": layout.buttons}


def _described(prop: Any) -> Facts:
    keys = ("name", "description", "type", "subtype", "is_animatable", "hard_min", "hard_max")
    keys += ("soft_min", "soft_max", "default", "array_length")
    found = {key: getattr(prop, key) for key in keys if hasattr(prop, key)}
    if prop.type == "ENUM":
        found["choices"] = [item.identifier for item in prop.enum_items]
    return found


def _one_of_each_kind(props: Any) -> dict[str, Any]:
    """Make a control of every kind there is, with a default that is not the one Blender would take."""
    param = sys.modules[f"{MODULE}._vendor.photodouble_client.param"]
    defaults = {"float": 0.1, "int": 7, "bool": True, "choice": "b", "text": "t", "prompt": "p"}
    defaults |= {"path": "q.exr", "seed": 2147483647, "colour": [0.1, 0.2, 3.0], "point": [1.5, -2.0]}
    defaults |= {"frames": "1-3"}
    return {
        kind: param.Param(f"a_{kind}", kind, defaults[kind], "A", "Help.", choices=("a", "b"))
        for kind in param.KINDS
    }


def _face(props: Any, param: Any) -> Facts:
    """Register a group with one control, and read its value back as a request would."""
    face = props.FACES[param.kind]
    group = props.property_group(f"PHOTODOUBLE_PG_try_{param.kind}", {param.key: face.make(param)})
    bpy.utils.register_class(group)
    bpy.types.Scene.photodouble_try = bpy.props.PointerProperty(type=group)
    value = param.check(face.read(getattr(bpy.context.scene.photodouble_try, param.key)))
    del bpy.types.Scene.photodouble_try
    bpy.utils.unregister_class(group)
    return {"value": value, "default": param.default}


def _registered() -> list[str]:
    """List everything of the product that Blender knows."""
    types = [name for name in dir(bpy.types) if "photodouble" in name.lower()]
    scene = ["Scene.photodouble"] if hasattr(bpy.types.Scene, "photodouble") else []
    handlers = ["load_post"] * sum(MODULE in str(one.__module__) for one in bpy.app.handlers.load_post)
    return types + scene + handlers


def _repo_index() -> int:
    repos = bpy.context.preferences.extensions.repos
    return next(index for index, repo in enumerate(repos) if repo.module == "user_default")


globals().update(in_blender_collapse.SCENES)
globals().update(in_blender_deage.SCENES)
globals().update(in_blender_plates.SCENES)
globals().update(in_blender_worse.SCENES)


def main() -> int:
    """Install the extension, run the scene, and print what it found."""
    archive, scene, given = sys.argv[1:4]
    try:
        bpy.ops.extensions.package_install_files(
            filepath=archive, repo="user_default", enable_on_install=True
        )
        found = globals()[scene](json.loads(given))
        print(json.dumps(found), flush=True)  # noqa: T201
    except Exception:  # noqa: BLE001, the edge of the process
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
