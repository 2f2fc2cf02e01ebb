"""Opening the pictures that a request names, view by view, and pictures that are stored as its plate is."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from photodouble.image.documents import bad_document, read_document
from photodouble.image.exr_header import DamagedFileError, header_of
from photodouble.image.files import is_movie_name
from photodouble.image.library_files import crowd_files, is_usd, library_files
from photodouble.image.localised import localised
from photodouble.image.pattern import with_view
from photodouble.image.sequence import Sequence as Pictures
from photodouble.ops.deage.look_files import look_files
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest, PortInput

from .shot import CLEAN_PLATES, ShotInputs, spoken

DOCUMENTS = ("document", "track", "shapes", "camera")
"""The roles of ports that take one file in place of pictures: JSON, or a camera in any form."""

EYES_OWN = ("track", "shapes")
"""Of these, what was made in one eye does not fit the other."""

PAINTED = ("keys", "before")
"""Ports of frames that went out to be painted: as `paint in` wrote them, or stored as the plate is."""

_TRACKS_OF_OTHERS = (".nk", ".txt", ".csv")
"""Tracks of other programs, which are no JSON; the operation reads them."""
_LIKE_PLATE = (*CLEAN_PLATES, *PAINTED, "behind")

FILES = {"library": library_files, "crowd": crowd_files, "look": look_files}
"""Which files belong to a document that names others, by port."""


def views_of(request: JobRequest) -> tuple[str, ...]:
    """Return the views of a job: both eyes of `left,right`; a single one, named or not, needs no name."""
    parts = [part.strip() for part in request.view.split(",")]
    if request.view and (not all(parts) or len(set(parts)) < len(parts)):
        raise ArtistError(
            "usage.bad_value",
            "The views cannot be read",
            f"{request.view!r} was given as views.",
            "Name one view, or both eyes once each, such as left,right.",
        )
    return tuple(parts) if len(parts) > 1 else ("",)


def view_of(request: JobRequest, view: str) -> JobRequest:
    """Return the request for one of its views."""
    return dataclasses.replace(request, view=view) if view else request


def check_eyes(request: JobRequest) -> None:
    """Refuse a track or drawn shapes of one eye for both; raises ArtistError `usage.arguments`."""
    if len(views_of(request)) < 2:
        return
    for key, stored in sorted(request.inputs.items()):
        if request.spec.port(key).role in EYES_OWN and "%v" not in stored.path.lower():
            raise ArtistError(
                "usage.arguments",
                f"The {spoken(key)} belongs to one eye",
                f"Both eyes are asked for, and {stored.path} was followed or drawn in one of them.",
                "Give each eye its own and write %V where its name goes, or run one eye at a time (--view).",
            )


def open_inputs(request: JobRequest) -> ShotInputs:
    """Open every input sequence of a request, and the pictures of its overrides and locks."""
    files = {key: stored for key, stored in sorted(request.inputs.items()) if not is_document(request, key)}
    ports = {key: _open(key, stored, request) for key, stored in files.items()}
    documents = {
        key: _document(Path(with_view(stored.path, request.view)), request.spec.port(key).role)
        for key, stored in request.inputs.items()
        if key not in files
    }
    overrides = {
        frame: _own_picture(request, Path(path))
        for frame, path in sorted({**request.locks, **request.overrides}.items())
        if frame in request.range
    }
    return ShotInputs(ports, overrides, documents)


def plate_like(request: JobRequest, path: Path) -> Pictures:
    """Open a picture that is stored as the plate is: the result of a take, or a frame painted in place.

    Of a movie the pictures are scene-linear EXR, whatever space the movie itself is in.
    """
    plate = request.inputs["plate"]
    named = plate.colourspace or str(request.values["colourspace"]) or request.colourspace
    is_linear = is_movie_name(Path(plate.path)) and path.suffix.lower() == ".exr"
    return Pictures.find(
        path,
        colourspace="scene-linear" if is_linear else named,
        channels=plate.channels or str(request.values["fill_channels"]),
        view=request.view,
        premultiplied=str(request.values["premultiplied"]),
    )


def _own_picture(request: JobRequest, path: Path) -> Pictures:
    """Open an override: scene-linear where `paint in` wrote it, otherwise stored as the plate is."""
    if _is_painted(path):
        return Pictures.find(path, view=request.view)
    return plate_like(request, path)


def is_document(request: JobRequest, key: str) -> bool:
    """Whether an input is one file for the whole shot, and no pictures."""
    return request.spec.port(key).role in DOCUMENTS


def document_files(port: str, path: Path) -> tuple[Path, ...]:
    """Return the files that a document's port stands for: itself, and the pictures that it names."""
    return FILES[port](path) if port in FILES else (path,)


def _document(path: Path, role: str) -> Path:
    """Refuse a document that holds no JSON object, and a camera that is no file, before any work is done."""
    of_others = role == "camera" or (role == "document" and is_usd(path))
    if not of_others and not (role == "track" and path.suffix.lower() in _TRACKS_OF_OTHERS):
        read_document(path)
    elif not path.is_file():
        raise bad_document(path, "There is no such file.")
    return path


def _open(key: str, stored: PortInput, request: JobRequest) -> Pictures:
    is_plate = key == "plate"
    plate = request.inputs["plate"]
    colourspace = stored.colourspace
    like_plate = key in _LIKE_PLATE and Path(stored.path).suffix == Path(plate.path).suffix
    if key in PAINTED and like_plate and _came_back(stored, request):
        like_plate = False
    if not colourspace and (is_plate or like_plate):
        colourspace = plate.colourspace or str(request.values["colourspace"]) or request.colourspace
    channels = stored.channels or (str(request.values["fill_channels"]) if is_plate else "")
    locale = str(request.values.get("locale", "")) if key == "artwork" else ""
    return Pictures.find(
        localised(stored.path, locale),
        frames=stored.range if len(stored.range) else None,
        colourspace=colourspace,
        channels=channels,
        view=request.view,
        premultiplied=str(request.values["premultiplied"]) if is_plate else "auto",
    )


def _came_back(stored: PortInput, request: JobRequest) -> bool:
    """Whether the pictures of a port came back through `paint in`; the first one tells."""
    found = Pictures.find(stored.path, view=request.view)
    return _is_painted(Path(found.path(found.frames[0])))


def _is_painted(path: Path) -> bool:
    """Whether a picture came back through `paint in`, which says so in its header."""
    if path.suffix.lower() != ".exr" or not path.is_file():
        return False
    try:
        return header_of(path).parts[0].find("photodouble/painted") is not None
    except DamagedFileError:
        return False
