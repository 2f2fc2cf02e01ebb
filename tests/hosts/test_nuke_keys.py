"""De-ageing in Nuke: paint in a RotoPaint becomes keys, frames worth painting jump the playhead, trackers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from likeness import PERFORMER, Likely
from little_face import COUNT, FIRST, SIZE, write_face
from nuke_stage import Stage

from photodouble.settings import Settings

PATIENCE = 120.0
KEY = FIRST + COUNT // 2
BOX = (40, SIZE[0] - 46, 48, SIZE[0] - 40)
"""Where the stroke lies in Nuke, which counts from the lower edge."""
ADDED = 0.0625


class Face(Stage):
    """A script with the plate of a little face, a RotoPaint behind it, and a de-age node."""

    def __init__(self, host: Any, folder: Path) -> None:
        """Open it; the RotoPaint is connected to keys."""
        face = write_face(folder / "face")
        shot = SimpleNamespace(folder=folder / "face" / "plate", frames=tuple(range(FIRST, FIRST + COUNT)))
        super().__init__(host, folder / "script ü", shot, "deage", names=("sh010",))
        self.face = face
        self.module("start").with_window()
        self.plate["raw"].setValue(True)
        self.roto = self.nuke.nodes.RotoPaint(inputs=[self.plate])
        self.connect(keys=self.roto)
        self.node["track"].setValue(face.track)
        self.nuke.root().setModified(False)

    def paint(self, frame: int = KEY, add: float = ADDED, node: Any = None) -> None:
        """Draw a stroke."""
        from nuke_host.painting import paint

        paint(node or self.roto, frame, BOX, add)

    def key(self, frame: int = KEY) -> None:
        """Go to a frame and press Key this frame."""
        self.host.set_frame(frame)
        self.host.press(self.node, "pd_key")

    def until(self, wanted: Callable[[], bool]) -> None:
        """Let Nuke idle until something has happened."""
        end = time.monotonic() + PATIENCE
        while not wanted():
            assert time.monotonic() < end, f"nothing came of it: {self.status}"
            self.host.idle()
            time.sleep(0.02)


@pytest.fixture
def face(
    nuke_host: Any,
    tmp_path: Path,
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Face]:
    """Give the script, and an engine that is not started yet."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    made = Face(nuke_host, tmp_path)
    yield made
    made.close()


def pixels(path: str | Path) -> Any:
    """Read the colours of an EXR."""
    import OpenEXR

    with OpenEXR.File(str(path), separate_channels=True) as found:
        channels = found.channels()
        return np.stack([channels[sign].pixels.astype(np.float32) for sign in "RGB"], axis=-1)


def written(face: Face, port: str, frame: int = KEY) -> Path:
    """Give the one file that was written of a port."""
    (found,) = (face.folder / "takes/sh010/plates").glob(f"{port}_*/{port}.{frame}.exr")
    return found


def test_before_and_after_the_paint_are_written_and_the_frame_is_a_key(face: Face) -> None:
    face.paint()
    face.key()
    assert face.node["key_frames"].value() == str(KEY) and not face.pd.has_failed, face.status
    before, after = pixels(written(face, "before")), pixels(written(face, "keys"))
    plate = pixels(face.face.plate.replace("####", str(KEY)))
    assert np.array_equal(before, plate), "before the paint it is the plate, bit for bit"
    changed = np.argwhere((after != before).any(axis=2))
    assert changed.min(axis=0).tolist() == [40, 40] and changed.max(axis=0).tolist() == [45, 47]
    assert face.host.undo() and face.node["key_frames"].value() == "", "one step of undo"
    assert face.host.redo()


def test_keys_are_rendered_once_and_anew_when_the_paint_changes(face: Face) -> None:
    face.paint()
    face.key()
    plan = face.plan()
    inputs = {key: one.range.to_text() for key, one in plan.inputs.items() if key in ("keys", "before")}
    assert inputs == {"keys": str(KEY), "before": str(KEY)}
    assert plan.count == 0, "what was written when the frame became a key is used"
    face.paint(KEY + 1)
    face.key(KEY + 1)
    assert face.node["key_frames"].value() == f"{KEY}-{KEY + 1}"
    again = face.plan()
    assert again.inputs["keys"].range.to_text() == f"{KEY}-{KEY + 1}"
    assert [one.port for one in again.elements if one.lacking] == ["keys"], "the same paint, drawn on since"
    assert "1 frame of the keys" in again.words
    face.host.press(face.node, "pd_unkey")
    assert face.node["key_frames"].value() == str(KEY)


def test_what_is_before_the_first_of_several_paint_nodes_counts(face: Face) -> None:
    graded = face.nuke.nodes.Grade(inputs=[face.plate])
    graded["multiply"].setValue(2)
    face.roto.setInput(0, graded)
    second = face.nuke.nodes.RotoPaint(inputs=[face.roto])
    face.connect(keys=second)
    face.paint(node=second)
    face.key()
    plate = pixels(face.face.plate.replace("####", str(KEY)))
    assert np.allclose(pixels(written(face, "before")), np.maximum(2 * plate, 0), rtol=2e-3)
    assert face.pd.inputs()["before"].name() == graded.name()


