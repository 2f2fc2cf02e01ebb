"""The card of one element as USD: a rectangle in metres, foot at the origin, its pictures over time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.exchange.crowd import HandedOn


def write_element(crowd: HandedOn, element: Element, path: Path) -> Path:
    """Write the card of an element: a rectangle in metres, foot at the origin, its pictures over time."""
    from pxr import Sdf, Usd, UsdGeom

    folder = path.parent / f"{path.stem}.cards"
    folder.mkdir(exist_ok=True)
    target = folder / f"{element.name}.usda"
    stage = Usd.Stage.Open(Sdf.Layer.CreateNew(str(target), args={"format": "usda"}))
    set_stage(stage, crowd)
    for root, mirrored in (("/Card", False), ("/Mirrored", True)):
        UsdGeom.Xform.Define(stage, root)
        _rectangle(stage, root, element, mirrored)
        _material(stage, root, crowd, element, folder)
    stage.SetDefaultPrim(stage.GetPrimAtPath("/Card"))
    stage.GetRootLayer().Save()
    return target


def _rectangle(stage: Any, root: str, element: Element, mirrored: bool) -> None:
    from pxr import Gf, Sdf, UsdGeom

    (width, height), (x, y), ppm = element.size, element.foot, element.pixels_per_metre
    left, right = -x / ppm, (width - x) / ppm
    low, high = (y - height) / ppm, y / ppm
    if mirrored:
        left, right = -right, -left
    mesh = UsdGeom.Mesh.Define(stage, f"{root}/Rectangle")
    corners = [
        Gf.Vec3f(left, low, 0),
        Gf.Vec3f(right, low, 0),
        Gf.Vec3f(right, high, 0),
        Gf.Vec3f(left, high, 0),
    ]
    mesh.CreatePointsAttr(corners)
    mesh.CreateFaceVertexCountsAttr([4])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2, 3])
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateDoubleSidedAttr(True)
    mesh.CreateExtentAttr([corners[0], corners[2]])
    ends = [(0, 0), (1, 0), (1, 1), (0, 1)]
    st = [Gf.Vec2f(1 - u if mirrored else u, v) for u, v in ends]
    made = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar(
        "st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.varying
    )
    made.Set(st)


def _material(stage: Any, root: str, crowd: HandedOn, element: Element, folder: Path) -> None:
    from pxr import Sdf, UsdShade

    material = UsdShade.Material.Define(stage, f"{root}/Material")
    surface = UsdShade.Shader.Define(stage, f"{root}/Material/Surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    picture = UsdShade.Shader.Define(stage, f"{root}/Material/Picture")
    picture.CreateIdAttr("UsdUVTexture")
    place = UsdShade.Shader.Define(stage, f"{root}/Material/Place")
    place.CreateIdAttr("UsdPrimvarReader_float2")
    place.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    place.CreateOutput("result", Sdf.ValueTypeNames.Float2)
    picture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(place.ConnectableAPI(), "result")
    picture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("raw")
    _pictures(picture.CreateInput("file", Sdf.ValueTypeNames.Asset), crowd, element, folder)
    picture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)
    picture.CreateOutput("a", Sdf.ValueTypeNames.Float)
    black = surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    black.Set((0, 0, 0))
    surface.CreateInput("emissiveColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(
        picture.ConnectableAPI(), "rgb"
    )
    surface.CreateInput("opacity", Sdf.ValueTypeNames.Float).ConnectToSource(picture.ConnectableAPI(), "a")
    surface.CreateOutput("surface", Sdf.ValueTypeNames.Token)
    material.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")
    mesh = stage.GetPrimAtPath(f"{root}/Rectangle")
    UsdShade.MaterialBindingAPI.Apply(mesh).Bind(material)


def _pictures(given: Any, crowd: HandedOn, element: Element, folder: Path) -> None:
    """Set the picture of every card over the take and one loop more, for the prototypes that begin later."""
    from photodouble.ops.crowd.library_cards import card_path

    length, step = element.loop_last - element.loop_first + 1, crowd.rate / element.rate
    before = int(np.ceil(length * step))
    for number in range(int(np.ceil((crowd.last - crowd.first + 2 * before) / step)) + 1):
        card = card_path(crowd.library, element, element.loop_first + number % length)
        name = Path(os.path.relpath(card, folder)).as_posix()
        given.Set(f"./{name}", crowd.first + number * step)


def set_stage(stage: Any, crowd: HandedOn) -> None:
    """Give a stage its axis, unit, rate and range."""
    from pxr import UsdGeom

    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    stage.SetTimeCodesPerSecond(crowd.rate)
    stage.SetFramesPerSecond(crowd.rate)
    stage.SetStartTimeCode(crowd.first)
    stage.SetEndTimeCode(crowd.last)
