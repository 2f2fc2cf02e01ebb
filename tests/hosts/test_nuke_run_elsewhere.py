"""Rendering in a Nuke behind the scenes, inside groups, for other ports, and in an old Python."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nuke_stage import Stage

ROOT = Path(__file__).resolve().parents[2]
OLD = Path.home() / ".pyenv" / "versions" / "3.7.16" / "bin" / "python"


@pytest.fixture
def stage(
    nuke_host: Any,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Give a script whose plate and matte are made in the script, and an engine."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    made = Stage(nuke_host, tmp_path / "comp", tiny_shot(frames=range(1001, 1004)))
    made.connect(plate=shuffled(made, made.plate), matte=shuffled(made, made.matte))
    yield made
    made.close()


def shuffled(stage: Stage, above: Any) -> Any:
    """Put a node under another that hands its picture on but could do anything."""
    shuffle = stage.nuke.nodes.Shuffle()
    shuffle.setInput(0, above)
    return shuffle


def in_background(stage: Stage) -> None:
    stage.node["render_where"].setValue("background")
    stage.module("running").run(stage.node)


def test_no_second_nuke_is_said_on_the_node_and_leaves_nothing(stage: Stage) -> None:
    stage.host.refuse_background()
    names = sorted(node.name() for node in stage.nuke.allNodes())
    in_background(stage)
    assert (stage.shown.error.code, stage.shown.state) == ("input.host_render", "failed")
    assert not list(stage.folder.rglob(".rendering*"))
    assert sorted(node.name() for node in stage.nuke.allNodes()) == names


def test_a_frame_that_fails_in_the_background_is_named(stage: Stage) -> None:
    stage.shot.file("plate", 1002).unlink()
    in_background(stage)
    stage.host.background()
    assert (stage.shown.error.code, "1002" in stage.status) == ("input.host_render", True)
    assert not list(stage.folder.rglob(".rendering*"))


def test_a_background_render_can_be_given_up_and_its_frames_are_kept(stage: Stage) -> None:
    in_background(stage)
    assert stage.shown.state == "rendering"
    stage.module("running").cancel(stage.node)
    assert stage.shown.state == "cancelled"
    stage.host.background()
    assert stage.shown.state == "cancelled"
    stage.node["render_where"].setValue("here")
    assert stage.run().state == "finished"


def test_a_script_that_is_closed_waits_for_no_background_render(stage: Stage) -> None:
    in_background(stage)
    stage.module("running").forget()
    stage.host.background()
    assert stage.host.printed == []
    assert not list(stage.folder.rglob(".rendering*"))


def test_cancel_in_nukes_own_bar_keeps_the_frames_before(stage: Stage) -> None:
    stage.host.cancel_render_at(1003)
    stage.host.answers.append(True)
    stage.module("running").run(stage.node)
    assert stage.shown.state == "cancelled", stage.status
    assert [element.lacking for element in stage.plan().elements] == [(1003,), (1003,)]


def test_a_node_inside_a_group_renders_what_comes_from_outside(stage: Stage) -> None:
    inner_name = stage.node.name()
    group = stage.nuke.nodes.Group()
    above = list(stage.pd.inputs().values())
    with group:
        inputs = [stage.nuke.nodes.Input(), stage.nuke.nodes.Input()]
        node = stage.module("group").make("inpaint")
    for number, (outside, inside) in enumerate(zip(above, inputs, strict=True)):
        group.setInput(number, outside)
        inside["number"].setValue(number)
    stage.nuke.delete(stage.node)
    stage.node = node
    stage.connect(plate=inputs[0], matte=inputs[1])
    node["shot"].setValue("sh010")
    assert node.fullName() != inner_name
    names = sorted(one.name() for one in group.nodes())
    shown = stage.run()
    assert (shown.state, stage.pd.folder) == ("finished", shown.take_folder), stage.status
    assert sorted(one.name() for one in group.nodes()) == names


def test_a_clean_plate_and_a_second_matte_are_rendered_with_the_rest(stage: Stage) -> None:
    stage.connect(clean_plate=shuffled(stage, stage.plate), do_not_sample=shuffled(stage, stage.matte))
    plan = stage.plan()
    channels = {element.port: element.channels for element in plan.elements}
    assert channels == {"plate": "rgb", "matte": "alpha", "clean_plate": "rgb", "do_not_sample": "alpha"}
    assert plan.count == 12
    assert set(plan.fingerprints) == set(channels)


def test_painted_keys_that_the_script_makes_need_their_frames(stage: Stage) -> None:
    node = stage.module("group").make("deage")
    stage.node = node
    node["shot"].setValue("sh010")
    stage.connect(plate=stage.plate, keys=shuffled(stage, stage.plate))
    with pytest.raises(Exception, match="painted") as caught:
        stage.plan()
    assert caught.value.code == "input.bad_key"


def test_showing_the_new_take_is_one_step_of_undo(stage: Stage) -> None:
    stage.run()
    assert stage.pd.folder
    stage.host.undo()
    assert stage.pd.folder == ""


def test_a_farm_job_of_frames_that_are_there_has_no_command_of_nuke(stage: Stage) -> None:
    import json

    stage.module("rendering").render(stage.plan())
    stage.node["render_where"].setValue("farm")
    stage.module("running").run(stage.node)
    assert stage.wait().state == "told", stage.status
    told = next(stage.folder.rglob("commands.json"))
    steps = [one["step"] for one in json.loads(told.read_text(encoding="utf-8"))["commands"]]
    assert "nuke" not in steps and "analyse" in steps
    assert not list(stage.folder.glob("*photodouble*.nk"))


def test_the_farms_copy_renders_what_the_request_reads(stage: Stage) -> None:
    import json

    stage.node["render_where"].setValue("farm")
    stage.module("running").run(stage.node)
    assert stage.wait().state == "told", stage.status
    told = json.loads(next(stage.folder.rglob("commands.json")).read_text(encoding="utf-8"))
    request = json.loads(next(stage.folder.rglob("request.json")).read_text(encoding="utf-8"))
    for command in told["commands"]:
        if command["step"] == "nuke":
            words = command["words"]
            first, last = (int(end) for end in words[words.index("-F") + 1].split("-"))
            stage.host.render_terminal(words[-1], words[words.index("-X") + 1], range(first, last + 1))
    for port in ("plate", "matte"):
        pattern = request["inputs"][port]["path"]
        assert all(Path(pattern % frame).is_file() for frame in stage.shot.frames)


@pytest.mark.skipif(not OLD.is_file(), reason="there is no Python 3.7 on this machine")
def test_everything_that_runs_is_loaded_and_refuses_plainly_in_python_3_7(tmp_path: Path) -> None:
    play = """
import importlib, pkgutil
import nuke_host
host = nuke_host.install()
import nuke, photodouble_nuke
for module in pkgutil.iter_modules(photodouble_nuke.__path__):
    if module.name not in ("docked", "desk") and not module.name.startswith("studio"):
        importlib.import_module("photodouble_nuke." + module.name)
from photodouble_nuke import fingerprint, group, running
node = group.make("inpaint")
running.run(node)
print(node["pd_status"].value().split(":")[0])
print(len(fingerprint.fingerprint(nuke.nodes.Constant())))
"""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHOTODOUBLE_")}
    paths = os.pathsep.join(str(ROOT / name) for name in ("core", "nuke", "tests/fakes"))
    ran = subprocess.run(
        [str(OLD), "-S", "-c", play],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            **kept,
            "PYTHONPATH": paths,
            "PHOTODOUBLE_CLIENT": "/nowhere/client.json",
            "PHOTODOUBLE_RUNTIME": str(tmp_path / "runtime"),
        },
    )
    assert ran.stderr == ""
    assert ran.stdout.split("\n")[:2] == ["No engine is set up on this machine", "33"]
