"""Write a crowd as USD: a point instancer whose prototypes are the cards of the library.

`FILE.usda` holds nothing but two sublayers: `FILE.edits.usda`, in which people are taken out, is stronger
than `FILE.layout.usdc`, in which everybody stands. One prototype is one element at one of 16 moments of its
loop, mirrored or not, since an instance has no time of its own (UsdGeomPointInstancer, OpenUSD 26).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.storage import disk_error, disk_full
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.exchange.crowd import HandedOn, columns_of, words_of
from photodouble.ops.crowd.exchange.usd_card import set_stage, write_element
from photodouble_client.errors import ArtistError

BUCKETS = 16
"""So many moments of a loop have a prototype of their own."""
PEOPLE = "/Crowd/People"
SPACE = "photodouble:"
"""The namespace of our own primvars."""
KIND = "photodouble"
_LITTLE = 1 << 20
"""With fewer bytes than this a disk is full."""


def write_usd(crowd: HandedOn, path: Path) -> tuple[Path, ...]:
    """Write a crowd at `path` (.usda) and beside it; return every file written.

    Raises ArtistError `input.unsupported_format` where the USD library is missing or the name is no .usda.
    """
    usd()
    if path.suffix != ".usda":
        raise ArtistError(
            "input.unsupported_format",
            "That is no name for a USD crowd",
            f"{path.name} does not end in .usda.",
            "Choose a name such as crowd.usda.",
        )
    layout, edits = path.with_suffix(".layout.usdc"), path.with_suffix(".edits.usda")
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        cards = [write_element(crowd, element, path) for element in crowd.elements]
        _write_layout(crowd, layout, cards)
        _write_edits(crowd, edits)
        _write_root(crowd, path, (edits, layout))
    return (path, edits, layout, *cards)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell in plain words that a file could not be written; the USD library has exceptions of its own."""
    from pxr import Tf

    try:
        yield
    except (OSError, Tf.ErrorException) as error:
        known = disk_error(error, path) if isinstance(error, OSError) else None
        if known is None and shutil.disk_usage(path.parent).free < _LITTLE:
            known = disk_full(path, str(error))
        raise known or ArtistError(
            "input.unwritable_output",
            "The USD crowd cannot be written",
            f"{path} or a file beside it cannot be written.",
            "Choose another folder, or ask for permission to write in this one.",
            detail=str(error),
        ) from error


def usd() -> Any:
    """Return the USD library; raises ArtistError `input.unsupported_format` where it is not installed."""
    try:
        import pxr
    except ImportError:
        raise ArtistError(
            "input.unsupported_format",
            "USD needs an optional library",
            "The USD library is not installed here.",
            "Install the crowd extra, or hand the crowd on as cards.",
        ) from None
    return pxr


