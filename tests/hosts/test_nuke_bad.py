"""Whatever is wrong around a node is one sentence on it with what to do; never a traceback or half a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nuke_stage import Stage


@pytest.fixture
def stage(
    nuke_host: Any,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Give a script with a plate, a matte, an inpaint node and an engine that can be started."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    made = Stage(nuke_host, tmp_path / "comp", tiny_shot())
    for read in (made.plate, made.matte):
        read["raw"].setValue(True)
    yield made
    made.close()


def refused(stage: Stage) -> Any:
    """Press Run and give the error that is on the node; nothing was thrown, and nothing lies about."""
    stage.host.answers.append(True)
    stage.module("running").run(stage.node)
    stage.host.answers.clear()
    shown = stage.wait()
    assert shown.error is not None, shown
    assert shown.error.title in stage.status
    assert shown.error.fix in stage.status
    assert not any("Traceback" in line for line in stage.host.tprint + stage.host.printed)
    assert [text for text in stage.host.messages if not text.startswith("Rendered first")] == []
    assert not list(stage.folder.rglob(".rendering*"))
    assert stage.node["tile_color"].value() == stage.module("node").COLOURS["failed"]
    return shown.error


def is_anything_made(stage: Stage) -> bool:
    return any(path.suffix == ".exr" for path in (stage.folder / "takes").rglob("*"))


def made_in_script(stage: Stage) -> None:
    crop = stage.nuke.nodes.Crop()
    crop.setInput(0, stage.plate)
    crop["box"].setValue([0, 0, 64, 48])
    stage.connect(plate=crop)


def test_no_engine_is_said_before_anything_is_rendered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made_in_script(stage)
    monkeypatch.setenv("PHOTODOUBLE_ENGINE", str(stage.folder / "nowhere"))
    assert refused(stage).code == "engine.not_installed"
    assert not is_anything_made(stage)


def test_an_engine_that_does_not_start_is_said_on_the_node(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stage.folder / "python"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PHOTODOUBLE_ENGINE", str(program))
    assert refused(stage).family == "engine"
    monkeypatch.undo()


def test_an_engine_of_another_version_offers_a_restart(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from photodouble_client import launcher

    stage.run()
    with monkeypatch.context() as patch:
        patch.setattr(launcher, "PROTOCOL", 99)
        error = refused(stage)
    assert (error.code, error.action) == ("engine.version_mismatch", "restart_engine")
    stage.module("running").restart_engine(stage.node)
    assert stage.wait().error is None
    assert "answers" in stage.status or "finished" in stage.status


def test_a_folder_that_cannot_be_written_to_is_named(stage: Stage) -> None:
    made_in_script(stage)
    (stage.folder / "locked").write_text("a file where the folder should be")
    stage.node["takes_folder"].setValue(str(stage.folder / "locked"))
    error = refused(stage)
    assert (error.code, str(stage.folder / "locked") in error.message) == ("input.unwritable_output", True)


def test_a_takes_folder_that_the_engine_cannot_write_to_is_named(stage: Stage) -> None:
    (stage.folder / "locked").write_text("a file where the folder should be")
    stage.node["takes_folder"].setValue(str(stage.folder / "locked"))
    assert refused(stage).code == "input.unwritable_output"


def test_a_script_that_was_never_saved_has_no_place_for_takes(stage: Stage) -> None:
    stage.nuke.root()["name"].setValue("")
    error = refused(stage)
    assert (error.code, "Save the script" in error.fix) == ("input.unwritable_output", True)


def test_a_script_that_was_never_saved_runs_with_a_folder_of_its_own(stage: Stage) -> None:
    stage.nuke.root()["name"].setValue("")
    stage.node["takes_folder"].setValue(str(stage.folder / "takes"))
    assert stage.run().state == "finished"


def test_a_script_that_was_never_saved_is_nothing_for_a_farm(stage: Stage) -> None:
    made_in_script(stage)
    stage.nuke.root()["name"].setValue("")
    stage.node["takes_folder"].setValue(str(stage.folder / "takes"))
    stage.node["render_where"].setValue("farm")
    assert refused(stage).title == "The script was never saved"
    assert not (stage.folder / "takes").exists()


@pytest.mark.parametrize("port", ["plate", "matte"])
def test_a_node_with_no_input_says_which(stage: Stage, port: str) -> None:
    stage.connect(**{port: None})
    error = refused(stage)
    assert (error.code, port in error.fix) == ("input.missing_sequence", True)


def test_a_dot_that_leads_nowhere_counts_as_no_input(stage: Stage) -> None:
    stage.connect(matte=stage.nuke.nodes.Dot())
    assert refused(stage).code == "input.missing_sequence"


def test_a_matte_without_alpha_names_its_channels(stage: Stage) -> None:
    stage.connect(matte=stage.plate)
    error = refused(stage)
    assert (error.code, "rgba.red" in error.message) == ("input.unknown_channel", True)
    assert "alpha" in error.fix


def test_a_range_outside_of_the_plate_names_what_there_is(stage: Stage) -> None:
    stage.node["frames"].setValue("these")
    stage.node["frame_list"].setValue("1004-1010")
    error = refused(stage)
    assert (error.code, "1001-1006" in error.message) == ("input.missing_frames", True)
    assert error.detail == "missing: 1007-1010"


def test_a_range_that_cannot_be_read_is_said(stage: Stage) -> None:
    stage.node["frames"].setValue("these")
    stage.node["frame_list"].setValue("ten to twenty")
    assert refused(stage).code == "usage.frames"
    stage.node["frame_list"].setValue("")
    assert refused(stage).code == "input.empty_range"


@pytest.mark.parametrize("port", ["plate", "matte"])
def test_frames_that_are_missing_on_disk_are_named(stage: Stage, port: str) -> None:
    stage.shot.file(port, 1003).unlink()
    error = refused(stage)
    assert (error.code, error.detail) == ("input.missing_frames", "missing: 1003")


def test_a_frame_that_cannot_be_rendered_is_named_and_the_others_are_kept(stage: Stage) -> None:
    made_in_script(stage)
    stage.shot.file("plate", 1004).unlink()
    error = refused(stage)
    assert (error.code, "1004" in error.message) == ("input.host_render", True)
    assert stage.plan().elements[0].lacking == (1004, 1005, 1006)


def test_a_handle_that_is_missing_on_disk_is_left_out(stage: Stage) -> None:
    stage.shot.file("plate", 1001).unlink()
    stage.node["frames"].setValue("these")
    stage.node["frame_list"].setValue("1003-1004")
    stage.node["handles"].setValue(2)
    assert stage.plan().source_range.to_text() == "1002-1006"
    made_in_script(stage)
    plan = stage.module("rendering").render(stage.plan())
    assert plan.source_range.to_text() == "1002-1006"


def test_a_take_that_was_deleted_on_disk_is_said_and_the_next_run_makes_another(stage: Stage) -> None:
    first = stage.run()
    shutil.rmtree(first.take_folder)
    stage.module("running").connect(stage.node)
    stage.wait()
    again = stage.run()
    assert (again.state, Path(again.take_folder).is_dir()) == ("finished", True)


def test_run_twice_says_that_a_job_is_at_work_and_goes_on_with_it(stage: Stage) -> None:
    stage.module("running").run(stage.node)
    stage.module("running").run(stage.node)
    assert "is making a take" in stage.status
    shown = stage.wait()
    assert (shown.state, shown.take_label) == ("finished", "sh010/inpaint/v001")


def test_buttons_without_a_job_do_no_harm(stage: Stage) -> None:
    running = stage.module("running")
    running.cancel(stage.node)
    running.connect(stage.node)
    stage.wait()
    assert stage.shown.error is None


def test_a_node_that_is_deleted_while_its_job_runs_throws_nothing(stage: Stage) -> None:
    stage.module("running").run(stage.node)
    ident = stage.pd.ident
    jobs = stage.module("jobs")
    stage.nuke.delete(stage.node)
    import time

    end = time.monotonic() + 60
    while jobs.is_followed(ident) and time.monotonic() < end:
        stage.host.idle()
        time.sleep(0.05)
    assert not jobs.is_followed(ident)
    assert stage.host.printed == []


def test_a_node_that_is_renamed_while_its_job_runs_gets_its_take(stage: Stage) -> None:
    stage.module("running").run(stage.node)
    stage.node.setName("Wire_removal")
    shown = stage.wait()
    assert stage.pd.folder == shown.take_folder


def test_in_a_nuke_without_a_window_nothing_runs(
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import threading

    import nuke_host as fake

    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    host = fake.install(gui=False)
    stage = Stage(host, tmp_path / "farm", tiny_shot())
    said: list[Any] = []
    for button in ("run", "cancel", "resume", "connect", "restart_engine"):
        getattr(stage.module("running"), button)(stage.node)
    stage.module("running").ask("takes.list", {}, said.append, said.append)
    assert [error.code for error in said] == ["usage.arguments"]
    assert not [one.name for one in threading.enumerate() if "photodouble" in one.name]
    assert not (Path(engine_environment["PHOTODOUBLE_RUNTIME"]) / "engine.json").exists()
    assert any("without a window" in line for line in host.tprint)
    fake.remove()
