"""Camera raw, which is developed and not read: named as such, with what to make of it."""

from __future__ import annotations

from pathlib import Path

_EXR = "EXR frames (half float, ZIP), scene-linear"

_CAMERAS = {
    ".r3d": ("RED raw (R3D)", "REDCINE-X or Resolve", "REDWideGamutRGB"),
    ".ari": ("ARRIRAW", "ARRI Reference Tool or Resolve", "ARRI Wide Gamut"),
    ".arx": ("ARRIRAW HDE", "ARRI Reference Tool or Resolve", "ARRI Wide Gamut"),
    ".braw": ("Blackmagic RAW", "Resolve", "Blackmagic Wide Gamut"),
    ".dng": ("CinemaDNG", "Resolve", "ACES AP0"),
    ".crm": ("Canon Cinema RAW Light", "Resolve", "Canon Cinema Gamut"),
    ".rmf": ("Canon Cinema RAW", "Cinema RAW Development", "Canon Cinema Gamut"),
    ".nev": ("Nikon N-RAW", "Resolve", "REDWideGamutRGB"),
    ".cine": ("Phantom Cine raw", "Resolve or Phantom CV", "ACES AP0"),
    ".vrw": ("Panasonic V-RAW", "Resolve", "V-Gamut"),
}
_MXF = ("probably camera raw in MXF (ARRIRAW, X-OCN or Sony RAW)", "Resolve", "the camera's own gamut")


def is_raw_name(name: str) -> bool:
    """Tell from its suffix whether a file is camera raw."""
    return Path(name).suffix.lower() in _CAMERAS


def raw_words(name: str) -> tuple[str, str]:
    """Say in two sentences what kind of camera raw a file is, and what to transcode it to."""
    kind, program, gamut = _CAMERAS.get(Path(name).suffix.lower(), _MXF)
    return (
        f"{Path(name).name} is {kind}, which has no pictures until it is developed.",
        f"Transcode it with {program} to {_EXR} in {gamut} or ACES AP0, with the camera's timecode and reel "
        "in the headers, then relink the cut to those frames.",
    )
