"""An element: the pictures of one input that are rendered for it; and the plan that says which there are."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any, List, Mapping, Sequence, Tuple

from photodouble_client.frames import FrameRange
from photodouble_client.request import PortInput

from . import files_on_disk


@dataclass(frozen=True)
class Element:
    """The pictures of one port that are rendered for it; `lacking` are the frames that are not there yet.

    They are given the format of the node `like`, where there is one: pixels stay where they are.
    """

    port: str
    node: Any
    channels: str
    depth: str
    folder: str
    views: Tuple[str, ...]
    frames: Tuple[int, ...]
    fingerprint: str
    why: str
    names_view: bool = False
    like: Any = None

    @property
    def name(self) -> str:
        """Name its files: `plate.%04d.exr`, with the view in it where the script has several."""
        return self.port + (".%V" if self.names_view else "") + ".%04d.exr"

    @property
    def pattern(self) -> str:
        """Give the whole pattern of its files."""
        return "{}/{}".format(self.folder, self.name)

    def files(self, frame: int) -> List[str]:
        """List the names of the files of one frame: one for every view."""
        name = files_on_disk.file_at(self.name, frame)
        return [name.replace("%V", view) for view in self.views] if self.names_view else [name]

    @property
    def lacking(self) -> Tuple[int, ...]:
        """List the frames that have to be rendered; the others are there, made of the very same upstream."""
        there = frozenset(os.listdir(self.folder) if os.path.isdir(self.folder) else ())
        return tuple(frame for frame in self.frames if not there.issuperset(self.files(frame)))


@dataclass(frozen=True)
class Plan:
    """What a request reads, and what has to be rendered before it can be sent."""

    inputs: Mapping[str, PortInput]
    elements: Tuple[Element, ...]
    range: FrameRange
    source_range: FrameRange
    views: Tuple[str, ...]
    fingerprints: Mapping[str, str]

    @property
    def count(self) -> int:
        """Count the frames that have to be rendered."""
        return sum(len(element.lacking) for element in self.elements)

    @property
    def words(self) -> str:
        """Say what is rendered and why, before it is."""
        parts = [
            "{} of the {} ({})".format(_frames(len(element.lacking)), spoken(element.port), element.why)
            for element in self.elements
            if element.lacking
        ]
        return "Rendered first: {}.".format(", ".join(parts)) if parts else "Nothing has to be rendered."

    def without(self, dropped: Sequence[int]) -> Plan:
        """Leave out handles that could not be rendered."""
        if not dropped:
            return self
        inputs = {
            key: replace(one, range=one.range.without(dropped)) if len(one.range) else one
            for key, one in self.inputs.items()
        }
        return replace(self, inputs=inputs, source_range=self.source_range.without(dropped))


def spoken(port: str) -> str:
    """Say the name of a port in words."""
    return port.replace("_", " ")


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else "{} frames".format(count)
