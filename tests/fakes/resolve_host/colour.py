"""Colour spaces and the three colour managements, as simple and exact as they can be said.

Unmanaged: what is at the head of the node tree is what the file holds. Managed (RCM): the file is taken to be
in its input space and comes into the timeline's, the output leaves in the output space. ACES: the same with
an input transform, ACEScct and an output transform. No tone mapping; displays clip at 0 and 1.
"""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from .wire import NotMadeUp

Space = Tuple[str, str]
"""A gamut and a curve."""
SPACES: Dict[str, Space] = {
    "ACES (AP0)": ("AP0", "Linear"),
    "ACES (AP1)": ("AP1", "Linear"),
    "ACEScc (AP1)": ("AP1", "ACEScc"),
    "ACEScct (AP1)": ("AP1", "ACEScct"),
    "ARRI LogC3": ("AWG3", "LogC3"),
    "ARRI LogC4": ("AWG4", "LogC4"),
    "DaVinci WG/Intermediate": ("DaVinci WG", "Intermediate"),
    "DaVinci WG/Linear": ("DaVinci WG", "Linear"),
    "Linear": ("Rec.709", "Linear"),
    "P3-D65 Gamma 2.6": ("P3-D65", "Gamma 2.6"),
    "REDWideGamutRGB/Log3G10": ("RWG", "Log3G10"),
    "Rec.2020 Gamma 2.4": ("Rec.2020", "Gamma 2.4"),
    "Rec.709 (Scene)": ("Rec.709", "Rec.709"),
    "Rec.709 Gamma 2.2": ("Rec.709", "Gamma 2.2"),
    "Rec.709 Gamma 2.4": ("Rec.709", "Gamma 2.4"),
    "S-Gamut3.Cine/S-Log3": ("S-Gamut3.Cine", "S-Log3"),
    "S-Gamut3/S-Log3": ("S-Gamut3", "S-Log3"),
    "V-Gamut/V-Log": ("V-Gamut", "V-Log"),
    "sRGB": ("Rec.709", "sRGB"),
}
TRANSFORMS: Dict[str, Optional[Space]] = {
    "No Input Transform": ("AP0", "Linear"),
    "No Output Transform": ("AP0", "Linear"),
    "ACES2065-1 - CSC": ("AP0", "Linear"),
    "ACEScg - CSC": ("AP1", "Linear"),
    "ACEScc - CSC": ("AP1", "ACEScc"),
    "ACEScct - CSC": ("AP1", "ACEScct"),
    "ARRI LogC3": ("AWG3", "LogC3"),
    "ARRI LogC4": ("AWG4", "LogC4"),
    "Rec.709": ("Rec.709", "Gamma 2.4"),
    "Rec.709 (Scene)": ("Rec.709", "Rec.709"),
    "Sony S-Log3 S-Gamut3": ("S-Gamut3", "S-Log3"),
    "Sony S-Log3 S-Gamut3.Cine": ("S-Gamut3.Cine", "S-Log3"),
    "V-Log V-Gamut": ("V-Gamut", "V-Log"),
    "Log3G10 REDWideGamutRGB": ("RWG", "Log3G10"),
    "sRGB": ("Rec.709", "sRGB"),
    "sRGB (Linear) - CSC": ("Rec.709", "Linear"),
}
ALIASES = {
    "ACES": "ACES (AP0)",
    "ACES2065-1": "ACES (AP0)",
    "ACEScg": "ACES (AP1)",
    "Sony S-Gamut3/S-Log3": "S-Gamut3/S-Log3",
    "Sony S-Gamut3.Cine/S-Log3": "S-Gamut3.Cine/S-Log3",
    "Panasonic V-Gamut/V-Log": "V-Gamut/V-Log",
    "RED WG/Log3G10": "REDWideGamutRGB/Log3G10",
}
SPACES.update({name: SPACES[other] for name, other in ALIASES.items()})
SEPARATE_GAMUTS = {
    "ACES (AP0)": "AP0",
    "ACES (AP1)": "AP1",
    "ARRI Wide Gamut 3": "AWG3",
    "ARRI Wide Gamut 4": "AWG4",
    "DaVinci WG": "DaVinci WG",
    "P3-D65": "P3-D65",
    "Panasonic V-Gamut": "V-Gamut",
    "REDWideGamutRGB": "RWG",
    "Rec.2020": "Rec.2020",
    "Rec.709": "Rec.709",
    "Sony S-Gamut3": "S-Gamut3",
    "Sony S-Gamut3.Cine": "S-Gamut3.Cine",
    "sRGB": "Rec.709",
}
SEPARATE_CURVES = {
    "ARRI LogC3": "LogC3",
    "ARRI LogC4": "LogC4",
    "DaVinci Intermediate": "Intermediate",
    "Panasonic V-Log": "V-Log",
    "RED Log3G10": "Log3G10",
    **{name: name for name in ("Linear", "ACEScc", "ACEScct", "S-Log3", "Rec.709", "sRGB")},
    **{name: name for name in ("Gamma 2.2", "Gamma 2.4", "Gamma 2.6")},
}
"""What colour space and gamma are called where a project names them apart."""
DISPLAYS = ("Gamma 2.2", "Gamma 2.4", "Gamma 2.6", "sRGB")


