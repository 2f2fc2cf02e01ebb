"""The tools for a region of a shot: what each is called, what it asks for, and which dials it shows.

All about a control comes from the operation's own declaration; here is only which of them a tool shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Tuple

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


TOOLS = (
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
