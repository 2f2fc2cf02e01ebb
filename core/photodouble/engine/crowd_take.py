"""The crowd of a take, laid out and cast again from its request: to score it, and to hand it on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.engine.prepare import input_files, prepare
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.document import CrowdDocument, read_crowd, write_crowd
from photodouble.ops.crowd.exchange.crowd import HandedOn
from photodouble.ops.crowd.scene import Scene, scene_of
from photodouble.ops.crowd.score import redeal_worst, repeat_score
from photodouble.ops.crowd.study import cast_for, lay_out
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
    """Lay out and cast the crowd of a take from its crowd file and library as they are now.

    Raises ArtistError `usage.arguments` for a take of another operation, and as `prepare` does.
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
    return CrowdOf(shot, scene, *lay_out(scene, shot))


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
    return _handed_on(crowd_of(take, report))


def _handed_on(crowd: CrowdOf) -> HandedOn:
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
    crowd = _handed_on(crowd_there)
    if path.suffix.lower() == ".json":
        from photodouble.ops.crowd.exchange.cards import write_cards

        return (write_cards(crowd, path),)
    from photodouble.ops.crowd.exchange.usd_write import write_usd

    return write_usd(crowd, path)
