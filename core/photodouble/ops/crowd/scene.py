"""All that a crowd is made from, opened once for a shot: its file, its elements, its camera and its lens."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from photodouble.image.documents import read_document
from photodouble.image.library_files import is_usd
from photodouble.image.sequence import Sequence
from photodouble.image.stmap import read_stmap
from photodouble.image.window import Box
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Area, Polygon, Rows, Seats, Standing, Street
from photodouble.ops.crowd.camera import Camera, CameraMove, Screen
from photodouble.ops.crowd.camera_files import read_camera
from photodouble.ops.crowd.deck import CHANNELS, Deck
from photodouble.ops.crowd.document import CrowdDocument, read_crowd
from photodouble.ops.crowd.exchange.cards import KIND as CARDS
from photodouble.ops.crowd.exchange.cards import read_cards
from photodouble.ops.crowd.exchange.crowd import HandedOn
from photodouble.ops.crowd.ground import drawn_on, solve_ground
from photodouble.ops.crowd.lens import Lens, flat_screen
from photodouble.ops.crowd.library import Library, read_library
from photodouble.ops.crowd.look import Look
from photodouble.ops.crowd.mips import layout_of
from photodouble.ops.crowd.names import CryptoNames, crypto_names
from photodouble.ops.crowd.project import View
from photodouble.ops.shot import Shot, held_frame
from photodouble_client.errors import ArtistError

_RATE = 24.0
"""Frames a second where the plate does not say."""
_WHOLE_DECK = 1 << 30
"""A library whose cards take fewer bytes than this is held in memory whole."""


@dataclass
class Scene:
    """The opened inputs of one shot, as its controls change them; what is costly is made once.

    `handed` is a crowd that comes back from another program: it is laid out and cast already. `asked` is the
    crowd file as it stands, before the controls thin it out.
    """

    document: CrowdDocument
    library: Library
    move: CameraMove
    plate: Screen
    rate: float
    first: int
    handed: HandedOn | None = None
    asked: CrowdDocument | None = None
    _lenses: dict[int, tuple[Lens, Screen] | None] = field(default_factory=dict)
    _decks: dict[str, Deck] = field(default_factory=dict)
    _names: list[CryptoNames] = field(default_factory=list)

    def view(self, shot: Shot, frame: int) -> View:
        """Return what the crowd is seen through on a frame."""
        lens, flat = self._lens(shot, frame) or (None, None)
        box, window = drawn_box(shot), shot.display_window
        corner = (window.x0 - box.x0, window.y0 - box.y0)
        whole = Screen(box.width, box.height, self.plate.pixel_aspect)
        return View(self.move, self.plate, lens, flat, corner=corner, drawn=whole)

    def names(self, agents: Agents) -> CryptoNames:
        """Return what everybody is called in the ID mattes; the people of a shot are named once."""
        if not self._names or len(self._names[0].names) != len(agents):
            self._names[:] = [crypto_names(agents)]
        return self._names[0]

    def seconds(self, frame: float) -> float:
        """Return the time of a frame, counted from the plate's first one."""
        return (frame - self.first) / self.rate

    def on_ground(self, shot: Shot, area: Standing) -> Polygon:
        """Take an area that is drawn on the plate down to the ground."""
        frame = self.first if area.frame is None else area.frame
        view = self.view(shot, frame)
        screen = view.flat or view.plate
        return drawn_on(dataclasses.replace(area, frame=frame), self.move, screen, view.lens)

    def deck(self, wanted: tuple[tuple[int, int], ...]) -> tuple[Deck, npt.NDArray[np.int32]]:
        """Return cards in memory, and which of them each wanted (element, card) is."""
        first, size = self._first_cards()
        if size > _WHOLE_DECK:
            return self.library.deck(wanted), np.arange(len(wanted), dtype=np.int32)
        if "whole" not in self._decks:
            counts = enumerate(element.frames for element in self.library.elements)
            self._decks["whole"] = self.library.deck(
                [(one, card) for one, all_ in counts for card in range(all_)]
            )
        places = [first[element] + card for element, card in wanted]
        return self._decks["whole"], np.asarray(places, np.int32)

    def _first_cards(self) -> tuple[list[int], int]:
        """Return where the cards of each element begin, all in a row, and how many bytes they take."""
        first, count, size = [], 0, 0
        for element in self.library.elements:
            first.append(count)
            count += element.frames
            size += element.frames * layout_of(element.size).texels * CHANNELS * 4
        return first, size

    def _lens(self, shot: Shot, frame: int) -> tuple[Lens, Screen] | None:
        maps = [shot.inputs.ports.get(port) for port in ("redistort", "undistort")]
        if maps[0] is None or maps[1] is None:
            return None
        at = 0 if maps[0].still and maps[1].still else frame
        if at not in self._lenses:
            self._lenses[at] = _read_lens(shot, maps[0], maps[1], frame, self.plate)
        for port in ("redistort", "undistort"):
            shot.note_use(port, frame)
        return self._lenses[at]


