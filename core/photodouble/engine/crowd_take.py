"""The crowd of a take as the take shows it: to score it, and to hand it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.engine.eye import open_scratch
from photodouble.engine.prepare import input_files, prepare
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.document import CrowdDocument, read_crowd, write_crowd
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.exchange.crowd import HandedOn
from photodouble.ops.crowd.records import AGENTS, ASKED, CAST, WAVES, load_asked, load_crowd
from photodouble.ops.crowd.scene import Scene, scene_as, scene_of
from photodouble.ops.crowd.score import redeal_worst, repeat_score
from photodouble.ops.crowd.study import cast_for, lay_out
from photodouble.ops.opening import views_of
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot
from photodouble.takes.copies import check_apart, check_writable
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError


@dataclass(frozen=True)
class CrowdOf:
    """A take's shot and its crowd."""

    shot: Shot
    scene: Scene
    agents: Agents
    cast: Cast

    @property
    def file(self) -> Path:
        """Return the crowd file."""
        return self.shot.inputs.documents["crowd"]

    def cast_as(self, document: CrowdDocument) -> Cast:
        """Return the same crowd as another crowd file would cast it."""
        return cast_for(self.scene, self.shot, self.agents, document)


def crowd_of(take: Take, report: Reporter) -> CrowdOf:
    """Return the crowd of a take as the take shows it, from what its analysis keeps.

    Warns where the crowd file is another one now, and where nothing was kept and the crowd is laid out anew
    from the crowd file and library as they are. Raises ArtistError `usage.arguments` for a take of another
    operation, and as `prepare` does.
    """
    request = take.request()
    if request.operation != "crowd":
        raise ArtistError(
            "usage.arguments",
            "This take has no crowd",
            f"{take.label} was made by {request.spec.label}.",
            "Choose a take of 'photodouble crowd'.",
        )
    shot = prepare(request, report).shot
    scene = scene_of(shot)
    kept = open_scratch(take.folder, views_of(request)[0])
    name = shot.inputs.documents["crowd"].name
    if not all(kept.has(stage, 0) for stage in (ASKED, AGENTS, CAST, WAVES)):
        report.warn(f"{take.label} keeps no crowd of its own: this is the one of {name} as it is now.")
        return CrowdOf(shot, scene, *lay_out(scene, shot))
    asked, names = load_asked(kept)
    if scene.asked is None or asked.to_json() != scene.asked.to_json():
        report.warn(f"{name} has changed since {take.label} was made: this is the crowd that the take shows.")
        scene = scene_as(shot, asked)
    agents, played = load_crowd(kept)
    return CrowdOf(shot, scene, agents, _counted(played, names, scene.library.elements, take))


def _counted(played: Cast, names: Sequence[str], elements: Sequence[Element], take: Take) -> Cast:
    """Return a cast that counts the elements of the library as it is now."""
    known = [one.name for one in elements]
    if known == list(names):
        return played
    lost = sorted({names[at] for at in np.unique(played.element[played.present])} - set(known))
    if lost:
        raise ArtistError(
            "input.bad_document",
            "The library lacks people of the take",
            f"{take.label} shows {', '.join(lost[:5])}, and the library no longer has "
            f"{'it' if len(lost) == 1 else 'them'}.",
            "Put the element back, or render the take again.",
        )
    place = {name: at for at, name in enumerate(known)}
    now = np.array([place.get(name, 0) for name in names], np.int32)
    waves = tuple(replace(wave, element=now[wave.element]) for wave in played.waves)
    return replace(played, element=now[played.element], waves=waves)


def score(take: Take, report: Reporter, *, redeal: bool = False, most: int = 10) -> dict[str, Any]:
    """Say how much the crowd of a take repeats itself; `redeal` puts a better deal into its crowd file."""
    crowd = crowd_of(take, report)
    elements = crowd.scene.library.elements
    found = repeat_score(crowd.agents, crowd.cast, elements, most=most)
    added = 0
    if redeal:
        edits = redeal_worst(crowd.agents, elements, crowd.scene.document, crowd.cast_as)
        added = len(edits)
        if edits:
            write_crowd(read_crowd(crowd.file).with_edits(*edits), crowd.file)
    return {
        "crowd": str(crowd.file),
        "sentence": found.sentence,
        "score": round(found.score, 2),
        "rate": round(found.rate, 5),
        "chance": round(found.chance, 5),
        "exact": found.exact,
        "forced": found.forced,
        "people": found.people,
        "by_area": {name: round(value, 2) for name, value in found.by_area.items()},
        "worst": [vars(one) for one in found.worst],
        "edits_added": added,
    }


def handed_on(take: Take, report: Reporter) -> HandedOn:
    """Return the crowd of a take as other programs get it."""
    return as_handed_on(crowd_of(take, report))


def as_handed_on(crowd: CrowdOf) -> HandedOn:
    """Return a crowd with all that another program needs of it."""
    x, y, z = (float(part) for part in crowd.scene.move.at(crowd.scene.first).position)
    return HandedOn(
        crowd.agents,
        crowd.cast,
        tuple(crowd.scene.library.elements),
        crowd.scene.document,
        crowd.scene.library.folder,
        crowd.scene.rate,
        crowd.scene.first,
        crowd.shot.frames[-1],
        (x, y, z),
    )


def export(take: Take, path: Path, report: Reporter, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write the crowd of a take for other programs; return the files, the one to open first.

    A name that ends in .json gets cards, any other one USD. Raises ArtistError `input.output_exists` for a
    file that is there, which another program may have edited, unless `overwrite`, and
    `input.output_is_input` for one that the take was made from.
    """
    if path.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The file is there already",
            f"{path} exists, and another program may have edited it.",
            "Choose another name, or allow overwriting (--overwrite).",
        )
    check_writable(path)
    crowd_there = crowd_of(take, report)
    check_apart([path], input_files([crowd_there.shot]))
    crowd = as_handed_on(crowd_there)
    if path.suffix.lower() == ".json":
        from photodouble.ops.crowd.exchange.cards import write_cards

        return (write_cards(crowd, path),)
    from photodouble.ops.crowd.exchange.usd_write import write_usd

    return write_usd(crowd, path)
