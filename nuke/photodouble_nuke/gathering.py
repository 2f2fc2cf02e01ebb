"""From a node to a request: paths, frames, values and names; never pixels."""

from __future__ import annotations

import os
from typing import Any, Optional, Tuple

import nuke

from photodouble_client.request import JobRequest

from . import asked, paint
from .elements import Plan

HOST = "nuke"

Window = Tuple[int, int, int, int]


def request_from(pd: Any, plan: Plan) -> JobRequest:
    """Make the request that a node describes; raises ArtistError for what an artist can put right."""
    node, plate = pd.node, pd.inputs()["plate"]
    request = JobRequest(
        operation=pd.spec.key,
        spec_version=pd.spec.version,
        inputs=plan.inputs,
        values=pd.values(plan.range),
        range=plan.range,
        source_range=plan.source_range,
        handles=asked.handles(node),
        output_root=pd.takes_root(),
        shot=pd.shot(),
        show=os.environ.get("PHOTODOUBLE_SHOW", ""),
        sequence=os.environ.get("PHOTODOUBLE_SEQUENCE", ""),
        task=os.environ.get("PHOTODOUBLE_TASK", ""),
        use=asked.text(node, "use") or "temp",
        person=asked.person(node),
        performers=asked.performers(node) if pd.spec.consent != "none" else (),
        parent=pd.parent or paint.painted_on(pd),
        overrides=paint.overrides(pd),
        locks=pd.locked,
        rate=asked.rate(),
        first_frame=plan.range.first,
        pixel_aspect=float(plate.pixelAspect()),
        display_window=(0, 0, int(plate.width()), int(plate.height())),
        data_window=_data_window(plate),
        view=asked.view_text(plan.views),
        host=HOST,
        host_version=nuke.NUKE_VERSION_STRING,
        script=pd.script,
        node=pd.name,
    )
    return request.checked()


def _data_window(plate: Any) -> Optional[Window]:
    """Give the plate's bounding box, overscan and all, counted from the upper left corner.

    A plate that fails at the playhead, as where that frame is missing, has none to be asked for.
    """
    if plate.hasError():
        return None
    box = plate.bbox()
    left, low, height = int(box.x()), int(box.y()), int(plate.height())
    wide, high = int(box.w()), int(box.h())
    if wide <= 0 or high <= 0:
        return None
    return (left, height - (low + high), left + wide, height - low)
