"""The values that live on the handle of Resolve; a text in their place is refused (facts section 4)."""

from __future__ import annotations

from typing import Dict, Tuple

PAGES = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")
_EXPORT = (
    "EXPORT_AAF EXPORT_DRT EXPORT_EDL EXPORT_FCP_7_XML EXPORT_FCPXML_1_8 EXPORT_FCPXML_1_9 EXPORT_FCPXML_1_10"
    " EXPORT_HDR_10_PROFILE_A EXPORT_HDR_10_PROFILE_B EXPORT_TEXT_CSV EXPORT_TEXT_TAB"
    " EXPORT_DOLBY_VISION_VER_2_9 EXPORT_DOLBY_VISION_VER_4_0 EXPORT_DOLBY_VISION_VER_5_1 EXPORT_OTIO"
).split()
_SUBTYPE = "EXPORT_NONE EXPORT_AAF_NEW EXPORT_AAF_EXISTING EXPORT_CDL EXPORT_SDL EXPORT_MISSING_CLIPS".split()
_CAPTION = (
    "AUTO DANISH DUTCH ENGLISH FRENCH GERMAN ITALIAN JAPANESE KOREAN MANDARIN_SIMPLIFIED MANDARIN_TRADITIONAL"
    " NORWEGIAN PORTUGUESE RUSSIAN SPANISH SWEDISH SUBTITLE_DEFAULT TELETEXT NETFLIX LINE_SINGLE LINE_DOUBLE"
).split()
_SUBTITLE = "LANGUAGE CAPTION_PRESET CHARS_PER_LINE LINE_BREAK GAP".split()
_CLOUD = (
    "SETTING_PROJECT_NAME SETTING_PROJECT_MEDIA_PATH SETTING_IS_COLLAB SETTING_SYNC_MODE"
    " SETTING_IS_CAMERA_ACCESS SYNC_NONE SYNC_PROXY_ONLY SYNC_PROXY_AND_ORIG"
).split()
_CLOUD_19 = (
    "DEFAULT DOWNLOAD_IN_QUEUE DOWNLOAD_IN_PROGRESS DOWNLOAD_SUCCESS DOWNLOAD_FAIL DOWNLOAD_NOT_FOUND"
    " UPLOAD_IN_QUEUE UPLOAD_IN_PROGRESS UPLOAD_SUCCESS UPLOAD_FAIL UPLOAD_NOT_FOUND SUCCESS"
).split()
_AUDIO = (
    "MODE CHANNEL_NUMBER CHANNEL_AUTOMATIC CHANNEL_MIX RETAIN_EMBEDDED_AUDIO RETAIN_VIDEO_METADATA TIMECODE"
    " WAVEFORM"
).split()
_NINETEEN = (
    "EXPORT_LUT_17PTCUBE EXPORT_LUT_33PTCUBE EXPORT_LUT_65PTCUBE EXPORT_LUT_PANASONICVLUT KEYFRAME_MODE_ALL"
    " KEYFRAME_MODE_COLOR KEYFRAME_MODE_SIZING DLB_BLEND_SHOTS"
).split()
_MARKERS = (
    "BLUE CYAN GREEN YELLOW RED PINK PURPLE FUCHSIA ROSE LAVENDER SKY MINT LEMON SAND COCOA CREAM".split()
)
OLD = [
    *_EXPORT,
    *_SUBTYPE,
    *(f"AUTO_CAPTION_{name}" for name in _CAPTION),
    *(f"SUBTITLE_{name}" for name in _SUBTITLE),
    *(f"CLOUD_{name}" for name in _CLOUD),
]
NINETEEN = [
    *_NINETEEN,
    *(f"CLOUD_SYNC_{name}" for name in _CLOUD_19),
    *(f"AUDIO_SYNC_{name}" for name in _AUDIO),
]


def constants(version: Tuple[int, ...]) -> Dict[str, float]:
    """List the values of a version: numbers that nobody should know by heart."""
    names = [*OLD, *(NINETEEN if version >= (19,) else ())]
    if version >= (21,):
        names += [f"MARKER_{name}" for name in _MARKERS]
    return {name: 40000.0 + place for place, name in enumerate(names)}


def export_types(version: Tuple[int, ...]) -> Dict[float, str]:
    """Name what each value exports."""
    every = constants(version)
    return {every[name]: name[len("EXPORT_") :] for name in [*_EXPORT] if name in every}


def subtypes(version: Tuple[int, ...]) -> Dict[float, str]:
    every = constants(version)
    return {every[name]: name[len("EXPORT_") :] for name in _SUBTYPE}
