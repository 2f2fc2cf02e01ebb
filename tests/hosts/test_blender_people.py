"""The people of a crowd in Blender: everybody shows what the engine draws, after every edit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from blender_planes import planes_of
from crowd_shot import CARD, FEET, FIRST, write_ground

from photodouble.engine.crowd_points import crowd_asked_for
from photodouble.engine.crowd_take import CrowdOf
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.cryptomatte import cryptomatte_coverage
from photodouble.image.files import read_picture
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import write_element
from photodouble.ops.crowd.names import names_of
from photodouble.ops.crowd.stage import stage
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

pytestmark = pytest.mark.blender

InBlender = Callable[..., dict[str, Any]]
INTRO, LOOP = 3, 5
"""Who cheers gets up for three cards, and then goes round five."""
WAVES = [
    {"area": "*", "state": "cheer", "period": 1.5, "width": 0.3, "start": FIRST - 7, "share": 0.8},
    {"area": "field", "state": "cheer", "period": 0.7, "width": 0.4, "start": FIRST + 9, "direction": "back"},
    {
        "area": "stand",
        "state": "cheer",
        "period": 2,
        "width": 0.5,
        "start": FIRST + 4,
        "direction": "at_once",
    },
]
FRAMES = [1, 2, 3, 7, 12, 13, 20, 31, 48]


def write_people(ground: Path, crowd: dict[str, Any]) -> None:
    """Add people who cheer: taller, of their own colours, getting up before they go round."""
    for number in range(3):
        cards = []
        for frame in range(INTRO + LOOP):
            picture = np.zeros((*CARD, 5), np.float32)
            picture[2:FEET, 3:9, 3] = 1
            picture[2:FEET, 3:9, :3] = (0.4, 0.1 + 0.2 * number, 0.1 + 0.05 * frame)
            cards.append(picture)
        one = Element(
            name=f"fan_{number}", person=f"man_{number}", state="cheer", rate=25.0, frames=INTRO + LOOP,
            size=(CARD[1], CARD[0]), foot=(6.0, FEET), height=1.8, pixels_per_metre=11.0,
            loop_first=INTRO, loop_last=INTRO + LOOP - 1, identifiable=False, source_first=1,
        )  # fmt: skip
        write_element(ground / "people", one, cards)
    field = {"id": "field", "kind": "standing", "polygon": [[-6, -14], [6, -14], [6, -8], [-6, -8]]}
    stand = {"id": "stand", "kind": "seats", "origin": [0, 0.5, -16], "rows": 3, "seats": 14}
    areas = [{**field, "spacing": 1.6}, {**stand, "states": {"idle": 1}}]
    (ground / "crowd.json").write_text(json.dumps({"schema": 1, "areas": areas, **crowd}))


def asked(ground: Path, **more: Any) -> dict[str, Any]:
    """Say what an artist fills in."""
    names = {"plate": f"plate/plate.{FIRST}.exr", "library": "people/library.json", "crowd": "crowd.json"}
    return {
        "operation": "crowd",
        "inputs": {key: str(ground / name) for key, name in names.items()},
        "shot": {"takes_root": str(ground / "takes ü")},
        "frames": FRAMES,
        **more,
    }


def crowd_as_told(told: dict[str, Any]) -> CrowdOf:
    """Lay the crowd out as the engine's own drawing would, from the file as it was at that moment."""
    Path(told["request"]["inputs"]["crowd"]["path"]).write_text(told["file"], encoding="utf-8")
    return crowd_asked_for(told["request"], Reporter())


def assert_shown(told: dict[str, Any], crowd: CrowdOf) -> int:
    """Hold everybody in Blender against the engine at every frame; count who was up in a wave."""
    names, elements = names_of(crowd.agents), crowd.scene.library.elements
    up = 0
    for frame, shown in told["frames"].items():
        number = crowd.scene.first + int(frame) - 1
        staged = stage(
            crowd.agents, crowd.cast, elements, crowd.scene.document, number,
            rate=crowd.scene.rate, first=crowd.scene.first,
        )  # fmt: skip
        assert told["people"] == [names[row] for row in staged.row]
        assert len(shown) == len(staged.row)
        for at, one in enumerate(shown):
            row, element = int(staged.row[at]), elements[staged.element[at]]
            who = (told["people"][at], frame)
            assert one["card"][5:] == element.name, who
            assert one["side"] == (-1 if staged.mirror[at] else 1), who
            assert one["size"] == pytest.approx(crowd.cast.scale[row], rel=1e-5), who
            x, y, z = crowd.cast.foot[row]
            assert one["at"] == pytest.approx([x, -z, y], abs=1e-4), who
            up += element.state == "cheer"
            if "card number" in one:
                assert one["card number"] == staged.frame[at], who
                assert one["person number"] == at, who
    return up


