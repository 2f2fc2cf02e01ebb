"""The engine's address and its lock: private, never stale, never two."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from photodouble_client import machine, runtime
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import Endpoint, FileLock

CORE = str(Path(runtime.__file__).resolve().parents[1])
HOLD = """
import sys, time
sys.path.insert(0, sys.argv[1])
from photodouble_client.runtime import FileLock
lock = FileLock(sys.argv[2])
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def _endpoint(**changes):
    here = Endpoint(
        machine=machine.machine_id(),
        boot=machine.boot_id(),
        user=machine.user_id(),
        pid=os.getpid(),
        nonce="n",
        port=4711,
        token="t",
        protocol=1,
        version="0.1.0",
    )
    return dataclasses.replace(here, **changes)


def _folder():
    return str(Path(tempfile.mkdtemp(prefix="pd-")) / "run")


def _code_of(environment):
    try:
        runtime.runtime_folder(environment)
    except ArtistError as error:
        return error.code
    return ""


def test_the_named_folder_is_made_for_this_user_alone():
    folder = runtime.runtime_folder({"PHOTODOUBLE_RUNTIME": _folder()})
    assert Path(folder).is_dir()
    assert os.name == "nt" or Path(folder).stat().st_mode & 0o777 == 0o700


def test_the_folder_lies_in_the_session_s_own_folder_where_there_is_one():
    if sys.platform == "win32":
        return
    session = tempfile.mkdtemp(prefix="pd-")
    assert runtime.runtime_folder({"XDG_RUNTIME_DIR": session}) == str(Path(session) / "photodouble")


def test_another_user_s_session_folder_is_not_used():
    if sys.platform == "win32":
        return
    given = {
        "XDG_RUNTIME_DIR": "/nowhere",
        "TMPDIR": tempfile.mkdtemp(prefix="pd-"),
        "XDG_SESSION_ID": "../7",
    }
    folder = runtime.runtime_folder(given)
    assert str(Path(folder).parent) == given["TMPDIR"]
    assert Path(folder).name == f"photodouble-{os.getuid()}-___7"


def test_a_folder_that_others_can_read_is_refused():
    if os.name == "nt":
        return
    folder = _folder()
    Path(folder).mkdir()
    Path(folder).chmod(0o755)
    assert _code_of({"PHOTODOUBLE_RUNTIME": folder}) == "engine.runtime_folder"
    Path(folder).chmod(0o700)
    assert _code_of({"PHOTODOUBLE_RUNTIME": folder}) == ""


def test_a_link_or_a_file_in_place_of_the_folder_is_refused():
    if os.name == "nt":
        return
    folder = _folder()
    Path(folder).symlink_to(tempfile.mkdtemp(prefix="pd-"))
    assert _code_of({"PHOTODOUBLE_RUNTIME": folder}) == "engine.runtime_folder"
    Path(folder).unlink()
    Path(folder).touch()
    assert _code_of({"PHOTODOUBLE_RUNTIME": folder}) == "engine.runtime_folder"


def test_an_address_comes_back_as_it_was_written_and_only_its_user_may_read_it():
    folder = runtime.runtime_folder({"PHOTODOUBLE_RUNTIME": _folder()})
    _endpoint().write(folder)
    _endpoint(nonce="newer").write(folder)
    assert Endpoint.read(folder) == _endpoint(nonce="newer")
    [path] = Path(folder).iterdir()
    assert path.name == runtime.ENDPOINT_FILE
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600


def test_an_address_that_cannot_be_read_is_no_address():
    folder = runtime.runtime_folder({"PHOTODOUBLE_RUNTIME": _folder()})
    path = Path(folder) / runtime.ENDPOINT_FILE
    assert Endpoint.read(folder) is None
    stored = _endpoint().to_json()
    newer, short = dict(stored, schema=99), {key: stored[key] for key in stored if key != "port"}
    for text in ("", "[]", "{", json.dumps(newer), json.dumps(short), json.dumps(dict(stored, pid="x"))):
        path.write_text(text, encoding="utf-8")
        assert Endpoint.read(folder) is None, text


def test_an_address_with_an_endless_number_is_no_address():
    folder = runtime.runtime_folder({"PHOTODOUBLE_RUNTIME": _folder()})
    _endpoint().write(folder)
    path = Path(folder) / runtime.ENDPOINT_FILE
    path.write_text(path.read_text(encoding="utf-8").replace("4711", "1e400"), encoding="utf-8")
    assert Endpoint.read(folder) is None


def test_an_address_of_another_machine_boot_or_user_is_foreign():
    assert _endpoint().is_of_this_machine
    for changes in ({"machine": "other"}, {"boot": "other"}, {"user": "other"}):
        assert not _endpoint(**changes).is_of_this_machine, changes


def test_an_engine_removes_its_own_address_only():
    folder = runtime.runtime_folder({"PHOTODOUBLE_RUNTIME": _folder()})
    _endpoint().write(folder)
    Endpoint.remove(folder, "another engine's nonce")
    assert Endpoint.read(folder) is not None
    Endpoint.remove(folder, "n")
    Endpoint.remove(folder, "n")
    assert Endpoint.read(folder) is None


def test_a_lock_is_held_once_and_can_be_taken_again_after_release():
    path = str(Path(tempfile.mkdtemp(prefix="pd-")) / "a.lock")
    first, second = FileLock(path), FileLock(path)
    assert (first.acquire(), second.acquire(timeout=0.1)) == (True, False)
    assert (first.is_held, second.is_held, second.holder()) == (True, False, os.getpid())
    assert not second.is_free()
    first.release()
    first.release()
    assert second.is_free()
    with second:
        assert second.is_held
    assert not second.is_held


def test_a_lock_that_cannot_be_signed_as_on_a_full_disk_is_not_held():
    if not Path("/dev/full").exists():
        return
    lock = FileLock("/dev/full")
    try:
        lock.acquire()
    except OSError:
        assert not lock.is_held
    else:
        raise AssertionError("a lock was signed on a full disk")


def test_a_lock_is_free_the_moment_its_holder_is_killed():
    path = str(Path(tempfile.mkdtemp(prefix="pd-")) / "a.lock")
    command = [sys.executable, "-S", "-c", HOLD, CORE, path]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline().strip() == b"True"
        lock = FileLock(path)
        assert not lock.acquire()
        assert lock.holder() == holder.pid
        holder.kill()
        holder.wait(20)
        assert lock.acquire(timeout=20)
    finally:
        holder.kill()
        holder.communicate()


def test_a_process_that_ended_is_not_alive_even_before_it_is_waited_for():
    child = subprocess.Popen([sys.executable, "-S", "-c", ""], stdout=subprocess.PIPE)
    assert machine.is_alive(os.getpid())
    child.stdout.read()
    if sys.platform.startswith("linux"):
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not machine.is_alive(child.pid)
    child.communicate(timeout=20)
    assert not machine.is_alive(child.pid)
    assert not machine.is_alive(0)
    assert not machine.is_alive(2**40)


def test_the_names_of_machine_and_boot_are_the_same_each_time_and_hide_what_they_are_made_of():
    assert machine.machine_id() == machine.machine_id()
    assert len(machine.machine_id()) == 32
    assert machine.boot_id() == machine.boot_id()


def test_secrets_are_long_and_never_the_same():
    assert len({runtime.new_secret() for _ in range(100)}) == 100
    assert len(runtime.new_secret()) == 64
