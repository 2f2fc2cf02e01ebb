# SPDX-License-Identifier: GPL-3.0-or-later
"""All jobs that Blender ever handed to the engine: how they do, stopping them, going on, following them."""

from __future__ import annotations

from typing import Any

import bpy

from . import asking, jobs, listening, preferences
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.specs import SPECS
from ._vendor.photodouble_client.wire import Job
from .connecting import HOST

MOST = 12
_ASK = "jobs"
_VERBS = (
    ("cancel", "Cancel", "Stop the job. Finished frames are kept"),
    ("resume", "Go On", "Make what is missing"),
    ("forget", "Forget", "Take the job off the list. Its take stays"),
    ("follow", "Follow", "Show the job in the panel of its operation"),
)


class _Known:
    """The jobs as they were heard of last, and what went wrong."""

    jobs: tuple[Job, ...] | None = None
    error: ArtistError | None = None


def known() -> tuple[Job, ...]:
    """Give the newest jobs, as they were when they were asked for."""
    return _Known.jobs or ()


def is_known() -> bool:
    """Whether the engine was asked at all."""
    return _Known.jobs is not None


def error() -> ArtistError | None:
    """Give what went wrong, or None."""
    return _Known.error


def is_asking() -> bool:
    """Whether the list is on its way."""
    return asking.is_asking(_ASK)


def refresh(change: Any = None) -> None:
    """Ask for the jobs, after a change to one of them where one is given."""

    def question(engine: Any) -> Any:
        if change is not None:
            change(engine)
        return engine.jobs(host=HOST)

    asking.ask(_ASK, preferences.client_settings(), question, _note, _refuse)


def _note(answer: Any) -> None:
    _Known.jobs, _Known.error = tuple(answer[:MOST]), None
    listening.redraw()


def _refuse(problem: ArtistError) -> None:
    _Known.error = problem
    listening.redraw()


class PHOTODOUBLE_OT_refresh_jobs(bpy.types.Operator):
    """List the jobs that Blender handed to the engine, newest first"""

    bl_idname = "photodouble.refresh_jobs"
    bl_label = "List the Jobs"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask the engine."""
        return _tried(refresh)


class PHOTODOUBLE_OT_change_job(bpy.types.Operator):
    """Stop a job, let it go on, follow it here, or take it off the list"""

    bl_idname = "photodouble.change_job"
    bl_label = "Change a Job"
    bl_options = {"INTERNAL"}

    job: bpy.props.StringProperty(options={"HIDDEN"})
    verb: bpy.props.EnumProperty(items=_VERBS)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the change, then for the list."""
        job, verb = self.job, self.verb
        if verb == "follow":
            return _followed(context.scene, job)
        return _tried(lambda: refresh(lambda engine: getattr(engine, verb)(job)))


def _followed(scene: Any, ident: str) -> set[str]:
    found = next((one for one in known() if one.job == ident and one.operation in SPECS), None)
    if found is None:
        return {"CANCELLED"}
    return _tried(lambda: jobs.follow_job(scene, found.operation, ident, preferences.client_settings()))


def _tried(wish: Any) -> set[str]:
    try:
        wish()
    except ArtistError as problem:
        _refuse(problem)
        return {"CANCELLED"}
    return {"FINISHED"}


CLASSES = (PHOTODOUBLE_OT_refresh_jobs, PHOTODOUBLE_OT_change_job)


def unregister() -> None:
    """Take them away again."""
    _Known.jobs, _Known.error = None, None
