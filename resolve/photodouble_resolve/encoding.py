"""Resolve's names for how pictures are encoded, and the engine's names for the same. A table, never a guess.

The engine's names are those of the ACES studio configuration inside OpenColorIO. A space that is not here may
exist in Resolve, but then nobody has said that the engine knows the same one.
"""

from __future__ import annotations

from typing import Dict, Mapping, Optional, Tuple

from photodouble_client.errors import ArtistError

SPACES: Mapping[str, str] = {
    "ARRI LogC3": "ARRI LogC3 (EI800)",
    "ARRI LogC4": "ARRI LogC4",
    "S-Gamut3/S-Log3": "S-Log3 S-Gamut3",
    "S-Gamut3.Cine/S-Log3": "S-Log3 S-Gamut3.Cine",
    "Sony S-Gamut3/S-Log3": "S-Log3 S-Gamut3",
    "Sony S-Gamut3.Cine/S-Log3": "S-Log3 S-Gamut3.Cine",
    "Panasonic V-Gamut/V-Log": "V-Log V-Gamut",
    "DJI D-Gamut/D-Log": "D-Log D-Gamut",
    "REDWideGamutRGB/Log3G10": "Log3G10 REDWideGamutRGB",
    "RED WG/Log3G10": "Log3G10 REDWideGamutRGB",
    "Canon Cinema Gamut/Canon Log2": "CanonLog2 CinemaGamut D55",
    "Canon Cinema Gamut/Canon Log3": "CanonLog3 CinemaGamut D55",
    "Blackmagic Design Film Gen 5": "BMDFilm WideGamut Gen5",
    "Apple Log": "Apple Log",
    "Apple Log 2": "Apple Log 2",
    "DaVinci WG/Intermediate": "DaVinci Intermediate WideGamut",
    "ACES": "ACES2065-1",
    "ACES (AP0)": "ACES2065-1",
    "ACES2065-1": "ACES2065-1",
    "ACES (AP1)": "ACEScg",
    "ACEScg": "ACEScg",
    "ACEScc": "ACEScc",
    "ACEScct": "ACEScct",
    "Rec.709 Gamma 2.4": "Gamma 2.4 Encoded Rec.709",
    "Rec.709 Gamma 2.2": "Gamma 2.2 Encoded Rec.709",
    "Rec.709 (Scene)": "Camera Rec.709",
    "Rec.709": "Gamma 2.4 Encoded Rec.709",
    "sRGB": "sRGB Encoded Rec.709 (sRGB)",
    "V-Gamut/V-Log": "V-Log V-Gamut",
    "ACEScc (AP1)": "ACEScc",
    "ACEScct (AP1)": "ACEScct",
}
"""Of projects that name colour space and gamma in one."""

TRANSFORMS: Mapping[str, str] = {
    "No Input Transform": "ACES2065-1",
    "ACES2065-1 - CSC": "ACES2065-1",
    "ACES2065-1": "ACES2065-1",
    "ACEScg - CSC": "ACEScg",
    "ACEScc - CSC": "ACEScc",
    "ACEScct - CSC": "ACEScct",
    "ADX10": "ADX10",
    "ADX16": "ADX16",
    "ARRI LogC3": "ARRI LogC3 (EI800)",
    "ARRI LogC4": "ARRI LogC4",
    "Sony S-Log3 S-Gamut3": "S-Log3 S-Gamut3",
    "Sony S-Log3 S-Gamut3.Cine": "S-Log3 S-Gamut3.Cine",
    "V-Log V-Gamut": "V-Log V-Gamut",
    "Log3G10 REDWideGamutRGB": "Log3G10 REDWideGamutRGB",
    "Canon Log2 Cinema Gamut": "CanonLog2 CinemaGamut D55",
    "Canon Log3 Cinema Gamut": "CanonLog3 CinemaGamut D55",
    "sRGB (Linear) - CSC": "Linear Rec.709 (sRGB)",
    "P3-D65 (Linear) - CSC": "Linear P3-D65",
    "Rec.2020 (Linear) - CSC": "Linear Rec.2020",
}
"""Input transforms of ACES projects. Those of displays (Rec.709, sRGB) undo a rendering: no encoding."""

