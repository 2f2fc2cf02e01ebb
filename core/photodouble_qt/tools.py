"""The tools for a region of a shot: what each is called, what it asks for, and which dials it shows.

All about a control comes from the operation's own declaration; here is only which of them a tool shows. An
operation that needs nothing but the clip, and at most a matte, has a tool without being named here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Tuple

from photodouble_client.opspec import OpSpec
from photodouble_client.param import Param
from photodouble_client.specs import SPECS


@dataclass(frozen=True)
class Tool:
    """One tool. `draws` says whether an outline is needed, may be given, or is of no use."""

    key: str
    title: str
    help: str
    operation: str
    dials: Tuple[str, ...]
    draws: str = "no"
    fixed: Mapping[str, Any] = field(default_factory=dict)
    files: Tuple[str, ...] = ()
    has_performer: bool = False

    @property
    def params(self) -> Tuple[Param, ...]:
        """Give the controls that are shown as dials, as the operation declares them."""
        known = {one.key: one for one in SPECS[self.operation].params}
        return tuple(known[key] for key in self.dials)

    @property
    def has_matte(self) -> bool:
        """Whether what is drawn becomes the operation's matte."""
        return _has_port(SPECS[self.operation], "matte")


_DIALLED = ("float", "int", "seed", "choice", "bool")
_OF_THE_FILE = ("Plate", "Matte")
"""Groups of controls that say how files are read; of the matte the two that shape it are shown."""
_SHAPING = ("matte_grow", "matte_feather")


def tool_of(spec: OpSpec) -> Tool:
    """Make the tool of an operation from its declaration alone."""
    draws = "needed" if spec.has_hole else "may" if _has_port(spec, "matte") else "no"
    plain = [
        param.key
        for param in spec.params
        if param.kind in _DIALLED and not param.advanced and param.group not in _OF_THE_FILE
    ]
    shaping = [param.key for param in spec.params if param.key in _SHAPING]
    return Tool(
        spec.key,
        spec.label,
        spec.summary,
        spec.key,
        tuple(plain + shaping),
        draws=draws,
        has_performer=spec.consent != "none",
    )


def needs_only_a_clip(spec: OpSpec) -> bool:
    """Whether all that goes into an operation is a clip and a matte for it."""
    return {port.key for port in spec.inputs} <= {"plate", "matte"}


def _has_port(spec: OpSpec, key: str) -> bool:
    return any(port.key == key for port in spec.inputs)


_OWN = (
    Tool(
        "remove",
        "Remove This",
        "Draw around what is to go, on the still or with a matte; what is behind it is put back.",
        "inpaint",
        ("matte_grow", "matte_feather", "motion", "unseen", "grain"),
        draws="needed",
    ),
    Tool(
        "soften",
        "Soften Age",
        "Turn the dials and look at the preview. The performer's consent has to be filed.",
        "deage",
        ("strength", "wrinkles", "banks", "structure", "spots", "even_tone", "target_age"),
        fixed={"mode": "parametric"},
        has_performer=True,
    ),
    Tool(
        "fill",
        "Fill Seats",
        "Choose a crowd file as preset and the library of people. An outline adds ground to stand on.",
        "crowd",
        ("fill", "density", "seed", "contact_shadow", "shadow_direction", "exposure"),
        draws="may",
        files=("crowd", "library", "camera"),
    ),
)

TOOLS = _OWN + tuple(
    tool_of(spec)
    for spec in SPECS.values()
    if needs_only_a_clip(spec) and spec.key not in {tool.operation for tool in _OWN}
)
