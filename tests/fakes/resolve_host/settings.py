"""The settings of a project: texts, all of them (facts sections 8 and 13)."""

from __future__ import annotations

from typing import Dict, Tuple

FIXED = ("timelinePlaybackFrameRate",)
CHOICES = {
    "colorScienceMode": ("davinciYRGB", "davinciYRGBColorManagedv2", "acescc", "acescct"),
    "isAutoColorManage": ("0", "1"),
    "separateColorSpaceAndGamma": ("0", "1"),
    "useCustomSettings": ("0", "1"),
    "videoDataLevels": ("Video", "Full"),
    "timelineFrameRate": tuple(
        "16 18 23.976 24 25 29.97 30 47.952 48 50 59.94 60 72 95.904 96 100 119.88 120".split()
    )
    + ("29.97 DF", "59.94 DF"),
}
MODES = {"unmanaged": "davinciYRGB", "rcm": "davinciYRGBColorManagedv2", "aces": "acescct"}


def defaults(colour: str, rate: str, size: Tuple[int, int]) -> Dict[str, str]:
    """Fill the settings of a new project in one of the three colour managements."""
    return {
        "acesccVersion": "",
        "colorAcesGamutCompressType": "None",
        "colorAcesIDT": "No Input Transform",
        "colorAcesNodeLUTProcessingSpace": "acesccAp1",
        "colorAcesODT": "Rec.709",
        "colorScienceMode": MODES[colour],
        "colorSpaceInput": "Rec.709 Gamma 2.4",
        "colorSpaceInputGamma": "Rec.709 Gamma 2.4",
        "colorSpaceOutput": "Rec.709 Gamma 2.4",
        "colorSpaceOutputGamma": "Rec.709 Gamma 2.4",
        "colorSpaceTimeline": "DaVinci WG/Intermediate",
        "colorSpaceTimelineGamma": "DaVinci WG/Intermediate",
        "imageResizingGamma": "Log",
        "inputDRT": "None",
        "isAutoColorManage": "0",
        "nodeStackLayers": "1",
        "outputDRT": "None",
        "rcmPresetMode": "Custom",
        "separateColorSpaceAndGamma": "0",
        "superScale": "1",
        "timelineFrameRate": rate,
        "timelinePlaybackFrameRate": rate,
        "timelineResolutionHeight": str(size[1]),
        "timelineResolutionWidth": str(size[0]),
        "timelineWorkingLuminance": "HDR 1000",
        "timelineWorkingLuminanceMode": "HDR 1000",
        "videoDataLevels": "Video",
    }


def allowed(known: Dict[str, str], key: str, value: object) -> bool:
    """Refuse a name that is not there and everything that is no text."""
    if key not in known or key in FIXED or not isinstance(value, str):
        return False
    if key.startswith("timelineResolution"):
        return value.isdigit() and int(value) > 0
    return key not in CHOICES or value in CHOICES[key]
