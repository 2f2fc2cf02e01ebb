"""Chosen people of a crowd as cards in a group: each with pictures, a time offset and a place of its own.

Plain nodes only: Read, TimeOffset, Multiply, Card2, Scene. A card shows the picture that the take shows of
the person, as long as no wave carries them along; clothes that were dyed are as they were filmed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.take_nodes import as_text

from . import upstream

KIND = "photodouble cards"
HAIR = 1e-6


@dataclass(frozen=True)
class Person:
    """One person: their pictures and how they loop, when they begin, where they stand and how large.

    `offset` and `step` count pictures: the one at the take's `first` frame, and how many pass in a frame.
    """

    name: str
    pictures: str
    loop: Tuple[int, int]
    offset: float
    step: float
    first: int
    place: Tuple[float, float, float]
    yaw: float
    size: Tuple[float, float]
    is_mirrored: bool
    gain: Tuple[float, float, float]

    @property
    def time_offset(self) -> int:
        """Give by how many frames the person is later than one who begins with the loop's first picture."""
        return -int(math.floor(self.offset / self.step + HAIR)) if self.step > 0 else 0

    @property
    def expression(self) -> str:
        """Give the number of the picture that the Read shows, where `frame` is behind the time offset."""
        left = self.offset + self.step * self.time_offset
        begin, end = self.loop
        length = max(end - begin + 1, 1)
        moment = f"(frame - {self.first}) * {self.step:.9g} + {left + HAIR:.9g}"
        return f"{begin} + floor(({moment}) - {length} * floor(({moment}) / {length}))"


def chosen(stored: Mapping[str, Any], wanted: Sequence[str]) -> List[Person]:
    """Read people by their names, everybody who is there without; raises ArtistError `usage.bad_value`."""
    try:
        if stored["kind"] != KIND or stored["schema"] != 1:
            raise ValueError("another kind of file")
        names = [str(name) for name in stored["people"]["name"]]
        columns = {key: one["values"] for key, one in stored["people"]["columns"].items()}
        there = [at for at in range(len(names)) if columns["cast.present"][at]]
        unknown = [name for name in wanted if name not in {names[at] for at in there}]
        if not unknown:
            return [_person(stored, columns, at) for at in there if not wanted or names[at] in wanted]
    except (KeyError, TypeError, ValueError, IndexError) as problem:
        raise ArtistError(
            "input.bad_document",
            "The cards cannot be read",
            "The engine wrote cards that this plug-in does not know.",
            "Bring plug-in and engine to the same version.",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem
    raise ArtistError(
        "usage.bad_value",
        "Nobody of that name is in the take",
        f"{', '.join(unknown[:5])} is of nobody in the take. Nothing was made.",
        "Pick people of the take that is shown.",
    )


def _person(stored: Mapping[str, Any], columns: Mapping[str, Any], at: int) -> Person:
    element: Dict[str, Any] = stored["elements"][columns["cast.element"][at]]
    speed, scale = float(columns["cast.speed"][at]), float(columns["cast.scale"][at])
    pace = speed * float(element["rate"])
    is_mirrored = bool(columns["cast.mirror"][at])
    yaw = float(stored["people"]["yaw"][at])
    wide, high = (float(one) for one in element["size"])
    unit = scale / float(element["pixels_per_metre"])
    right = (wide / 2 - float(element["foot"][0])) * unit * (-1 if is_mirrored else 1)
    up = (float(element["foot"][1]) - high / 2) * unit
    x, y, z = (float(one) for one in columns["cast.foot"][at])
    turn = math.radians(yaw)
    red, green, blue = (float(one) for one in columns["cast.gain"][at])
    return Person(
        name=str(stored["people"]["name"][at]),
        pictures=str(element["pictures"]),
        loop=(int(element["loop"][0]), int(element["loop"][1])),
        offset=float(columns["cast.offset"][at]) + float(columns["cast.shift"][at]) * pace,
        step=pace / float(stored["rate"]),
        first=int(stored["first"]),
        place=(x + right * math.cos(turn), y + up, z - right * math.sin(turn)),
        yaw=yaw,
        size=(wide * unit, high * unit),
        is_mirrored=is_mirrored,
        gain=(red, green, blue),
    )


def build(people: Sequence[Person], label: str, beside: Any) -> Any:
    """Make a group with a card for each of the people; one step of undo."""
    with nuke.Undo("Bring People in as Cards"), upstream.group_of(beside):
        group = nuke.nodes.Group()
        group.setName(f"{label}_cards1")
        group.setXYpos(beside.xpos() + 160, beside.ypos())
        with group:
            scene = nuke.nodes.Scene()
            scene.setName("crowd")
            for at, person in enumerate(people):
                scene.setInput(at, _card(person, at))
            scene.setXYpos(0, 400)
            output = nuke.nodes.Output()
            output.setInput(0, scene)
            output.setXYpos(0, 480)
    return group


def _card(person: Person, at: int) -> Any:
    read = nuke.nodes.Read()
    read["file"].setValue(as_text(person.pictures).replace("####", "%04d"))
    begin, end = person.loop
    for name, value in (("first", begin), ("last", end), ("origfirst", begin), ("origlast", end)):
        read[name].setValue(value)
    for name, given in (
        ("origset", True),
        ("raw", True),
        ("frame_mode", "expression"),
        ("frame", person.expression),
    ):
        read[name].setValue(given)
    later = nuke.nodes.TimeOffset(inputs=[read])
    later["time_offset"].setValue(person.time_offset)
    lit = nuke.nodes.Multiply(inputs=[later])
    lit["channels"].setValue("rgb")
    lit["value"].setValue([*person.gain, 1.0])
    card = nuke.nodes.Card2(inputs=[lit])
    card["label"].setValue(person.name)
    _place(card, person)
    for row, node in enumerate((read, later, lit, card)):
        node.setXYpos(110 * at, 90 * row)
    return card


def _place(card: Any, person: Person) -> None:
    """Make a flat card of the person's own size, upright, turned to the camera, mirrored where they are."""
    card["rows"].setValue(1)
    card["columns"].setValue(1)
    card["image_aspect"].setValue(False)
    wide, high = person.size
    card["scaling"].setValue([-wide if person.is_mirrored else wide, high, 1.0])
    card["rotate"].setValue([0.0, person.yaw, 0.0])
    card["translate"].setValue(list(person.place))
