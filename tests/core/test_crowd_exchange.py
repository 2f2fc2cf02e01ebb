"""A crowd goes out as USD and as cards and comes back the same; broken ones are refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import cast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.exchange.cards import read_cards, write_cards
from photodouble.ops.crowd.exchange.crowd import HandedOn, columns_of
from photodouble.ops.crowd.exchange.usd_check import check_usd
from photodouble.ops.crowd.exchange.usd_read import read_usd
from photodouble.ops.crowd.exchange.usd_write import PEOPLE, write_usd
from photodouble.ops.crowd.places import places
from photodouble_client.errors import ArtistError

pxr = pytest.importorskip("pxr")

LAYOUT = {
    "schema": 1,
    "name": "ground",
    "areas": [
        {
            "id": "north", "kind": "seats", "origin": [0, 0, -20], "facing": 0, "sections": 2, "rows": 6,
            "seats": 10, "seat_width": 0.5, "row_depth": 0.8, "rake": 0.4, "aisle": 1.2, "fill": 0.9,
            "states": {"idle": 0.7, "clap": 0.3},
        },
        {"id": "field", "kind": "standing", "polygon": [[-8, -8], [8, -8], [8, 0], [-8, 0]], "spacing": 1.0},
    ],
    "waves": [{"area": "north", "state": "cheer", "period": 4.0, "width": 0.2, "start": 1001}],
}  # fmt: skip


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> HandedOn:
    library = tmp_path_factory.mktemp("library")
    elements = tuple(
        Element(
            name=f"element-{number:02d}",
            person=f"person-{number}",
            state=("idle", "clap", "cheer")[number % 3],
            rate=25.0,
            frames=40,
            size=(64, 128),
            foot=(32.0, 126.0),
            height=1.75,
            pixels_per_metre=70.0,
            loop_first=2,
            loop_last=37,
        )
        for number in range(12)
    )
    document = CrowdDocument.from_json(LAYOUT)
    agents = laid_out(document)
    made = cast(agents, elements, document, seed=3)
    return HandedOn(agents, made, elements, document, library, 24.0, 1001, 1048, (2.0, 1.7, 12.0))


def laid_out(document: CrowdDocument) -> Agents:
    return places(document.areas)


def written(crowd: HandedOn, folder: Path) -> Path:
    path = folder / "crowd ünï.usda"
    write_usd(crowd, path)
    return path


def same(first: HandedOn, second: HandedOn, *, but: tuple[str, ...] = ()) -> bool:
    here, there = columns_of(first.agents, first.cast), columns_of(second.agents, second.cast)
    return here.keys() == there.keys() and all(
        np.array_equal(here[name], there[name]) for name in here if name not in but
    )


def test_cards_come_back_the_same_to_the_last_bit(crowd: HandedOn, tmp_path: Path) -> None:
    path = write_cards(crowd, tmp_path / "cards.json")
    back = read_cards(path, crowd.elements, crowd.library)
    assert same(crowd, back)
    assert back.document == crowd.document
    assert (back.rate, back.first, back.last, back.camera) == (24.0, 1001, 1048, crowd.camera)


def test_cards_find_their_elements_in_a_library_that_grew(crowd: HandedOn, tmp_path: Path) -> None:
    path = write_cards(crowd, tmp_path / "cards.json")
    newcomer = dataclasses.replace(crowd.elements[0], name="newcomer")
    back = read_cards(path, (newcomer, *crowd.elements), crowd.library)
    assert (back.cast.element == crowd.cast.element + 1).all()
    with pytest.raises(ArtistError, match="element-00"):
        read_cards(path, crowd.elements[1:], crowd.library)


def test_a_usd_crowd_is_sound_and_comes_back_the_same(crowd: HandedOn, tmp_path: Path) -> None:
    path = written(crowd, tmp_path)
    assert check_usd(path) == ()
    back = read_usd(path, crowd.elements, crowd.library)
    assert same(crowd, back)
    assert back.document == crowd.document


def test_the_usd_library_places_those_who_are_there(crowd: HandedOn, tmp_path: Path) -> None:
    from pxr import Usd, UsdGeom

    stage = Usd.Stage.Open(str(written(crowd, tmp_path)))
    people = UsdGeom.PointInstancer(stage.GetPrimAtPath(PEOPLE))
    placed = people.ComputeInstanceTransformsAtTime(1001, 1001)
    where = np.array([matrix.ExtractTranslation() for matrix in placed])
    assert len(where) == int(crowd.cast.present.sum()) < len(crowd.agents)
    assert np.abs(where - crowd.cast.foot[crowd.cast.present]).max() < 1e-4
    turned = placed[0].TransformDir((0, 0, 1))
    away = np.array(crowd.camera) - crowd.cast.foot[crowd.cast.present][0]
    away[1] = 0
    assert np.dot(np.array(turned) / np.linalg.norm(turned), away / np.linalg.norm(away)) > 0.9999


def test_a_prototype_plays_its_loop_from_its_own_moment(crowd: HandedOn, tmp_path: Path) -> None:
    from pxr import Usd

    stage = Usd.Stage.Open(str(written(crowd, tmp_path)))
    prims = stage.GetPrimAtPath(f"{PEOPLE}/Prototypes").GetChildren()
    for prim in prims[:: max(len(prims) // 8, 1)]:
        bucket = prim.GetCustomDataByKey("photodouble:bucket")
        shown = stage.GetPrimAtPath(f"{prim.GetPath()}/Material/Picture").GetAttribute("inputs:file")
        card = int(str(shown.Get(1001).path).split(".")[-2])
        expected = 2 + int(np.floor(bucket * 36 / 16 + 1e-6)) % 36
        assert card - cards_begin(crowd) == expected


def cards_begin(crowd: HandedOn) -> int:
    from photodouble.ops.crowd.library_cards import card_path

    return int(card_path(crowd.library, crowd.elements[0], 0).name.split(".")[-2])


def test_what_another_program_changed_wins(crowd: HandedOn, tmp_path: Path) -> None:
    from pxr import Usd, UsdGeom, Vt

    path = written(crowd, tmp_path)
    stage = Usd.Stage.Open(str(path))
    people = UsdGeom.PointInstancer(stage.GetPrimAtPath(PEOPLE))
    moved = np.array(people.GetPositionsAttr().Get(1001))
    moved[4] += (0.25, 0, 0)
    people.GetPositionsAttr().Set(Vt.Vec3fArray.FromNumpy(moved))
    gone = crowd.agents.ident[[1, 7]].view(np.int64)
    people.GetInvisibleIdsAttr().Set(Vt.Int64Array.FromNumpy(np.ascontiguousarray(gone)))
    stage.GetRootLayer().Save()
    back = read_usd(path, crowd.elements, crowd.library)
    assert np.flatnonzero(np.abs(back.cast.foot - crowd.cast.foot).max(axis=1) > 1e-3).tolist() == [4]
    assert np.flatnonzero(~back.cast.present).tolist() == [1, 7]


def test_a_crowd_whose_outermost_people_are_gone_is_still_sound(crowd: HandedOn, tmp_path: Path) -> None:
    foot = crowd.cast.foot
    outer = (foot[:, 0] < foot[:, 0].min() + 2) | (foot[:, 2] < foot[:, 2].min() + 2)
    thinned = dataclasses.replace(crowd.cast, present=crowd.cast.present & ~outer)
    path = written(dataclasses.replace(crowd, cast=thinned), tmp_path)
    assert check_usd(path) == ()
    assert same(dataclasses.replace(crowd, cast=thinned), read_usd(path, crowd.elements, crowd.library))


def _fewer_positions(people: object) -> None:
    _set(people, "positions", lambda values: values[:-1])


def _index_out_of_range(people: object) -> None:
    _set(people, "protoIndices", lambda values: [*values[:-1], 9999])


def _one_id_twice(people: object) -> None:
    _set(people, "ids", lambda values: [values[1], *values[1:]])


def _short_ids(people: object) -> None:
    _set(people, "ids", lambda values: values[:-1])


def _missing_prototype(people: object) -> None:
    people.GetPrototypesRel().AddTarget(f"{PEOPLE}/Prototypes/nobody")  # type: ignore[attr-defined]


def _wrong_extent(people: object) -> None:
    _set(people, "extent", lambda _values: [(-1, 0, -1), (1, 1, 1)])


def _vast_extent(people: object) -> None:
    _set(people, "extent", lambda _values: [(-1e6, -1e6, -1e6), (1e6, 1e6, 1e6)])


def _no_number(people: object) -> None:
    _set(people, "positions", lambda values: [(float("nan"), 0, 0), *values[1:]])


def _turned_two_ways(people: object) -> None:
    _set(people, "orientationsf", lambda values: [values[0].GetInverse(), *values[1:]])


def _set(people: object, name: str, change: Callable[[list], list]) -> None:
    attribute = people.GetPrim().GetAttribute(name)  # type: ignore[attr-defined]
    attribute.Set(change(list(attribute.Get(1001))))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_fewer_positions, "positions for"),
        (_index_out_of_range, "someone is number 9999"),
        (_one_id_twice, "one id to two people"),
        (_short_ids, "ids for"),
        (_missing_prototype, "which is not there"),
        (_wrong_extent, "extent that does not hold"),
        (_vast_extent, "far larger"),
        (_no_number, "a position that is no number"),
        (_turned_two_ways, "one way in orientations"),
    ],
)
def test_a_broken_usd_crowd_is_told_and_refused(
    crowd: HandedOn, tmp_path: Path, damage: Callable[[object], None], said: str
) -> None:
    from pxr import Usd, UsdGeom

    path = written(crowd, tmp_path)
    stage = Usd.Stage.Open(str(path))
    damage(UsdGeom.PointInstancer(stage.GetPrimAtPath(PEOPLE)))
    stage.GetRootLayer().Save()
    assert any(said in problem for problem in check_usd(path))
    with pytest.raises(ArtistError):
        read_usd(path, crowd.elements, crowd.library)


def test_files_that_are_no_crowd_are_refused(crowd: HandedOn, tmp_path: Path) -> None:
    text = tmp_path / "text.usda"
    text.write_text("this is no USD")
    with pytest.raises(ArtistError, match="no USD file"):
        check_usd(text)
    with pytest.raises(ArtistError, match="not found"):
        check_usd(tmp_path / "nothing.usda")
    empty = tmp_path / "empty.usda"
    empty.write_text("#usda 1.0\n")
    assert any("no point instancer" in problem for problem in check_usd(empty))


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored.pop("people"),
        lambda stored: stored.update(schema=99),
        lambda stored: stored["people"]["columns"]["cast.offset"]["values"].pop(),
        lambda stored: stored["people"]["columns"].pop("cast.mirror"),
        lambda stored: stored["people"]["columns"]["agent.ident"].update(values=["no id"]),
        lambda stored: stored["people"]["columns"]["cast.element"]["values"].__setitem__(0, 99),
        lambda stored: stored.update(camera=[1, 2]),
    ],
)
def test_broken_cards_are_refused_in_plain_words(
    crowd: HandedOn, tmp_path: Path, change: Callable[[dict], object]
) -> None:
    path = write_cards(crowd, tmp_path / "cards.json")
    stored = json.loads(path.read_text())
    change(stored)
    path.write_text(json.dumps(stored))
    with pytest.raises(ArtistError) as caught:
        read_cards(path, crowd.elements, crowd.library)
    assert caught.value.code == "input.bad_document"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("agent.area", 9),
        ("agent.area", -1),
        ("cast.state", 99),
        ("cast.speed", 1e308),
        ("cast.scale", -1.0),
        ("cast.gain", [1e308, 0.0, 0.0]),
        ("cast.foot", 1.0),
        ("cast.element", 0.5),
        ("agent.ident", "00000000000000ff"),
        ("cast.mirror", 2),
    ],
)
def test_cards_that_no_crowd_has_are_refused(
    crowd: HandedOn, tmp_path: Path, column: str, value: object
) -> None:
    path = write_cards(crowd, tmp_path / "crowd.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    there = stored["people"]["columns"][column]
    there["values"] = [value] * len(there["values"])
    if value == 0.5:
        there["type"] = "float64"
    if column == "cast.mirror":
        there["type"] = "int32"
    path.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        read_cards(path, crowd.elements, crowd.library)
    assert caught.value.code == "input.bad_document"


@pytest.mark.parametrize(
    "change", [{"people": {"columns": [1]}}, {"words": {"areas": []}}, {"words": []}, {"rate": 0}]
)
def test_cards_that_lack_a_part_are_refused(
    crowd: HandedOn, tmp_path: Path, change: dict[str, object]
) -> None:
    path = write_cards(crowd, tmp_path / "crowd.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**stored, **change}), encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        read_cards(path, crowd.elements, crowd.library)
    assert caught.value.code == "input.bad_document"


def test_cards_of_nobody_come_back_as_nobody(crowd: HandedOn, tmp_path: Path) -> None:
    path = write_cards(crowd, tmp_path / "crowd.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    for column in stored["people"]["columns"].values():
        column["values"] = []
    path.write_text(json.dumps(stored), encoding="utf-8")
    back = read_cards(path, crowd.elements, crowd.library)
    assert back.agents.foot.shape == (0, 3)
    assert back.cast.gain.shape == (0, 3)


def test_a_usd_crowd_that_cannot_be_written_is_told(crowd: HandedOn, tmp_path: Path) -> None:
    (tmp_path / "crowd.layout.usdc").mkdir()
    with pytest.raises(ArtistError) as caught:
        write_usd(crowd, tmp_path / "crowd.usda")
    assert caught.value.code == "input.unwritable_output"
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ArtistError) as caught:
        write_usd(crowd, tmp_path / "file" / "crowd.usda")
    assert caught.value.code == "input.unwritable_output"
