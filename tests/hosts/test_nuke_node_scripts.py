"""The node in scripts: saved, opened, copied, upgraded, sent to somebody, rendered on a farm."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.param import Param
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import SPECS
from photodouble_client.take_folder import read_take
from photodouble_client.take_snippet import snippet_text

ROOT = Path(__file__).resolve().parents[2]
FRAMES = range(1001, 1003)
BOX = (0, 0, 64, 48)
CHANNELS = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")

ELSEWHERE = """
import json, sys
fakes, core, script, pasted, plate, target, gui, press = sys.argv[1:9]
sys.path[:0] = [fakes, core]
import nuke_host
host = nuke_host.install(gui=gui == "gui")
import nuke
if script:
    host.open(script)
if pasted:
    source = nuke.nodes.Read()
    source["file"].fromUserText(plate)
    host.select(source)
    nuke.nodePaste(pasted)
node = next(one for one in nuke.allNodes("Group"))
if press:
    host.press(node, press)
import numpy
picture = host.picture(node, 1002)
names = ["rgba." + name for name in ("red", "green", "blue", "alpha")]
planes = [picture.plane(name, (0, 0, 64, 48)) for name in names]
numpy.save(target, numpy.stack(planes))
ours = [name for name in sys.modules if name.startswith(("photodouble_nuke", "photodouble_qt"))]
print(json.dumps({"ours": ours, "messages": host.messages, "knobs": sorted(node.knobs())}))
"""


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]) -> tuple[Any, Path]:
    """Give a shot and the folder of a take of it with a soft matte, in a folder with odd signs."""
    folder = tmp_path_factory.mktemp("odd [ü] $x name")
    shot = shot_writer(folder / "in", FRAMES)
    request = JobRequest(
        operation="inpaint",
        inputs={"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)},
        range=FrameRange(FRAMES),
        output_root=str(folder / "takes"),
        shot="sh010",
        take="5cf1" * 8,
        values={"matte_feather": 3.0},
    )
    result = run_job(request, JobOptions(settings=Settings(cache_folder=str(folder / "cache"), threads=1)))
    return shot, result.take.folder


@pytest.fixture(params=[True, False], ids=["every change", "flagged changes"])
def stage(request: Any, take: tuple[Any, Path], tmp_path: Path) -> Iterator[Any]:
    """Give an open script with a node that shows the take, in a Nuke with our menu."""
    import nuke_host
    from nuke_adapter import forget
    from nuke_stage import Stage

    host = nuke_host.install(always=request.param)
    shot, folder = take
    plate = shutil.copytree(shot.folder, tmp_path / "plates")
    found = Stage(host, tmp_path / "script", dataclasses.replace(shot, folder=Path(plate)))
    found.module("start").everywhere()
    found.module("start").with_window()
    found.take = folder
    found.node["matte_feather"].setValue(3)
    found.node["frames"].setValue("these")
    found.node["frame_list"].setValue("1001-1002")
    found.pd.choose(str(folder))
    yield found
    nuke_host.remove()
    forget()


def drawn(stage: Any, node: Any, frame: int = 1002) -> Any:
    picture = stage.host.picture(node, frame)
    return np.stack([picture.plane(name, BOX) for name in CHANNELS])


def same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one.view(np.int32), other.view(np.int32)))


def state(pd: Any) -> tuple[Any, ...]:
    """Give everything that a node knows."""
    listed = pd.node["take"]
    return pd.ident, pd.take, pd.folder, pd.locked, pd.values(), listed.value(), tuple(listed.values())


def opened(stage: Any, tmp_path: Path) -> Any:
    """Save the script and open it again; give the node that was in it."""
    path = str(tmp_path / "saved.nk")
    stage.host.save(path)
    stage.host.open(path)
    return next(pd for pd in stage.module("node").all_nodes()).node


def elsewhere(
    tmp_path: Path, *, gui: str = "gui", press: str = "", **given: str
) -> tuple[Any, dict[str, Any]]:
    """Open or paste a script in a Nuke of its own, in which nobody ever heard of Photo Double."""
    target = tmp_path / "elsewhere.npy"
    places = [str(ROOT / "tests/fakes"), str(ROOT / "core")]
    wanted = [given.get(name, "") for name in ("script", "pasted", "plate")]
    command = [sys.executable, "-I", "-c", ELSEWHERE, *places, *wanted, str(target), gui, press]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    return np.load(target), json.loads(ran.stdout.splitlines()[-1])


def test_a_saved_script_opens_with_the_same_picture_and_the_same_state(stage: Any, tmp_path: Path) -> None:
    stage.node["mix"].setValue(0.75)
    stage.module("locks").keep(stage.pd, 1001)
    before, held = drawn(stage, stage.node), state(stage.pd)
    node = opened(stage, tmp_path)
    pd = stage.module("node").PhotoDoubleNode(node)
    assert state(pd) == held
    assert same(drawn(stage, node), before)
    assert pd.node["pd_take"].visible() is False and pd.node["matte_grow"].visible()


def test_an_opened_node_follows_its_list_as_before(stage: Any, tmp_path: Path) -> None:
    node = opened(stage, tmp_path)
    node["take"].setValue("plate")
    assert node["pd_take"].value() == ""
    node["take"].setValue(1)
    assert node["pd_folder"].value() == str(stage.take)


def test_a_copy_has_an_id_of_its_own_and_shows_the_same_take(stage: Any) -> None:
    stage.pd.submitted(JobRequest("inpaint", take="5cf1" * 8), {}, "a job")
    stage.host.copy(stage.node)
    stage.host.select()
    stage.host.paste()
    first, second = sorted(stage.module("node").all_nodes(), key=lambda pd: pd.name)
    assert first.ident != second.ident and first.take == second.take
    assert (first.job, second.job) == ("a job", "")
    second.node.setInput(0, stage.plate)
    assert same(drawn(stage, first.node), drawn(stage, second.node))
    stage.module("takes").choose_plate(second)
    assert first.take, "the copy goes its own way"


def test_a_pasted_node_is_one_step_of_undo(stage: Any) -> None:
    stage.host.copy(stage.node)
    stage.host.paste()
    assert len(stage.module("node").all_nodes()) == 2
    stage.host.undo()
    assert len(stage.module("node").all_nodes()) == 1


def test_a_renamed_node_stays_itself(stage: Any, tmp_path: Path) -> None:
    ident = stage.pd.ident
    stage.node.setName("Wire_gone")
    assert stage.module("node").by_ident(ident).name == "Wire_gone"
    assert drawn(stage, opened(stage, tmp_path)).any()


@pytest.mark.parametrize("gui", ["gui", "terminal"])
def test_a_script_opened_without_photo_double_shows_the_take(stage: Any, tmp_path: Path, gui: str) -> None:
    wanted = drawn(stage, stage.node)
    stage.host.save(str(tmp_path / "mine.nk"))
    found, said = elsewhere(tmp_path, script=str(tmp_path / "mine.nk"), gui=gui)
    assert said["ours"] == [] and "pd_operation" in said["knobs"]
    assert same(found, wanted) and not same(found, drawn(stage, stage.plate))


def test_a_button_says_that_photo_double_is_not_installed(stage: Any, tmp_path: Path) -> None:
    stage.host.save(str(tmp_path / "mine.nk"))
    _, said = elsewhere(tmp_path, script=str(tmp_path / "mine.nk"), press="pd_run")
    assert len(said["messages"]) == 1 and "not installed here" in said["messages"][0]


def test_a_script_holds_no_code_but_its_buttons(stage: Any) -> None:
    lines = [line.strip() for line in stage.host.script_text().splitlines()]
    for callback in (
        "onCreate",
        "knobChanged",
        "updateUI",
        "onScriptLoad",
        "beforeRender",
        "autolabel",
        "onDestroy",
    ):
        assert not any(line.startswith(callback + " ") for line in lines), callback
    code = [line for line in lines if "import" in line]
    assert code and all(line.startswith("addUserKnob {22 pd_") for line in code)


def test_a_snippet_shows_the_take_to_somebody_without_photo_double(stage: Any, tmp_path: Path) -> None:
    wanted = drawn(stage, stage.node)
    theirs = tmp_path / "their place"
    shutil.copytree(stage.take, theirs)
    script = tmp_path / "snippet.nk"
    script.write_text(snippet_text(read_take(str(stage.take)), at=str(theirs)), encoding="utf-8")
    plate = f"{stage.shot.folder}/plate.%04d.exr 1001-1002"
    found, said = elsewhere(tmp_path, pasted=str(script), plate=plate)
    assert said["ours"] == [] and {"take", "view", "mix", "wipe", "folder"} <= set(said["knobs"])
    assert same(found, wanted)


def test_a_farm_renders_the_take_and_logs_that_it_is_stale(stage: Any, tmp_path: Path) -> None:
    script = farm_script(stage, tmp_path, grow=4)
    said = stage.host.render_terminal(script, "Write1", [1002], started=stage.module("start").everywhere)
    assert [line for line in said if "Stale: Grow was 0 and is now 4" in line], said
    assert "photodouble_nuke.running" not in set(sys.modules) - stage_modules(stage)
    assert (tmp_path / "out.1002.exr").is_file()


def test_a_current_take_is_rendered_without_a_word(stage: Any, tmp_path: Path) -> None:
    script = farm_script(stage, tmp_path)
    said = stage.host.render_terminal(script, "Write1", [1002], started=stage.module("start").everywhere)
    assert [line for line in said if "Photo Double" in line] == []


def test_a_farm_says_which_frames_the_take_does_not_have(stage: Any, tmp_path: Path) -> None:
    import nuke

    nuke.root()["first_frame"].setValue(990)
    nuke.root()["last_frame"].setValue(1002)
    script = farm_script(stage, tmp_path)
    said = stage.host.render_terminal(script, "Write1", [1002], started=stage.module("start").everywhere)
    assert [line for line in said if "has frames 1001-1002; at any other the plate is shown" in line], said


def test_a_missing_take_is_an_error_with_its_path_on_a_farm(stage: Any, tmp_path: Path) -> None:
    moved = tmp_path / "takes/sh010/inpaint/v007"
    shutil.copytree(stage.take, moved)
    stage.pd.choose(str(moved))
    script = farm_script(stage, tmp_path)
    shutil.rmtree(moved)
    with pytest.raises(RuntimeError, match="v007"):
        stage.host.render_terminal(script, "Write1", [1002], started=stage.module("start").everywhere)


def farm_script(stage: Any, tmp_path: Path, grow: int = 0) -> str:
    """Save the script with a Write below the node, as it goes to a farm."""
    import nuke

    root = nuke.root()
    if root["first_frame"].value() == 1:
        root["first_frame"].setValue(1001)
        root["last_frame"].setValue(1002)
    stage.node["matte_grow"].setValue(grow)
    stage.module("stale").mark(stage.pd)
    write = nuke.nodes.Write()
    write["file_type"].setValue("exr")
    write["file"].setValue(str(tmp_path / "out.%04d.exr"))
    write.setInput(0, stage.node)
    path = str(tmp_path / "farm.nk")
    stage.host.save(path)
    return path


def stage_modules(stage: Any) -> set[str]:
    """Give what was imported before: the stage may have looked at jobs in another test."""
    del stage
    return {name for name in sys.modules if name.endswith(".running")}


def test_an_older_node_gets_what_it_lacks_and_keeps_what_it_shows(stage: Any, tmp_path: Path) -> None:
    import nuke

    wanted = drawn(stage, stage.node)
    stage.node.removeKnob(stage.node["wipe"])
    stage.node["pd_node_version"].setValue(0)
    nuke.delete(stage.node.node("take_delta"))
    with stage.node:
        nuke.nodes.NoOp().setName("take_of_old")
    stage.node["matte_grow"].setValue(2)
    node = opened(stage, tmp_path)
    assert node["pd_node_version"].value() == stage.module("layout").NODE_VERSION
    assert "wipe" in node.knobs() and node.node("take_delta") is not None
    assert node.node("take_of_old") is None
    assert node["matte_grow"].value() == 2 and node["pd_folder"].value() == str(stage.take)
    assert node.input(0).Class() == "Read" and node.input(1).Class() == "Read"
    assert same(drawn(stage, node), wanted)


def test_a_node_of_a_newer_version_is_left_as_it_is(stage: Any, tmp_path: Path) -> None:
    stage.node["pd_node_version"].setValue(99)
    stage.node.removeKnob(stage.node["wipe"])
    node = opened(stage, tmp_path)
    assert node["pd_node_version"].value() == 99 and "wipe" not in node.knobs()


def test_values_of_an_older_declaration_are_taken_over(
    stage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 2 of the made-up declaration calls Grow otherwise and counts it in half pixels."""
    old = SPECS["inpaint"]

    def upgrade(values: dict[str, Any]) -> dict[str, Any]:
        rest = {key: value for key, value in values.items() if key != "matte_grow"}
        return {**rest, "matte_growth": 2 * values["matte_grow"]}

    growth = Param("matte_growth", "int", 0, "Growth", "In half pixels.", group="Matte", minimum=0)
    params = tuple(growth if param.key == "matte_grow" else param for param in old.params)
    new = dataclasses.replace(old, version=2, params=params, upgrades=(upgrade,), presets={})
    stage.node["matte_grow"].setValue(3)
    stage.node["matte_feather"].setAnimated()
    stage.node["matte_feather"].setValueAt(2, 1001)
    stage.host.save(str(tmp_path / "old.nk"))
    monkeypatch.setitem(SPECS, "inpaint", new)  # type: ignore[misc]
    stage.host.open(str(tmp_path / "old.nk"))
    node = stage.module("node").all_nodes()[0].node
    assert node["matte_growth"].value() == 6 and "matte_grow" not in node.knobs()
    assert node["pd_spec_version"].value() == 2
    assert node["matte_feather"].isAnimated(), "what did not change keeps its keys"
