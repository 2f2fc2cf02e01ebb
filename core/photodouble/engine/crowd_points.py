"""The crowd of a request or of a take, laid out and cast, as points for a host to show."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.engine.crowd_take import CrowdOf, as_handed_on, crowd_of
from photodouble.engine.eye import open_scratch
from photodouble.engine.prepare import prepare
from photodouble.ops.crowd.exchange.points import Written, write_points
from photodouble.ops.crowd.match import area_light
from photodouble.ops.crowd.records import LIGHT
from photodouble.ops.crowd.scene import scene_of
from photodouble.ops.crowd.study import lay_out
from photodouble.ops.opening import views_of
from photodouble.ops.operation import Reporter
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest


def points_of_take(take: Take, folder: Path, report: Reporter) -> Written:
    """Write the crowd as a take shows it, in the light that it read off the plate; raises as `crowd_of`."""
    crowd = crowd_of(take, report)
    return write_points(as_handed_on(_lit(crowd, take)), folder, report)


def _lit(crowd: CrowdOf, take: Take) -> CrowdOf:
    """Return a crowd with the light of the plate around everybody, as far as it stays over the shot."""
    kept = open_scratch(take.folder, views_of(take.request())[0])
    stops = np.full(len(crowd.agents), float(crowd.shot.value("exposure", crowd.shot.frames[0])))
    if kept.has(LIGHT, 0):
        base = kept.load(LIGHT, 0)["base"]
        rows = np.arange(len(crowd.agents), dtype=np.int32)
        areas = len(crowd.agents.areas)
        steady = area_light(base, base, rows, crowd.agents.area, areas)
        stops += float(crowd.shot.values["follow_light"]) * steady
    cast = dataclasses.replace(crowd.cast, gain=crowd.cast.gain * 2.0 ** stops[:, None])
    return dataclasses.replace(crowd, cast=cast)


def points_of_request(stored: Mapping[str, Any], folder: Path, report: Reporter) -> Written:
    """Write the crowd as a take of this request would show it, without making one; raises as `prepare`."""
    return write_points(as_handed_on(crowd_asked_for(stored, report)), folder, report)


def crowd_asked_for(stored: Mapping[str, Any], report: Reporter) -> CrowdOf:
    """Return the crowd that a take of this request would show; raises as `prepare`."""
    request = JobRequest.from_json(stored)
    if request.operation != "crowd":
        raise ArtistError(
            "usage.arguments",
            "This request asks for no crowd",
            f"It is a request for {request.spec.label}.",
            "Give the request of a crowd.",
        )
    shot = prepare(request, report).shot
    scene = scene_of(shot)
    return CrowdOf(shot, scene, *lay_out(scene, shot))
