"""A few nodes of Fusion over real EXR files, and what is wrong with the wires between them.

Written from Blackmagic's manual of the nodes, with nothing of what makes the macros but the reader of
settings. It is strict: a node, an input or an output that it does not know fails, as does a Loader without
its file and a picture with a data window of its own, of which nobody here knows how Fusion places it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

from photodouble_client.setting import Table

Picture = np.ndarray[Any, np.dtype[np.float32]]

INPUTS: Mapping[str, tuple[str, ...]] = {
    "MediaIn": (),
    "MediaOut": ("Input", "Index"),
    "PipeRouter": ("Input",),
    "Loader": ("Clip", *(f"Clip1.OpenEXRFormat.{name}Name" for name in ("Red", "Green", "Blue", "Alpha"))),
    "TimeStretcher": ("Input", "SourceTime", "InterpolateBetweenFrames"),
    "Merge": ("Background", "Foreground", "Blend", "ProcessAlpha", "PerformDepthMerge", "EffectMask"),
    "ChannelBoolean": (
        "Background",
        "Foreground",
        "Operation",
        "ToRed",
        "ToGreen",
        "ToBlue",
        "ToAlpha",
        "EffectMask",
    ),
    "Dissolve": ("Background", "Foreground", "Mix"),
    "MatteControl": ("Background", "Foreground", "GarbageMatte"),
}
"""The nodes that are known, and their inputs."""
MAIN = {"Merge": "Background", "Dissolve": "Background", "ChannelBoolean": "Background"}
KEYING = ("Merge", "MatteControl")
CODE = ("BTNCS_Execute", "INPS_ExecuteOnChange", "FrameRenderScript", "StartRenderScript")
_NAMES = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?")


class RenderFailedError(Exception):
    """The comp does not render."""


@dataclass(frozen=True)
class Comp:
    """The nodes of a comp or of a macro: which one a picture comes in at, and which one it leaves by."""

    tools: Mapping[str, Table]
    entry: str
    exit: str
    media: Callable[[float], Picture] | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    """Controls that the artist has set, as `TOOL.Control`."""

    def picture(self, time: float) -> Picture:
        """Render one frame of the comp."""
        return self._picture(self.exit, time)

    def _picture(self, name: str, time: float) -> Picture:
        tool = self.tools[name]
        if name == self.entry:
            if self.media is None:
                raise RenderFailedError("nothing comes in")
            return self.media(time)
        render: Callable[[str, Table, float], Picture] = getattr(self, "_" + tool.name.lower())
        return render(name, tool, time)

    def _from(self, name: str, key: str, time: float) -> Picture:
        source = self.tools[name].table("Inputs").table(key).get("SourceOp")
        if source is None:
            raise RenderFailedError(f"{name}.{key} is not connected")
        return self._picture(source, time)

    def value(self, name: str, key: str, time: float, default: float = 0.0) -> float:
        """Give the value of a control at a time: its expression, what the artist set, or what was saved."""
        stored = self.tools[name].table("Inputs").table(key)
        expression = stored.get("Expression")
        if expression:
            return self._expression(ast.parse(expression, mode="eval").body, name, time)
        return float(self.values.get(f"{name}.{key}", stored.get("Value", default)))

    def _expression(self, node: ast.expr, name: str, time: float) -> float:
        def known(inner: ast.expr) -> float:
            return self._expression(inner, name, time)

        match node:
            case ast.Constant(value=float() | int() as value):
                return float(value)
            case ast.Name(id="time"):
                return time
            case ast.Name(id=key):
                return self.value(name, key, time)
            case ast.Attribute(value=ast.Name(id=other), attr=key):
                return self.value(other, key, time)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return known(left) - known(right)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return known(left) + known(right)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return known(left) * known(right)
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                a, b = known(left), known(right)
                return float(
                    a < b if isinstance(sign, ast.Lt) else a > b if isinstance(sign, ast.Gt) else a == b
                )
            case ast.Call(func=ast.Name(id="floor"), args=[inner]):
                return float(np.floor(known(inner)))
            case ast.Call(func=ast.Name(id="iif"), args=[asked, yes, no]):
                return known(yes) if known(asked) else known(no)
        raise RenderFailedError(f"an expression that is not known: {ast.dump(node)}")

    def _mediaout(self, name: str, _tool: Table, time: float) -> Picture:
        return self._from(name, "Input", time)

    def _piperouter(self, name: str, _tool: Table, time: float) -> Picture:
        return self._from(name, "Input", time)

    def _timestretcher(self, name: str, _tool: Table, time: float) -> Picture:
        if self.value(name, "InterpolateBetweenFrames", time, 1.0):
            raise RenderFailedError("frames are blended")
        return self._from(name, "Input", self.value(name, "SourceTime", time))

    def _loader(self, name: str, tool: Table, time: float) -> Picture:
        clips = tool.table("Clips").listed()
        if len(clips) != 1:
            raise RenderFailedError(f"{name} has no clip")
        clip = clips[0]
        if not clip.get("GlobalStart") <= time <= clip.get("GlobalEnd"):
            raise RenderFailedError(f"{name} has no frame at {time}")
        number = int(clip.get("StartFrame") + clip.get("TrimIn") + time - clip.get("GlobalStart"))
        path = re.sub(r"\d{4,}(?=\.exr$)", f"{number:04d}", clip.get("Filename"))
        inputs = tool.table("Inputs")
        names = [
            inputs.table(f"Clip1.OpenEXRFormat.{colour}Name").table("Value").listed()[0]
            for colour in ("Red", "Green", "Blue", "Alpha")
        ]
        return read_whole(Path(path), names)

    def _merge(self, name: str, tool: Table, time: float) -> Picture:
        below, blend = self._from(name, "Background", time), self.value(name, "Blend", time, 1.0)
        if blend == 0:
            return below
        above = self._from(name, "Foreground", time)
        _same_size(name, below, above)
        merged = above + (np.float32(1) - above[..., 3:]) * below
        if blend != 1:
            merged = below + np.float32(blend) * (merged - below)
        if not self.value(name, "ProcessAlpha", time, 1.0):
            merged[..., 3] = below[..., 3]
        return merged

    def _channelboolean(self, name: str, tool: Table, time: float) -> Picture:
        below = self._from(name, "Background", time)
        has_above = "Foreground" in tool.table("Inputs").keys
        above = self._from(name, "Foreground", time) if has_above else below
        _same_size(name, below, above)
        made, operation = below.copy(), self.value(name, "Operation", time)
        for channel, key in enumerate(("ToRed", "ToGreen", "ToBlue", "ToAlpha")):
            chosen = int(self.value(name, key, time, channel))
            if chosen == 4:
                continue
            given = {15: 0.0, 16: 1.0}.get(chosen)
            source = np.full_like(below[..., 0], given) if given is not None else None
            if source is None:
                source = above[..., chosen] if chosen < 4 else below[..., chosen - 5]
            made[..., channel] = made[..., channel] - source if operation == 2 else source
        return made

    def _dissolve(self, name: str, _tool: Table, time: float) -> Picture:
        mix = self.value(name, "Mix", time)
        if mix in (0, 1):
            return self._from(name, "Foreground" if mix else "Background", time)
        below, above = (self._from(name, key, time) for key in ("Background", "Foreground"))
        return below + np.float32(mix) * (above - below)


def read_whole(path: Path, names: list[str]) -> Picture:
    """Read a picture whose data window is its display window; (h, w, channels) float32."""
    if not path.is_file():
        raise RenderFailedError(f"there is no {path.name}")
    file = OpenEXR.File(str(path), separate_channels=True)
    header = file.header()
    if not all(np.array_equal(a, b) for a, b in zip(header["dataWindow"], header["displayWindow"])):
        raise RenderFailedError(f"{path.name} has a data window of its own")
    channels = file.channels()
    return np.stack([np.asarray(channels[name].pixels, np.float32) for name in names], axis=-1)


def comp_of(table: Table, media: Callable[[float], Picture] | None = None, **values: float) -> Comp:
    """Take a macro or a whole comp apart; `values` are controls of the node that keys."""
    tools = dict(_all_tools(table))
    group = _group(table)
    if group is None:
        entry = next(name for name, tool in tools.items() if tool.name == "MediaIn")
        leave = next(name for name, tool in tools.items() if tool.name == "MediaOut")
    else:
        entry = group.table("Inputs").table("MainInput1").get("SourceOp")
        leave = group.table("Outputs").table("MainOutput1").get("SourceOp")
    keyed = next(name for name, tool in tools.items() if tool.name == "Merge")
    return Comp(tools, entry, leave, media, {f"{keyed}.{key}": value for key, value in values.items()})


def faults(table: Table) -> list[str]:
    """Say what is wrong with the wires of a macro or a comp, in plain words; nothing where nothing is."""
    found = list(_unordered(table)) + list(_code_in(table))
    names = [name for name, _ in _all_tools(table)]
    found += [
        f"two nodes are called {name}" for name in sorted({one for one in names if names.count(one) > 1})
    ]
    tools = dict(_all_tools(table))
    found += [
        f"{name} is of a kind that is not known: {tool.name}"
        for name, tool in tools.items()
        if tool.name not in INPUTS
    ]
    found += [fault for name, tool in tools.items() for fault in _loose(name, tool, tools)]
    group = _group(table)
    if group is not None:
        found += _published_loose(group, tools)
    if not found:
        found += _flow(comp_of(table))
    return found


def _flow(comp: Comp) -> list[str]:
    found = []
    used = _above(comp.tools, comp.exit)
    found += [f"{name} leads nowhere" for name in comp.tools if name not in used]
    if comp.entry not in _main_line(comp.tools, comp.exit):
        found.append("what goes out does not descend from what comes in")
    keying = [name for name, tool in comp.tools.items() if tool.name in KEYING]
    masked = [name for name, tool in comp.tools.items() if "EffectMask" in tool.table("Inputs").keys]
    if len(keying) + len(masked) != 1:
        found.append(f"keyed {len(keying) + len(masked)} times: {', '.join([*keying, *masked])}")
    return found


def _above(tools: Mapping[str, Table], name: str) -> set[str]:
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        inputs = tools[one].table("Inputs")
        waiting += [source for _, value in inputs.entries if (source := value.get("SourceOp")) is not None]
    return found


def _main_line(tools: Mapping[str, Table], name: str) -> list[str]:
    """Follow the main input of each node upwards."""
    found = [name]
    while True:
        tool = tools[found[-1]]
        source = tool.table("Inputs").table(MAIN.get(tool.name, "Input")).get("SourceOp")
        if source is None or source in found:
            return found
        found.append(source)


def _loose(name: str, tool: Table, tools: Mapping[str, Table]) -> Iterator[str]:
    known = (*INPUTS.get(tool.name, ()), *tool.table("UserControls").keys)
    for key, value in tool.table("Inputs").entries:
        if key not in known:
            yield f"{name} has no input {key}"
        source = value.get("SourceOp")
        if source is not None and (source not in tools or value.get("Source") != "Output"):
            yield f"{name}.{key} is wired to {source}.{value.get('Source')}, which is not there"
        for word in _NAMES.findall(value.get("Expression", "")):
            other, _, control = word.rpartition(".")
            if word not in ("time", "iif", "floor") and not _is_there(tools, other or name, control):
                yield f"{name}.{key} follows {word}, which is not there"


def _is_there(tools: Mapping[str, Table], name: str, control: str) -> bool:
    return name in tools and control in tools[name].table("UserControls").keys


def _published_loose(group: Table, tools: Mapping[str, Table]) -> Iterator[str]:
    for key, value in (*group.table("Inputs").entries, *group.table("Outputs").entries):
        source, wanted = value.get("SourceOp"), value.get("Source")
        if value.name not in ("InstanceInput", "InstanceOutput"):
            continue
        tool = tools.get(source)
        known = () if tool is None else (*INPUTS[tool.name], *tool.table("UserControls").keys)
        if tool is None or wanted not in (known if value.name == "InstanceInput" else ("Output",)):
            yield f"{key} publishes {source}.{wanted}, which is not there"


def _unordered(table: Table) -> Iterator[str]:
    group = _group(table)
    wanted = [("Tools", table.table("Tools"))]
    if group is not None:
        wanted += [
            ("Inputs of the macro", group.table("Inputs")),
            ("Tools of the macro", group.table("Tools")),
        ]
    for name, tool in _all_tools(table):
        if "UserControls" in tool.keys:
            wanted.append((f"UserControls of {name}", tool.table("UserControls")))
    for name, found in wanted:
        if not found.is_ordered:
            yield f"{name} do not keep their order"


def _code_in(table: Table) -> Iterator[str]:
    for key, value in table.entries:
        if key in CODE:
            yield f"code in {key}"
        if isinstance(value, Table):
            yield from _code_in(value)


def _group(table: Table) -> Table | None:
    groups = [
        tool for _, tool in table.table("Tools").entries if tool.name in ("GroupOperator", "MacroOperator")
    ]
    return groups[0] if groups else None


def _all_tools(table: Table) -> Iterator[tuple[str, Table]]:
    for name, tool in table.table("Tools").entries:
        if tool.name in ("GroupOperator", "MacroOperator"):
            yield from _all_tools(tool)
        else:
            yield str(name), tool


def _same_size(name: str, below: Picture, above: Picture) -> None:
    if below.shape != above.shape:
        raise RenderFailedError(f"{name} has pictures of two sizes")
