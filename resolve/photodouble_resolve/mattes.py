"""A matte out of Resolve: the alpha of what a clip shows, rendered as a sequence that the engine reads.

A Fusion composition writes its alpha where a render has one. A magic mask of the Color page belongs to the
grade, which is switched off for such a render: it has to be laid into a Fusion composition, or come by hand.
"""

from __future__ import annotations

import os
import uuid
from typing import Any, Dict, List, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from . import clips, deliver, rendered, runs, temporary
from .calls import refused
from .clips import ClipFacts
from .colours import setting
from .media import numbered
from .playing import played_of
from .session import Stage


def render(stage: Stage, item: Any, takes_root: str = "") -> Dict[str, Any]:
    """Render the alpha of a clip's Fusion composition; give its pattern, its frames and a sentence.

    Raises ArtistError `input.host_refused` where the clip has none, and as rendering does.
    """
    facts = clips.describe(stage.resolve, item)
    if not facts.has_comps:
        raise no_alpha(facts)
    folder = _folder(facts, takes_root)
    project = clips.project_of(stage.resolve)
    check_fits(facts, _size(project))
    with rendered.new_folder(folder):
        return _rendered(stage, project, facts, folder)


def _rendered(stage: Stage, project: Any, facts: ClipFacts, folder: str) -> Dict[str, Any]:
    """Render the alpha into a folder and believe in it when it was read back."""
    view, page = temporary.kept_view(stage.resolve), deliver.kept(project)
    with view, page, temporary.duplicate(stage.resolve, facts) as laid:
        wanted = deliver.Rendering(folder, "matte", facts.size, laid.marks, has_alpha=True)
        deliver.render(
            project,
            wanted,
            on_progress=lambda percent: stage.on_progress("Resolve renders the matte", percent),
            should_stop=stage.should_stop,
        )
    pattern, numbers = renumbered(folder, played_of(facts))
    looked = stage.engine.task(
        "media.look", {"path": pattern, "frames": FrameRange(numbers).to_text(), "whole": True}
    )
    if len(numbers) != facts.length or looked["missing"]:
        raise refused("The matte was not rendered whole.", "{} of {}".format(len(numbers), facts.length))
    if "A" not in looked["channels"]:
        raise refused(
            "The render of {} has no alpha: nothing in its Fusion composition makes one. Add a mask "
            "there, or draw the outline here.".format(facts.name),
            "channels {}".format(", ".join(looked["channels"])),
        )
    words = "The alpha of {}'s Fusion composition: {} frames.".format(facts.name, len(numbers))
    return {"frames": FrameRange(numbers).to_text(), "path": pattern, "words": words}


def check_fits(facts: ClipFacts, timeline: Tuple[int, int]) -> None:
    """Refuse where what the timeline shows is not the plate, pixel by pixel; raises `input.host_refused`."""
    why = ""
    width, height = facts.size
    if (
        not all(facts.size)
        or not all(timeline)
        or abs(width * timeline[1] - height * timeline[0]) > max(timeline)
    ):
        why = "the clip and the timeline have other proportions ({}x{}, {}x{})".format(*facts.size, *timeline)
    elif "sizing" in facts.effects:
        why = "the clip has a sizing"
    elif len(set(played_of(facts))) != facts.length:
        why = "the clip shows frames more than once"
    if why:
        raise refused("The matte would not fit the plate: {}. Draw the outline here instead.".format(why))


def renumbered(folder: str, numbers: Tuple[int, ...]) -> Tuple[str, List[int]]:
    """Give rendered files the numbers of the plate's frames; they come numbered as the timeline counts."""
    pattern, found = rendered.rendered_files(folder)
    if len(found) != len(numbers):
        raise refused("The matte was not rendered whole.", "{} of {}".format(len(found), len(numbers)))
    target = os.path.join(folder, "plate_matte.####.exr")
    for number, frame in zip(found, numbers):
        os.replace(numbered(pattern, number), numbered(target, frame))
    return target, sorted(numbers)


def no_alpha(facts: ClipFacts) -> ArtistError:
    """Say which mattes Resolve can hand over, and what to do about the others."""
    return refused(
        "{} has no Fusion composition whose alpha could be rendered. A magic mask or a window of the Color "
        "page belongs to the grade: copy it into a Fusion composition, deliver it as a sequence by hand, or "
        "draw the outline here.".format(facts.name)
    )


def _folder(facts: ClipFacts, takes_root: str) -> str:
    where = runs.where(facts)
    root = takes_root or where.takes_root
    return os.path.join(root, where.shot, "mattes", "resolve_" + uuid.uuid4().hex[:8])


def _size(project: Any) -> Tuple[int, int]:
    timeline = clips.timeline_of(project)
    names = ("timelineResolutionWidth", "timelineResolutionHeight")
    width, height = (int(setting(project, timeline, name) or 0) for name in names)
    return width, height
