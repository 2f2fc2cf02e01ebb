"""Compositions as text, and what they do to a picture: a few plain tools, the others are refused."""

from __future__ import annotations

import os
from typing import Any, Dict, Tuple

from .comps import FusionComp, Tool
from .wire import NotMadeUp

WIDEST = 64


def written(comp: FusionComp) -> str:
    """Write the tools of a composition as a .comp of Fusion's."""
    tools = "".join(f"\t\t{tool._name} = {tool._kind} {{\n{_inputs(tool)}\t\t}},\n" for tool in comp._tools)
    return "Composition {\n\tTools = ordered() {\n" + tools + "\t}\n}\n"


def _inputs(tool: Tool) -> str:
    lines = [
        f'{name} = Input {{ SourceOp = "{other._name}", Source = "Output" }},'
        for name, other in tool._wires.items()
    ]
    for name, value in tool._inputs.items():
        shown = value if isinstance(value, (int, float)) else '"' + str(value).replace("\\", "\\\\") + '"'
        lines.append(f"{name} = Input {{ Value = {shown} }},")
    return "\t\t\tInputs = {\n" + "".join(f"\t\t\t\t{line}\n" for line in lines) + "\t\t\t},\n"


def read_into(comp: FusionComp, path: str) -> bool:
    """Fill a composition from a file; False where it is none."""
    from photodouble_client import setting

    try:
        with open(path, encoding="utf-8") as text:
            tools = setting.parse(text.read()).table("Tools")
    except (OSError, ValueError):
        return False
    made = {str(name): Tool(comp._host, comp, told.name, str(name)) for name, told in tools.entries}
    comp._tools = list(made.values())
    for name, told in tools.entries:
        for key, given in told.table("Inputs").entries:
            source = given.get("SourceOp")
            if source is not None and str(source) in made:
                made[str(name)]._wires[str(key)] = made[str(source)]
            elif source is None:
                made[str(name)].SetInput(str(key), given.get("Value"))
            if given.get("Expression") is not None:
                made[str(name)]._expressions[str(key)] = str(given.get("Expression"))
        clips = told.table("Clips").listed()
        if clips:
            made[str(name)]._inputs["Clip"] = clips[0].get("Filename")
    return bool(made)


def composed(comp: FusionComp, pixels: Any, frame: int) -> Any:
    """Return what a composition makes of its clip's picture at a frame, counted from the clip's first."""
    ends = [tool for tool in comp._tools if tool._kind == "MediaOut"]
    if not ends or "Input" not in ends[0]._wires:
        raise NotMadeUp("a composition without MediaOut is not made up here")
    return _seen(ends[0]._wires["Input"], (pixels, frame), 0)


def _seen(tool: Tool, given: Tuple[Any, int], depth: int) -> Any:
    if depth > WIDEST or tool._expressions:
        raise NotMadeUp(f"{tool._kind} {tool._name} has more to it than is made up here")
    if tool._kind == "MediaIn":
        return given[0]
    wires: Dict[str, Tool] = tool._wires
    if tool._kind in ("PipeRouter", "BrightnessContrast"):
        seen = _seen(wires["Input"], given, depth + 1)
        return seen * tool._rendered("Gain", 1.0) if tool._kind == "BrightnessContrast" else seen
    if tool._kind == "Merge":
        below = _seen(wires["Background"], given, depth + 1)
        above = _seen(wires["Foreground"], given, depth + 1) * tool._rendered("Blend", 1.0)
        return _over(above, below)
    if tool._kind == "Loader":
        return _loaded(tool, given[1])
    raise NotMadeUp(f"the tool {tool._kind} is not made up here")


def _over(above: Any, below: Any) -> Any:
    """Lay a picture that is multiplied by its alpha over another, which keeps its own."""
    import numpy as np

    alpha = above[..., 3:4] if above.shape[2] > 3 else np.ones_like(above[..., :1])
    mixed = above[..., :3] + below[..., :3] * (1 - alpha)
    return np.concatenate([mixed, below[..., 3:]], axis=2)


def _loaded(tool: Tool, frame: int) -> Any:
    """Read the frame of a Loader's sequence: the first file shows at the first frame."""
    from . import pictures
    from .clips import MediaPoolItem
    from .files import wanted

    path = str(tool._rendered("Clip") or tool._inputs.get("Clip") or "")
    folder = os.path.dirname(path)
    found = wanted(folder) if os.path.isdir(folder) else []
    media = next((one for one in found if path in one.files), None)
    if media is None:
        raise NotMadeUp(f"the Loader reads nothing from {path}")
    clip = MediaPoolItem(tool._host, path, media)
    clip._folder = tool._host._project._pool._root
    return pictures.read(clip, media.files.index(path) + frame)