def drawn_box(shot: Shot) -> Box:
    """Return what is drawn on: the whole plate, also what lies outside its display window."""
    return shot.display_window.union(shot.canvas)


_SCENES: WeakKeyDictionary[Shot, Scene] = WeakKeyDictionary()
"""What was opened for a shot lives as long as the shot does."""


def scene_of(shot: Shot) -> Scene:
    """Return the opened inputs of a shot; raises ArtistError for what cannot be used.

    Notes the use of its documents every time, since a frame is made from them whoever opened them first.
    """
    crowd, library = shot.document_path("crowd"), shot.document_path("library")
    camera = shot.document_path("camera")
    if shot not in _SCENES:
        _SCENES[shot] = _opened(shot, crowd or Path(), library or Path(), camera)
    return _SCENES[shot]


def _opened(shot: Shot, crowd: Path, library: Path, camera: Path | None) -> Scene:
    people = read_library(library)
    handed = _handed_on(crowd, people)
    asked = handed.document if handed is not None else read_crowd(crowd)
    frame = shot.plate(shot.frames[0])
    window = shot.display_window
    plate = Screen(window.width, window.height, frame.pixel_aspect)
    first = shot.request.source_range.first if len(shot.request.source_range) else shot.frames[0]
    rate = _rate(frame.metadata.get("framesPerSecond"))
    still = CameraMove.still(Camera(np.zeros(3), np.eye(3), 35.0, 36.0))
    scene = Scene(_adjusted(asked, shot.values), people, still, plate, rate, first, handed, asked)
    return _filmed(scene, shot, camera)


def scene_as(shot: Shot, asked: CrowdDocument) -> Scene:
    """Return the scene of a shot as it would be with another crowd file."""
    own = scene_of(shot)
    document = _adjusted(asked, shot.values)
    scene = Scene(document, own.library, own.move, own.plate, own.rate, own.first, asked=asked)
    return _filmed(scene, shot, shot.document_path("camera"))


def _filmed(scene: Scene, shot: Shot, camera: Path | None) -> Scene:
    """Give a scene its camera, which may stand where the crowd file's ground says."""
    scene.move = _shuttered(_move(scene, shot, camera), shot.values)
    scene.move = dataclasses.replace(
        scene.move, notes=(*scene.move.notes, *doubts(scene.move, scene.document, shot.frames))
    )
    return scene


def doubts(move: CameraMove, document: CrowdDocument, frames: tuple[int, ...]) -> tuple[str, ...]:
    """Say what about a camera would leave the plate empty in silence: another range, a place underground."""
    said = []
    known = move.frames[0], move.frames[-1]
    if move.moves and not known[0] <= frames[0] <= frames[-1] <= known[1]:
        said.append(
            f"The camera moves from frame {known[0]:g} to {known[1]:g}, and the shot goes from {frames[0]} "
            f"to {frames[-1]}; outside it is held still. Where it should begin elsewhere, take it over with "
            "'photodouble crowd camera --first-frame'."
        )
    height = move.at(frames[0]).position[1]
    above = [area for area in document.areas if isinstance(area, Standing | Street) and area.height > height]
    if above:
        said.append(
            f"The camera is at {height:.2f} m, below the ground of the area {above[0].id!r}, which lies at "
            f"{above[0].height:.2f} m. Check the camera's units and which axis is up."
        )
    return tuple(said)


