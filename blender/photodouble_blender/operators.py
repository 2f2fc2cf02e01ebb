# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels' buttons do for an operation. An error is kept for the panel, never shown as a dialog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from . import checking, frames, jobs, preferences, props, sending, takes
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.opspec import OpSpec
from ._vendor.photodouble_client.settings import ClientSettings
from ._vendor.photodouble_client.specs import SPECS


class _OfOperation:
    """A button of one operation; one class is made from it per operation, so that search finds each."""

    operation = ""


class _Submit(_OfOperation):
    """Ask the engine for a new take with the controls as they stand. Nothing that exists is overwritten"""

    bl_label = "Make a Take"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One job at a time is watched per scene and operation."""
        cls.poll_message_set("A job of this scene is at work: wait for it or cancel it")
        return not jobs.shown(context.scene, cls.operation).is_at_work

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Send the request; what an artist can put right is shown in the panel."""
        try:
            sending.send(context.scene, self.operation)
        except ArtistError as error:
            jobs.refuse(context.scene, self.operation, error)
            return {"CANCELLED"}
        return {"FINISHED"}


class _Cancel(_OfOperation):
    """Stop the job. Finished frames are kept, and it can go on later"""

    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a job that is at work can be stopped."""
        cls.poll_message_set("No job of this scene is at work")
        return jobs.shown(context.scene, cls.operation).is_at_work

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to stop the job of this scene; masks that are being drawn are given up."""
        if sending.stop(context.scene, self.operation):
            return {"FINISHED"}
        return _about_the_job(context.scene, self.operation, jobs.cancel)


class _Resume(_OfOperation):
    """Go on with a job that was stopped or failed: only what is missing is made"""

    bl_label = "Go On"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a job that ended early can go on."""
        cls.poll_message_set("No job of this scene was stopped")
        return jobs.shown(context.scene, cls.operation).can_resume

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to go on with the job of this scene."""
        return _about_the_job(context.scene, self.operation, jobs.resume)


class _Connect(_OfOperation):
    """Find the latest job of this file in the engine again, after Blender was closed meanwhile"""

    bl_label = "Find the Latest Job"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a scene that ever sent a job has one to find."""
        cls.poll_message_set("This scene has sent no job yet")
        return bool(props.state_of(context.scene, cls.operation).job)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Follow the job that the file remembers."""
        return _about_the_job(context.scene, self.operation, jobs.connect)


class _LoadTake(_OfOperation):
    """Show the finished take in this editor, at the frames of the plate. The plate stays loaded"""

    bl_label = "Load the Take"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a finished take can be loaded."""
        cls.poll_message_set("The take is not finished yet")
        return jobs.shown(context.scene, cls.operation).is_finished

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Load the result as an image sequence and show it here, or as a clip in the Movie Clip editor."""
        done = jobs.shown(context.scene, self.operation)
        state = props.state_of(context.scene, self.operation)
        try:
            takes.load(context.space_data, done.take_folder, done.take_label, state)
        except ArtistError as error:
            jobs.refuse(context.scene, self.operation, error)
            return {"CANCELLED"}
        jobs.take_back(context.scene, self.operation)
        return {"FINISHED"}


_VERBS = {
    "submit": (_Submit, set()),
    "cancel": (_Cancel, set()),
    "resume": (_Resume, set()),
    "connect": (_Connect, set()),
    "load_take": (_LoadTake, {"UNDO"}),
}


def name_of(operation: str, verb: str) -> str:
    """Name the button of an operation as `bpy.ops` has it: `photodouble.inpaint_submit`."""
    return f"photodouble.{operation}_{verb}"


def _button(spec: OpSpec, verb: str) -> type:
    base, options = _VERBS[verb]
    return type(
        f"PHOTODOUBLE_OT_{spec.key}_{verb}",
        (base, bpy.types.Operator),
        {
            "__doc__": base.__doc__,
            "bl_idname": name_of(spec.key, verb),
            "bl_label": f"{spec.label}: {base.bl_label}",
            "bl_options": {"REGISTER", *options},
            "operation": spec.key,
        },
    )


class PHOTODOUBLE_OT_use_this(bpy.types.Operator):
    """Use the pictures that this editor shows"""

    bl_idname = "photodouble.use_this"
    bl_label = "Use What This Editor Shows"
    bl_options = {"UNDO", "INTERNAL"}

    operation: bpy.props.StringProperty(options={"HIDDEN"})
    port: bpy.props.StringProperty(options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only pictures that lie on disk can be used."""
        cls.poll_message_set("This editor shows no pictures that lie on disk")
        return bool(_shown_path(context.space_data))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Point an input to the pictures; a plate also brings the frame at which it starts."""
        state = props.state_of(context.scene, self.operation)
        path = _shown_path(context.space_data)
        setattr(state.inputs, SPECS[self.operation].port(self.port).key, path)
        if self.port == "plate":
            state.plate_starts = _shown_start(context.space_data, path)
        return {"FINISHED"}


class PHOTODOUBLE_OT_preset(bpy.types.Operator):
    """Set every control for a kind of shot"""

    bl_idname = "photodouble.preset"
    bl_label = "Preset"
    bl_options = {"UNDO", "INTERNAL"}

    operation: bpy.props.StringProperty(options={"HIDDEN"})
    preset: bpy.props.StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set the controls; an empty name puts the defaults back."""
        spec = SPECS[self.operation]
        values = spec.preset(self.preset) if self.preset else {}
        props.set_values(props.state_of(context.scene, spec.key).controls, spec, values)
        return {"FINISHED"}


class PHOTODOUBLE_OT_check_engine(bpy.types.Operator):
    """Find the engine, starting it if need be, and say what was found"""

    bl_idname = "photodouble.check_engine"
    bl_label = "Check"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask for the engine; the answer appears beside the button."""
        try:
            checking.check_engine(preferences.client_settings())
        except ArtistError as error:
            checking.refuse_engine(error)
            return {"CANCELLED"}
        return {"FINISHED"}


class PHOTODOUBLE_OT_restart_engine(bpy.types.Operator):
    """End the engine that runs and start the installed one. Its jobs go on where they were"""

    bl_idname = "photodouble.restart_engine"
    bl_label = "Restart the Engine"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """One restart at a time."""
        cls.poll_message_set("The engine is being looked for")
        return not checking.is_looking()

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask for a new engine; what it answers appears in the preferences."""
        try:
            checking.restart_engine(preferences.client_settings())
        except ArtistError as error:
            checking.refuse_engine(error)
            return {"CANCELLED"}
        return {"FINISHED"}


def _about_the_job(scene: Any, operation: str, ask: Callable[[Any, str, ClientSettings], None]) -> set[str]:
    try:
        ask(scene, operation, preferences.client_settings())
    except ArtistError as error:
        jobs.refuse(scene, operation, error)
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
    *(_button(spec, verb) for spec in SPECS.values() for verb in _VERBS),
    PHOTODOUBLE_OT_use_this,
    PHOTODOUBLE_OT_preset,
    PHOTODOUBLE_OT_check_engine,
    PHOTODOUBLE_OT_restart_engine,
)