def bucket_of(offset: npt.NDArray[np.float64], length: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the bucket (N,) of offsets in card frames, given the length of each one's loop."""
    share = np.mod(offset, length) / length
    return np.minimum((share * BUCKETS).astype(np.int64), BUCKETS - 1)


def loop_lengths(elements: tuple[Element, ...]) -> npt.NDArray[np.int64]:
    """Return how many cards every element loops over, (K,)."""
    return np.array([one.loop_last - one.loop_first + 1 for one in elements], np.int64)


def _write_root(crowd: HandedOn, path: Path, layers: tuple[Path, ...]) -> None:
    from pxr import Sdf, Usd

    layer = Sdf.Layer.CreateNew(str(path), args={"format": "usda"})
    stage = Usd.Stage.Open(layer)
    set_stage(stage, crowd)
    for one in layers:
        layer.subLayerPaths.append(f"./{one.name}")
    stage.SetDefaultPrim(stage.GetPrimAtPath("/Crowd"))
    layer.Save()


def _write_edits(crowd: HandedOn, path: Path) -> None:
    from pxr import Sdf, Usd, UsdGeom, Vt

    stage = Usd.Stage.Open(Sdf.Layer.CreateNew(str(path), args={"format": "usda"}))
    people = UsdGeom.PointInstancer(stage.OverridePrim(PEOPLE))
    gone = crowd.agents.ident[~crowd.cast.present].view(np.int64)
    people.CreateInvisibleIdsAttr(Vt.Int64Array.FromNumpy(np.ascontiguousarray(gone)))
    stage.GetRootLayer().Save()


def _write_layout(crowd: HandedOn, path: Path, cards: list[Path]) -> None:
    from pxr import Gf, Sdf, Usd, UsdGeom, Vt

    stage = Usd.Stage.Open(Sdf.Layer.CreateNew(str(path), args={"format": "usdc"}))
    set_stage(stage, crowd)
    root = UsdGeom.Xform.Define(stage, "/Crowd")
    Usd.ModelAPI(root).SetKind("assembly")
    stage.SetDefaultPrim(root.GetPrim())
    people = UsdGeom.PointInstancer.Define(stage, PEOPLE)
    chosen, index = _prototypes(crowd)
    targets = [_define_prototype(stage, crowd, cards, place, one) for place, one in enumerate(chosen)]
    people.CreatePrototypesRel().SetTargets(targets)
    people.CreateProtoIndicesAttr(Vt.IntArray.FromNumpy(index.astype(np.int32)))
    people.CreatePositionsAttr(Vt.Vec3fArray.FromNumpy(crowd.cast.foot.astype(np.float32)))
    half = np.radians(crowd.yaw()) / 2
    turned = np.zeros((len(half), 4), np.float32)
    # The arrays of quaternions are i, j, k, real.
    turned[:, 1], turned[:, 3] = np.sin(half), np.cos(half)
    people.CreateOrientationsAttr(Vt.QuathArray.FromNumpy(turned.astype(np.float16)))
    people.CreateOrientationsfAttr(Vt.QuatfArray.FromNumpy(turned))
    scale = np.repeat(crowd.cast.scale[:, None], 3, axis=1).astype(np.float32)
    people.CreateScalesAttr(Vt.Vec3fArray.FromNumpy(scale))
    people.CreateIdsAttr(Vt.Int64Array.FromNumpy(np.ascontiguousarray(crowd.agents.ident.view(np.int64))))
    _write_columns(people, crowd)
    extent = extent_of(people, crowd.first)
    if extent is not None:
        people.CreateExtentAttr(Vt.Vec3fArray([Gf.Vec3f(*row) for row in extent.tolist()]))
    stage.GetRootLayer().Save()


def extent_of(people: Any, time: float) -> npt.NDArray[np.float32] | None:
    """Compute the extent (2, 3) of everybody who stands there; None where nobody does, or it is broken."""
    from pxr import Tf, UsdGeom

    try:
        found = UsdGeom.PointInstancer.ComputeExtentAtTime(people, time, time)
    except Tf.ErrorException:
        return None
    return None if found is None or len(found) != 2 else np.array(found, np.float32)


def column_name(name: str) -> str:
    """Return the primvar that keeps a column; no part of a name in USD may begin with a digit."""
    parts = name.split(".")
    return SPACE + ":".join(f"n{part}" if part[0].isdigit() else part for part in parts)


def _prototypes(crowd: HandedOn) -> tuple[list[tuple[int, int, bool]], npt.NDArray[np.int64]]:
    """Return the prototypes that are needed: element, bucket, mirrored; and the one of every agent, (N,)."""
    length = loop_lengths(crowd.elements)[crowd.cast.element]
    bucket = bucket_of(crowd.cast.offset, length)
    code = (crowd.cast.element.astype(np.int64) * BUCKETS + bucket) * 2 + crowd.cast.mirror
    every, index = np.unique(code, return_inverse=True)
    return [(int(one) // 2 // BUCKETS, int(one) // 2 % BUCKETS, bool(one % 2)) for one in every], index


def _define_prototype(
    stage: Any, crowd: HandedOn, cards: list[Path], place: int, chosen: tuple[int, int, bool]
) -> Any:
    from pxr import Sdf, UsdGeom

    element, bucket, mirrored = chosen
    facts = crowd.elements[element]
    name = f"p{place:05d}_{_plain(facts.name)}_{bucket:02d}{'_mirrored' if mirrored else ''}"
    prim = UsdGeom.Xform.Define(stage, f"{PEOPLE}/Prototypes/{name}").GetPrim()
    length = facts.loop_last - facts.loop_first + 1
    ahead = bucket * length / BUCKETS * crowd.rate / facts.rate
    prim.GetReferences().AddReference(
        f"./{cards[element].parent.name}/{cards[element].name}",
        "/Mirrored" if mirrored else "/Card",
        Sdf.LayerOffset(-ahead),
    )
    prim.SetCustomDataByKey(f"{KIND}:element", facts.name)
    prim.SetCustomDataByKey(f"{KIND}:bucket", bucket)
    prim.SetCustomDataByKey(f"{KIND}:mirrored", mirrored)
    return prim.GetPath()


def _write_columns(people: Any, crowd: HandedOn) -> None:
    """Keep every column, so that the very same crowd comes back."""
    from pxr import Sdf, UsdGeom, Vt

    types = {
        "f": (Sdf.ValueTypeNames.DoubleArray, np.float64, Vt.DoubleArray),
        "i": (Sdf.ValueTypeNames.Int64Array, np.int64, Vt.Int64Array),
        "u": (Sdf.ValueTypeNames.Int64Array, np.uint64, Vt.Int64Array),
        "b": (Sdf.ValueTypeNames.UCharArray, np.uint8, Vt.UCharArray),
    }
    api = UsdGeom.PrimvarsAPI(people.GetPrim())
    widths = {}
    for name, column in columns_of(crowd.agents, crowd.cast).items():
        kind, as_type, array = types[column.dtype.kind]
        widths[name] = column.shape[1] if column.ndim == 2 else 1
        flat = np.ascontiguousarray(column.astype(as_type)).reshape(-1)
        made = api.CreatePrimvar(column_name(name), kind, UsdGeom.Tokens.constant)
        made.Set(array.FromNumpy(flat.view(np.int64) if as_type is np.uint64 else flat))
    people.GetPrim().SetCustomDataByKey(
        KIND,
        json.dumps(
            {
                "schema": 1,
                "widths": widths,
                "words": words_of(crowd.agents, crowd.cast),
                "crowd": crowd.document.to_json(),
                "elements": [element.name for element in crowd.elements],
                "camera": list(crowd.camera),
                "rate": crowd.rate,
                "first": crowd.first,
                "last": crowd.last,
            }
        ),
    )


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name)
