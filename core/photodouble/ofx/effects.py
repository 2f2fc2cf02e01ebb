"""Effects, clips and pictures as a plug-in meets them (manual, "Image Effect Suite", "Images and Clips")."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field

from photodouble.ofx.abi import EFFECT_CALLS, Status, Suite, write_double, write_pointer
from photodouble.ofx.conduct import Handles, Refused, Witness
from photodouble.ofx.parameters import ParameterSet
from photodouble.ofx.pictures import Box, Picture
from photodouble.ofx.properties import PropertySet, Value
from photodouble.ofx.vocabulary import CLIP, CLIP_DESCRIBED, IMAGE

RENDER, DESCRIBE_IN_CONTEXT = "OfxImageEffectActionRender", "OfxImageEffectActionDescribeInContext"
SOURCE, MATTE, OUTPUT = "Source", "Matte", "Output"


@dataclass(eq=False)
class Clip:
    """One input or the output of an effect."""

    name: str
    properties: PropertySet
    handle: int = 0
    region: tuple[float, float, float, float] | None = None  # outside render, where the host knows it


@dataclass(eq=False)
class Effect:
    """A described effect, or an instance of it: properties, controls, clips."""

    properties: PropertySet
    parameters: ParameterSet
    clips: dict[str, Clip] = field(default_factory=dict)
    is_instance: bool = False
    handle: int = 0


@dataclass(eq=False)
class Image:
    """A picture in a plug-in's hands, until it is released."""

    clip: str
    properties: PropertySet


@dataclass(eq=False)
class Rendering:
    """One render under way: what each clip gives at the one time that may be asked for."""

    time: float
    window: Box
    pictures: dict[str, Picture | None]
    image_values: Callable[[str, Picture], dict[str, tuple[Value, ...]]]
    region: tuple[float, float, float, float]
    null_pictures: bool = False  # a clip without picture gives an image whose data is NULL, not a refusal
    abort_after: int | None = None
    between: Callable[[], None] | None = (
        None  # what happens elsewhere whenever the node asks whether to go on
    )
    aborts_asked: int = 0
    images: dict[int, Image] = field(default_factory=dict)
    fetched: int = 0

    @property
    def is_aborted(self) -> bool:
        """Say whether the plug-in was told to stop."""
        return self.abort_after is not None and self.aborts_asked > self.abort_after


