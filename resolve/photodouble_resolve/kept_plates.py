"""Plates that Resolve rendered before: kept beside the takes, and used again while nothing has changed.

A preview of camera raw needs the same pictures as the take that follows. What was rendered is written down
beside the pictures, last of all: without that file, or with other pictures than it tells of, nothing is kept.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from typing import Any, Dict, Iterator, List, Optional

from photodouble_client.frames import FrameRange

from . import colours
from .calls import LOG, ask
from .clips import ClipFacts, project_of
from .fetching import Fetching
from .runs import Pixels

RECORD = "plate.json"
SCHEMA = 1
_NO_MATTER = ("ident", "name", "playhead", "record_in", "record_out", "take", "timeline", "track", "uses")
"""What of a clip says nothing about the pictures of its media."""
_NO_PICTURE = ("Clip Color", "Comments", "Description", "Flags", "Keyword", "Usage")
"""What of the media pool's own words about a clip says nothing about its pictures."""


def key_of(fetching: Fetching, is_plain: bool) -> str:
    """Sum up all that decides what a render holds; empty where Resolve does not tell all of it.

    No script hears of the inside of a composition, of a sizing that moves or of a speed that changes.
    """
    facts = fetching.facts
    if not is_plain and (facts.has_comps or "sizing" in facts.effects or not facts.is_speed_known):
        return ""
    project = project_of(fetching.resolve)
    left_out = _NO_MATTER if is_plain else ("playhead", "take")
    told: Dict[str, Any] = {
        "schema": SCHEMA,
        "clip": {name: one for name, one in dataclasses.asdict(facts).items() if name not in left_out},
        "media": _stamps(facts),
        "words": _words(ask(fetching.item, "GetMediaPoolItem")),
        "encoding": dataclasses.asdict(fetching.encoding),
        "output": colours.output_settings(facts.managed, fetching.encoding),
        "project": ask(project, "GetSetting"),
        "timeline": ask(ask(project, "GetCurrentTimeline"), "GetSetting"),
        "item": None if is_plain else ask(fetching.item, "GetProperty"),
        "handles": fetching.wanted.handles,
        "bake": sorted(fetching.wanted.bake),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode("utf-8")).hexdigest()


def find(plates: str, key: str) -> Optional[Pixels]:
    """Find what was rendered under a key, whole and untouched since; None where there is nothing."""
    for folder in _folders(plates) if key else ():
        try:
            with open(os.path.join(folder, RECORD), encoding="utf-8") as stream:
                stored = json.load(stream)
            if stored["key"] == key and stored["files"] == _files(folder):
                return Pixels.from_json(stored["pixels"])
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as problem:
            LOG.warning("what is kept in %s is not used: %s", folder, problem)
    return None


def keep(folder: str, key: str, pixels: Pixels) -> None:
    """Write down what a folder holds; where that fails, it is rendered again the next time."""
    if not key:
        return
    path = os.path.join(folder, RECORD)
    try:
        stored = {"key": key, "files": _files(folder), "pixels": pixels.to_json()}
        with open(path + ".part", "w", encoding="utf-8") as stream:
            json.dump(stored, stream, indent=1, sort_keys=True)
        os.replace(path + ".part", path)
    except OSError as problem:
        LOG.warning("%s is not kept: %s", folder, problem)


def words_of(pixels: Pixels) -> str:
    """Say that nothing was rendered, and what to do where no script can see a change."""
    record = os.path.join(os.path.dirname(pixels.path), RECORD)
    return "Rendered before and used again; after a change in Camera Raw, delete {}.".format(record)


def _folders(plates: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(plates))
    except OSError:
        return
    for name in names:
        if name.startswith("resolve_"):
            yield os.path.join(plates, name)


def _files(folder: str) -> Dict[str, List[int]]:
    """List the pictures of a folder with size and time of change."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".exr"):
            found[name] = _stamp(os.path.join(folder, name))
    return found


def _stamps(facts: ClipFacts) -> List[Any]:
    """Give size and time of change of the clip's own files; a file that is gone has none."""
    marks = "#" * facts.path.count("#")
    if not marks:
        return [_stamp(facts.path)]
    frames = FrameRange(range(facts.media_first, facts.media_last + 1))
    return [_stamp(facts.path.replace(marks, "{:0{}d}".format(frame, len(marks)))) for frame in frames]


def _stamp(path: str) -> List[int]:
    try:
        found = os.stat(path)
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def _words(clip: Any) -> Dict[str, str]:
    told = ask(clip, "GetClipProperty")
    known = told if isinstance(told, dict) else {}
    return {str(name): str(one) for name, one in known.items() if name not in _NO_PICTURE}
