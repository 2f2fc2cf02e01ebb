"""Find channels by the names artists use: `R`, `diffuse`, `diffuse.R`, `left.R`, `depth_left.Z`."""

from __future__ import annotations

import difflib

from photodouble.image.picture import Picture, Plane
from photodouble_client.errors import ArtistError

_COLOUR_TRIPLES = (("R", "G", "B"), ("r", "g", "b"), ("red", "green", "blue"), ("Red", "Green", "Blue"))
_ALPHA = ("A", "a", "alpha", "Alpha")
_GREY = ("Y", "y", "L", "luminance", "I", "grey", "gray")


def fill_planes(
    picture: Picture, channels: str = "", view: str = "", *, needs_colour: bool = True
) -> tuple[Plane, ...]:
    """Choose the colour channels that are filled: three planes, or one for a grey plate.

    `channels` is empty for the main layer's RGB, a layer (`diffuse`), or channel names with commas
    (`diffuse.R,diffuse.G,diffuse.B`). Raises `ArtistError` input.unknown_channel;
    without `needs_colour`, as in a file of mattes only, a picture without colours gives no planes.
    """
    _check_view(picture, view)
    if not channels.strip():
        chosen = _colour(picture, "", view) or _grey(picture, view)
        if not needs_colour and not (chosen and all(map(_is_colour, chosen))):
            return ()
        if not chosen:
            raise _unknown(picture, "RGB", "The picture has neither red, green and blue nor grey to fill.")
        return _same_window(picture, chosen)
    names = [name.strip() for name in channels.split(",") if name.strip()]
    if len(names) == 1:
        layer = _colour(picture, names[0], view)
        if layer:
            return _same_window(picture, layer)
    planes = tuple(find_plane(picture, name, view) for name in names)
    if len(planes) not in (1, 3):
        raise _unknown(picture, channels, "Name a layer, three channels, or one.")
    return _same_window(picture, planes)


def alpha_plane(picture: Picture, fill: tuple[Plane, ...], view: str = "") -> Plane | None:
    """Find the alpha that belongs to the filled layer, or None."""
    layer = fill[0].name.rpartition(".")[0] if fill else ""
    for name in _ALPHA:
        found = _look_up(picture, f"{layer}.{name}" if layer else name, view)
        if found is not None and (not fill or found.part == fill[0].part):
            return found
    return None


def find_plane(picture: Picture, name: str, view: str = "") -> Plane:
    """Find one channel; `part.channel` always works, a bare name looks in the asked view first.

    Raises `ArtistError` input.unknown_channel with close matches.
    """
    found = _look_up(picture, name, view)
    if found is None:
        raise _unknown(picture, name, f"There is no channel called {name}.")
    return found


def has_plane(picture: Picture, name: str, view: str = "") -> bool:
    """Tell whether a channel of that name exists."""
    return _look_up(picture, name, view) is not None


def views(picture: Picture) -> tuple[str, ...]:
    """List the stereo views of a picture, the default one first."""
    found = [picture.default_view] if picture.default_view else []
    for plane in picture.planes:
        candidates = [plane.view, *plane.name.split(".")[:-1]]
        found += [view for view in candidates if view and (view == plane.view or view in _SIDES)]
    return tuple(dict.fromkeys(found))


_SIDES = ("left", "right")


def _check_view(picture: Picture, view: str) -> None:
    """Refuse a view that a picture of several views does not have; one of a single view serves them all."""
    there = views(picture)
    if (
        not view
        or view in there
        or len(there) < 2
        or any(p.name.startswith(f"{view}.") for p in picture.planes)
    ):
        return
    raise ArtistError(
        "input.unknown_channel",
        "The picture has no such view",
        f"{picture.path.name} has no view called {view}; it has {', '.join(there)}.",
        f"Work on another view (--view {there[0]}), or give files of that one.",
        detail=str(picture.path),
    )


def _look_up(picture: Picture, name: str, view: str) -> Plane | None:
    candidates = [plane for plane in picture.planes if not view or plane.view in ("", view)]
    wanted = [name]
    if view and view != picture.default_view:
        layer, dot, channel = name.rpartition(".")
        wanted.insert(0, f"{layer}{dot}{view}.{channel}")
        wanted.insert(0, f"{view}.{name}")
    for candidate in wanted:
        for plane in candidates:
            if candidate in (plane.name, f"{plane.part_name}.{plane.name}"):
                return plane
    bare = [p for p in candidates if view and p.name == f"{p.part_name}.{name}"]
    if bare:
        return bare[0]
    return next((plane for plane in picture.planes if plane.name == name), None)


def _colour(picture: Picture, layer: str, view: str) -> tuple[Plane, ...]:
    for triple in _COLOUR_TRIPLES:
        names = [f"{layer}.{channel}" if layer else channel for channel in triple]
        planes = [_look_up(picture, name, view) for name in names]
        found = tuple(plane for plane in planes if plane is not None)
        if len(found) == 3 and len({plane.part for plane in found}) == 1:
            return found
    return () if layer or len(view) else _part_colour(picture)


def _part_colour(picture: Picture) -> tuple[Plane, ...]:
    """Take the first layer that has red, green and blue, where no plain RGB exists."""
    for plane in picture.planes:
        layer, dot, channel = plane.name.rpartition(".")
        if dot and channel in ("R", "r", "red"):
            return _colour(picture, layer, "")
    return ()


def _grey(picture: Picture, view: str) -> tuple[Plane, ...]:
    if has_plane(picture, "RY", view) and has_plane(picture, "BY", view):
        return ()  # luminance alone would be filled under colours that stay
    for name in _GREY:
        plane = _look_up(picture, name, view)
        if plane is not None:
            return (plane,)
    return picture.planes if len(picture.planes) == 1 else ()


def _is_colour(plane: Plane) -> bool:
    return plane.is_float or plane.white is not None


def _same_window(picture: Picture, planes: tuple[Plane, ...]) -> tuple[Plane, ...]:
    first = planes[0]
    for plane in planes:
        if plane.sampling != (1, 1):
            raise _unknown(picture, plane.name, f"{plane.name} holds fewer pixels than the picture.")
        if not _is_colour(plane):
            raise _unknown(picture, plane.name, f"{plane.name} holds whole numbers such as ids, not colours.")
        if plane.window != first.window:
            raise _unknown(picture, plane.name, f"{plane.name} cannot be filled together with {first.name}.")
    return planes


def _unknown(picture: Picture, name: str, message: str) -> ArtistError:
    names = [plane.name for plane in picture.planes]
    others = [other for other in names if other != name]
    close = difflib.get_close_matches(name, others, n=3, cutoff=0.4) or others[:8]
    return ArtistError(
        "input.unknown_channel",
        "The picture has no such channel",
        f"{message} {picture.path.name} has {', '.join(names[:12])}{' and more' if len(names) > 12 else ''}.",
        f"Use one of: {', '.join(close)}." if close else "Use a picture that has it.",
        detail=str(picture.path),
    )
