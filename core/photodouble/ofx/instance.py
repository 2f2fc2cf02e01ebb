"""One node in a project: make it, change its controls, press its buttons, render it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from photodouble.ofx.effects import OUTPUT, SOURCE, Clip, Effect
from photodouble.ofx.frames import Frame, Rendered, Wish
from photodouble.ofx.messages import Message
from photodouble.ofx.parameters import BUTTON, end_parameters, instance_parameters
from photodouble.ofx.pictures import Pixels
from photodouble.ofx.profiles import ALPHA, FLOAT, RGBA
from photodouble.ofx.properties import PropertySet, Value, answers
from photodouble.ofx.vocabulary import ARGUMENTS, CLIP, CLIP_PREFERENCES, INSTANCE, INSTANCE_WRITABLE

if TYPE_CHECKING:
    from photodouble.ofx.host import Host

_MOST_CHANGES = 16  # changes that follow from one another; more is a circle


@dataclass(frozen=True)
class Project:
    """The project a node is in: its size in pixels (0, 0 where it is not known), how much wider they are."""

    size: tuple[int, int] = (0, 0)
    pixel_aspect: float = 1.0

    @property
    def extent(self) -> tuple[float, float]:
        """Return the size in the manual's canonical coordinates."""
        return self.size[0] * self.pixel_aspect, float(self.size[1])


