"""The engine as a process: one of each, quick and small, private, gone when nobody needs it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.runtime import Endpoint, FileLock

COMMAND = [sys.executable, "-I", "-m", "photodouble.engine.serve"]
HEAVY = ("numpy", "scipy", "cv2", "numba", "OpenImageIO", "OpenEXR", "PyOpenColorIO", "torch", "av", "rich")
HEAVY += ("opentimelineio",)
OTHER_USER = 65534


def start(environment: dict[str, str]) -> dict[str, Any]:
    """Start an engine as a host does and return its address: its pipe closes when the address is there."""
    Path(environment["PHOTODOUBLE_RUNTIME"]).mkdir(mode=0o700, exist_ok=True)
    subprocess.run(
        [*COMMAND, "--detach"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    return address(environment)


def address(environment: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads((Path(environment["PHOTODOUBLE_RUNTIME"]) / "engine.json").read_text("utf-8")))


def ask(
    engine: dict[str, Any], method: str, path: str, content: Any = None, **headers: str
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", engine["port"], timeout=30)
    try:
        body = None if content is None else json.dumps(content)
        head = {"Authorization": f"Bearer {engine['token']}", **headers}
        connection.request(method, path, body, head)
        found = connection.getresponse()
        return found.status, json.loads(found.read() or b"null")
    finally:
        connection.close()


def until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def change_setting(environment: dict[str, str], line: str) -> None:
    with Path(environment["PHOTODOUBLE_USER"]).open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def test_the_engine_loads_nothing_that_reads_pictures() -> None:
    code = (
        "import sys, photodouble.engine.serve, photodouble.engine.server.process, photodouble.engine.tasks\n"
        "from photodouble.engine.server.openapi import described\n"
        "from photodouble.engine.describe import describe\n"
        "describe(); described('')\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    assert (found.stdout.strip(), found.returncode) == ("[]", 0), found.stderr


def test_a_picture_library_in_the_engine_would_be_noticed() -> None:
    code = f"import sys, numpy\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    assert found.stdout.strip() == "['numpy']"


def test_a_started_engine_belongs_to_nobody_and_answers(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    status, hello = ask(engine, "GET", "/hello")
    assert (status, hello["nonce"], hello["pid"]) == (200, engine["nonce"], engine["pid"])
    parent = int(Path(f"/proc/{engine['pid']}/stat").read_text().rsplit(")", 1)[1].split()[1])
    assert parent != os.getpid()
    assert os.getsid(engine["pid"]) != os.getsid(0)


def test_a_second_engine_ends_at_once_and_says_why(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    second = subprocess.run(COMMAND, env=engine_environment, capture_output=True, text=True, timeout=60)
    assert (second.returncode, second.stderr.strip()) == (
        1,
        f"An engine is running already: process {engine['pid']}.",
    )
    assert address(engine_environment) == engine
    assert ask(engine, "GET", "/hello")[0] == 200


def test_of_many_engines_started_at_once_one_is_left(engine_environment: dict[str, str]) -> None:
    Path(engine_environment["PHOTODOUBLE_RUNTIME"]).mkdir(mode=0o700)
    several = [
        subprocess.Popen(
            COMMAND, env=engine_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(4)
    ]
    try:
        until(lambda: sum(each.poll() is None for each in several) == 1)
        (left,) = [each for each in several if each.poll() is None]
        assert address(engine_environment)["pid"] == left.pid
        assert sorted(each.returncode for each in several if each is not left) == [1, 1, 1]
        assert ask(address(engine_environment), "GET", "/hello")[0] == 200
    finally:
        for each in several:
            each.terminate()
            each.wait(30)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_engine_that_is_told_to_end_takes_its_address_with_it(
    engine_environment: dict[str, str], number: signal.Signals
) -> None:
    engine = start(engine_environment)
    os.kill(engine["pid"], number)
    until(lambda: not is_running(engine["pid"]))
    assert not (Path(engine_environment["PHOTODOUBLE_RUNTIME"]) / "engine.json").exists()
    assert "the engine has ended" in Path(engine["log"]).read_text("utf-8")


def test_an_engine_leaves_the_address_of_another_alone(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    path = Path(engine_environment["PHOTODOUBLE_RUNTIME"]) / "engine.json"
    path.write_text(json.dumps({**engine, "nonce": "of another"}))
    os.kill(engine["pid"], signal.SIGTERM)
    until(lambda: not is_running(engine["pid"]))
    assert json.loads(path.read_text("utf-8"))["nonce"] == "of another"
    path.unlink()


def test_an_engine_whose_folder_is_cleared_away_puts_its_address_and_its_lock_back(
    engine_environment: dict[str, str],
) -> None:
    engine = start(engine_environment)
    folder = Path(engine_environment["PHOTODOUBLE_RUNTIME"])
    for clear in (
        lambda: shutil.rmtree(folder, ignore_errors=True),
        lambda: (folder / "engine.json").write_text("garbage"),
    ):
        clear()
        until(lambda: Endpoint.read(str(folder)) is not None)
        assert address(engine_environment) == engine
        assert not FileLock(str(folder / "engine.lock")).is_free()
    second = subprocess.run(COMMAND, env=engine_environment, capture_output=True, text=True, timeout=60)
    assert (second.returncode, is_running(engine["pid"])) == (1, True)


def test_an_engine_ends_when_another_has_taken_its_place(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    folder = Path(engine_environment["PHOTODOUBLE_RUNTIME"])
    usurper = FileLock(str(folder / "new.lock"))
    assert usurper.acquire()
    (folder / "new.lock").replace(folder / "engine.lock")
    until(lambda: not is_running(engine["pid"]))
    usurper.release()


def test_an_engine_that_was_killed_leaves_no_lock(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    os.kill(engine["pid"], signal.SIGKILL)
    until(lambda: not is_running(engine["pid"]))
    following = start(engine_environment)
    assert following["nonce"] != engine["nonce"]
    assert ask(following, "GET", "/hello")[0] == 200


def test_an_engine_that_nobody_needs_ends(engine_environment: dict[str, str]) -> None:
    change_setting(engine_environment, "engine_idle_minutes = 0.02")
    engine = start(engine_environment)
    until(lambda: not is_running(engine["pid"]))
    assert not (Path(engine_environment["PHOTODOUBLE_RUNTIME"]) / "engine.json").exists()
    assert "idle" in Path(engine["log"]).read_text("utf-8")


def test_an_open_host_keeps_the_engine(engine_environment: dict[str, str]) -> None:
    change_setting(engine_environment, "engine_idle_minutes = 0.03")
    engine = start(engine_environment)
    _, session = ask(engine, "POST", "/sessions", {"host": "nuke", "actions": []})
    time.sleep(4)
    assert ask(engine, "DELETE", f"/sessions/{session['session']}")[0] == 200
    until(lambda: not is_running(engine["pid"]))


def test_a_shutdown_on_request_ends_the_process(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    assert ask(engine, "POST", "/shutdown", {}) == (200, {"ending": True})
    until(lambda: not is_running(engine["pid"]))


def test_settings_that_cannot_be_read_are_told_where_the_host_looks(
    engine_environment: dict[str, str],
) -> None:
    change_setting(engine_environment, "no_such_setting = 1")
    failed = subprocess.run(COMMAND, env=engine_environment, capture_output=True, text=True, timeout=60)
    assert failed.returncode == 5
    assert "usage.bad_value" in failed.stderr and "no_such_setting" in failed.stderr
    assert json.loads(failed.stderr.splitlines()[-1])["code"] == "usage.bad_value"
    assert not (Path(engine_environment["PHOTODOUBLE_RUNTIME"]) / "engine.json").exists()


def test_a_log_that_cannot_be_opened_is_told_where_the_host_looks(engine_environment: dict[str, str]) -> None:
    state = Path(engine_environment["PHOTODOUBLE_USER"]).parent / "state"
    (state / "engine.log").mkdir(parents=True)
    failed = subprocess.run(COMMAND, env=engine_environment, capture_output=True, text=True, timeout=60)
    assert (failed.returncode, failed.stderr.split(":")[0]) == (5, "engine.start_failed")


def test_the_token_is_nowhere_but_in_the_address(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    ask(engine, "GET", "/hello")
    ask(engine, "GET", f"/jobs?{engine['token']}=1")
    ask(engine, "GET", "/" + engine["token"])
    ask(engine, "POST", "/jobs", {"request": engine["token"]})
    os.kill(engine["pid"], signal.SIGTERM)
    until(lambda: not is_running(engine["pid"]))
    folder = Path(engine_environment["PHOTODOUBLE_USER"]).parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert Path(engine["log"]) in files
    assert not [path for path in files if engine["token"].encode() in path.read_bytes()]


def test_the_token_is_in_no_command_line_or_environment(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    for name in ("cmdline", "environ"):
        assert engine["token"].encode() not in Path(f"/proc/{engine['pid']}/{name}").read_bytes()


def test_another_user_cannot_read_the_token_or_the_log(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    folder = Path(engine_environment["PHOTODOUBLE_RUNTIME"])
    assert folder.stat().st_mode & 0o077 == 0
    for path in (folder / "engine.json", Path(engine["log"])):
        assert path.stat().st_mode & 0o077 == 0
    if os.getuid() == 0:
        folder.parent.chmod(0o755)
        read = subprocess.run(
            ["cat", str(folder / "engine.json")],
            capture_output=True,
            user=OTHER_USER,
            group=OTHER_USER,
            timeout=20,
        )
        assert (read.returncode, read.stdout) == (1, b"")
        listed = subprocess.run(["ls", str(folder.parent)], capture_output=True, user=OTHER_USER, timeout=20)
        assert b"run" in listed.stdout


def test_the_engine_listens_on_this_machine_alone(engine_environment: dict[str, str]) -> None:
    engine = start(engine_environment)
    wanted = f"{engine['port']:04X}"
    listening = [
        line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if " 0A " in line
    ]
    assert [each for each in listening if each.endswith(":" + wanted)] == [f"0100007F:{wanted}"]
