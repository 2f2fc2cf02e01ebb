"""A node without a network asks for a take again: a file in the inbox becomes a job, and is staged anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from finished_takes import Made
from node_requests import answer, leave, note, request_text
from ofx_host import Host
from staged_takes import stage

COMMAND = [sys.executable, "-I", "-m", "photodouble.engine.serve", "--detach"]


def start(environment: dict[str, str]) -> None:
    """Start an engine; its pipe closes when it is there."""
    Path(environment["PHOTODOUBLE_RUNTIME"]).mkdir(mode=0o700, exist_ok=True)
    subprocess.run(
        COMMAND, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=60, check=True
    )


def until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.05)


def with_inbox_of(made: Made, environment: dict[str, str]) -> dict[str, str]:
    """Let the engine keep its jobs where the take was staged from."""
    user = Path(environment["PHOTODOUBLE_USER"])
    lines = [f'engine_folder = "{made.settings.engine_folder}"', f'cache_folder = "{user.parent / "cache"}"']
    user.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return environment


def test_a_request_left_before_the_engine_starts_becomes_a_new_take_staged_alike(
    made: Made, engine_environment: dict[str, str]
) -> None:
    staged = stage(made, "ACEScct", format="96x54")
    inbox = Path(note(staged)["inbox"])
    assert inbox.stat().st_mode & 0o077 == 0
    left = leave(inbox, request_text(staged))
    start(with_inbox_of(made, engine_environment))
    until(lambda: answer(staged).get("state") in ("finished", "refused"))
    said = answer(staged)
    assert said["state"] == "finished", said
    assert not left.exists()
    again = staged.parent.parent / "v002" / staged.name
    assert Path(said["staged"]) == again
    newer = made.store.open(staged.parents[2] / "v002")
    assert newer is not None and newer.is_sealed
    assert newer.request().parent == note(staged)["take"]
    assert newer.request().host == "DaVinciResolve"
    assert note(again)["take"] == newer.take_id != note(staged)["take"]
    newest = (staged.parent.parent / "newest.txt").read_text(encoding="utf-8").split("\n")
    assert f"{staged.name} v002/{staged.name}" in newest
    until(lambda: not list((inbox / "taken").iterdir()))
    loaded = Path(f"/proc/{_pid(engine_environment)}/maps").read_text(encoding="utf-8")
    assert "_sqlite3" in loaded
    assert not any(name in loaded for name in ("numpy", "OpenEXR", "PyOpenColorIO"))


def test_an_engine_killed_between_goes_on_with_the_request_when_it_starts_again(
    made: Made, engine_environment: dict[str, str]
) -> None:
    staged = stage(made, "ACEScct")
    inbox = Path(note(staged)["inbox"])
    environment = with_inbox_of(made, engine_environment)
    start(environment)
    leave(inbox, request_text(staged))
    until(lambda: bool(list((inbox / "taken").glob("*.json"))))
    os.kill(_pid(environment), signal.SIGKILL)
    start(environment)
    until(lambda: answer(staged).get("state") in ("finished", "refused"))
    assert answer(staged)["state"] == "finished", answer(staged)
    assert len(list(staged.parents[2].glob("v*/manifest.json"))) == 2


def test_the_node_asks_by_its_button_and_shows_the_new_take(
    made: Made, engine_environment: dict[str, str], ofx_resolve: Host
) -> None:
    staged = stage(made, "ACEScct")
    start(with_inbox_of(made, engine_environment))
    source = np.full((48, 64, 4), 0.4, np.float32)
    with ofx_resolve.instance("filter", {"take": str(staged)}) as node:
        before = node.render(source, time=1001.0)
        assert not np.array_equal(before, source)
        node.press("analyse")
        until(lambda: answer(staged).get("state") in ("finished", "refused"))
        node.press("refresh")
        assert "v002" in str(node.value("label"))
        node.press("newest")
        assert node.value("take") == str(staged.parent.parent / "v002" / staged.name)
        assert np.array_equal(node.render(source, time=1001.0), before)


def _pid(environment: dict[str, str]) -> int:
    text = (Path(environment["PHOTODOUBLE_RUNTIME"]) / "engine.json").read_text(encoding="utf-8")
    return int(json.loads(text)["pid"])