def test_a_paint_node_is_named_in_place_of_a_connection(face: Face) -> None:
    face.connect(keys=None)
    face.paint()
    face.key()
    assert face.pd.has_failed and "Nothing is connected to keys" in face.status
    face.node["pd_paint_node"].setValue(face.roto.name())
    face.key()
    assert face.node["key_frames"].value() == str(KEY), face.status
    assert written(face, "keys").is_file()


def test_a_frame_without_paint_and_one_beside_the_plate_are_refused(face: Face) -> None:
    face.paint()
    face.key(KEY + 1)
    assert face.pd.has_failed and "same before and after the paint" in face.status
    face.key(FIRST + COUNT + 4)
    assert face.pd.has_failed and "missing" in face.status
    assert face.node["key_frames"].value() == "" and not face.host.messages


def test_nothing_is_written_under_t(face: Face) -> None:
    face.paint()
    face.nuke.GUI = False
    face.key()
    assert not (face.folder / "takes").exists()
    assert face.node["key_frames"].value() == ""


def test_paint_of_the_script_is_in_the_take(
    face: Face, tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    folders = {"engine_folder": str(tmp_path / "state"), "cache_folder": str(tmp_path / "cache")}
    likely = Likely(tmp_path / "show", Settings(**folders, contact_sheet=False, threads=1))
    likely.file(models=())
    face.node["takes_folder"].setValue(str(likely.folder / "takes"))
    face.node["performers"].setValue(PERFORMER)
    face.node["target_age"].setValue(35)
    face.paint()
    face.key()
    shown = face.run()
    assert shown.error is None, face.status
    made = Path(face.pd.folder)
    result = pixels(next((made / "result").glob(f"*.{KEY}.exr")))
    changed = result - pixels(face.face.plate.replace("####", str(KEY)))
    assert changed[42:44, 42:46] == pytest.approx(ADDED, abs=0.01), "the paint is in the take"
    changed[36:50, 36:52] = 0
    assert np.abs(changed).max() < 0.01, "and nowhere else"
    other = pixels(next((made / "result").glob(f"*.{KEY + 1}.exr")))
    carried = np.abs(other - pixels(face.face.plate.replace("####", str(KEY + 1))))
    assert carried.max() > ADDED / 2, "the other frames follow"
    assert face.pd.stale == ""
    face.paint(KEY, 0.25)
    face.module("stale").mark(face.pd)
    assert "the nodes above the keys changed" in face.pd.stale


def test_frames_worth_painting_are_a_list_that_jumps_the_playhead(face: Face) -> None:
    face.node["pd_suggest_count"].setValue(2)
    face.host.press(face.node, "pd_suggest")
    face.until(lambda: face.node["pd_suggested"].numValues() == 3 or face.pd.has_failed)
    assert face.status.startswith("Worth painting: "), face.status
    frames = [frame for frame, _ in face.module("suggested").suggestions(face.pd)]
    assert len(frames) == 2 and set(frames) <= set(range(FIRST, FIRST + COUNT))
    face.node["pd_suggested"].setValue(2)
    assert face.nuke.frame() == frames[1]
    assert face.node["pd_suggested"].getValue() == 0, "so that the same frame can be chosen again"
    face.host.select(face.node)
    listed = face.module("desk").NukeDesk().suggested_frames()
    assert [one.frame for one in listed] == frames and "dB" in listed[0].why


def pin(face: Face) -> Any:
    """Make a corner pin that moves two pixels a frame to the right."""
    made = face.nuke.nodes.CornerPin2D(inputs=[face.plate])
    for number, (x, y) in enumerate(((20, 20), (80, 20), (80, 70), (20, 70)), 1):
        knob = made[f"to{number}"]
        knob.setValue([x, y])
        knob.setAnimated()
        for step in range(COUNT):
            knob.setValueAt(x + 2 * step, FIRST + step, 0)
            knob.setValueAt(y, FIRST + step, 1)
    return made


def test_a_selected_corner_pin_is_handed_over_as_text(face: Face) -> None:
    from photodouble.ops.deage.import_tracks import read_tracks

    made = pin(face)
    face.host.select(made, face.plate)
    face.nuke.root().setModified(False)
    face.host.press(face.node, "pd_tracks")
    assert not face.pd.has_failed, face.status
    path = Path(face.node["track"].value())
    assert path.name == "CornerPin2D1_v001.nk" and path.parent == face.folder / "takes/sh010/tracks"
    tracks = read_tracks(path, SIZE)
    assert len(tracks) == 4
    assert tracks[0].places[FIRST + 3] == pytest.approx((20 + 6 - 0.5, SIZE[0] - 20 - 0.5))
    assert {node.name() for node in face.nuke.selectedNodes()} == {made.name(), face.plate.name()}
    assert not list(path.parent.glob(".*")), "no half file is left"
    face.host.press(face.node, "pd_tracks")
    assert face.node["track"].value() == str(path), "written once"
    assert face.host.undo() and face.node["track"].value() == face.face.track, "one step of undo"


def test_several_trackers_and_none_are_refused(face: Face) -> None:
    face.host.select(pin(face), pin(face))
    face.host.press(face.node, "pd_tracks")
    assert face.pd.has_failed and "Several are selected" in face.status
    face.host.select()
    face.host.press(face.node, "pd_tracks")
    assert "No Tracker or CornerPin2D is selected" in face.status
    face.connect(plate=pin(face))
    face.host.press(face.node, "pd_tracks")
    assert not face.pd.has_failed and "CornerPin2D3_v001.nk" in face.status
