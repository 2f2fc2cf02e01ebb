"""The nodes that show a take on a Fusion page: one recipe for the macros and for a take as a piece of a comp.

Plain nodes of Fusion only: two Loaders, one Merge that lays the fill over what comes in, and Dissolves that
switch views. The pictures are those of the engine's task `takes.fusion`: `fill` is already multiplied by the
matte in its alpha, so that an ordinary Merge gives the engine's own edge in any encoding; `told` holds the
colours of origin, and the confidence in its alpha. Nothing else keys, and no code is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Optional, Sequence, Tuple, Union

from .opspec import OpSpec
from .setting import Table, ordered, write
from .take_nodes import VIEWS
from .view_controls import MIX, VIEW

_TOLD = ("origin", "confidence")
_MANY = 100000
"""Frames of a take that nobody has counted yet."""
_SUBTRACT = 2
_NOTHING, _ALPHA_BELOW, _WHITE = 4, 8, 16
"""What a ChannelBoolean puts into a channel: what is there, the alpha of its background, white."""

_HELP = {
    "TakeShown": "Show the take; without it the picture that comes in is shown.",
    "TakeView": "What comes out of the macro.",
    "TakeMix": "How much of the fill is laid over the picture that comes in.",
    "TakeBegins": "The frame of this comp at which the first frame of the take is shown.",
    "TakeSpeed": "The speed at which the clip plays its media: 2 is twice as fast, -1 backwards.",
    "TakeFrames": "How many frames the take has. Before and after them the picture comes through.",
}
_LABELS = {
    "TakeShown": "Take",
    "TakeView": VIEW.label,
    "TakeMix": MIX.label,
    "TakeBegins": "First frame in the comp",
    "TakeSpeed": "Speed of the clip",
    "TakeFrames": "Frames of the take",
}

Entry = Tuple[str, Table]
Worth = Union[str, float]


@dataclass(frozen=True)
class TakePictures:
    """The first files of `fill` and `told` (empty where there is none), and the numbers of their frames."""

    fill: str
    told: str
    first: int
    last: int

    @property
    def frames(self) -> int:
        """Count the frames."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class MacroWish:
    """What the macro is: its name in the comp, its line of help, and what it can show."""

    name: str
    note: str
    views: Tuple[str, ...] = VIEWS
    pictures: Optional[TakePictures] = None
    begins: int = 0
    speed: float = 1


def views_of_spec(spec: OpSpec) -> Tuple[str, ...]:
    """List the views that the outputs of an operation allow."""
    outputs = [port.key for port in spec.outputs]
    return tuple(view for view in VIEWS if view not in _TOLD or view in outputs)


def setting_text(wish: MacroWish) -> str:
    """Write the macro as it is pasted into a comp or dragged on the Fusion page."""
    return write(Table((("Tools", ordered((wish.name, macro(wish)))), ("ActiveTool", wish.name))))


def comp_text(wish: MacroWish) -> str:
    """Write a whole comp of a clip: MediaIn1, the nodes, MediaOut1. They lie open, without a group.

    How a group's wires to the outside are saved differs between versions; wires of plain nodes do not.
    """
    last = max(wish.begins + (wish.pictures.frames if wish.pictures else 1) - 1, 0)
    span = Table(((None, 0), (None, last)))
    tools = ordered(
        ("MediaIn1", _tool("MediaIn", (-440, 0), ())),
        *_tools(wish, "MediaIn1"),
        (
            "MediaOut1",
            _tool("MediaOut", (880, 0), (("Index", _value("0")), ("Input", _from(f"{wish.name}_Out")))),
        ),
    )
    heads = (("CurrentTime", 0), ("RenderRange", span), ("GlobalRange", span))
    return write(Table((*heads, ("Tools", tools)), "Composition"))


def macro(wish: MacroWish) -> Table:
    """Make the group: what it shows outside, and the nodes inside."""
    return Table(
        (
            ("CtrlWZoom", False),
            ("NameSet", True),
            ("Inputs", ordered(*_published(wish))),
            ("Outputs", Table((("MainOutput1", _instance(f"{wish.name}_Out", "Output", "InstanceOutput")),))),
            ("ViewInfo", Table((("Pos", _pair(0, 0)),), "GroupInfo")),
            ("Tools", ordered(*_tools(wish))),
        ),
        "GroupOperator",
    )


def _tools(wish: MacroWish, plate: str = "") -> List[Entry]:
    return _sources(wish) + _keying(wish, plate) + _views(wish)


def _has_told(wish: MacroWish) -> bool:
    return any(view in wish.views for view in _TOLD)


