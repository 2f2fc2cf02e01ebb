# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a take: look at it, compare it, decide about it, keep frames of it. A person decides."""

from __future__ import annotations

from typing import Any

import bpy

from . import asking, keeping, preferences, props, take_list, takes
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.specs import SPECS

REVIEW_PAGE = "review_page"
"""The action of an error after which the decision is made on the engine's page."""

DECISIONS = (
    ("approve", "Approve", "Sign that the take is good, with your key", "CHECKMARK"),
    ("reject", "Reject", "Refuse the take, or take an approval back", "CANCEL"),
    ("retake", "Retake", "Ask for the take to be made again", "FILE_REFRESH"),
    ("note", "Note", "Write a note to the take; where it stands does not change", "TEXT"),
    ("present", "Send to Review", "Ask for a decision", "HIDE_OFF"),
)


class _OfTake:
    """A button that needs a take to be chosen in the list."""

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only a take that is chosen can be worked with."""
        cls.poll_message_set("Choose a take in the list: refresh it first")
        return take_list.chosen() is not None


class PHOTODOUBLE_OT_refresh_takes(bpy.types.Operator):
    """List the takes of this shot, newest first"""

    bl_idname = "photodouble.refresh_takes"
    bl_label = "List the Takes"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine for the list."""
        return _tried(lambda: take_list.refresh(context.scene))


class PHOTODOUBLE_OT_show_take(_OfTake, bpy.types.Operator):
    """Show the chosen take in this editor, at the frames of the plate. The plate stays loaded"""

    bl_idname = "photodouble.show_take"
    bl_label = "Show This Take"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Load its result."""
        row = take_list.chosen()
        state = _state(context.scene, row)
        take_list.tell("")
        return _tried(lambda: takes.load(context.space_data, row.folder, row.name, state))


class PHOTODOUBLE_OT_compare_take(_OfTake, bpy.types.Operator):
    """Show the chosen take beside its plate at the frame of the scene, as a wipe or a difference"""

    bl_idname = "photodouble.compare_take"
    bl_label = "Compare with the Plate"

    kind: bpy.props.EnumProperty(
        name="As",
        items=(
            ("wipe", "Wipe", "The plate left, the take right"),
            ("difference", "Difference", "What differs, eight times as strong"),
        ),
    )
    position: bpy.props.FloatProperty(name="Line", default=0.5, min=0.0, max=1.0)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the picture; it appears as an image when it is made."""
        row, scene, name = take_list.chosen(), context.scene, f"pictures.{self.kind}"
        try:
            frame = take_list.plate_frame(_state(scene, row), scene, row) or take_list.middle_of(row)
        except ArtistError as problem:
            take_list.refuse(problem)
            return {"CANCELLED"}
        more = {"position": self.position} if self.kind == "wipe" else {}
        area = context.area.as_pointer() if context.area is not None else 0

        def show(answer: Any) -> None:
            try:
                image = bpy.data.images.load(answer["picture"], check_existing=True)
            except RuntimeError as problem:
                take_list.refuse(_no_picture(answer["picture"], problem))
                return
            image.name = f"{row_name} {self_kind} {frame}"
            image.reload()
            space = take_list.image_editor(area)
            if space is not None:
                space.image = image
            take_list.tell(f"{image.name} is loaded as an image.")

        row_name, self_kind = row.name, self.kind
        return _asked(scene, name, show, take=row.take, frame=frame, **more)


