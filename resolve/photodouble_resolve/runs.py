"""What is wanted of the clip: the operation, its controls and mattes, how and where."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Dict, Mapping, Tuple

from photodouble_client.frames import FrameRange
from photodouble_client.request import PortInput
from photodouble_client.stored import bad_request

if TYPE_CHECKING:
    from .clips import ClipFacts

TAKES = "PHOTODOUBLE_TAKES"
"""The environment variable that names the folder for takes."""
BAKED = ("sizing", "retime", "comp")
"""What of Resolve's own work may be rendered into the plate, where the artist asks for it."""


@dataclass(frozen=True)
class Wanted:
    """One request of an artist for the chosen clip.

    `inputs` are the further ports, such as the matte, numbered as the clip's media. `space` is Resolve's name
    of the clip's encoding where the project does not say it; `bake` names what a render shall include.
    """

    operation: str
    takes_root: str = ""
    shot: str = ""
    inputs: Mapping[str, PortInput] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    handles: int = 8
    space: str = ""
    bake: Tuple[str, ...] = ()
    must_render: bool = False
    show: str = ""
    sequence: str = ""
    task: str = ""
    use: str = "temp"
    person: str = ""
    performers: Tuple[str, ...] = ()
    session: str = ""
    priority: int = 0

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Wanted:
        """Read what a panel sends; raises ArtistError `input.bad_request` for what is no such request."""
        stored: Dict[str, Any] = dict(given)
        inputs = stored.get("inputs") or {}
        _check(stored)
        stored["inputs"] = {key: PortInput.from_json(one) for key, one in inputs.items()}
        for name in ("bake", "performers"):
            stored[name] = tuple(stored.get(name) or ())
        return cls(**stored)


def _check(stored: Mapping[str, Any]) -> None:
    """Refuse fields that there are not, and values of another kind than theirs."""
    kinds: Dict[str, Any] = {"inputs": dict, "values": dict, "bake": (list, tuple)}
    kinds.update(performers=(list, tuple), handles=int, must_render=bool, priority=int)
    known = [each.name for each in fields(Wanted)]
    for name, value in stored.items():
        if name not in known:
            raise bad_request("There is no {!r} in a wish.".format(name), "Send what the panel sends.")
        is_flag = isinstance(value, bool) and name != "must_render"
        if is_flag or not isinstance(value, kinds.get(name, str)):
            raise bad_request("{} was given {!r}.".format(name, value), "Send what the panel sends.")
        if isinstance(value, (list, tuple)) and not all(isinstance(one, str) for one in value):
            raise bad_request("{} was given {!r}.".format(name, value), "Give texts.")
        if isinstance(value, str) and "\0" in value:
            raise bad_request("{} holds a sign that no name has.".format(name), "Give plain text.")
    if not stored.get("operation"):
        raise bad_request("No operation is named.", "Name what is to be done.")


@dataclass(frozen=True)
class Where:
    """Where the takes of a clip lie, the name of its shot, and the id of the take that it shows, if any."""

    shot: str
    takes_root: str
    take: str = ""


def where(facts: ClipFacts) -> Where:
    """Say where the takes of a clip go by default: PHOTODOUBLE_TAKES, else the user's own folder.

    The shot is named after the clip, in letters that every disk takes. Resolve's projects lie in a database,
    so there is no folder of the project beside which they could go.
    """
    root = os.environ.get(TAKES, "") or os.path.join(os.path.expanduser("~"), "Photo Double", "takes")
    name = re.sub(r"\[[^\]]*\]", "", os.environ.get("PHOTODOUBLE_SHOT", "") or facts.name)
    stem = os.path.splitext(name)[0] if "." in name else name
    return Where(plain_name(stem), os.path.abspath(root), facts.take)


def plain_name(text: str) -> str:
    """Write a name in letters that every disk takes; it is one folder, never a way out of one."""
    return re.sub(r"[^\w-]+", "_", text).strip("_.")[:100] or "shot"


@dataclass(frozen=True)
class Pixels:
    """The pictures of a clip for the engine, and how a take of them finds back onto the timeline.

    `path` with the frames `range` to write and `source_range` to look at; `order` names the frame that each
    frame of the timeline shows. `how` is source or rendered and `why` says it in words; `name` and `gamma`
    are Resolve's for the values in the files, `engine` the engine's. `is_staged` says that the take must be
    written once more for Resolve; `is_baked` that sizing, retime and comps are in the pictures already.
    """

    path: str
    range: FrameRange
    source_range: FrameRange
    order: Tuple[int, ...]
    how: str
    why: str
    name: str
    engine: str
    gamma: str = ""
    level: str = ""
    rate: str = ""
    timecode: str = ""
    is_staged: bool = False
    is_baked: bool = False
    size: Tuple[int, int] = (0, 0)
    pixel_aspect: float = 1.0
    notes: Tuple[str, ...] = ()

    def to_json(self) -> Dict[str, Any]:
        """Write it as plain JSON values."""
        stored = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**stored, "range": self.range.to_text(), "source_range": self.source_range.to_text()}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Pixels:
        """Read it; raises KeyError, TypeError or ValueError for what is no such thing."""
        stored: Dict[str, Any] = dict(given)
        for name in ("range", "source_range"):
            stored[name] = FrameRange.from_text(stored[name])
        for name in ("order", "notes", "size"):
            stored[name] = tuple(stored[name])
        return cls(**stored)