def _published(wish: MacroWish) -> List[Entry]:
    """List what the inspector shows, in its order; the first is the picture that comes in."""
    at = wish.name
    found = [("MainInput1", _instance(f"{at}_Plate", "Input"))]
    for place, control in enumerate(_LABELS):
        shown = (("Name", _LABELS[control]),)
        found.append((f"Input{place + 1}", _instance(f"{at}_Keyed", control, extra=shown)))
    files = [("Fill", "Fill and matte")] + ([("Told", "Origin and confidence")] if _has_told(wish) else [])
    for place, (tool, label) in enumerate(files):
        found.append((f"Input{place + 11}", _instance(f"{at}_{tool}In", "Clip", extra=(("Name", label),))))
    found.append(("Comments", Table((("Value", wish.note),), "Input")))
    return found


def _sources(wish: MacroWish) -> List[Entry]:
    made = []
    for place, kind in enumerate(("Fill", "Told") if _has_told(wish) else ("Fill",)):
        name, row = f"{wish.name}_{kind}", 110 * (place + 1)
        path = getattr(wish.pictures, kind.lower()) if wish.pictures else ""
        made += [
            (name + "In", _loader(path, wish.pictures, row)),
            (name + "Time", _at_frames_of_take(wish.name, name + "In", row)),
        ]
    return made


def _loader(path: str, pictures: Optional[TakePictures], row: int) -> Table:
    """Read a sequence from comp frame 0 on; its channels are named, so that nothing has to be guessed."""
    names = (("Red", "R"), ("Green", "G"), ("Blue", "B"), ("Alpha", "A"))
    inputs = [(f"Clip1.OpenEXRFormat.{colour}Name", _value(_choice(name))) for colour, name in names]
    made = _tool("Loader", (-330, row), inputs if path else ())
    if not path or pictures is None:
        return made
    last = pictures.frames - 1
    clip = Table(
        (
            ("ID", "Clip1"),
            ("Filename", path),
            ("FormatID", "OpenEXRFormat"),
            ("StartFrame", pictures.first),
            ("Length", pictures.frames),
            ("LengthSetManually", True),
            ("TrimIn", 0),
            ("TrimOut", last),
            ("ExtendFirst", 0),
            ("ExtendLast", 0),
            ("Loop", 0),
            ("AspectMode", 0),
            ("Depth", 0),
            ("TimeCode", 0),
            ("GlobalStart", 0),
            ("GlobalEnd", last),
        ),
        "Clip",
    )
    return Table((("Clips", Table(((None, clip),))), *made.entries), made.name)


def _at_frames_of_take(at: str, source: str, row: int) -> Table:
    """Show the take's frame of the comp's time; before and after it the first and the last are held."""
    frames, place = f"{at}_Keyed.TakeFrames", _place(f"{at}_Keyed.")
    text = f"iif({place} < 0, 0, iif({place} > {frames} - 1, {frames} - 1, {place}))"
    inputs = (
        ("SourceTime", _value(0, text)),
        ("InterpolateBetweenFrames", _value(0)),
        ("Input", _from(source)),
    )
    return _tool("TimeStretcher", (-220, row), inputs)


def _place(at: str = "") -> str:
    """Say which frame of the take is wanted, counted from 0; a hair above keeps whole speeds whole."""
    return f"floor((time - {at}TakeBegins) * {at}TakeSpeed + 0.001)"


def _keying(wish: MacroWish, plate: str) -> List[Entry]:
    """Lay the fill over what comes in, once. The alpha that comes in stays as it is."""
    at, pictures = wish.name, wish.pictures
    inside = f"iif({_place()} < 0, 0, iif({_place()} > TakeFrames - 1, 0, 1))"
    values = {
        "TakeShown": 1 if pictures else 0,
        "TakeView": 0,
        "TakeMix": int(MIX.default),
        "TakeBegins": wish.begins,
        "TakeSpeed": wish.speed,
        "TakeFrames": pictures.frames if pictures else _MANY,
    }
    inputs = [
        ("Background", _from(f"{at}_Plate")),
        ("Foreground", _from(f"{at}_FillTime")),
        ("Blend", _value(1, f"TakeMix * {inside}")),
        ("ProcessAlpha", _value(0)),
        ("PerformDepthMerge", _value(0)),
        *((name, _value(value)) for name, value in values.items()),
    ]
    coming = (("Input", _from(plate)),) if plate else ()
    router = _tool("PipeRouter", (-330, 0), coming, "PipeRouterInfo")
    keyed = _tool("Merge", (-110, 0), inputs)
    controls = ("UserControls", ordered(*_controls(wish.views, values)))
    return [(f"{at}_Plate", router), (f"{at}_Keyed", Table((*keyed.entries, controls), keyed.name))]


