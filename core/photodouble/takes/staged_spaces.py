"""The spaces in which hosts hand pictures over, and what kind of encoding each one is."""

from __future__ import annotations

import os

from photodouble.image.colour import Cineon, SceneLinear, Srgb, configuration, space_named
from photodouble_client.errors import ArtistError

SENSIBLE = (
    "scene-linear",
    "ACEScct",
    "ARRI LogC3 (EI800)",
    "ARRI LogC4",
    "S-Log3 S-Gamut3.Cine",
    "Log3G10 REDWideGamutRGB",
    "V-Log V-Gamut",
    "CanonLog3 CinemaGamut D55",
    "BMDFilm WideGamut Gen5",
    "DaVinci Intermediate",
    "Rec.709",
    "sRGB",
)
"""What is offered; every other name of the OpenColorIO configuration will do."""
_SPOKEN = {
    "davinci intermediate": "DaVinci Intermediate WideGamut",
    "rec.709": "Gamma 2.4 Encoded Rec.709",
    "rec709": "Gamma 2.4 Encoded Rec.709",
}
"""What people say for a space of the built-in configuration, where the show's own has no such name."""
_KINDS = {"log": "log", "scene-linear": "linear", "display-linear": "linear"}


def checked_space(name: str) -> str:
    """Return the space's own name; raises ArtistError `input.unknown_colourspace` with sensible ones."""
    if not name.strip():
        raise ArtistError(
            "input.unknown_colourspace",
            "Nobody has said how the host holds the picture",
            "A node lays the fill into the host's own values, and the host does not say what they are.",
            f"Name the space of the timeline or clip: {', '.join(SENSIBLE)}, or any other of OpenColorIO.",
        )
    spoken = _SPOKEN.get(name.strip().lower())
    if spoken is None or configuration(os.environ.get("OCIO", "")).getColorSpace(name.strip()) is not None:
        return space_named(name).name
    return space_named(spoken).name


def encoding_of(name: str) -> str:
    """Say what a space is: `log`, `video` or `linear`; empty where the configuration does not say it."""
    space = space_named(name)
    own = {SceneLinear: "linear", Srgb: "video", Cineon: "log"}.get(type(space))
    if own is not None:
        return own
    told = configuration(os.environ.get("OCIO", "")).getColorSpace(space.name).getEncoding()
    return _KINDS.get(told, "video" if told.endswith("video") else "")
