"""Check a USD crowd: the library's own validators find nothing wrong with broken point instancers.

Each rule is one way in which a crowd vanishes or changes in another program without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.exchange.usd_write import extent_of, usd
from photodouble_client.errors import ArtistError

_SAME_TURN = 0.004
"""Halves hold a quaternion to about this much."""
_ROOM = 10.0
"""Metres that a person on a card may reach from the foot, at most."""
_SLACK = 0.02
"""Metres by which an extent may differ."""


def check_usd(path: Path) -> tuple[str, ...]:
    """Say in one sentence each what is wrong with a USD crowd; nothing where it is sound.

    Raises ArtistError `input.corrupt_file` for a file that is no USD, `input.missing_sequence` for none.
    """
    stage = open_stage(path)
    return tuple(_problems(stage))


def open_stage(path: Path) -> Any:
    """Open a USD file; raises ArtistError `input.corrupt_file` or `input.missing_sequence`."""
    usd()
    from pxr import Tf, Usd

    if not path.is_file():
        raise ArtistError(
            "input.missing_sequence",
            "The USD crowd was not found",
            f"There is no file {path}.",
            "Check the folder and the spelling.",
        )
    try:
        return Usd.Stage.Open(str(path))
    except Tf.ErrorException as error:
        raise ArtistError(
            "input.corrupt_file",
            "The USD crowd cannot be read",
            f"{path.name} is no USD file, or it is damaged.",
            "Write it again.",
            detail=str(error),
        ) from None


def instancers(stage: Any) -> list[Any]:
    """Return every point instancer of a stage."""
    from pxr import UsdGeom

    return [UsdGeom.PointInstancer(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.PointInstancer)]


def _problems(stage: Any) -> Iterator[str]:
    from pxr import UsdGeom

    root = stage.GetRootLayer()
    if not stage.GetDefaultPrim():
        yield "The file has no default prim, so it cannot be referenced."
    if not stage.HasAuthoredMetadata(UsdGeom.Tokens.upAxis):
        yield "The file does not say which axis is up."
    if not stage.HasAuthoredMetadata(UsdGeom.Tokens.metersPerUnit):
        yield "The file does not say how long a unit is."
    for name in root.subLayerPaths:
        if not _found(root, name):
            yield f"The sublayer {name} is not there."
    found = instancers(stage)
    if not found:
        yield "There is no point instancer in the file, so there is no crowd."
    for people in found:
        yield from _of_instancer(stage, people)


def _of_instancer(stage: Any, people: Any) -> Iterator[str]:
    name, time = people.GetPath(), stage.GetStartTimeCode()
    index = _array(people.GetProtoIndicesAttr(), time)
    count = len(index)
    positions = _array(people.GetPositionsAttr(), time).reshape(-1, 3)
    ids = _array(people.GetIdsAttr(), time)
    if len(positions) != count:
        yield f"{name} has {len(positions)} positions for {count} people: nobody would be drawn."
    if not np.isfinite(positions).all():
        yield f"{name} has a position that is no number."
    if people.GetIdsAttr().HasAuthoredValue():
        if len(ids) != count:
            yield f"{name} has {len(ids)} ids for {count} people."
        if len(np.unique(ids)) != len(ids):
            yield f"{name} gives one id to two people."
    else:
        yield f"{name} has no ids, so nobody can be named or taken out."
    yield from _turns(people, name, count, time)
    yield from _prototypes(stage, people, name, index)
    gone = _array(people.GetInvisibleIdsAttr(), time)
    if len(ids) and len(gone) and not np.isin(gone, ids).all():
        yield f"{name} takes out people who are not there."
    yield from _extent(people, name, time, count == len(positions) and bool(np.isfinite(positions).all()))


def _turns(people: Any, name: Any, count: int, time: float) -> Iterator[str]:
    halves, floats = people.GetOrientationsAttr(), people.GetOrientationsfAttr()
    first, second = _array(halves, time).reshape(-1, 4), _array(floats, time).reshape(-1, 4)
    scales = _array(people.GetScalesAttr(), time).reshape(-1, 3)
    for what, rows in (("orientations", first), ("orientationsf", second), ("scales", scales)):
        if len(rows) not in (0, count):
            yield f"{name} has {len(rows)} {what} for {count} people."
        if not np.isfinite(rows).all():
            yield f"{name} has {what} that are no numbers."
    if len(second) and not len(first):
        yield f"{name} has orientationsf alone, which some programs do not read."
    if len(first) and len(first) == len(second) and np.abs(first - second).max() > _SAME_TURN:
        yield f"{name} turns people one way in orientations and another in orientationsf."


def _prototypes(stage: Any, people: Any, name: Any, index: npt.NDArray[Any]) -> Iterator[str]:
    targets = people.GetPrototypesRel().GetForwardedTargets()
    if not targets:
        yield f"{name} has no prototypes."
    for target in targets:
        if not stage.GetPrimAtPath(target).IsValid():
            yield f"{name} names the prototype {target}, which is not there."
    if len(index) and (index.min() < 0 or index.max() >= len(targets)):
        last = int(index.max())
        yield f"{name} has {len(targets)} prototypes, and someone is number {last}: nobody would be drawn."


def _extent(people: Any, name: Any, time: float, sound: bool) -> Iterator[str]:
    given = _array(people.GetExtentAttr(), time).reshape(-1, 3)
    if not len(given):
        yield f"{name} has no extent."
        return
    true = extent_of(people, time) if sound else None
    if len(given) != 2 or not np.isfinite(given).all() or not (true is None or _holds(given, true)):
        yield f"{name} has an extent that does not hold its people."
        return
    positions = _array(people.GetPositionsAttr(), time).reshape(-1, 3)
    if sound and len(positions) and not _holds(_grown(positions), given):
        yield f"{name} has an extent that is far larger than its people."


def _holds(outer: npt.NDArray[Any], inner: npt.NDArray[Any]) -> bool:
    """Whether a box (2, 3) holds another; who is taken out may leave the outer one larger."""
    return bool((outer[0] <= inner[0] + _SLACK).all() and (outer[1] >= inner[1] - _SLACK).all())


def _grown(positions: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the box (2, 3) around all places, with room for a person at each."""
    return np.stack([positions.min(axis=0) - _ROOM, positions.max(axis=0) + _ROOM])


def _array(attribute: Any, time: float) -> npt.NDArray[Any]:
    value = attribute.Get(time) if attribute else None
    return np.zeros(0) if value is None else np.array(value)


def _found(root: Any, name: str) -> bool:
    from pxr import Sdf

    return Sdf.Layer.FindOrOpenRelativeToLayer(root, name) is not None