class PHOTODOUBLE_OT_decide(_OfTake, bpy.types.Operator):
    """Decide about the chosen take. The decision is signed with your key and kept in the history"""

    bl_idname = "photodouble.decide"
    bl_label = "Decide about a Take"

    decision: bpy.props.EnumProperty(
        name="Decision", items=[(word, name, help_text) for word, name, help_text, _ in DECISIONS]
    )
    reason: bpy.props.StringProperty(name="Reason", description="Why, or what is to be done")
    by: bpy.props.StringProperty(name="By", description="Your id in the show. Empty: as the settings say")

    def invoke(self, context: bpy.types.Context, _event: Any) -> set[str]:
        """Ask for the reason before anything is signed."""
        return context.window_manager.invoke_props_dialog(self, width=360)

    def draw(self, _context: bpy.types.Context) -> None:
        """Show which take it is about, and what is asked for."""
        self.layout.label(text=take_list.chosen().name)
        self.layout.prop(self, "decision")
        self.layout.prop(self, "reason")
        self.layout.prop(self, "by")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to record it."""
        row, scene = take_list.chosen(), context.scene
        name = row.name

        def note(answer: Any) -> None:
            take_list.tell(f"{name}: {answer.get('text') or answer.get('state', 'recorded')}")
            _tried(lambda: take_list.refresh(scene))

        given = {"take": row.take, "reason": self.reason, "by": self.by}
        return _asked(scene, f"takes.{self.decision}", note, **given)


class PHOTODOUBLE_OT_review_page(_OfTake, bpy.types.Operator):
    """Open the review page of the chosen take in a browser: wipe, origin, confidence, decisions"""

    bl_idname = "photodouble.review_page"
    bl_label = "Open the Review Page"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Ask the engine for a link that opens once, and open it."""
        folder = take_list.chosen().folder

        def visit(address: str) -> None:
            if not bpy.app.background:
                bpy.ops.wm.url_open(url=address)
            take_list.tell("The review page is open in your browser.")

        settings = preferences.client_settings()
        what = "review page"
        return _tried(
            lambda: asking.ask(
                what, settings, lambda engine: engine.review_link(folder), visit, take_list.refuse
            )
        )


class PHOTODOUBLE_OT_keep_frame(_OfTake, bpy.types.Operator):
    """Keep the frame that the scene shows as it is in the chosen take: the next take has it bit for bit"""

    bl_idname = "photodouble.keep_frame"
    bl_label = "Keep This Frame"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Note the frame; the next request carries it."""
        row, scene = take_list.chosen(), context.scene
        state = _state(scene, row)
        frame = take_list.plate_frame(state, scene, row)
        if frame is None:
            take_list.refuse(_not_in_take(row))
            return {"CANCELLED"}
        try:
            picture = takes.picture_of(row.folder, frame)
        except ArtistError as problem:
            take_list.refuse(problem)
            return {"CANCELLED"}
        keeping.lock(state, row.take, frame, picture)
        take_list.tell(f"Frame {frame} of {row.name} is kept in the next take.")
        return {"FINISHED"}


class PHOTODOUBLE_OT_release_frames(bpy.types.Operator):
    """Keep no frames any more: the next take makes all of them"""

    bl_idname = "photodouble.release_frames"
    bl_label = "Release the Kept Frames"
    bl_options = {"REGISTER", "UNDO"}

    operation: bpy.props.EnumProperty(items=[(key, spec.label, spec.summary) for key, spec in SPECS.items()])

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Forget the frames that were kept."""
        keeping.release(props.state_of(context.scene, self.operation))
        return {"FINISHED"}


def _state(scene: Any, row: Any) -> Any:
    return props.state_of(scene, row.operation if row.operation in SPECS else "inpaint")


def _asked(scene: Any, name: str, then: Any, **given: Any) -> set[str]:
    """Ask for a task about the takes of a scene; what is wrong is shown beside the list."""

    def ask() -> None:
        settings, arguments = preferences.client_settings(), take_list.arguments(scene, **given)
        asking.ask_task(name, arguments, settings, then, take_list.refuse)

    return _tried(ask)


def _tried(wish: Any) -> set[str]:
    try:
        wish()
    except ArtistError as problem:
        take_list.refuse(problem)
        return {"CANCELLED"}
    return {"FINISHED"}


def _no_picture(path: str, problem: Exception) -> ArtistError:
    return ArtistError(
        "engine.no_take",
        "The picture cannot be shown",
        f"Blender cannot read {path}.",
        "Compare the take again: the picture is made anew.",
        detail=str(problem),
    )


def _not_in_take(row: Any) -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "The take has not this frame",
        f"{row.name} has the frames {row.frames}.",
        "Move the playhead onto one of them, and check 'Plate starts at'.",
    )


CLASSES = (
    PHOTODOUBLE_OT_refresh_takes,
    PHOTODOUBLE_OT_show_take,
    PHOTODOUBLE_OT_compare_take,
    PHOTODOUBLE_OT_decide,
    PHOTODOUBLE_OT_review_page,
    PHOTODOUBLE_OT_keep_frame,
    PHOTODOUBLE_OT_release_frames,
)