class EffectSuite:
    """OfxImageEffectSuiteV1."""

    def __init__(self, handles: Handles, witness: Witness) -> None:
        self._handles = handles
        self._witness = witness
        self._memory: dict[int, ctypes.Array[ctypes.c_char]] = {}
        self.suite = Suite(EFFECT_CALLS, self._function)

    @property
    def kept_memory(self) -> int:
        """Return how many pieces of memory the plug-in never gave back."""
        return len(self._memory)

    def _function(self, name: str) -> Callable[..., int]:
        return self._witness.watched("effect", getattr(self, f"_{name}"), name)

    def _property_set(self, handle: int | None, place: int) -> None:
        write_pointer(place, self._handles.thing(handle, Effect).properties.handle)

    def _parameter_set(self, handle: int | None, place: int) -> None:
        write_pointer(place, self._handles.thing(handle, Effect).parameters.handle)

    def _clip_define(self, handle: int | None, name: bytes, place: int | None) -> None:
        effect, word = self._handles.thing(handle, Effect), name.decode()
        if effect.is_instance or self._witness.action != DESCRIBE_IN_CONTEXT:
            raise Refused(Status.BAD_HANDLE, "a clip is defined outside describe in context")
        if word in effect.clips:
            raise Refused(Status.EXISTS, f"clip {word} is defined twice")
        properties = PropertySet(
            f"clip {word}", CLIP, {"OfxPropName": (word,), "OfxPropType": ("OfxTypeClip",)}
        )
        properties.writable = CLIP_DESCRIBED.__contains__
        properties.handle = self._handles.give(properties)
        effect.clips[word] = Clip(word, properties)
        if place:
            write_pointer(place, properties.handle)

    def _clip_handle(self, handle: int | None, name: bytes, place: int, properties: int | None) -> None:
        effect, word = self._handles.thing(handle, Effect), name.decode()
        if not effect.is_instance:
            raise Refused(Status.BAD_HANDLE, "a clip's handle is asked for while it is described")
        clip = effect.clips.get(word)
        if clip is None:
            raise Refused(Status.UNKNOWN, f"this context has no clip {word}")
        write_pointer(place, clip.handle)
        if properties:
            write_pointer(properties, clip.properties.handle)

    def _clip_property_set(self, handle: int | None, place: int) -> None:
        write_pointer(place, self._handles.thing(handle, Clip).properties.handle)

    def _rendering(self) -> Rendering:
        if not self._witness.here.renders:
            raise Refused(Status.FAILED, "pictures are asked for outside render")
        rendering: Rendering = self._witness.here.renders[-1]
        return rendering

    def _clip_image(self, handle: int | None, time: float, region: int | None, place: int) -> None:
        clip, rendering = self._handles.thing(handle, Clip), self._rendering()
        write_pointer(place, 0xDEAD)  # what a refusal leaves in the plug-in's hands is no picture
        if self._witness.action != RENDER:
            raise Refused(Status.FAILED, "pictures are asked for outside render")
        if time != rendering.time:
            raise Refused(Status.FAILED, f"clip {clip.name} is asked for another frame than the one rendered")
        picture = rendering.pictures.get(clip.name)
        if picture is None and not rendering.null_pictures:
            raise Refused(Status.FAILED)
        nothing: dict[str, tuple[Value, ...]] = {"OfxPropType": ("OfxTypeImage",), "OfxImagePropData": (0,)}
        values = nothing if picture is None else rendering.image_values(clip.name, picture)
        properties = PropertySet(f"the picture of {clip.name}", IMAGE, values)
        properties.handle = self._handles.give(properties)
        rendering.images[properties.handle] = Image(clip.name, properties)
        rendering.fetched += 1
        write_pointer(place, properties.handle)

    def _clip_release(self, handle: int | None) -> None:
        self._handles.thing(handle, PropertySet)
        rendering = self._rendering()
        if rendering.images.pop(handle or 0, None) is None:
            raise Refused(Status.BAD_HANDLE, "what is released is no picture of this render")
        self._handles.end(handle or 0)

    def _clip_region(self, handle: int | None, time: float, place: int) -> None:
        clip = self._handles.thing(handle, Clip)
        region = self._rendering().region if self._witness.here.renders else clip.region
        if region is None:
            raise Refused(Status.FAILED)
        for index, edge in enumerate(region):
            write_double(place, edge, index)

    def _abort(self, handle: int | None) -> int:
        effect = self._handles.thing(handle, Effect)
        if not effect.is_instance or not self._witness.here.renders:
            return 0
        rendering = self._rendering()
        rendering.aborts_asked += 1
        if rendering.between is not None:
            rendering.between()
        return int(rendering.is_aborted)

    def _memory_alloc(self, handle: int | None, size: int, place: int) -> None:
        buffer = ctypes.create_string_buffer(max(size, 1))
        key = self._handles.give(buffer)
        self._memory[key] = buffer
        write_pointer(place, key)

    def _memory_free(self, handle: int | None) -> None:
        if self._memory.pop(handle or 0, None) is None:
            raise Refused(Status.BAD_HANDLE, "memory is given back that was not taken")
        self._handles.end(handle or 0)

    def _memory_lock(self, handle: int | None, place: int) -> None:
        buffer = self._memory.get(handle or 0)
        if buffer is None:
            raise Refused(Status.BAD_HANDLE, "memory is locked that was not taken")
        write_pointer(place, ctypes.addressof(buffer))

    def _memory_unlock(self, handle: int | None) -> None:
        if handle not in self._memory:
            raise Refused(Status.BAD_HANDLE, "memory is unlocked that was not taken")