def test_a_wave_runs_through_the_stand_as_in_the_take(in_blender: InBlender, tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    write_people(ground, {"waves": WAVES})
    found = in_blender("crowd", about="changed", steps=[], **asked(ground))["told"][0]
    many = len(found["people"])
    assert found["said"] == f"{many} people." and many > 50, found["said"]
    up = assert_shown(found, crowd_as_told(found))
    assert 20 < up < many * len(FRAMES) * 0.8
    planted = json.loads(json.dumps(found))
    planted["frames"] = {str(int(frame) + 1): shown for frame, shown in found["frames"].items()}
    with pytest.raises(AssertionError):
        assert_shown(planted, crowd_as_told(planted))


def test_every_edit_shows_in_blender_what_the_engine_makes_of_it(
    in_blender: InBlender, tmp_path: Path
) -> None:
    ground = write_ground(tmp_path / "ground")
    write_people(ground, {"waves": WAVES[:1]})
    steps = [
        {"do": "kill", "who": [0, 1, 2]},
        {"do": "swap", "who": [3, 4], "own": {"element": "man_1"}},
        {"do": "retime", "who": [5, 6, 7, 8], "more": {"shift": 0.44}},
        {"do": "retime", "who": [5], "more": {"shift": -2.0}},
        {"do": "nudge", "who": [9, 10], "more": {"by": [0.5, 0.25, -0.1], "size": 1.3}},
        {"do": "redeal", "who": [11, 12, 13], "own": {"seed": 9}},
        {"do": "lock", "who": [5, 14, 15]},
        {"do": "retime", "who": [14], "more": {"shift": 0.2}},
    ]
    given = asked(ground, steps=steps, frames=[1, 2, 12, 31])
    told = in_blender("crowd", about="changed", **given)["told"]
    crowds = [crowd_as_told(one) for one in told]
    for one, crowd in zip(told, crowds, strict=True):
        assert_shown(one, crowd)
    done = [edit["do"] for edit in json.loads(told[-1]["file"])["edits"]]
    assert done == ["kill", "swap", "retime", "retime", "nudge", "redeal", "lock", "retime"]
    assert [len(one["people"]) for one in told] == [len(told[0]["people"]), *[len(told[0]["people"]) - 3] * 8]
    five, six = told[2]["people"][5:7]
    earlier = card_of(told[2], six, "1") != card_of(told[3], six, "1")
    assert earlier or "card number" not in told[2]["frames"]["1"][0], "0.44 seconds earlier is another card"
    held = json.loads(told[7]["file"])["edits"][6]["held"]
    assert len(held) == 3
    assert card_of(told[7], five, "12") == card_of(told[6], five, "12"), "a lock changes nothing"


def card_of(told: dict[str, Any], name: str, frame: str) -> Any:
    """Give what somebody shows at a frame of the scene."""
    return told["frames"][frame][told["people"].index(name)]


def take_of(told: dict[str, Any], tmp_path: Path) -> Any:
    """Make the take that the panel would make, its people in the plate's own light."""
    request = JobRequest.from_json(told["request"])
    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)
    return run_job(request, JobOptions(settings=settings), on_event=lambda _event: None).take


def test_cryptomatte_calls_people_as_the_take_does_and_they_wear_the_same_pixels(
    in_blender: InBlender, tmp_path: Path
) -> None:
    wide, tall, frame = 384, 216, 2
    ground = write_ground(tmp_path / "ground", size=(tall, wide))
    write_people(ground, {"waves": WAVES})
    picture = tmp_path / "crowd.exr"
    given = asked(
        ground,
        controls={"grain": 0.0, "follow_light": 0.0},
        size=[wide, tall],
        frame=frame,
        frames=[frame],
        picture=str(picture),
    )
    rows = [0, 3, 7, 12, 20, 33]
    found = in_blender("crowd", about="named", names=[], rows=rows, **given)
    names = [found["told"]["people"][row] for row in rows]
    many = len(found["told"]["people"])
    assert found["said"] == [f"Cryptomatte calls {len(rows)} by name.", "Cryptomatte calls nobody by name."]
    assert found["objects"] == found["again"] == sorted(names)
    assert found["left"] == [many - len(rows), many], "who is named is an object in place of an instance"
    take = take_of(found["told"], tmp_path)
    box = Box.of_size(tall, wide)
    flat = Sequence.find(take.picture("ids", FIRST + frame - 1, "exr")).read(FIRST + frame - 1).whole()
    blender = read_picture(picture)
    seen = 0
    for name in names:
        wanted, there = (cryptomatte_coverage(one, name, box) for one in (flat, blender))
        if wanted.sum() < 8:
            continue
        seen += 1
        assert there.sum() == pytest.approx(wanted.sum(), rel=0.06), name
        both, either = np.minimum(wanted, there).sum(), np.maximum(wanted, there).sum()
        assert both / either > 0.85, (name, both / either)
    assert seen > 3
    other = next(name for name in found["told"]["people"] if name not in names)
    with pytest.raises(ArtistError):
        cryptomatte_coverage(blender, other, box)
    assert_same_colours(found["told"], take, picture, (wide, tall, frame))


