"""What the panel may ask of Resolve: a closed list of actions, each answered in plain JSON values."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.stored import bad_request

from . import clips, plates, still
from .clips import ClipFacts
from .playing import go_to, plate_frame
from .session import Action, Stage

Arguments = Mapping[str, Any]
GONE = "input.no_clip"


def selection(stage: Stage, _arguments: Arguments) -> Dict[str, Any]:
    """Tell which clip is worked on and which jobs are ready to be placed; `why` says why there is no clip."""
    told: Dict[str, Any] = {"forward": stage.forward, "clip": None, "why": "", "ready": []}
    try:
        _, facts = _chosen(stage)
        told["clip"] = _clip(facts)
        told["ready"] = _ready(stage)
    except ArtistError as problem:
        if problem.code != GONE:
            raise
        told["why"] = "{} {}".format(problem.message, problem.fix)
    return told


def picture(stage: Stage, arguments: Arguments) -> Dict[str, Any]:
    """Say where a still of the frame under the playhead is to be had."""
    item, _ = _chosen(stage)
    with plates.worked_on(item):
        return still.still(stage.resolve, item, _text(arguments, "space"))


def request(stage: Stage, arguments: Arguments) -> Dict[str, Any]:
    """Give the request that would be handed over, so that one frame of it can be looked at first."""
    from . import requests

    item, _ = _chosen(stage)
    with plates.worked_on(item):
        gathered = requests.gather(
            stage.resolve, stage.engine, item, _wanted(arguments), stage.on_progress, stage.should_stop
        )
    return gathered.request.to_json()


def submit(stage: Stage, arguments: Arguments) -> Dict[str, Any]:
    """Hand the chosen clip over to the engine."""
    from . import running

    item, _ = _chosen(stage)
    with plates.worked_on(item):
        started = running.submit(
            stage.resolve, stage.engine, _wanted(arguments), stage.on_progress, stage.should_stop
        )
    return {"job": started.job.job, "words": " ".join([started.words, *started.notes])}


def place(stage: Stage, arguments: Arguments) -> Dict[str, Any]:
    """Put the take of a finished job onto the timeline."""
    from . import running

    placed = running.place(stage.resolve, stage.engine, _text(arguments, "job"))
    return {"kind": placed.kind, "words": placed.words}


def place_waiting(stage: Stage, _arguments: Arguments) -> Dict[str, Any]:
    """Place every finished take that was not placed yet, and show where each stands by now."""
    from . import remaining, statuses

    said: List[str] = []
    placed = 0
    for one in remaining.place_all(stage.resolve, stage.engine):
        if isinstance(one, ArtistError):
            said.append("{}: {}".format(one.title, one.message))
        else:
            placed += 1
            said.append(one.words)
    statuses.renew(stage.resolve, stage.engine)
    return {"placed": placed, "words": " ".join(said)}


def jump(stage: Stage, arguments: Arguments) -> Dict[str, Any]:
    """Move the playhead to a frame of the plate."""
    _, facts = _chosen(stage)
    return {"timecode": go_to(stage.resolve, facts, _whole(arguments, "frame"))}


def use(stage: Stage, arguments: Arguments) -> Dict[str, Any]:
    """Show a take that is there already on the chosen clip; without a folder, the plate."""
    from . import running

    item, _ = _chosen(stage)
    folder = _text(arguments, "folder")
    placed = running.use(stage.resolve, stage.engine, item, folder)
    return {"words": placed.words}


def forward(stage: Stage, _arguments: Arguments) -> Dict[str, Any]:
    """Let the panel come to the front, as it hears with the next selection."""
    stage.forward += 1
    return {"forward": stage.forward}


def stop(_stage: Stage, _arguments: Arguments) -> Dict[str, Any]:
    """End what is at work in Resolve; with nothing at work, nothing happens."""
    return {}


def matte(stage: Stage, arguments: Arguments) -> Dict[str, Any]:
    """Render the alpha of the chosen clip, such as that of a Fusion comp or a magic mask, as a sequence."""
    from . import mattes

    item, _ = _chosen(stage)
    with plates.worked_on(item):
        return mattes.render(stage, item, _text(arguments, "takes_root"))


ACTIONS: Mapping[str, Action] = {
    "forward": forward,
    "jump": jump,
    "matte": matte,
    "place": place,
    "place_waiting": place_waiting,
    "request": request,
    "selection": selection,
    "still": picture,
    "stop": stop,
    "submit": submit,
    "use": use,
}


def _chosen(stage: Stage) -> Tuple[Any, ClipFacts]:
    item = clips.chosen(stage.resolve)[0]
    return item, clips.describe(stage.resolve, item, counts_uses=False)


def _clip(facts: ClipFacts) -> Dict[str, Any]:
    from . import encoding, runs

    where = runs.where(facts)
    needs_space = facts.managed.mode == "unmanaged"
    return {
        "frame": plate_frame(facts),
        "ident": facts.ident,
        "kind": facts.kind,
        "name": facts.name,
        "range": [facts.source_in, facts.source_out - 1],
        "shot": where.shot,
        "size": list(facts.size),
        "spaces": sorted(encoding.known_spaces()) if needs_space else [],
        "take": where.take,
        "takes_root": where.takes_root,
    }


def _ready(stage: Stage) -> List[str]:
    """List the jobs that have ended and whose take is not placed yet; nothing where the engine is away."""
    from . import remaining

    waiting = [one.job for one in remaining.waiting(clips.project_of(stage.resolve))]
    if not waiting:
        return []
    ended = {one.job for one in stage.engine.jobs() if one.has_ended}
    return [job for job in waiting if job in ended]


def _wanted(arguments: Arguments) -> Any:
    from . import runs

    return runs.Wanted.from_json(dict(arguments))


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name, "")
    if not isinstance(value, str) or "\0" in value:
        raise bad_request("{} was given {!r}.".format(name, value), "Give text.")
    return value


def _whole(arguments: Arguments, name: str) -> int:
    value = arguments.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_request("{} was given {!r}.".format(name, value), "Give a whole number.")
    return value
