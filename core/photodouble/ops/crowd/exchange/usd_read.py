"""Read a USD crowd back, with what another program changed in it: places, sizes, prototypes, who is gone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.exchange.crowd import HandedOn, from_columns
from photodouble.ops.crowd.exchange.usd_check import check_usd, instancers, open_stage
from photodouble.ops.crowd.exchange.usd_write import (
    BUCKETS,
    KIND,
    bucket_of,
    column_name,
    loop_lengths,
)
from photodouble_client.errors import ArtistError

_MOVED = 1e-4
"""A person who stands this many metres from where the columns say was moved in another program."""


def read_usd(path: Path, elements: tuple[Element, ...], library: Path) -> HandedOn:
    """Read a crowd that `write_usd` wrote; what the USD itself says wins over our columns beside it.

    `elements` are those of the `library`. Raises ArtistError `input.bad_document` for a crowd that is
    broken, or made by another program alone, or played by elements that the library lacks.
    """
    problems = check_usd(path)
    if problems:
        raise _bad(path, problems[0], detail="\n".join(problems))
    stage = open_stage(path)
    people = instancers(stage)[0]
    facts = _facts(people, path)
    columns = _columns(people, facts, path)
    _apply(stage, people, columns, elements, path)
    try:
        agents, cast = from_columns(columns, facts["words"])
        rate, first, last = float(facts["rate"]), int(facts["first"]), int(facts["last"])
        x, y, z = (float(part) for part in facts["camera"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _bad(path, f"Its columns do not fit together: {error}.") from None
    return HandedOn(
        agents,
        cast,
        elements,
        CrowdDocument.from_json(facts["crowd"], path),
        library,
        rate,
        first,
        last,
        (x, y, z),
    )


def _facts(people: Any, path: Path) -> dict[str, Any]:
    stored = people.GetPrim().GetCustomDataByKey(KIND)
    try:
        facts = json.loads(stored) if isinstance(stored, str) else None
    except (ValueError, RecursionError):
        facts = None
    wanted = {"schema", "widths", "words", "crowd", "elements", "camera", "rate", "first", "last"}
    if not isinstance(facts, dict) or facts.get("schema") != 1 or not wanted <= set(facts):
        facts = {}
    if not isinstance(facts.get("widths"), dict) or not isinstance(facts.get("crowd"), dict):
        raise _bad(path, "It was not written by Photo Double, or another program left its columns out.")
    return facts


def _columns(people: Any, facts: Mapping[str, Any], path: Path) -> dict[str, npt.NDArray[Any]]:
    from pxr import UsdGeom

    api, found = UsdGeom.PrimvarsAPI(people.GetPrim()), {}
    for name, width in facts["widths"].items():
        primvar = api.GetPrimvar(column_name(name))
        value = primvar.Get() if primvar else None
        if value is None:
            raise _bad(path, f"The column {name} is missing.")
        column = np.array(value)
        found[name] = _typed(name, column.reshape(-1, width) if width > 1 else column)
    return found


def _typed(name: str, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if name == "agent.ident":
        return np.ascontiguousarray(column.astype(np.int64)).view(np.uint64)
    if column.dtype == np.uint8:
        return column.astype(np.bool_)
    if column.dtype == np.int64:
        return column.astype(np.int8 if name == "cast.repeat" else np.int32)
    return column.astype(np.float64)


def _apply(
    stage: Any, people: Any, columns: dict[str, npt.NDArray[Any]], elements: tuple[Element, ...], path: Path
) -> None:
    """Let places, sizes, prototypes and kills of the USD win over the columns."""
    time = stage.GetStartTimeCode()
    ids = np.array(people.GetIdsAttr().Get(time), np.int64)
    order = _order(ids, columns["agent.ident"].view(np.int64), path)
    for name in columns:
        columns[name] = columns[name][order]
    placed = np.array(people.GetPositionsAttr().Get(time), np.float64).reshape(-1, 3)
    moved = np.abs(placed - columns["cast.foot"].astype(np.float32)).max(axis=1) > _MOVED
    columns["cast.foot"] = np.where(moved[:, None], placed, columns["cast.foot"])
    scales = people.GetScalesAttr().Get(time)
    if scales is not None and len(scales):
        size = np.array(scales, np.float64).reshape(-1, 3)[:, 1]
        resized = np.abs(size - columns["cast.scale"].astype(np.float32)) > _MOVED
        columns["cast.scale"] = np.where(resized, size, columns["cast.scale"])
    gone = people.GetInvisibleIdsAttr().Get(time)
    columns["cast.present"] = ~np.isin(ids, np.array(gone if gone is not None else [], np.int64))
    _apply_prototypes(stage, people, columns, elements, path)


def _apply_prototypes(
    stage: Any, people: Any, columns: dict[str, npt.NDArray[Any]], elements: tuple[Element, ...], path: Path
) -> None:
    names = {element.name: place for place, element in enumerate(elements)}
    rows = []
    for target in people.GetPrototypesRel().GetForwardedTargets():
        prim = stage.GetPrimAtPath(target)
        name = prim.GetCustomDataByKey(f"{KIND}:element")
        if name not in names:
            raise _bad(
                path, f"The prototype {target} is played by {name!r}, which the library does not hold."
            )
        rows.append(
            (
                names[name],
                int(prim.GetCustomDataByKey(f"{KIND}:bucket")),
                bool(prim.GetCustomDataByKey(f"{KIND}:mirrored")),
            )
        )
    index = np.array(people.GetProtoIndicesAttr().Get(stage.GetStartTimeCode()), np.int64)
    element, bucket, mirrored = (np.array(column)[index] for column in zip(*rows, strict=True))
    length = loop_lengths(elements)[element]
    changed = (element != columns["cast.element"]) | (
        bucket != bucket_of(columns["cast.offset"], loop_lengths(elements)[columns["cast.element"]])
    )
    columns["cast.offset"] = np.where(changed, bucket * length / BUCKETS, columns["cast.offset"])
    columns["cast.element"] = element.astype(np.int32)
    columns["cast.mirror"] = mirrored


def _order(ids: npt.NDArray[np.int64], known: npt.NDArray[np.int64], path: Path) -> npt.NDArray[np.intp]:
    """Return where each of the USD's people is in the columns: they may have been sorted or cut."""
    sorting = np.argsort(known)
    at = np.searchsorted(known, ids, sorter=sorting)
    found = sorting[np.minimum(at, len(known) - 1)]
    if not (known[found] == ids).all():
        raise _bad(path, "It holds people that Photo Double did not place; their ids are unknown.")
    return np.asarray(found, np.intp)


def _bad(path: Path, what: str, detail: str = "") -> ArtistError:
    return ArtistError(
        "input.bad_document",
        "The USD crowd cannot be used",
        f"{path.name}: {what}",
        "Write it again from the take, or keep the ids and the columns of Photo Double in the other program.",
        detail=detail,
    )
