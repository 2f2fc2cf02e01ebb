"""Tasks: put takes into a cut, say whether it may leave, write a strip for review."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError

from .arguments import Argument
from .edit_finding import FINDING, finder_of, naming_of
from .takes import ROOT
from .task import Task

if TYPE_CHECKING:
    from photodouble.edit.media import MediaFinder
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]

_FILE = Argument("edit", "path", "The cut: OTIO, EDL, Final Cut XML, FCPXML or AAF.")
_RATE = Argument("rate", "text", "Frames per second, for a cut that does not say it.", "")
_SHOTS = Argument("shots", "text", "Only these clips, with line breaks between; empty: all.", "")
WRITTEN = (
    Argument("to", "path", "The OTIO to write."),
    Argument("overwrite", "flag", "Replace an existing file.", False),
    Argument(
        "profile", "text", "Who reads the file.", "otio", choices=("otio", "resolve", "nukestudio", "blender")
    ),
)


def _push(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.profiles import check_target
    from photodouble.edit.push import PushWish, push
    from photodouble.edit.read import read_edit
    from photodouble.edit.take_media import media_of_stores
    from photodouble.takes.finding import found_take

    from .takes import store_of

    edit = read_edit(values["edit"], rate=values["rate"])
    check_target(edit, Path(values["to"]), overwrite=values["overwrite"])
    named = _lines(values["takes"])
    stores = [store_of({**values, "take": given}, settings) for given in named]
    takes = [(found_take(given, store), store) for given, store in zip(named, stores, strict=True)]
    media = media_of_stores(takes, values["picture"])
    finder = finder_of(values, settings)
    wish = PushWish(values["temp"], _lines(values["shots"]), _offset(values["offset"]))
    pushed = push(edit, media, wish, finder=finder, names=naming_of(values))
    return _written(values, pushed, finder, len(edit.notes))


def _check(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.edit.check import check_edit, wrong
    from photodouble.edit.read import read_edit
    from photodouble.edit.taken import TakeFinder

    edit = read_edit(values["edit"], rate=values["rate"])
    takes, finder = TakeFinder(values["root"] or settings.takes_root), finder_of(values, settings)
    found = check_edit(
        edit, final=values["final"], takes=takes, report=report, finder=finder, names=naming_of(values)
    )
    return {"clips": [one.to_json() for one in found], "final": not wrong(found)}


def _strip(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.profiles import check_target
    from photodouble.edit.read import read_edit
    from photodouble.edit.strip import strip_of

    edit = read_edit(values["edit"], rate=values["rate"])
    check_target(edit, Path(values["to"]), overwrite=values["overwrite"])
    finder, shots = finder_of(values, settings), _lines(values["shots"])
    made = strip_of(edit, shots=shots, also_without=values["all"], finder=finder, names=naming_of(values))
    return _written(values, made, finder, len(edit.notes), is_strip=True)


def _written(values: Values, edit: Any, finder: MediaFinder, known: int, *, is_strip: bool = False) -> Any:
    from photodouble.edit.profiles import for_players, profile_named, write_edit

    target = Path(values["to"])
    profile = profile_named(values["profile"])
    profile = for_players(profile) if is_strip else profile
    written = write_edit(edit, target, profile, overwrite=values["overwrite"], finder=finder)
    notes = [one.to_json() for one in (*edit.notes[known:], *written)]
    return {"file": str(target), "profile": profile.name, "notes": notes}


def _offset(text: str) -> int | None:
    try:
        return int(text) if text.strip() else None
    except ValueError:
        raise ArtistError(
            "usage.bad_value",
            "The task cannot take this value",
            f"edit.push: offset was given {text!r}.",
            "Give a whole number.",
        ) from None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.splitlines() if one.strip())


EDIT_PUSH = (
    Task(
        "edit.push",
        "Put takes into a cut: a new file, in which every clip keeps its plate.",
        (
            _FILE,
            _RATE,
            Argument("takes", "text", "Takes, with line breaks between: folders, names or ids."),
            ROOT,
            _SHOTS,
            Argument("temp", "flag", "Show takes that nobody approved, and mark their clips as temp.", False),
            Argument("picture", "text", "Which output of the takes.", "result"),
            Argument("offset", "text", "A whole number: take frame less media frame; empty: not known.", ""),
            *FINDING,
            *WRITTEN,
        ),
        _push,
    ),
    Task(
        "edit.check",
        "List the clips of a cut whose takes are temp, not approved, stale, missing or too short.",
        (
            _FILE,
            _RATE,
            Argument("final", "flag", "Check all that a delivery checks.", False),
            ROOT,
            *FINDING,
        ),
        _check,
    ),
    Task(
        "edit.strip",
        "Write a review strip of a cut with takes in it: plate and takes stacked, shot after shot.",
        (
            _FILE,
            _RATE,
            _SHOTS,
            Argument("all", "flag", "Also clips that have no take.", False),
            *FINDING,
            *WRITTEN,
        ),
        _strip,
    ),
)