def assert_same_colours(told: dict[str, Any], take: Any, picture: Path, shot: tuple[int, int, int]) -> None:
    """Hold the colours of everybody who is seen plainly in both pictures against each other."""
    wide, tall, frame = shot
    box = Box.of_size(tall, wide)
    planes = planes_of(OpenEXR.File(str(picture), separate_channels=True))
    flat = Sequence.find(take.picture("ids", FIRST + frame - 1, "exr")).read(FIRST + frame - 1).whole()
    beauty = Sequence.find(take.picture("beauty", FIRST + frame - 1, "exr")).read(
        FIRST + frame - 1, needs_colour=False
    )
    colours = np.stack([beauty.channel(name, box) for name in "RGB"], axis=2)
    drawn = np.stack([planes[name] for name in "RGB"], axis=2)
    crowd = crowd_as_told(told)
    staged = stage(
        crowd.agents, crowd.cast, crowd.scene.library.elements, crowd.scene.document, FIRST + frame - 1,
        rate=crowd.scene.rate, first=crowd.scene.first,
    )  # fmt: skip
    seen, risen = 0, 0
    for row, name in enumerate(told["people"]):
        there = (np.abs(planes["person"] - (row + 1)) < 1e-3) & (planes["A"] > 0.999)
        there &= cryptomatte_coverage(flat, name, box) > 0.99
        height = there.nonzero()[0]
        if there.sum() < 20:
            continue
        # Above the wardrobe, which is the lower half and has a tint.
        there &= np.arange(tall)[:, None] < height.min() + np.ptp(height) * 0.35
        seen += 1
        risen += crowd.scene.library.elements[staged.element[row]].state == "cheer"
        shades = [np.median(one[there], axis=0) for one in (colours, drawn)]
        one, two = (shade / shade.sum() for shade in shades)
        # Another card of the same person is .05 away; small cards in Blender 5.0 are up to .023.
        assert one == pytest.approx(two, abs=0.03), (name, one, two)
    assert seen > 12 and 3 < risen < seen, (seen, risen)


def test_undo_brings_the_crowd_and_its_file_back(in_blender: InBlender, tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    write_people(ground, {"waves": WAVES[:1]})
    found = in_blender("crowd", about="undone", **asked(ground, frames=[1, 12]))
    dealt, killed, moved, untouched = found["told"]
    done = [[edit["do"] for edit in json.loads(one["file"]).get("edits", [])] for one in found["told"]]
    assert done == [[], ["kill"], ["kill", "nudge"], ["kill"]]
    assert untouched["file"] == killed["file"]
    for one in found["told"]:
        assert_shown(one, crowd_as_told(one))
    pending = [one["pending"] for one in found["back"]]
    assert pending == [[0, 0], [0, 1], [0, 0], [0, 0], [0, 0]], "before Keep stands what was moved by hand"
    expected = [moved, killed, dealt, killed, dealt]
    for one, wanted, said in zip(found["back"], expected, found["said"], strict=True):
        assert one["file"] == wanted["file"], said
        assert one["people"] == wanted["people"], said
        assert one["frames"] == wanted["frames"] or one["pending"] != [0, 0], said
        assert said == "crowd.json is as it was at this step."


def test_undo_never_writes_over_what_somebody_else_did(in_blender: InBlender, tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    write_people(ground, {})
    found = in_blender("crowd", about="undone_elsewhere", **asked(ground))
    assert found["said"].startswith("crowd.json was changed by somebody else and is left as it is.")
    assert found["kept"] is True
    assert found["at work"].startswith("The engine is at work on the crowd: undo again")
    assert found["kills"] == 2 and found["then"] == f"{found['people']} people."


def test_undo_takes_an_area_back_and_redo_brings_it_again(in_blender: InBlender, tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    given = asked(ground)
    del given["inputs"]["crowd"]
    found = in_blender("crowd", about="areas_undone", **given)
    assert found["there"] == [True, False, True]
    assert found["said"][0].startswith("1 area with ")
    assert found["said"][1:] == [
        "crowd.json is gone, as it was at this step.",
        "crowd.json is as it was at this step.",
    ]