def _controls(views: Sequence[str], values: Any) -> List[Entry]:
    whole = (("INP_Integer", True), ("INP_MinScale", 0), ("INP_MaxScale", 1000))
    kinds = {
        "TakeShown": (("INPID_InputControl", "CheckboxControl"), ("INP_Integer", True)),
        "TakeView": (
            ("INPID_InputControl", "ComboControl"),
            ("INP_Integer", True),
            *((None, Table((("CCS_AddString", view),))) for view in views),
        ),
        "TakeMix": (("INPID_InputControl", "SliderControl"), ("INP_MinScale", 0), ("INP_MaxScale", 1)),
        "TakeBegins": (("INPID_InputControl", "SliderControl"), *whole),
        "TakeSpeed": (("INPID_InputControl", "SliderControl"), ("INP_MinScale", -4), ("INP_MaxScale", 4)),
        "TakeFrames": (("INPID_InputControl", "SliderControl"), *whole, ("INP_MinAllowed", 1)),
    }
    return [(name, _control(name, kind, values[name])) for name, kind in kinds.items()]


def _control(name: str, kind: Sequence[Tuple[Optional[str], Any]], value: Worth) -> Table:
    return Table(
        (
            ("LINKS_Name", _LABELS[name]),
            ("LINKID_DataType", "Number"),
            *kind,
            ("INP_Default", value),
            ("INPS_StatusText", _HELP[name]),
            ("ICS_ControlPage", "Controls"),
        )
    )


def _views(wish: MacroWish) -> List[Entry]:
    """Make every view, and the row of Dissolves that lets one of them through."""
    at = wish.name
    minus = (
        ("Operation", _value(_SUBTRACT)),
        *_channels(0, 1, 2, _NOTHING),
        ("Background", _from(f"{at}_Keyed")),
        ("Foreground", _from(f"{at}_Plate")),
    )
    kept, grey = (_NOTHING,) * 3, (_ALPHA_BELOW,) * 3
    tools = {
        "delta": minus,
        "fill": (*_channels(*kept, _WHITE), ("Background", _from(f"{at}_FillTime"))),
        "origin": (*_channels(*kept, _WHITE), ("Background", _from(f"{at}_ToldTime"))),
        "confidence": (*_channels(*grey, _WHITE), ("Background", _from(f"{at}_ToldTime"))),
        "matte": (*_channels(*grey, _WHITE), ("Background", _from(f"{at}_FillTime"))),
    }
    made: List[Entry] = []
    shown = f"{at}_Keyed"
    for place, view in enumerate(wish.views):
        if view in tools:
            name, column = f"{at}_{view.title()}", 110 * place
            made.append((name, _tool("ChannelBoolean", (column, 220), tools[view])))
            choice = f"iif({at}_Keyed.TakeView == {place}, 1, 0)"
            made.append((f"{at}_View{place}", _switch(shown, name, choice, column)))
            shown = f"{at}_View{place}"
    out = _switch(f"{at}_Plate", shown, f"{at}_Keyed.TakeShown", 110 * len(wish.views))
    return [*made, (f"{at}_Out", out)]


def _switch(background: str, foreground: str, expression: str, column: int) -> Table:
    """Let one of two pictures through: the background at 0, the foreground at 1."""
    mix = ("Mix", _value(0, expression))
    made = _tool(
        "Dissolve",
        (column, 0),
        (mix, ("Background", _from(background)), ("Foreground", _from(foreground))),
    )
    return Table((("Transitions", Table(((0, "DFTDissolve"),))), *made.entries), made.name)


def _channels(red: int, green: int, blue: int, alpha: int) -> Tuple[Entry, ...]:
    chosen = zip(("ToRed", "ToGreen", "ToBlue", "ToAlpha"), (red, green, blue, alpha))
    return tuple((name, _value(kind)) for name, kind in chosen)


def _tool(kind: str, place: Tuple[int, int], inputs: Sequence[Entry], view: str = "OperatorInfo") -> Table:
    return Table(
        (
            ("NameSet", True),
            ("Inputs", Table(tuple(inputs))),
            ("ViewInfo", Table((("Pos", _pair(*place)),), view)),
        ),
        kind,
    )


def _instance(
    tool: str, source: str, kind: str = "InstanceInput", extra: Sequence[Tuple[str, Any]] = ()
) -> Table:
    return Table((("SourceOp", tool), ("Source", source), *extra), kind)


def _from(tool: str, source: str = "Output") -> Table:
    return Table((("SourceOp", tool), ("Source", source)), "Input")


def _value(value: Any, expression: str = "") -> Table:
    more = (("Expression", expression),) if expression else ()
    return Table((("Value", value), *more), "Input")


def _choice(name: str) -> Table:
    return Table(((None, name),), "FuID")


def _pair(x: float, y: float) -> Table:
    return Table(((None, x), (None, y)))
