"""How a project manages colour, what a clip is encoded in there, and how to ask for that at the output."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Iterator, List, Mapping, Tuple

from . import encoding
from .calls import LOG, also, ask, has, refused, same, settle

MODES = {
    "davinciYRGB": "unmanaged",
    "davinciYRGBColorManaged": "rcm",
    "davinciYRGBColorManagedv2": "rcm",
    "acescc": "aces",
    "acescct": "aces",
}
LINEAR_AP0 = ("ACES2065-1 - CSC", "ACES2065-1", "No Input Transform")
"""Names of the input transform for linear AP0; versions differ, the first that a clip keeps is taken."""
PROJECT = ("Project", "Project Setting", "", "None")


@dataclass(frozen=True)
class Management:
    """The colour management of a timeline: `unmanaged`, `rcm` or `aces`, and what it takes clips for."""

    mode: str
    science: str = ""
    input_space: str = ""
    input_gamma: str = ""
    is_separate: bool = False
    is_automatic: bool = False


@dataclass(frozen=True)
class Encoding:
    """How a clip's values are encoded at the head of its node tree.

    `name` and `gamma` are Resolve's, `engine` the engine's name; `said_by` is clip, project or artist.
    """

    name: str
    engine: str
    gamma: str = ""
    said_by: str = "clip"


def setting(project: Any, timeline: Any, name: str) -> str:
    """Read a setting: that of the timeline where it has its own, else the project's."""
    if timeline is not None and same(ask(timeline, "GetSetting", "useCustomSettings"), "1"):
        own = ask(timeline, "GetSetting", name)
        if own not in (None, ""):
            return str(own)
    answer = ask(project, "GetSetting", name)
    return "" if answer is None or answer is False else str(answer)


def management(project: Any, timeline: Any) -> Management:
    """Say how a timeline manages colour; raises ArtistError `input.host_refused` for an unknown science."""
    science = setting(project, timeline, "colorScienceMode")
    if science not in MODES:
        raise refused(
            "Its colour science {!r} is one that Photo Double does not know.".format(science),
            "colorScienceMode",
        )
    mode = MODES[science]
    if mode == "aces":
        return Management(mode, science, setting(project, timeline, "colorAcesIDT"))
    is_separate = setting(project, timeline, "separateColorSpaceAndGamma") == "1"
    gamma = setting(project, timeline, "colorSpaceInputGamma") if is_separate else ""
    return Management(
        mode,
        science,
        setting(project, timeline, "colorSpaceInput"),
        gamma,
        is_separate,
        mode == "rcm" and setting(project, timeline, "isAutoColorManage") == "1",
    )


def encoding_of(managed: Management, clip: Any, chosen: str = "") -> Encoding:
    """Say how a clip of the media pool is encoded; `chosen` is Resolve's name of what the artist says.

    What the artist says counts where the project does not manage colour.

    Raises ArtistError `input.unknown_colourspace` where nobody says, or the engine does not know the space.
    """
    if managed.mode == "unmanaged":
        if not chosen:
            raise encoding.not_said()
        return Encoding(chosen, encoding.checked_space(chosen), said_by="artist")
    name, gamma, said_by = input_space(managed, clip)
    return Encoding(name, encoding.checked_space(name, gamma, managed.mode), gamma, said_by)


def input_space(managed: Management, clip: Any) -> Tuple[str, str, str]:
    """Give the clip's input space, its gamma where that is separate, and whether clip or project says it."""
    key = "IDT" if managed.mode == "aces" else "Input Color Space"
    own = str(ask(clip, "GetClipProperty", key) or "")
    if own in PROJECT:
        return managed.input_space, managed.input_gamma, "project"
    gamma = ""
    if managed.is_separate:
        gamma = str(ask(clip, "GetClipProperty", "Input Gamma") or "")
        gamma = managed.input_gamma if gamma in PROJECT else gamma
    return own, gamma, "clip"


def output_settings(managed: Management, wanted: Encoding) -> List[Tuple[str, str]]:
    """List what the project must be set to so that a render gives an ungraded clip's own encoding back.

    In ACES that is linear AP0 (no output transform), whatever the clip is; unmanaged needs nothing.
    """
    if managed.mode == "unmanaged":
        return []
    if managed.mode == "aces":
        return [("colorAcesODT", "No Output Transform")]
    settings = [("inputDRT", "None"), ("outputDRT", "None"), ("colorSpaceOutput", wanted.name)]
    if managed.is_separate:
        settings.append(("colorSpaceOutputGamma", wanted.gamma))
    return settings


@contextmanager
def kept_settings(project: Any, settings: List[Tuple[str, str]]) -> Iterator[None]:
    """Set a project's settings for a while, each read back; what was is put back, also on failure."""
    before: List[Tuple[str, Any]] = []
    try:
        for name, value in settings:
            was = ask(project, "GetSetting", name)
            before.append((name, was))
            because = "The project's setting {} could not be changed to {}.".format(name, value)
            settle(_setter(project, name, value), _getter(project, name), value, because)
        yield
    finally:
        _put_back(project, before)


def _put_back(project: Any, before: List[Tuple[str, Any]]) -> None:
    """Put every setting back, even if one fails; raises ArtistError for those that did not go back."""
    lost = []
    for name, was in reversed(before):
        if was is None or same(ask(project, "GetSetting", name), was):
            continue
        ask(project, "SetSetting", name, was)
        if not same(ask(project, "GetSetting", name), was):
            lost.append("{} (was {})".format(name, was))
    if lost:
        raise also(refused("Put these project settings back by hand: {}.".format(", ".join(lost))))


def dress_clip(managed: Management, clip: Any, wanted: Encoding, level: str) -> Tuple[str, ...]:
    """Give a take's clip the input space and data level of what it stands for, read back.

    Returns sentences about what could not be set, which the artist must do by hand.
    """
    notes = []
    for name, value in clip_properties(managed, wanted, level).items():
        names = LINEAR_AP0 if name == "IDT" and value in LINEAR_AP0 else (value,)
        if not any(set_property(clip, name, one) for one in names):
            LOG.warning("the clip kept another %s than %s", name, value)
            notes.append("Set the take's {} to {} by hand: Resolve did not keep it.".format(name, value))
    return tuple(notes)


def set_property(clip: Any, name: str, value: str) -> bool:
    """Set a property of a clip and say whether it is so when read back."""
    if not same(ask(clip, "GetClipProperty", name), value):
        ask(clip, "SetClipProperty", name, value)
    return same(ask(clip, "GetClipProperty", name), value)


def clip_properties(managed: Management, wanted: Encoding, level: str) -> Mapping[str, str]:
    """List the properties that a take's clip must have so that it enters the node tree as its plate does."""
    found = {"Data Level": level} if level else {}
    if managed.mode == "aces":
        found["IDT"] = wanted.name
    elif managed.mode == "rcm":
        found["Input Color Space"] = wanted.name
        if managed.is_separate and wanted.gamma:
            found["Input Gamma"] = wanted.gamma
    return found


def _setter(thing: Any, name: str, value: Any) -> Any:
    return lambda: ask(thing, "SetSetting", name, value) if has(thing, "SetSetting") else None


def _getter(thing: Any, name: str) -> Any:
    return lambda: ask(thing, "GetSetting", name)
