# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of the jobs: what the engine has of Blender's, whichever file it came from."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import bpy

from . import job_list
from .editors import EDITORS, InTab, panel_in
from .panel import draw_repair
from .text import draw_lines

_NO_JOBS = "Blender handed no job to the engine yet."
_UNKNOWN = "Jobs appear here when they are listed: press the button above."


class _JobPanel(InTab):
    """Draw the newest jobs."""

    bl_label = "Jobs"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 2  # last

    def draw(self, context: bpy.types.Context) -> None:
        """Draw what is known; nothing is asked by drawing."""
        layout, width = self.layout, context.region.width
        layout.operator("photodouble.refresh_jobs", icon="FILE_REFRESH")
        if job_list.is_asking():
            layout.label(text="Asking the engine ...", icon="TIME")
        for job in job_list.known():
            _draw_job(layout.box(), job, width)
        problem = job_list.error()
        if not job_list.known() and not job_list.is_asking() and problem is None:
            draw_lines(layout, _NO_JOBS if job_list.is_known() else _UNKNOWN, width)
        if problem is not None:
            draw_repair(layout, problem, width)


def _draw_job(box: Any, job: Any, width: int) -> None:
    draw_lines(box, job.take_label or f"{job.shot} {job.operation}", width, icon=_SIGNS[job.state])
    row = box.row(align=True)
    if job.state == "running" and job.frames:
        row.progress(factor=min(1.0, job.done / job.frames), text=f"{job.done} of {job.frames}")
    else:
        row.label(text=f"{job.state}, {PurePath(job.script).name}" if job.script else job.state)
    for verb, icon in _offered(job):
        button = row.operator("photodouble.change_job", text="", icon=icon)
        button.job, button.verb = job.job, verb
    if job.error is not None and job.state == "failed":
        draw_lines(box, f"{job.error.title}. {job.error.fix}", width)


def _offered(job: Any) -> list[tuple[str, str]]:
    if not job.has_ended:
        return [("follow", "HIDE_OFF"), ("cancel", "CANCEL")]
    going_on = [("resume", "PLAY")] if job.can_resume else []
    return [*going_on, ("follow", "HIDE_OFF"), ("forget", "X")]


_SIGNS = {
    "queued": "TIME",
    "running": "RENDER_ANIMATION",
    "finished": "CHECKMARK",
    "failed": "ERROR",
    "cancelled": "PAUSE",
}


CLASSES = tuple(panel_in(editor, "jobs", _JobPanel) for editor in EDITORS)