def _handed_on(crowd: Path, library: Library) -> HandedOn | None:
    """Read a crowd that was handed on, as USD or as cards; None for a crowd file."""
    if is_usd(crowd):
        from photodouble.ops.crowd.exchange.usd_read import read_usd

        return read_usd(crowd, library.elements, library.folder)
    if read_document(crowd).get("kind") == CARDS:
        return read_cards(crowd, library.elements, library.folder)
    return None


def _move(scene: Scene, shot: Shot, camera: Path | None) -> CameraMove:
    """Read the camera, or solve one that stands still from the corners on the ground."""
    if camera is not None:
        return read_camera(camera)
    ground = scene.document.ground
    if ground is None:
        raise ArtistError(
            "usage.arguments",
            "There is no camera",
            "Neither a camera nor four corners on the ground say how the plate sees the crowd.",
            "Give the shot's camera (--camera), or begin the crowd file with four corners (crowd layout).",
        )
    view = scene.view(shot, ground.frame)
    return solve_ground(ground, view.flat or view.plate, view.lens)


def _shuttered(move: CameraMove, values: Mapping[str, object]) -> CameraMove:
    """Return the move with the shutter and the focus of the controls, where they say any."""
    if values["motion_blur"] == "off":
        move = dataclasses.replace(move, shutter_angle=0.0, shutter_phase=0.0)
    if values["motion_blur"] == "set":
        angle = 360 * float(str(values["shutter"]))
        move = dataclasses.replace(move, shutter_angle=angle, shutter_phase=-angle / 2)
    return move


def _adjusted(document: CrowdDocument, values: Mapping[str, object]) -> CrowdDocument:
    """Return the crowd file as the controls thin it out and vary it."""
    areas = tuple(_thinned(area, values) for area in document.areas)
    return dataclasses.replace(
        document,
        areas=areas,
        look={area.id: vars(_varied(document.look_of(area.id), values)) for area in areas},
        waves=document.waves if values["waves"] else (),
    )


def _thinned(area: Area, values: Mapping[str, object]) -> Area:
    fill, density = float(str(values["fill"])), float(str(values["density"]))
    if isinstance(area, Seats | Rows):
        return dataclasses.replace(area, fill=area.fill * fill)
    if isinstance(area, Standing | Street):
        return dataclasses.replace(area, density=area.density * density)
    return area


def _varied(look: Look, values: Mapping[str, object]) -> Look:
    size, light, cloth = (
        float(str(values[f"{key}_variation"])) for key in ("scale", "brightness", "wardrobe")
    )
    radius = float(str(values["repeat_radius"]))
    return dataclasses.replace(
        look,
        scale=min(look.scale * size, 0.5),
        brightness=min(look.brightness * light, 4.0),
        balance=min(look.balance * light, 1.0),
        wardrobe=min(look.wardrobe * cloth, 1.0),
        mirror=look.mirror and bool(values["mirror"]),
        radius=radius if radius > 0 and look.radius is None else look.radius,
    )


def _rate(said: object) -> float:
    """Read the frame rate of a header, a number or a fraction."""
    if said is None:
        return _RATE
    try:
        above, _, below = str(said).partition("/")
        rate = float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return _RATE
    return rate if 1 <= rate <= 1000 else _RATE


def _read_lens(
    shot: Shot, redistort: Sequence, undistort: Sequence, frame: int, plate: Screen
) -> tuple[Lens, Screen]:
    """Read a pair of ST maps; the flat picture is as large as the map that takes the lens off."""
    flat = undistort.read(held_frame(undistort, frame), needs_colour=False).display_window
    window = shot.display_window
    back = read_stmap(redistort, held_frame(redistort, frame), Box.of_size(*flat.size), window)
    off = read_stmap(undistort, held_frame(undistort, frame), Box.of_size(*window.size), flat)
    return Lens.of(back, off), flat_screen(plate, flat.width, flat.height)