def names(mode: str) -> Tuple[str, ...]:
    """List what a clip's input space can be called in a colour management."""
    return tuple(TRANSFORMS) if mode == "aces" else (*SPACES, *SEPARATE_GAMUTS)


def gammas() -> Tuple[str, ...]:
    """List what a clip's input gamma can be called where a project names it apart."""
    return tuple(SEPARATE_CURVES)


def _managed(settings: Dict[str, str], name: str, gamma: str) -> Space:
    """Read a space of RCM: one name, or colour space and gamma apart."""
    if settings["separateColorSpaceAndGamma"] != "1":
        return _space("rcm", name)
    if name not in SEPARATE_GAMUTS or gamma not in SEPARATE_CURVES:
        raise NotMadeUp(f"the colour space {name} with gamma {gamma} is not made up here")
    return SEPARATE_GAMUTS[name], SEPARATE_CURVES[gamma]


def _space(mode: str, name: str) -> Space:
    found = (TRANSFORMS if mode == "aces" else SPACES).get(name)
    if found is None:
        raise NotMadeUp(f"the colour space {name} is not made up here")
    return found


def input_space(project: Any, clip: Any) -> Optional[Space]:
    """Name what a clip's file is taken to be in; None where nobody asks."""
    mode, settings = project._mode(), project._settings
    if mode == "unmanaged":
        return None
    name = clip._own.get("IDT" if mode == "aces" else "Input Color Space", "Project")
    if mode == "aces":
        return _space(mode, settings["colorAcesIDT"] if name == "Project" else name)
    gamma = clip._own.get("Input Gamma", "Project")
    return _managed(
        settings,
        settings["colorSpaceInput"] if name == "Project" else name,
        settings["colorSpaceInputGamma"] if gamma == "Project" else gamma,
    )


def working_space(project: Any) -> Optional[Space]:
    """Name the space of the node tree."""
    mode = project._mode()
    if mode == "unmanaged":
        return None
    if mode == "aces":
        return ("AP1", "ACEScc" if project._settings["colorScienceMode"] == "acescc" else "ACEScct")
    settings = project._settings
    return _managed(settings, settings["colorSpaceTimeline"], settings["colorSpaceTimelineGamma"])


def output_space(project: Any, settings: Dict[str, Any]) -> Optional[Space]:
    """Name what a render leaves in: the project's output, or what the render's tags ask for.

    Without colour management tags are only written into the file (facts section 13).
    """
    mode = project._mode()
    if mode == "unmanaged":
        return None
    if mode == "aces":
        return _space(mode, project._settings["colorAcesODT"])
    told = project._settings
    gamut, curve = _managed(told, told["colorSpaceOutput"], told["colorSpaceOutputGamma"])
    tag, gamma = settings.get("ColorSpaceTag", ""), settings.get("GammaTag", "")
    if tag in SPACES:
        gamut, curve = SPACES[tag]
    elif tag in SEPARATE_GAMUTS:
        gamut = SEPARATE_GAMUTS[tag]
    return gamut, SEPARATE_CURVES.get(gamma, curve)


def convert(pixels: Any, source: Optional[Space], target: Optional[Space]) -> Any:
    """Bring pixels (H, W, 3) from one space into another."""
    if source == target or source is None or target is None:
        return pixels
    import numpy as np

    from . import curves

    linear = curves.decoded(pixels.astype(np.float64), source[1])
    if source[0] != target[0]:
        linear = linear @ curves.matrix(source[0], target[0]).T
    if target[1] in DISPLAYS:
        linear = np.clip(linear, 0, 1)
    return curves.encoded(linear, target[1]).astype(np.float32)
