# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel's buttons do. An error is kept for the panel, never shown as a dialog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from . import frames, jobs, preferences, props, requests, takes
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.settings import ClientSettings
from ._vendor.photodouble_client.specs import INPAINT


class PHOTODOUBLE_OT_submit(bpy.types.Operator):
    """Ask the engine for a new take with the controls as they stand. Nothing that exists is overwritten"""

    bl_idname = "photodouble.submit"
    bl_label = "Make a Take"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One job at a time is watched per scene."""
        return not jobs.shown(context.scene).is_at_work

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Send the request; what an artist can put right is shown in the panel."""
        scene = context.scene
        try:
            request, settings = requests.request_from(scene), preferences.client_settings()
        except ArtistError as error:
            jobs.refuse(scene, error)
            return {"CANCELLED"}
        jobs.submit(scene, request, settings)
        return {"FINISHED"}


class PHOTODOUBLE_OT_cancel(bpy.types.Operator):
    """Stop the job. Finished frames are kept, and it can go on later"""

    bl_idname = "photodouble.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a job that is at work can be stopped."""
        return jobs.shown(context.scene).is_at_work

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to stop the job of this scene."""
        return _about_the_job(context.scene, jobs.cancel)


class PHOTODOUBLE_OT_resume(bpy.types.Operator):
    """Go on with a job that was stopped or failed: only what is missing is made"""

    bl_idname = "photodouble.resume"
    bl_label = "Go On"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a job that ended early can go on."""
        return jobs.shown(context.scene).can_resume

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to go on with the job of this scene."""
        return _about_the_job(context.scene, jobs.resume)


class PHOTODOUBLE_OT_connect(bpy.types.Operator):
    """Find the latest job of this file in the engine again, after Blender was closed meanwhile"""

    bl_idname = "photodouble.connect"
    bl_label = "Find the Latest Job"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a scene that ever sent a job has one to find."""
        return bool(context.scene.photodouble.job)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Follow the job that the file remembers."""
        return _about_the_job(context.scene, jobs.connect)


class PHOTODOUBLE_OT_load_take(bpy.types.Operator):
    """Show the finished take in this editor, at the frames of the plate. The plate stays loaded"""

    bl_idname = "photodouble.load_take"
    bl_label = "Load the Take"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a finished take can be loaded."""
        return jobs.shown(context.scene).is_finished

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Load the result as an image sequence and show it here, or as a clip in the Movie Clip editor."""
        done = jobs.shown(context.scene)
        try:
            found = takes.result_of(done.take_folder, context.scene.photodouble.plate_starts)
        except ArtistError as error:
            jobs.refuse(context.scene, error)
            return {"CANCELLED"}
        takes.load_image(found, done.take_label)
        if context.space_data is not None:
            takes.show(context.space_data, found, done.take_label)
        return {"FINISHED"}


class PHOTODOUBLE_OT_use_this(bpy.types.Operator):
    """Use the pictures that this editor shows"""

    bl_idname = "photodouble.use_this"
    bl_label = "Use What This Editor Shows"
    bl_options = {"UNDO", "INTERNAL"}

    port: bpy.props.StringProperty(options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only pictures that lie on disk can be used."""
        return bool(_shown_path(context.space_data))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Point an input to the pictures; a plate also brings the frame at which it starts."""
        shot = context.scene.photodouble
        path = _shown_path(context.space_data)
        setattr(shot.inputs, INPAINT.port(self.port).key, path)
        if self.port == "plate":
            shot.plate_starts = _shown_start(context.space_data, path)
        return {"FINISHED"}


class PHOTODOUBLE_OT_preset(bpy.types.Operator):
    """Set every control for a kind of shot"""

    bl_idname = "photodouble.preset"
    bl_label = "Preset"
    bl_options = {"UNDO", "INTERNAL"}

    preset: bpy.props.StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set the controls; an empty name puts the defaults back."""
        values = INPAINT.preset(self.preset) if self.preset else {}
        props.set_values(context.scene.photodouble.controls, INPAINT, values)
        return {"FINISHED"}


class PHOTODOUBLE_OT_check_engine(bpy.types.Operator):
    """Find the engine, starting it if need be, and say what was found"""

    bl_idname = "photodouble.check_engine"
    bl_label = "Check"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask for the engine; the answer appears beside the button."""
        try:
            jobs.check_engine(preferences.client_settings())
        except ArtistError as error:
            jobs.refuse_engine(error)
            return {"CANCELLED"}
        return {"FINISHED"}


class PHOTODOUBLE_OT_restart_engine(bpy.types.Operator):
    """End the engine that runs and start the installed one. Its jobs go on where they were"""

    bl_idname = "photodouble.restart_engine"
    bl_label = "Restart the Engine"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """One restart at a time."""
        return not jobs.is_looking()

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask for a new engine; what it answers appears in the preferences."""
        try:
            jobs.restart_engine(preferences.client_settings())
        except ArtistError as error:
            jobs.refuse_engine(error)
            return {"CANCELLED"}
        return {"FINISHED"}


def _about_the_job(scene: Any, ask: Callable[[Any, ClientSettings], None]) -> set[str]:
    try:
        ask(scene, preferences.client_settings())
    except ArtistError as error:
        jobs.refuse(scene, error)
        return {"CANCELLED"}
    return {"FINISHED"}


def _shown_path(space: Any) -> str:
    pictures = getattr(space, "clip", None) or getattr(space, "image", None)
    path = bpy.path.abspath(pictures.filepath) if pictures is not None and pictures.filepath else ""
    return path if Path(path).is_file() else ""


def _shown_start(space: Any, path: str) -> int:
    """Give the scene's frame at which an editor shows the first file of its sequence."""
    if space.type == "CLIP_EDITOR":
        return int(space.clip.frame_start - space.clip.frame_offset)
    if space.image.source != "SEQUENCE":
        return 1
    first = frames.plate_frames(frames.pattern_of(path)).first
    return int(first - 1 - space.image_user.frame_offset + space.image_user.frame_start)


CLASSES = (
    PHOTODOUBLE_OT_submit,
    PHOTODOUBLE_OT_cancel,
    PHOTODOUBLE_OT_resume,
    PHOTODOUBLE_OT_connect,
    PHOTODOUBLE_OT_load_take,
    PHOTODOUBLE_OT_use_this,
    PHOTODOUBLE_OT_preset,
    PHOTODOUBLE_OT_check_engine,
    PHOTODOUBLE_OT_restart_engine,
)


def register() -> None:
    """Add the operators."""
    for made in CLASSES:
        bpy.utils.register_class(made)


def unregister() -> None:
    """Take them away again."""
    for made in reversed(CLASSES):
        bpy.utils.unregister_class(made)
