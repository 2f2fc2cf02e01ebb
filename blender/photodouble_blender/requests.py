# SPDX-License-Identifier: GPL-3.0-or-later
"""From the state of a scene to a request: paths, frames, values and names; never pixels."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from . import colours, frames, keeping, keyed, masks, props, takes
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.opspec import OpSpec
from ._vendor.photodouble_client.request import JobRequest, PortInput
from ._vendor.photodouble_client.specs import SPECS

_UNSAFE = re.compile(r'[<>:"/\\|?*#@%\x00-\x1f]+')
_LONGEST = 100
"""Bytes of a name, as in the engine."""
_NUMBER_AT_END = re.compile(r"[._ -]*(?:#+|@+|%0?\d*d|-?\d{4,})?\Z")


def request_from(scene: Any, operation: str, drawn: Mapping[str, str] | None = None) -> JobRequest:
    """Make the request that the panel describes; raises ArtistError for what an artist can put right.

    `drawn` are the patterns of mattes that Blender drew from masks.
    """
    shot, state, spec = scene.photodouble, props.state_of(scene, operation), SPECS[operation]
    paths = _input_paths(state, spec, drawn or {})
    plate = frames.plate_frames(paths["plate"])
    wanted = frames.wanted_frames(state, scene, plate)
    shift = state.plate_starts - plate.first
    request = JobRequest(
        operation=spec.key,
        spec_version=spec.version,
        inputs=_ports(state, paths, drawn or {}),
        values=keyed.baked(scene, spec, props.values_of(state.controls, spec), wanted, shift),
        range=wanted,
        source_range=plate,
        output_root=takes_root(shot),
        shot=shot.name.strip() or shot_name(paths["plate"]),
        show=os.environ.get("PHOTODOUBLE_SHOW", ""),
        sequence=os.environ.get("PHOTODOUBLE_SEQUENCE", ""),
        task=os.environ.get("PHOTODOUBLE_TASK", ""),
        use=shot.use,
        person=_person(),
        performers=_performers(shot, spec),
        parent=state.parent,
        locks=keeping.locks_of(state),
        rate=_rate(scene),
        host="blender",
        host_version=bpy.app.version_string,
        script=bpy.data.filepath,
        node=scene.name,
    )
    _ = request.range.first
    return request.checked()


def takes_root(shot: Any) -> str:
    """Give the folder takes are kept in: the one in the panel, or `takes` beside the Blender file."""
    folder = shot.takes_root.strip() or "//takes"
    if folder.startswith("//") and not bpy.data.filepath:
        raise ArtistError(
            "input.unwritable_output",
            "There is no place for the takes yet",
            "Takes are kept beside the Blender file, and this one was never saved.",
            "Save the file, or open Filing in this panel and choose a folder under Takes.",
        )
    return bpy.path.abspath(folder)


def filed(name: str) -> str:
    """Turn a shot's name into that of its folder, as the engine files its takes: no name leads out of it."""
    short = _UNSAFE.sub("_", name.strip()).encode("utf-8")[:_LONGEST].decode("utf-8", "ignore")
    return short.strip(". ") or "shot"


def shot_name(plate: str) -> str:
    """Read a shot's name from the file name of its plate: `sh010.####.exr` is `sh010`."""
    found = os.environ.get("PHOTODOUBLE_SHOT", "")
    return found or _NUMBER_AT_END.sub("", Path(plate).stem) or Path(plate).stem


def _performers(shot: Any, spec: OpSpec) -> tuple[str, ...]:
    named = (name.strip() for name in shot.performers.split(","))
    return tuple(name for name in named if name) if spec.consent != "none" else ()


def wishes(scene: Any, operation: str) -> dict[str, masks.Wish]:
    """Say which masks must be drawn before the request can be made; raises as `request_from`."""
    state, spec = props.state_of(scene, operation), SPECS[operation]
    chosen = props.masks_of(state, spec)
    if not chosen:
        return {}
    stand_ins = dict.fromkeys(chosen, masks.DRAWN)
    request = request_from(scene, operation, stand_ins)
    plate = request.inputs["plate"].path
    first = request.source_range.first
    numbers = {state.plate_starts + frame - first: frame for frame in request.source_range}
    size = masks.size_of(frames.file_of(plate, first))
    folder = Path(request.output_root) / filed(request.shot) / "mattes"
    return {key: masks.Wish(mask, folder, size, numbers) for key, mask in chosen.items()}


def _ports(state: Any, paths: Mapping[str, str], drawn: Mapping[str, str]) -> dict[str, PortInput]:
    spaces = {"plate": colours.engine_space(takes.space_of(paths["plate"]), paths["plate"])}
    channels = {key: props.channels_of(state, key) for key in paths if key not in drawn}
    return {
        key: PortInput(path, channels=channels.get(key, ""), colourspace=spaces.get(key, ""))
        for key, path in paths.items()
    }


def _input_paths(state: Any, spec: OpSpec, drawn: Mapping[str, str]) -> dict[str, str]:
    given = props.inputs_of(state, spec)
    paths = {key: _path_of(spec, key, bpy.path.abspath(path)) for key, path in given.items()}
    paths.update(drawn)
    for port in spec.inputs:
        if port.required and port.key not in paths:
            raise _without(port.key, spec, props.is_matte(port), props.is_masked(state, port.key))
    return paths


def _without(key: str, spec: OpSpec, may_be_mask: bool, is_mask: bool) -> ArtistError:
    """Say what to choose: a mask was asked for, or there is neither a file nor a mask."""
    fix = f"Choose the first file of the {key} in the panel"
    fix += ", or Mask in place of Files." if may_be_mask else "."
    if is_mask:
        fix = "Draw a mask over the plate in the Movie Clip editor, mode Mask, and choose it in the panel."
    return ArtistError("input.missing_sequence", f"There is no {key}", f"{spec.label} needs a {key}.", fix)


def _path_of(spec: OpSpec, key: str, path: str) -> str:
    """Let one picture stand for its sequence; a document is one file."""
    return frames.pattern_of(path) if spec.port(key).role in ("image", "matte") else path


def _person() -> str:
    import getpass  # as with fractions below: only for a take that is made, not for every start of Blender

    try:
        return os.environ.get("PHOTODOUBLE_ARTIST", "") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _rate(scene: Any) -> str:
    from fractions import Fraction

    return str(Fraction(scene.render.fps / scene.render.fps_base).limit_denominator(1001))
