"""One frame rendered by a node: what hosts ask before, the render, and what it left behind.

Order of calls: manual, "Rendering", "Rendering and The Get Region Actions".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photodouble.ofx.abi import Status
from photodouble.ofx.effects import MATTE, OUTPUT, RENDER, SOURCE, Rendering
from photodouble.ofx.pictures import PLAIN, Box, Layout, Picture, Pixels
from photodouble.ofx.profiles import ALPHA, FLOAT, RGBA
from photodouble.ofx.properties import PropertySet, Value, answers
from photodouble.ofx.vocabulary import ARGUMENTS, Rule

if TYPE_CHECKING:
    from photodouble.ofx.instance import Instance


@dataclass(frozen=True)
class Wish:
    """How one frame is asked for: when, where, and what the host plays on the way.

    `window` is in the pictures' own coordinates, y upwards. `output_layout` and `output_size` are for an
    output that is not where the source is (overscan). `told_scale` is what the arguments say instead of the
    true scale.
    """

    time: float = 0.0
    source_frame: int | None = None
    window: Box | None = None
    scale: float = 1.0
    told_scale: float | None = None
    layout: Layout = PLAIN
    output_layout: Layout | None = None
    output_size: tuple[int, int] | None = None
    null_pictures: bool | None = None
    abort_after: int | None = None
    between: Callable[[], None] | None = None
    images_without: tuple[str, ...] = ()
    colourspace: str = ""


@dataclass(frozen=True)
class Rendered:
    """What came of it. `pixels` is (H, W, 4), row 0 at the top; NaN where nobody wrote."""

    pixels: Pixels
    status: int
    was_identity: bool = False
    was_aborted: bool = False


class Frame:
    """One frame asked of a node."""

    def __init__(self, node: Instance, wish: Wish) -> None:
        self._node, self._wish = node, wish

    def render(self, source: Pixels | None, matte: Pixels | None) -> Rendered:
        """Render one frame of `source` (H, W, 4) and `matte` (H, W), either of which a host may not have."""
        wish = self._wish
        self._check(wish)
        rendering = self._new_rendering(source, wish, matte)
        given = self._render_arguments(wish, rendering)
        self._node.witness.here.renders.append(rendering)
        try:
            self._survey(rendering, given)
            if self._is_identity(rendering, given):
                assert source is not None
                return Rendered(np.array(source, np.float32), Status.OK, was_identity=True)
            return self._render(rendering, wish, given)
        finally:
            self._node.witness.here.renders.pop()

    def _check(self, wish: Wish) -> None:
        """Raise ValueError for what this host never does."""
        profile = self._node.host.profile
        layouts = [wish.layout, wish.output_layout or wish.layout]
        if profile.bounds_are_the_format and any(layout.origin != (0, 0) for layout in layouts):
            raise ValueError(f"pictures of {profile.name} begin at 0, 0")
        if wish.source_frame is not None and not profile.gives_source_frame:
            raise ValueError(f"{profile.name} does not tell the frame of the source")

    def _new_rendering(self, source: Pixels | None, wish: Wish, matte: Pixels | None) -> Rendering:
        pictures: dict[str, Picture | None] = {SOURCE: None, MATTE: None}
        size = wish.output_size
        if source is not None:
            pictures[SOURCE] = Picture.of(source, wish.layout)
            size = size or (source.shape[1], source.shape[0])
        if matte is not None:
            pictures[MATTE] = Picture.of(matte[..., None], wish.layout)
        if MATTE in self._node.effect.clips and (
            matte is not None or not self._node.host.profile.claims_connected
        ):
            self._node.effect.clips[MATTE].properties.values["OfxImageClipPropConnected"] = (
                int(matte is not None),
            )
        assert size is not None
        output = Picture.empty(*size, wish.output_layout or wish.layout)
        pictures[OUTPUT] = output
        null = self._node.host.profile.claims_connected if wish.null_pictures is None else wish.null_pictures
        x1, y1, x2, y2 = (edge / wish.scale for edge in (pictures[SOURCE] or output).bounds)
        wide = self._node.project.pixel_aspect
        self._tell_space(wish, size)
        return Rendering(
            wish.time,
            wish.window or output.bounds,
            pictures,
            lambda name, picture: self._image_values(wish, name, picture),
            (x1 * wide, y1, x2 * wide, y2),
            null_pictures=null,
            abort_after=wish.abort_after,
            between=wish.between,
        )

    def _tell_space(self, wish: Wish, size: tuple[int, int]) -> None:
        values = self._node.effect.properties.values
        if not any(values["OfxImageEffectPropProjectSize"]):
            width, height = (float(round(edge / wish.scale)) for edge in size)
            whole = (width * self._node.project.pixel_aspect, height)
            values["OfxImageEffectPropProjectSize"] = values["OfxImageEffectPropProjectExtent"] = whole
        if wish.colourspace:
            self._node.effect.clips[SOURCE].properties.values["OfxImageClipPropColourspace"] = (
                wish.colourspace,
            )

    def _image_values(self, wish: Wish, name: str, picture: Picture) -> dict[str, tuple[Value, ...]]:
        scales = {"same": wish.scale, "inverse": 1.0 / wish.scale, "nothing": None}
        scale = scales[self._node.host.profile.image_scale]
        told: dict[str, tuple[Value, ...]] = {
            "OfxPropType": ("OfxTypeImage",),
            "OfxImagePropData": (picture.address,),
            "OfxImagePropBounds": picture.bounds,
            "OfxImagePropRegionOfDefinition": picture.bounds,
            "OfxImagePropRowBytes": (picture.row_bytes,),
            "OfxImagePropPixelAspectRatio": (self._node.project.pixel_aspect,),
            "OfxImagePropField": ("OfxFieldNone",),
            "OfxImagePropUniqueIdentifier": (f"{name} at {wish.time}",),
            "OfxImageEffectPropComponents": (RGBA if picture.channels == 4 else ALPHA,),
            "OfxImageEffectPropPixelDepth": (FLOAT,),
            "OfxImageEffectPropPreMultiplication": ("OfxImageAlphaUnPremultiplied",),
        }
        if scale is not None:
            told["OfxImageEffectPropRenderScale"] = (scale, scale)
        return {key: value for key, value in told.items() if key not in wish.images_without}

    def _render_arguments(self, wish: Wish, rendering: Rendering) -> dict[str, tuple[Value, ...]]:
        scale = wish.scale if wish.told_scale is None else wish.told_scale
        return {
            "OfxPropTime": (wish.time,),
            "OfxImageEffectPropFieldToRender": ("OfxFieldNone",),
            "OfxImageEffectPropRenderWindow": rendering.window,
            "OfxImageEffectPropRenderScale": (scale, scale),
        }

    def _survey(self, rendering: Rendering, given: dict[str, tuple[Value, ...]]) -> None:
        """Ask what hosts ask before a frame: its region, what it needs of its inputs, and when."""
        action = "OfxImageEffectActionGetRegionOfDefinition"
        rule = {"OfxImageEffectPropRegionOfDefinition": ARGUMENTS["OfxImageEffectPropRegionOfDefinition"]}
        answer = answers(action, rule, {"OfxImageEffectPropRegionOfDefinition": rendering.region})
        timed = {name: given[name] for name in ("OfxPropTime", "OfxImageEffectPropRenderScale")}
        self._node.ask(action, timed, answer)
        action = "OfxImageEffectActionGetRegionsOfInterest"
        rules = {f"OfxImageClipPropRoI_{name}": Rule("double", 4) for name in self._node.effect.clips}
        wanted = timed | {"OfxImageEffectPropRegionOfInterest": rendering.region}
        self._node.ask(action, wanted, answers(action, rules, {}))
        action = "OfxImageEffectActionGetFramesNeeded"
        frames = {f"OfxImageClipPropFrameRange_{name}": Rule("double", 0) for name in self._node.effect.clips}
        self._node.ask(action, {"OfxPropTime": given["OfxPropTime"]}, answers(action, frames, {}))

    def _is_identity(self, rendering: Rendering, given: dict[str, tuple[Value, ...]]) -> bool:
        action = "OfxImageEffectActionIsIdentity"
        rules = {name: ARGUMENTS[name] for name in ("OfxPropName", "OfxPropTime")}
        answer = answers(action, rules, {"OfxPropName": ("",), "OfxPropTime": given["OfxPropTime"]})
        if self._node.ask(action, given, answer) != Status.OK:
            return False
        clip = answer.text("OfxPropName")
        if clip != SOURCE or answer.number("OfxPropTime") != rendering.time:
            self._node.witness.complain(
                f"identity is said to be {clip or 'no clip'} at {answer.number('OfxPropTime')}"
            )
        return rendering.pictures[SOURCE] is not None

    def _render(self, rendering: Rendering, wish: Wish, given: dict[str, tuple[Value, ...]]) -> Rendered:
        sequence: dict[str, tuple[Value, ...]] = {
            "OfxImageEffectPropFrameRange": (wish.time, wish.time),
            "OfxImageEffectPropFrameStep": (1.0,),
            "OfxPropIsInteractive": (0,),
            "OfxImageEffectPropRenderScale": given["OfxImageEffectPropRenderScale"],
            "OfxImageEffectPropSequentialRenderStatus": (0,),
            "OfxImageEffectPropInteractiveRenderStatus": (0,),
        }
        self._node.ask("OfxImageEffectActionBeginSequenceRender", sequence)
        told = given | {
            "OfxImageEffectPropSequentialRenderStatus": (0,),
            "OfxImageEffectPropInteractiveRenderStatus": (0,),
            "OfxImageEffectPropRenderQualityDraft": (0,),
        }
        if wish.source_frame is not None:
            told["OfxImageEffectPropSrcFrame"] = (wish.source_frame,)
        arguments = PropertySet("the arguments of render", ARGUMENTS, told)
        status = self._node.host.act(RENDER, self._node.effect.handle, arguments)
        self._inspect(rendering, status)
        self._node.ask("OfxImageEffectActionEndSequenceRender", sequence)
        output = rendering.pictures[OUTPUT]
        assert output is not None
        return Rendered(output.pixels(), status, was_aborted=rendering.is_aborted)

    def _inspect(self, rendering: Rendering, status: int) -> None:
        """Write down what render left behind: pictures not released, pixels that were not its own."""
        for handle, image in rendering.images.items():
            self._node.handles.end(handle)
            self._node.witness.complain(f"render kept a picture of {image.clip}")
        rendering.images.clear()
        for name in (SOURCE, MATTE):
            picture = rendering.pictures[name]
            if picture is not None and picture.is_changed():
                self._node.witness.complain(f"render wrote into the picture of {name}")
        output = rendering.pictures[OUTPUT]
        assert output is not None
        if output.is_left(rendering.window):
            self._node.witness.complain("render wrote outside its window")
        if status == Status.OK and not rendering.is_aborted and output.unwritten(rendering.window):
            self._node.witness.complain("render left pixels of its window unwritten")
        if status != Status.OK and not rendering.is_aborted and rendering.pictures[SOURCE] is not None:
            self._node.witness.complain(f"render answered {status}")
