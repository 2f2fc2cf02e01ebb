"""What every field of `crowd.json` means, for its JSON schema: shown by editors beside the field."""

from __future__ import annotations

import dataclasses
from typing import Any

from photodouble.ops.crowd.areas import GroundRectangle, Rows, Seats, Standing, Street
from photodouble.ops.crowd.look import Look
from photodouble.ops.crowd.waves import Wave

Json = dict[str, Any]

FILE = {
    "schema": "The version of this file.",
    "name": "A name for the crowd.",
    "ground": "A rectangle on the ground as the plate shows it, where there is no camera.",
    "areas": "Where people are: seats, ground to stand on, streets. An earlier one has the ground first.",
    "waves": "Waves that run through the crowd.",
    "edits": "What was changed by hand, from the first to the last.",
    "look": "How people vary, by the area's id; * is for all.",
}
GROUND = {
    "frame": "The frame of the plate on which the corners are drawn.",
    "corners": "Four corners of a rectangle, in order around, in plate pixels from its top left.",
    "width": "Metres from the first corner to the second.",
    "depth": "Metres from the second corner to the third.",
    "focal": "The focal length in mm; without it, it is solved.",
    "aperture": "The width of the film back in mm.",
}
_AREA = {
    "id": "The area's name, the first part of everybody's name in it.",
    "kind": "Seats, rows that were drawn one by one, ground to stand on, or a street.",
    "elements": "Who may be there, by name or pattern.",
    "states": "What is played, with weights, such as sit 4 and cheer 1; without, what is usual there.",
    "facing": "Where people look, in degrees around the up axis: 0 is along +z, 90 along +x.",
    "facing_spread": "How far, in degrees to either side, people look elsewhere.",
    "look_at": "A point x, y, z in metres that all look at, in place of facing.",
}
SEATS = {
    **_AREA,
    "origin": "The middle of the first row on its floor, x, y, z in metres. Rows go back against facing.",
    "sections": "How many sections stand side by side.",
    "rows": "Rows in each section.",
    "seats": "Seats in each row of a section.",
    "seat_width": "Metres from seat to seat.",
    "row_depth": "Metres from row to row.",
    "rake": "Metres by which each row is higher than the one before it.",
    "aisle": "Metres between sections.",
    "radius": "Metres from the first row to the point that the rows curve around; none: straight.",
    "fill": "The share of seats that is taken.",
    "looseness": "Metres that people sit off the middle of their seats at most.",
}
ROWS = {
    **_AREA,
    "facing": "Degrees that people are turned beyond square to their row, to the left of its direction.",
    "rows": "Lines of points x, y, z in metres that people sit or stand along.",
    "seat_width": "Metres from place to place.",
    "fill": "The share of places that is taken.",
    "looseness": "Metres that people are off the middle of their places at most.",
}
STANDING = {
    **_AREA,
    "polygon": "The ground as x, z in metres.",
    "plate_polygon": "The ground as drawn on the plate, in pixels from the top left, in place of polygon.",
    "frame": "The frame of the plate on which it is drawn; none: the first.",
    "height": "Metres of the ground above 0.",
    "spacing": "There is one person on spacing x spacing metres.",
    "groups": "0 spreads people evenly, 1 puts those who came together close.",
    "density": "The share of those people who are there.",
    "obstacles": "Polygons, x, z in metres, where nobody stands.",
    "paint": "Dabs of more or fewer people: at x, z, a radius in metres, and an amount from -1 to 1.",
    "map": "A picture that multiplies the density: its corner x, z and its size in metres.",
}
STREET = {
    **_AREA,
    "curves": "Lines that people walk along, as x, z in metres.",
    "height": "Metres of the pavement above 0.",
    "width": "Metres from one side of the pavement to the other.",
    "speed": "Metres a second that people walk.",
    "speed_spread": "The share by which people are faster or slower at most.",
    "spacing": "Metres between people in a lane.",
    "density": "The share of those people who are there.",
    "both_ways": "Whether people walk in both directions.",
}
WAVE = {
    "area": "The area's id; * for all.",
    "state": "What people play as the wave passes.",
    "period": "Seconds in which the wave goes around once.",
    "width": "The share of the way around that is up at the same time.",
    "start": "The frame on which it starts.",
    "direction": "Around, back, or everybody at once.",
    "rounds": "How often it goes around; 0: without end.",
    "share": "The share of people who join in.",
    "jitter": "Seconds by which people are early or late.",
}
LOOK = {
    "palette": "Colours that wardrobes become, scene-linear red, green, blue; empty: those of a street.",
    "wardrobe": "How strongly a wardrobe is dyed.",
    "dyed": "The share of people whose wardrobe is dyed.",
    "brightness": "Stops brighter or darker at most.",
    "balance": "Warmer or cooler at most, as a share of a channel.",
    "scale": "Taller or shorter at most, as a share.",
    "mirror": "Whether people may be flipped; false where there is lettering.",
    "weights": "How often an element is taken beside the others, which have 1; by name or pattern.",
    "radius": "Metres within which the same person is kept apart; none follows the spacing.",
}
EDIT = {
    "do": "What is done.",
    "agents": "The people, by name, such as north/3/12/27.",
    "region": "All people of an area (* for all), or of the part inside a polygon of x, z in metres.",
    "element": "The element, by name or pattern, that they become.",
    "by": "Metres x, y, z that they are moved.",
    "scale": "The factor by which they are larger.",
    "shift": "Seconds by which they are earlier.",
    "speed": "The factor by which they are faster.",
    "seed": "Another number deals them differently.",
    "held": "What each of the people plays, one for each name.",
}
HELD = {
    "element": "The element that is played.",
    "offset": "Where in its loop it begins, in cards.",
    "speed": "The factor on its speed.",
    "mirror": "Whether it is flipped.",
    "scale": "The factor on its size.",
    "gain": "Factors on red, green and blue.",
    "tint": "The colour of the wardrobe, as factors on red, green and blue.",
    "tint_amount": "How strongly the wardrobe is dyed.",
}
EDIT_DEFAULTS: Json = {"by": [0.0, 0.0, 0.0], "scale": 1.0, "shift": 0.0, "speed": 1.0, "seed": 0}


def described(properties: Json, words: dict[str, str], defaults: Json | None = None) -> Json:
    """Return properties with what they mean and what they are where a file leaves them out."""
    known = defaults or {}
    return {
        key: {
            **part,
            "description": words[key],
            **({"default": known[key]} if known.get(key) is not None else {}),
        }
        for key, part in properties.items()
    }


def defaults_of(kind: type[GroundRectangle | Seats | Rows | Standing | Street | Look | Wave]) -> Json:
    """Return the defaults of a part of the file, as JSON stores them; what has none is left out."""
    found: Json = {}
    for field in dataclasses.fields(kind):
        value = field.default
        if value is dataclasses.MISSING or value == ():
            continue
        found[field.name] = list(value) if isinstance(value, tuple) else value
    return found
