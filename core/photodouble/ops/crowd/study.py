"""Study a shot before its crowd is drawn: lay everybody out, cast them, and measure the plate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.image.sequence import Sequence
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast, cast
from photodouble.ops.crowd.density import thresholds
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.match import light_frames, local_light, plate_grain, steady_light
from photodouble.ops.crowd.people import people_at
from photodouble.ops.crowd.places import places
from photodouble.ops.crowd.ranks import enough_ranks
from photodouble.ops.crowd.records import AGENTS, IDS, LIGHT, load_crowd, save_crowd
from photodouble.ops.crowd.scene import Scene, drawn_box, scene_of
from photodouble.ops.crowd.score import repeat_score
from photodouble.ops.inpaint.shot_grain import grain_record
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot

_SEEN = 0.02
"""From this share of neighbours on who are the same person it is said."""


def study(shot: Shot, scratch: Scratch, report: Reporter) -> None:
    """Write every record that drawing a frame reads; what is there already is kept."""
    scene = scene_of(shot)
    if not scratch.has(AGENTS, 0):
        report.progress(0, 4, "laying the crowd out")
        save_crowd(scratch, *lay_out(scene, shot))
    agents, played = load_crowd(scratch)
    for said in notes(agents, played, scene):
        report.warn(said)
    report.progress(1, 4, "measuring grain")
    if not scratch.has("grain", 0):
        scratch.save("grain", 0, **grain_record(plate_grain(shot)))
    report.progress(2, 4, "reading the light")
    if not scratch.has(LIGHT, 0):
        scratch.save(LIGHT, 0, base=_light(scene, shot, agents, played, report))
    report.progress(3, 4, "counting who shares a pixel")
    if not scratch.has(IDS, 0):
        asked = int(shot.values["id_ranks"])
        ranks, lost = (asked, -1.0) if asked else enough_ranks(scene, shot, agents, played)
        scratch.save(IDS, 0, ranks=np.array(ranks), lost=np.array(lost))
    report.progress(4, 4, "crowd")


def lay_out(scene: Scene, shot: Shot) -> tuple[Agents, Cast]:
    """Return everybody who could be there and what they play; raises as `places` and `cast` do."""
    if scene.handed is not None:
        return scene.handed.agents, scene.handed.cast
    areas = scene.document.areas
    agents = places(areas, ground=lambda area: scene.on_ground(shot, area))
    return agents, cast_for(scene, shot, agents, scene.document)


def cast_for(scene: Scene, shot: Shot, agents: Agents, document: CrowdDocument) -> Cast:
    """Cast everybody as a take does, whatever its range: seen from where the plate's first frame is."""
    folder = (shot.inputs.documents.get("crowd") or Path()).parent
    return cast(
        agents,
        scene.library.elements,
        document,
        seed=shot.seed,
        thresholds=thresholds(document.areas, agents, lambda name: _density_map(folder / name)),
        viewpoint=scene.move.at(scene.first).position,
        state=str(shot.values["state"]),
        in_step=not shot.values["time_offset"],
    )


def notes(agents: Agents, played: Cast, scene: Scene) -> tuple[str, ...]:
    """Say what an artist should know of a crowd that was cast."""
    if not played.present.any():
        return (*played.notes, "Nobody is there: fill and density, or the edits, leave every place empty.")
    found = repeat_score(agents, played, scene.library.elements, most=0)
    if found.rate <= _SEEN:
        return played.notes
    where = "See where with 'photodouble crowd score'."
    return (*played.notes, f"{found.sentence} {where}")


def _light(
    scene: Scene, shot: Shot, agents: Agents, played: Cast, report: Reporter
) -> npt.NDArray[np.float64]:
    """Return the light at every place in stops, without what changes over the shot."""
    seen, somebody = [], False
    for frame in light_frames(shot.frames):
        report.check()
        at = people_at(scene, shot, agents, played, frame)
        now = np.full(len(agents), np.nan)
        window = drawn_box(shot)
        now[at.agent] = local_light(shot.plate_linear(frame, window), at.lit_at)
        seen.append(now)
        somebody = somebody or len(at.agent) > 0
    if played.present.any() and not somebody:
        report.warn(
            "Nobody of the crowd is in the picture on any frame that was looked at: check the camera, its "
            "units, its up axis and its first frame."
        )
    return steady_light(seen)


def _density_map(path: Path) -> npt.NDArray[np.float32]:
    sequence = Sequence.find(path)
    picture = sequence.read(sequence.frames[0], needs_colour=False)
    return picture.channel(picture.channels[0], picture.display_window)
