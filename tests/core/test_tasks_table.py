"""Every command of the command line is a task of the same name, and tasks take nothing they do not know."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from photodouble.cli.main import parser
from photodouble.cli.operations import WITH_ACTIONS
from photodouble.engine.tasks import TASKS, run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.specs import SPECS

SIGNING = ("person.add", "consent.add", "consent.revoke", "consent.override", "sign.init")
"""What a person signs, or signs with: nobody does it who only holds the engine's token."""
JOBS = (*(f"{key}.render" if key in WITH_ACTIONS else key for key in SPECS), "run")
NO_TASKS = ("demo", *JOBS, "engine", "panel", "farm.run", "farm.enter", "farm.leave", "ofx", *SIGNING)
"""The demonstration, jobs, the engine itself, a window, what a farm's machine does for its session, and a
node that is put into the machine's own programs."""


def commands(of: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    """Name every command, sub-commands after a full stop."""
    inner = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield before
    for action in inner:
        for word, sub in action.choices.items():
            yield from commands(sub, f"{before}.{word}" if before else word)


def without_tasks(names: list[str]) -> list[str]:
    exempt = {name for name in names if {name, name.partition(".")[0]} & set(NO_TASKS)}
    return [name for name in names if name not in exempt and name not in TASKS]


def ask(name: str, **arguments: Any) -> Any:
    return run_task(name, arguments, Settings(), Reporter())


def test_every_command_has_a_task_of_its_name() -> None:
    assert without_tasks(list(commands(parser()))) == []


def test_a_command_without_a_task_would_be_found() -> None:
    top = argparse.ArgumentParser()
    top.add_subparsers().add_parser("takes").add_subparsers().add_parser("juggle")
    assert without_tasks(list(commands(top))) == ["takes.juggle"]


@pytest.mark.parametrize("name", TASKS)
def test_every_argument_is_explained_and_its_schema_is_one(name: str) -> None:
    schema = dict(TASKS[name].arguments_schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert TASKS[name].help.endswith(".")
    assert all(one["description"].endswith(".") for one in schema["properties"].values())


@pytest.mark.parametrize("name", TASKS)
def test_an_unknown_argument_is_refused(name: str) -> None:
    with pytest.raises(ArtistError, match="takes no argument 'colour'") as refused:
        ask(name, colour="red")
    assert refused.value.code == "usage.arguments"


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("juggle", {}, "usage.arguments"),
        ("takes.show", {}, "usage.arguments"),
        ("takes.show", {"take": 3}, "usage.bad_value"),
        ("takes.list", {"root": "takes"}, "usage.bad_value"),
        ("takes.prune", {"root": "/tmp", "keep": True}, "usage.bad_value"),
        ("takes.prune", {"root": "/tmp", "keep": -1}, "usage.bad_value"),
        ("takes.prune", {"root": "/tmp", "yes": "no"}, "usage.bad_value"),
        ("takes.check", {"take": "/v001", "against": "request.json"}, "usage.bad_value"),
        ("pictures.wipe", {"take": "v001", "frame": 1, "position": 2}, "usage.bad_value"),
        ("pictures.wipe", {"take": "v001", "frame": 1, "position": float("nan")}, "usage.bad_value"),
        ("takes.list", {}, "usage.arguments"),
        ("cache.clear", {}, "usage.arguments"),
        ("report", {"to": "", "takes": ""}, "usage.bad_value"),
        ("ledger.export", {"path": ""}, "usage.bad_value"),
        ("ledger.export", {"path": "  "}, "usage.bad_value"),
        ("takes.list", {"root": " "}, "usage.bad_value"),
    ],
)
def test_what_cannot_be_done_is_said(name: str, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ArtistError) as refused:
        run_task(name, arguments, Settings(), Reporter())
    assert refused.value.code == code
    assert refused.value.fix


def test_arguments_that_are_no_object_are_refused() -> None:
    with pytest.raises(ArtistError, match="Give a JSON object"):
        run_task("takes.list", ["root"], Settings(), Reporter())


def test_a_stop_ends_a_task() -> None:
    with pytest.raises(ArtistError) as stopped:
        run_task("describe", {}, Settings(), Reporter(should_stop=lambda: True))
    assert stopped.value.code == "engine.stopped"


def test_the_table_loads_no_picture_library() -> None:
    heavy = "{'numpy', 'cv2', 'OpenEXR', 'OpenImageIO', 'numba', 'scipy'}"
    script = f"import sys, photodouble.engine.tasks; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "core")},
    )
    assert done.stdout.strip() == "[]"


def test_takes_are_listed_as_the_command_line_lists_them(
    tiny_shot: Callable[..., Any], photodouble: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot()
    made = photodouble("inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", tmp_path / "takes")
    assert made.returncode == 0, made.stderr
    import json

    told = json.loads(photodouble("takes", "list", "--root", tmp_path / "takes", "--json").stdout)
    assert ask("takes.list", root=str(tmp_path / "takes")) == told
    take = told[0]["folder"]
    shown = json.loads(photodouble("takes", "show", take, "--json").stdout)
    assert ask("takes.show", take=take) == shown
    assert ask("takes.check", take=take)["current"] is True
    assert ask("takes.lock", take=take, by="Ada")["person"] == "Ada"
    assert ask("takes.show", take=take)["marks"] == [{"word": "lock", "person": "Ada"}]
    steps: list[str] = []
    report = Reporter(on_progress=lambda done, of, note: steps.append(f"{note} {done}/{of}"))
    archive = tmp_path / "take.tar"
    packed = run_task("takes.archive", {"take": take, "target": str(archive)}, Settings(), report)
    assert archive.is_file() and packed["files"] > 6
    assert steps[-1].startswith("verifying") and steps[0].startswith("packing 1/")
