"""From a clip to a request: what is on the timeline, in the words of the engine."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from photodouble_client.request import JobRequest, PortInput

from . import clips, colours, fetching, runs, sources
from .calls import ask, text
from .clips import ClipFacts
from .fetching import Fetching
from .runs import Pixels, Wanted

if TYPE_CHECKING:
    from photodouble_client.engine import Engine

HOST = "resolve"


@dataclass(frozen=True)
class Gathered:
    """A request, and what it was made of."""

    request: JobRequest
    facts: ClipFacts
    pixels: Pixels
    wanted: Wanted


def gather(
    resolve: Any,
    engine: Engine,
    item: Any,
    wanted: Wanted,
    on_progress: fetching.Progress = lambda _words, _percent: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Gathered:
    """Look at a clip, fetch its pixels and make the request; raises ArtistError as those do.

    Whatever can be refused is refused before anything is rendered.
    """
    facts = clips.describe(resolve, item)
    clips.check_usable(facts)
    wanted = _placed(wanted, facts)
    clip = ask(item, "GetMediaPoolItem")
    encoding = colours.encoding_of(facts.managed, clip, wanted.space)
    _without_plate(wanted, facts).checked()
    asked = Fetching(
        resolve, engine, item, facts, wanted, encoding, on_progress=on_progress, should_stop=should_stop
    )
    pixels = sources.pixels_for(asked)
    return Gathered(request_for(resolve, facts, pixels, wanted), facts, pixels, wanted)


def request_for(resolve: Any, facts: ClipFacts, pixels: Pixels, wanted: Wanted) -> JobRequest:
    """Make the request of a clip whose pixels are there."""
    plate = PortInput(pixels.path, pixels.source_range, colourspace=pixels.engine)
    request = dataclasses.replace(
        _without_plate(wanted, facts),
        inputs={**wanted.inputs, "plate": plate},
        range=pixels.range,
        source_range=pixels.source_range,
        rate=facts.rate,
        first_frame=pixels.range.first,
        colourspace=pixels.engine,
        pixel_aspect=pixels.pixel_aspect or 1.0,
        host_version=text(resolve, "GetVersionString"),
    )
    return request.checked()


def _without_plate(wanted: Wanted, facts: ClipFacts) -> JobRequest:
    return JobRequest(
        operation=wanted.operation,
        inputs={**wanted.inputs, "plate": PortInput(facts.path)},
        values=dict(wanted.values),
        output_root=wanted.takes_root,
        handles=wanted.handles,
        shot=wanted.shot,
        show=wanted.show or os.environ.get("PHOTODOUBLE_SHOW", ""),
        sequence=wanted.sequence or os.environ.get("PHOTODOUBLE_SEQUENCE", ""),
        task=wanted.task or os.environ.get("PHOTODOUBLE_TASK", ""),
        use=wanted.use,
        person=wanted.person,
        performers=wanted.performers,
        host=HOST,
        script=facts.project,
        node=facts.name,
    )


def _placed(wanted: Wanted, facts: ClipFacts) -> Wanted:
    """Fill in where the takes go and how the shot is called, where nobody said so."""
    where = runs.where(facts)
    return dataclasses.replace(
        wanted, takes_root=wanted.takes_root or where.takes_root, shot=wanted.shot or where.shot
    )