class Instance:
    """A node with its controls; a context manager, as a node has an end."""

    def __init__(
        self, host: Host, described: Effect, context: str, values: Mapping[str, Value], project: Project
    ) -> None:
        self.host, self.context, self.was_identity = host, context, False
        self.handles, self.witness = host.handles, host.witness
        self.project, self._changes = project, 0
        self.playhead = 0.0
        told = self._instance_values(context)
        properties = PropertySet("the instance", INSTANCE, told, writable=INSTANCE_WRITABLE.__contains__)
        properties.handle = self.handles.give(properties)
        parameters = instance_parameters(described.parameters, values, self.handles, "the instance")
        self.effect = Effect(properties, parameters, is_instance=True)
        self.effect.handle = self.handles.give(self.effect)
        parameters.on_change = self._changed_by_node
        for name, clip in described.clips.items():
            self.effect.clips[name] = self._clip(name, clip)
        self.ask("OfxActionCreateInstance", is_answer_needed=host.profile.is_answer_needed)
        self._survey_clips()

    def _instance_values(self, context: str) -> dict[str, tuple[Value, ...]]:
        width, height = self.project.extent
        told: dict[str, tuple[Value, ...]] = {
            "OfxPropType": (self.host.profile.instance_type,),
            "OfxImageEffectPropContext": (context,),
            "OfxPropInstanceData": (0,),
            "OfxImageEffectPropPluginHandle": (0,),
            "OfxImageEffectPropProjectSize": (width, height),
            "OfxImageEffectPropProjectExtent": (width, height),
            "OfxImageEffectPropProjectOffset": (0.0, 0.0),
            "OfxImageEffectPropPixelAspectRatio": (self.project.pixel_aspect,),
            "OfxImageEffectPropFrameRate": (24.0,),
            "OfxImageEffectInstancePropEffectDuration": (1000.0,),
            "OfxImageEffectInstancePropSequentialRender": (0,),
            "OfxPropIsInteractive": (1,),
        }
        return {
            name: value for name, value in told.items() if name not in self.host.profile.missing_on_instance
        }

    def _clip(self, name: str, described: Clip) -> Clip:
        is_matte = bool(described.properties.number("OfxImageClipPropIsMask"))
        is_connected = name in (SOURCE, OUTPUT) or self.host.profile.claims_connected
        told = {
            **described.properties.values,
            "OfxImageClipPropConnected": (int(is_connected),),
            "OfxImageEffectPropComponents": (ALPHA if is_matte else RGBA,),
            "OfxImageEffectPropPixelDepth": (FLOAT if is_connected else "OfxBitDepthNone",),
            "OfxImageEffectPropPreMultiplication": ("OfxImageAlphaUnPremultiplied",),
            "OfxImagePropPixelAspectRatio": (self.project.pixel_aspect,),
            "OfxImageEffectPropFrameRate": (24.0,),
            "OfxImageEffectPropFrameRange": (0.0, 999.0),
            "OfxImageClipPropContinuousSamples": (0,),
            "OfxImageClipPropFieldOrder": ("OfxFieldNone",),
        }
        clip = Clip(name, PropertySet(f"clip {name}", CLIP, told))
        clip.properties.handle = self.handles.give(clip.properties)
        clip.handle = self.handles.give(clip)
        clip.region = (0.0, 0.0, *self.project.extent) if any(self.project.size) else None
        return clip

    def __enter__(self) -> Instance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ask("OfxActionDestroyInstance", is_answer_needed=self.host.profile.is_answer_needed)
        end_parameters(self.effect.parameters, self.handles)
        for clip in self.effect.clips.values():
            self.handles.end(clip.handle)
            self.handles.end(clip.properties.handle)
        self.handles.end(self.effect.properties.handle)
        self.handles.end(self.effect.handle)

    @property
    def keeps_state(self) -> bool:
        """Say whether the node hung data of its own on the instance."""
        return "OfxPropInstanceData" in self.effect.properties.written

    @property
    def messages(self) -> tuple[Message, ...]:
        """Return what this node said to the user."""
        return tuple(one for one in self.host.messages if one.effect == self.effect.handle)

    @property
    def standing_message(self) -> str:
        """Return the message that stays on the node, or nothing."""
        return self.host.standing_message(self.effect.handle)

    def value(self, name: str) -> Value:
        """Return a control's value."""
        return self.effect.parameters.parameters[name].value

    def set(self, name: str, value: Value) -> None:
        """Set a control as a user does; ValueError if it does not take the value."""
        parameter = self.effect.parameters.parameters[name]
        parameter.value = parameter.taken(value)
        self._change(name, "OfxTypeParameter", "OfxChangeUserEdited")

    def press(self, name: str) -> None:
        """Press a button."""
        if self.effect.parameters.parameters[name].kind != BUTTON:
            raise ValueError(f"{name} is no button")
        self._change(name, "OfxTypeParameter", "OfxChangeUserEdited")

    def connect(self, name: str = SOURCE) -> None:
        """Tell the node that a clip has changed, as hosts do that connect clips after making the node."""
        self._change(name, "OfxTypeClip", "OfxChangeUserEdited")

    def _changed_by_node(self, name: str) -> None:
        self._changes += 1
        if self._changes > _MOST_CHANGES:
            self.witness.complain(f"{name}: changes follow one another without end")
            return
        self._change(name, "OfxTypeParameter", "OfxChangePluginEdited")

    def _change(self, name: str, kind: str, reason: str) -> None:
        told: dict[str, tuple[Value, ...]] = {"OfxPropChangeReason": (reason,)}
        if reason == "OfxChangeUserEdited":
            self._changes = 0
            self.ask("OfxActionBeginInstanceChanged", told)
        whole = told | {"OfxPropType": (kind,), "OfxPropName": (name,), "OfxPropTime": (self.playhead,)}
        self.ask("OfxActionInstanceChanged", whole | {"OfxImageEffectPropRenderScale": (1.0, 1.0)})
        if reason == "OfxChangeUserEdited":
            self.ask("OfxActionEndInstanceChanged", told)

    def ask(
        self,
        action: str,
        given: Mapping[str, tuple[Value, ...]] | None = None,
        answer: PropertySet | None = None,
        *,
        is_answer_needed: bool = False,
    ) -> int:
        arguments = (
            None if given is None else PropertySet(f"the arguments of {action}", ARGUMENTS, dict(given))
        )
        status = self.host.act(action, self.effect.handle, arguments, answer)
        self.host.expect(status, action, is_answer_needed=is_answer_needed)
        return status

    def _survey_clips(self) -> None:
        """Ask for the clip preferences, once after making and whenever a control may have changed them."""
        rules = {
            name: ARGUMENTS[name]
            for name in (
                "OfxImageEffectPropFrameRate",
                "OfxImageClipPropFieldOrder",
                "OfxImageEffectPropPreMultiplication",
                "OfxImageClipPropContinuousSamples",
                "OfxImageEffectFrameVarying",
            )
        }
        for clip in self.effect.clips:
            rules.update({prefix + clip: rule for prefix, rule in CLIP_PREFERENCES.items()})
        answer = answers("clip preferences", rules, {})
        self.ask("OfxImageEffectActionGetClipPreferences", None, answer)
        self.is_frame_varying = bool(answer.number("OfxImageEffectFrameVarying"))
        if answer.text("OfxImageClipPropDepth_Output") not in ("", FLOAT):
            self.witness.complain("the output is asked for in another depth than the node works in")

    def render(
        self,
        source: Pixels,
        matte: Pixels | None = None,
        **asked: Any,
    ) -> Pixels:
        """Render one frame and return it, (H, W, 4), row 0 at the top; `asked` are fields of `Wish`."""
        rendered = self.rendered(source, Wish(**asked), matte)
        self.was_identity = rendered.was_identity
        return rendered.pixels

    def rendered(self, source: Pixels | None, wish: Wish, matte: Pixels | None = None) -> Rendered:
        """Render one frame of `source` (H, W, 4) and `matte` (H, W), either of which a host may not have."""
        return Frame(self, wish).render(source, matte)