SEPARATE: Mapping[Tuple[str, str], str] = {
    ("ARRI Wide Gamut 3", "ARRI LogC3"): "ARRI LogC3 (EI800)",
    ("ARRI Wide Gamut 3", "Linear"): "Linear ARRI Wide Gamut 3",
    ("ARRI Wide Gamut 4", "ARRI LogC4"): "ARRI LogC4",
    ("ARRI Wide Gamut 4", "Linear"): "Linear ARRI Wide Gamut 4",
    ("Sony S-Gamut3", "S-Log3"): "S-Log3 S-Gamut3",
    ("Sony S-Gamut3", "Linear"): "Linear S-Gamut3",
    ("Sony S-Gamut3.Cine", "S-Log3"): "S-Log3 S-Gamut3.Cine",
    ("Sony S-Gamut3.Cine", "Linear"): "Linear S-Gamut3.Cine",
    ("Panasonic V-Gamut", "Panasonic V-Log"): "V-Log V-Gamut",
    ("Panasonic V-Gamut", "Linear"): "Linear V-Gamut",
    ("REDWideGamutRGB", "RED Log3G10"): "Log3G10 REDWideGamutRGB",
    ("REDWideGamutRGB", "Linear"): "Linear REDWideGamutRGB",
    ("Canon Cinema Gamut", "Canon Log 2"): "CanonLog2 CinemaGamut D55",
    ("Canon Cinema Gamut", "Canon Log 3"): "CanonLog3 CinemaGamut D55",
    ("Blackmagic Design Wide Gamut Gen 4 / 5", "Blackmagic Design Film Gen 5"): "BMDFilm WideGamut Gen5",
    ("Blackmagic Design Wide Gamut Gen 4 / 5", "Linear"): "Linear BMD WideGamut Gen5",
    ("DJI D-Gamut", "DJI D-Log"): "D-Log D-Gamut",
    ("DaVinci WG", "DaVinci Intermediate"): "DaVinci Intermediate WideGamut",
    ("DaVinci WG", "Linear"): "Linear DaVinci WideGamut",
    ("ACES (AP0)", "Linear"): "ACES2065-1",
    ("ACES (AP1)", "Linear"): "ACEScg",
    ("ACES (AP1)", "ACEScc"): "ACEScc",
    ("ACES (AP1)", "ACEScct"): "ACEScct",
    ("Rec.709", "Gamma 2.4"): "Gamma 2.4 Encoded Rec.709",
    ("Rec.709", "Gamma 2.2"): "Gamma 2.2 Encoded Rec.709",
    ("Rec.709", "Rec.709"): "Camera Rec.709",
    ("Rec.709", "sRGB"): "sRGB Encoded Rec.709 (sRGB)",
    ("sRGB", "sRGB"): "sRGB Encoded Rec.709 (sRGB)",
    ("Rec.709", "Linear"): "Linear Rec.709 (sRGB)",
    ("Rec.2020", "Linear"): "Linear Rec.2020",
    ("P3-D65", "Linear"): "Linear P3-D65",
}
"""Of projects with separate colour space and gamma: (colour space, gamma)."""

WITHOUT_GAMMA = ("Linear", "Bypass", "Same as Timeline", "Project", "")
"""What names no encoding by itself; `Linear` alone leaves open of which primaries."""


def engine_space(name: str, gamma: str = "", mode: str = "") -> Optional[str]:
    """Give the engine's name of a space of Resolve's; None where nobody has said that it is the same."""
    if mode == "aces":
        return TRANSFORMS.get(name)
    if gamma:
        return SEPARATE.get((name, gamma))
    return SPACES.get(name)


def resolve_space(engine: str) -> Optional[str]:
    """Give Resolve's name, in one, of a space of the engine's; None where it has none."""
    return next((name for name, other in SPACES.items() if other == engine), None)


def known_spaces() -> Dict[str, str]:
    """List what an artist may choose where Resolve does not say: Resolve's name, the engine's name."""
    return dict(SPACES)


def checked_space(name: str, gamma: str = "", mode: str = "") -> str:
    """Give the engine's name of a space; raises ArtistError `input.unknown_colourspace` where unknown."""
    found = engine_space(name, gamma, mode)
    if found is not None:
        return found
    said = " with gamma ".join(part for part in (name, gamma) if part)
    raise ArtistError(
        "input.unknown_colourspace",
        "The clip's colour space is not known",
        "Resolve calls it {}, and the engine has no space that is known to be the same.".format(
            said or "nothing"
        ),
        "Give the clip an input colour space that is known, such as {}.".format(
            ", ".join(list(SPACES)[:4]) + " or Rec.709 Gamma 2.4"
        ),
    )


def not_said() -> ArtistError:
    """Make the error of a project that does not say how its clips are encoded."""
    return ArtistError(
        "input.unknown_colourspace",
        "Nobody has said how this clip is encoded",
        "The project is not colour managed, so Resolve does not know the camera's log curve.",
        "Choose the clip's encoding in the panel, such as ARRI LogC3 or Rec.709 Gamma 2.4.",
    )
