"""A building that falls down: cut by our own cut, held until its frame, stored as keys, in passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.blender

InBlender = Callable[..., dict[str, Any]]
VOLUME = 4.0 * 3.0 * 6.0


def test_a_box_breaks_into_as_many_pieces_whose_volumes_sum_to_it(in_blender: InBlender) -> None:
    found = in_blender("collapse", controls={"pieces": 20, "seed": 3})
    assert found["pressed"] == [["FINISHED"], ["FINISHED"]]
    assert found["grey"] == "No collapse is set up"
    assert len(found["volumes"]) == 20
    assert min(found["volumes"]) > 0, "no piece is turned inside out"
    assert sum(found["volumes"]) == pytest.approx(VOLUME, rel=1e-4)
    assert found["hidden"]
    assert "Müllers Haus is 20 pieces" in found["drawn"][0]
    assert "Bake" in found["drawn"][0]
    assert "Set Up Passes" in found["drawn"][1]


def test_pieces_stand_until_the_start_and_fall_after_it_and_the_bake_is_the_simulation(
    in_blender: InBlender,
) -> None:
    found = in_blender("collapse", controls={"start": 12, "spread": 10, "seed": 5}, debris_at=[12, 40])
    moved = {int(frame): flags for frame, flags in found["moved"].items()}
    assert not any(any(moved[frame]) for frame in range(1, 13)), "nothing moves up to the start"
    loose = found["loose"]
    assert min(loose) >= 13
    assert len(set(loose)) > 3, "they are let go one after the other"
    for number, frame in enumerate(loose):
        held = range(1, frame)
        pushed = [moved[one][number] for one in held if one <= min(loose)]
        assert not any(pushed[:-1]), "a piece is held until its frame"
        assert moved[frame + 2][number], "and falls after it"
    heap = [place[11] for place, crushed in zip(found["end"], found["crushed"], strict=True) if not crushed]
    assert len(heap) == 8
    assert max(heap) < 3.5, "of a house of six metres a heap is left"
    assert min(heap) > 0.0, "nothing of it falls through the ground"
    assert found["baked_differs"] < 1e-4, "any frame, in any order, is where it was simulated"
    assert found["debris"]["12"]["shown"] == 0
    assert found["debris"]["40"]["shown"] == found["debris"]["40"]["all"] == 30
    assert found["debris"]["40"]["low"] >= -1e-4


def test_the_same_seed_is_the_same_collapse_and_another_one_is_not(in_blender: InBlender) -> None:
    controls = {"seed": 7, "pieces": 12, "lasts": 30}
    first, again = (in_blender("collapse", controls=controls) for _ in range(2))
    other = in_blender("collapse", controls={**controls, "seed": 8})
    assert (first["hash"], first["volumes"]) == (again["hash"], again["volumes"])
    assert other["hash"] != first["hash"]
    assert other["volumes"] != first["volumes"]


def test_direction_and_violence_say_where_the_pieces_end(in_blender: InBlender) -> None:
    controls = {"seed": 1, "pieces": 12, "lasts": 40, "debris": 0, "dust": 0}

    def middle(**more: float) -> Any:
        found = in_blender("collapse", controls={**controls, **more})
        ends = np.array(found["end"])[~np.array(found["crushed"], bool)]
        return ends[:, [3, 7]].mean(axis=0), ends[:, [3, 7]].std()

    right, wide = middle(direction=0.0, violence=0.8)
    left, _ = middle(direction=3.14159, violence=0.8)
    still, narrow = middle(direction=0.0, violence=0.0)
    assert right[0] > 1.0 > -1.0 > left[0]
    assert abs(still[0]) < 0.7
    assert wide > narrow


def test_a_scene_in_centimetres_falls_as_fast(in_blender: InBlender) -> None:
    controls = {"seed": 1, "pieces": 6, "lasts": 30, "violence": 0.0, "spread": 0}
    metres = in_blender("collapse", controls=controls)
    centimetres = in_blender("collapse", controls=controls, unit=0.01)
    assert centimetres["volumes"] == pytest.approx([one * 1e6 for one in metres["volumes"]], rel=1e-3)
    heights = [np.array(found["end"])[:, 11].mean() for found in (metres, centimetres)]
    assert heights[1] / 100 == pytest.approx(heights[0], abs=0.5)


def test_a_saved_file_renders_without_the_extension_in_any_order(
    in_blender: InBlender, tmp_path: Path
) -> None:
    import OpenEXR

    found = in_blender(
        "collapse_file",
        controls={"start": 4, "lasts": 30, "spread": 4},
        root=str(tmp_path / "takes"),
        blend=str(tmp_path / "fall é.blend"),
        frame=22,
        picture=True,
    )
    assert found["grey"] == "Bake the collapse first, and choose a camera for the scene"
    assert "Rendering: 1 of 2" in found["drawn"][0]
    assert "Rendered to" in found["drawn"][-1]
    assert found["apart"] < 1e-6
    assert (found["handlers"], found["texts"]) == (0, 0), "no Python is in the file"
    names = ("collapse", "depth", "dust", "passes", "shadow")
    assert found["files"] == [f"{name}.{frame:04d}.exr" for name in names for frame in (4, 5, 22)]
    folder = Path(found["folder"])

    def read(name: str, frame: int) -> Any:
        parts = OpenEXR.File(str(folder / f"{name}.{frame:04d}.exr"), separate_channels=True).parts
        return {key: one.pixels.astype(np.float32) for part in parts for key, one in part.channels.items()}

    standing, fallen = read("collapse", 4), read("collapse", 22)
    assert standing["A"].max() == pytest.approx(1.0, abs=1e-3)
    assert standing["A"][0].max() == 0.0, "around the house the picture is clear"
    assert np.nonzero(standing["A"].max(axis=1))[0][0] < np.nonzero(fallen["A"].max(axis=1) > 0.5)[0][0]
    rows, columns = np.nonzero(standing["A"] > 0.999)
    seen = np.stack([standing[key][rows, columns] for key in "RG"])
    where = np.stack([(columns + 0.5) / 64, 1 - (rows + 0.5) / 36])
    assert len(rows) > 100
    assert np.abs(seen - where).max() < 0.02, "while it stands, the building shows the plate's own pixels"
    shadow = read("shadow", 4)
    assert shadow["A"].max() > 0.3
    assert max(shadow[key].max() for key in "RGB") < 0.05, "a shadow is black"
    assert read("dust", 4)["A"].max() == 0.0
    assert read("dust", 22)["A"].max() > 0.05
    depth = next(iter(read("depth", 4).values()))
    assert 10.0 < depth[standing["A"] > 0.99].min() < 20.0
    passes = read("passes", 22)
    assert any("CryptoObject" in key for key in passes)


def test_dust_is_gone_at_the_end_and_never_ends_black(in_blender: InBlender, tmp_path: Path) -> None:
    import OpenEXR

    found = in_blender(
        "collapse_file",
        controls={"start": 2, "lasts": 50, "spread": 2, "dust": 40, "pieces": 4},
        root=str(tmp_path),
        blend=str(tmp_path / "a.blend"),
        frame=24,
    )
    channels = OpenEXR.File(str(Path(found["folder"]) / "dust.0024.exr"), separate_channels=True).channels()
    dust = {key: channels[key].pixels.astype(np.float32) for key in "RGBA"}
    thick = dust["A"] > 0.5
    assert thick.sum() > 10
    assert (dust["R"][thick] > 0.4 * dust["A"][thick]).mean() > 0.99, "behind forty cards it is not black"


def test_undo_takes_one_step_and_remove_leaves_nothing(in_blender: InBlender) -> None:
    found = in_blender("collapse_undo", controls={"pieces": 10, "spread": 4})
    assert found["during"]["objects"] > found["before"]["objects"] + 10
    assert found["undone"] == found["before"]
    assert found["redone"] == found["during"]
    assert found["removed"] == found["before"]
    assert found["shown"] == [True, True]
    assert found["freed"] < 1e-6
    assert found["again"] == "This building has a collapse: remove it first"
    assert not found["world"]
    assert not found["simulates"], "the scene of the passes leaves the bodies alone"


def test_an_open_mesh_is_refused_with_what_to_do(in_blender: InBlender) -> None:
    found = in_blender("collapse_refused")
    assert found["pressed"] == ["CANCELLED"]
    assert "The building has holes" in found["drawn"]
    assert "Solidify" in found["drawn"]
    assert found["grey"] == "Choose a box or a mesh as the building"
    assert found["objects"] == 3
