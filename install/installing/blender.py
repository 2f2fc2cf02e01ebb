"""Let Blender install its extension itself, and note what it wrote, so that this can be taken back, too.

Blender writes its preferences when an extension is switched on, and notes of its own beside the extensions.
Where nobody has saved preferences since, all of that is put back as it was; else Blender's own word stands.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import shutil
import tempfile
from typing import Optional

from installing.problems import InstallError
from installing.putting import Say, make_parents, run
from installing.receipt import Entry, Receipt, file_sha256, names_in, write_whole
from installing.steps import Step

PREFERENCES = "config/userpref.blend"
_NOTES = ("extensions/.cache", "extensions/user_default/.blender_ext")


def settings_of(path: str) -> str:
    """Name the settings folder of a version by the folder of the extension in it."""
    return os.path.dirname(os.path.dirname(os.path.dirname(path)))


def may_ask(settings: str, version: str) -> bool:
    """Say whether Blender may write preferences of a version without costing anybody anything.

    At its first start a Blender without any offers to take over those of an older version; it must keep them.
    """
    if os.path.exists(os.path.join(settings, version, *PREFERENCES.split("/"))):
        return True
    others = os.listdir(settings) if os.path.isdir(settings) else []
    return not any(os.path.exists(os.path.join(settings, one, *PREFERENCES.split("/"))) for one in others)


def written_beside(path: str) -> list[str]:
    """Name what Blender writes beside the folder of the extension."""
    settings = settings_of(path)
    return [os.path.join(settings, *name.split("/")) for name in (PREFERENCES, *_NOTES)]


def put(step: Step, receipt: Receipt, earlier: Optional[Entry]) -> None:
    """Run Blender's own installation; raises InstallError where it fails or nothing came of it."""
    path = step.entry.path
    settings = settings_of(path)
    for name in (PREFERENCES, *_NOTES):
        make_parents(os.path.join(settings, *name.split("/")), step.entry.part, receipt)
    # Once noted, what was there before the first installation stays noted.
    before = earlier.text if earlier is not None and earlier.text else _as_text(settings)
    entry = dataclasses.replace(step.entry, text=before)
    receipt.note(entry)
    _run(step.words)
    if not os.path.isfile(os.path.join(path, "blender_manifest.toml")):
        raise InstallError("Blender did not install the extension.", "It is installed by files instead.")
    receipt.note(dataclasses.replace(entry, done=True, files=_watched(settings)))


def take_back(entry: Entry, say: Say) -> list[str]:
    """Let Blender remove its extension, and put back what it wrote where nobody has saved since."""
    settings = settings_of(entry.path)
    is_as_left = not entry.done or _watched(settings).get(PREFERENCES) == entry.files.get(PREFERENCES)
    if os.path.isdir(entry.path):
        say(f"run {' '.join(entry.undo)}")
        try:
            _run(entry.undo)
        except InstallError as problem:
            say(f"  {problem.message} {problem.detail}")
        if os.path.isdir(entry.path):
            say(f"remove {entry.path}{os.sep}")
            shutil.rmtree(entry.path)
    if is_as_left:
        _restore(settings, entry.text, say)
    return []


def _restore(settings: str, text: str, say: Say) -> None:
    stored = json.loads(text) if text else {"names": [], "preferences": None}
    preferences = os.path.join(settings, *PREFERENCES.split("/"))
    if stored["preferences"] is not None:
        say(f"put back {preferences}")
        write_whole(preferences, base64.b64decode(stored["preferences"]))
    for name in _watched(settings):
        if name not in stored["names"]:
            path = os.path.join(settings, *name.split("/"))
            say(f"remove {path}")
            os.unlink(path)
    for name in _NOTES:
        folder = os.path.join(settings, *name.split("/"))
        for parent, _folders, _names in os.walk(folder, topdown=False):
            if not os.listdir(parent):
                os.rmdir(parent)


def _as_text(settings: str) -> str:
    path = os.path.join(settings, *PREFERENCES.split("/"))
    kept = None
    if os.path.isfile(path):
        with open(path, "rb") as stream:
            kept = base64.b64encode(stream.read()).decode("ascii")
    return json.dumps({"names": sorted(_watched(settings)), "preferences": kept})


def _watched(settings: str) -> dict[str, str]:
    """Hash what Blender writes beside the extension itself, by its path in the settings folder."""
    found = {}
    for note in _NOTES:
        folder = os.path.join(settings, *note.split("/"))
        for name in names_in(folder):
            found[f"{note}/{name}"] = file_sha256(os.path.join(folder, *name.split("/")))
    path = os.path.join(settings, *PREFERENCES.split("/"))
    if os.path.isfile(path):
        found[PREFERENCES] = file_sha256(path)
    return found


def _run(words: tuple[str, ...]) -> None:
    """Run Blender without a window and a sound, its passing files in a folder that goes again."""
    with tempfile.TemporaryDirectory() as own:
        passing = {"XDG_CACHE_HOME": own, "PULSE_STATE_PATH": own, "PULSE_RUNTIME_PATH": own}
        run(words, {**os.environ, **passing})
