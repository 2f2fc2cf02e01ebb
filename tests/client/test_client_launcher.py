"""Starting the engine: one, whoever asks; nothing of the host in it; and a plain sentence when it fails."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from photodouble_client import detached, launcher, machine, runtime
from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered, Failed, Finished, FrameDone
from photodouble_client.request import JobRequest
from photodouble_client.runtime import Endpoint, FileLock
from photodouble_client.settings import ClientSettings
from photodouble_client.watch import watch_job, watch_submission, watch_task
from photodouble_client.wire import PreviewWanted, Submission, new_id

HERE = Path(__file__).resolve().parent
HAS_FORK = hasattr(os, "fork")
ASK = """
import sys
sys.path.insert(0, sys.argv[1])
from photodouble_client.launcher import find_or_start
print(find_or_start().endpoint.pid)
"""


class Desk:
    """A place of its own with an engine that can be started there."""

    def __init__(self, folder, behaviour):
        self.python = folder / "python"
        stand_in = HERE / "stand_in_engine.py"
        self.python.write_text(
            f'#!/bin/sh\necho "$@" > "{folder}/words"\nenv > "{folder}/environment"\n'
            f'exec "{sys.executable}" -S "{stand_in}" "$4"\n',
            encoding="utf-8",
        )
        self.python.chmod(0o755)
        self.folder = folder
        self.environment = dict(os.environ)
        self.environment.update(
            PHOTODOUBLE_ENGINE=str(self.python),
            PHOTODOUBLE_RUNTIME=str(folder / "run"),
            PHOTODOUBLE_CLIENT=str(folder / "client.json"),
        )
        self.runtime = runtime.runtime_folder(self.environment)
        self.behave(**behaviour)

    def behave(self, **behaviour):
        (Path(self.runtime) / "behaviour.json").write_text(json.dumps(behaviour), encoding="utf-8")

    def start(self, **more):
        return launcher.find_or_start(environment=self.environment, **more)

    def connect(self, **more):
        return Engine.connect("nuke", "15.1", environment=self.environment, **more)

    def starts(self):
        path = Path(self.runtime) / "starts.log"
        return len(path.read_text(encoding="utf-8").split()) if path.exists() else 0

    def kill(self):
        lock = FileLock(str(Path(self.runtime) / runtime.ENGINE_LOCK))
        while not lock.is_free():
            with contextlib.suppress(OSError):
                os.kill(lock.holder() or 2**30, signal.SIGKILL)
            time.sleep(0.02)


@contextlib.contextmanager
def desk(**behaviour):
    place = Desk(Path(tempfile.mkdtemp(prefix="pd-")), behaviour)
    try:
        yield place
    finally:
        place.kill()


def error_of(work):
    try:
        work()
    except ArtistError as error:
        return error
    return None


def test_the_engine_is_started_once_and_found_after_that():
    if not HAS_FORK:
        return
    said = []
    with desk() as place:
        first = place.start(on_progress=said.append)
        second = place.start(on_progress=said.append)
        assert first.endpoint == second.endpoint
        assert (place.starts(), said) == (1, ["Starting the engine"])
        assert (place.folder / "words").read_text().split() == ["-I", "-m", launcher.MODULE, "--detach"]


def test_the_host_gets_no_child_that_it_must_wait_for():
    if not HAS_FORK:
        return
    with desk() as place:
        pid = place.start().endpoint.pid
        try:
            waited = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            waited = (0, 0)
        assert waited == (0, 0)
        place.kill()
        wait_until(lambda: not machine.is_alive(pid))


def test_nothing_of_the_host_reaches_the_engine_but_its_colours():
    if not HAS_FORK:
        return
    with desk() as place:
        host = {
            "PYTHONHOME": "/host/python",
            "PYTHONPATH": "/host/modules",
            "QT_PLUGIN_PATH": "/host/qt",
            "DYLD_LIBRARY_PATH": "/host/lib",
            "VIRTUAL_ENV": "/host/venv",
            "OCIO": "/show/config.ocio",
            "OMP_NUM_THREADS": "3",
        }
        place.environment.update(host)
        place.start()
        lines = (place.folder / "environment").read_text().splitlines()
        kept = {line.partition("=")[0] for line in lines}
        assert kept & set(host) == {"OCIO", "OMP_NUM_THREADS"}
        assert f"PHOTODOUBLE_RUNTIME={place.runtime}" in lines


def test_libraries_of_the_host_are_scrubbed():
    given = {"LD_LIBRARY_PATH": "a", "LD_PRELOAD": "b", "Path": "c", "qt_scale": "d", "PATH": "e"}
    assert detached.scrubbed(given) == {"Path": "c", "PATH": "e"}


def test_hosts_that_start_it_at_once_get_one_engine():
    if not HAS_FORK:
        return
    with desk(slow=0.3) as place:
        command = [sys.executable, "-S", "-c", ASK, str(HERE.parents[1] / "core")]
        hosts = [subprocess.Popen(command, env=place.environment, stdout=subprocess.PIPE) for _ in range(5)]
        pids = {host.communicate(timeout=60)[0].strip() for host in hosts}
        assert (len(pids), place.starts()) == (1, 1)
        assert pids == {str(place.start().endpoint.pid).encode()}


def test_an_engine_that_died_is_followed_by_a_new_one():
    if not HAS_FORK:
        return
    with desk() as place:
        first = place.start().endpoint
        place.kill()
        wait_until(lambda: not machine.is_alive(first.pid))
        assert place.start().endpoint.nonce != first.nonce
        assert place.starts() == 2


def test_a_foreign_or_stale_address_is_not_believed():
    if not HAS_FORK:
        return
    with desk() as place:
        endpoint = place.start().endpoint
        for changes in (
            {"machine": "another"},
            {"boot": "another"},
            {"nonce": "another"},
            {"pid": 2**22 + 1},
        ):
            runtime.write_private(
                str(Path(place.runtime) / runtime.ENDPOINT_FILE),
                json.dumps(dict(endpoint.to_json(), **changes)),
            )
            assert launcher.find(place.runtime) is None, changes
        endpoint.write(place.runtime)
        assert launcher.find(place.runtime).endpoint == endpoint


def test_an_engine_that_hangs_is_unreachable_and_gets_no_second_beside_it():
    if not HAS_FORK:
        return
    before = launcher.HELLO_TIMEOUT
    launcher.HELLO_TIMEOUT = 0.3
    try:
        with desk() as place:
            pid = place.start().endpoint.pid
            os.kill(pid, signal.SIGSTOP)
            assert error_of(place.start).code == "engine.unreachable"
            assert place.starts() == 1
            assert error_of(lambda: launcher.end(place.runtime)).code == "engine.unreachable"
            assert launcher.end(place.runtime, force=True)
            assert not machine.is_alive(pid)
            assert place.start().endpoint.pid != pid
    finally:
        launcher.HELLO_TIMEOUT = before


def test_an_engine_that_fails_to_start_says_why():
    if not HAS_FORK:
        return
    with desk(fail="engine.disk_full: The disk is full") as place:
        error = error_of(place.start)
        assert error.code == "engine.start_failed"
        assert "The disk is full" in error.message
        assert "first line" in error.detail
        assert runtime.START_LOG in error.fix
        assert FileLock(str(Path(place.runtime) / runtime.START_LOCK)).acquire()


def test_a_program_that_never_becomes_the_engine_is_told_as_such_and_killed_with_its_children():
    if not HAS_FORK:
        return
    with desk() as place:
        place.python.write_text(
            f'#!/bin/sh\necho begun >&2\nsleep 300 &\necho $! > "{place.folder}/pid"\nwait\n'
        )
        settings = ClientSettings(str(place.python), (), 1.0)
        error = error_of(lambda: place.start(settings=settings))
        assert (error.code, error.detail) == ("engine.start_failed", "begun\n")
        assert "within 1 seconds" in error.message
        child = int((place.folder / "pid").read_text(encoding="utf-8"))
        end = time.monotonic() + 20
        while machine.is_alive(child) and time.monotonic() < end:
            time.sleep(0.02)
        assert not machine.is_alive(child)


def test_an_error_that_the_engine_tells_at_its_start_is_the_one_that_the_host_shows():
    if not HAS_FORK:
        return
    told = ArtistError("usage.bad_value", "A mistake", "user.toml is broken.", "Correct it.", detail="line 1")
    with desk(fail=json.dumps(told.to_json())) as place:
        assert error_of(place.start).to_json() == told.to_json()


def test_locks_that_cannot_be_opened_are_told_as_the_folder():
    for name in (runtime.START_LOCK, runtime.ENGINE_LOCK):
        place = Desk(Path(tempfile.mkdtemp(prefix="pd-")), {})
        (Path(place.runtime) / name).mkdir()
        error = error_of(place.start)
        assert error.code == "engine.runtime_folder"
        assert name in error.message


def test_a_start_log_that_cannot_be_written_is_told_as_the_folder_and_not_as_the_interpreter():
    with desk() as place:
        (Path(place.runtime) / runtime.START_LOG).mkdir()
        assert error_of(place.start).code == "engine.runtime_folder"


def test_an_engine_that_was_killed_while_it_started_is_started_again_but_not_for_ever():
    if not HAS_FORK:
        return
    with desk(killed_starts=2) as place:
        place.start()
        assert place.starts() == 3
    with desk(killed_starts=9) as place:
        assert error_of(place.start).code == "engine.start_failed"
        assert place.starts() == 3


def test_a_python_without_the_engine_is_told_as_not_installed():
    if not HAS_FORK:
        return
    with desk() as place:
        place.environment["PHOTODOUBLE_ENGINE"] = sys.executable
        place.environment["PHOTODOUBLE_RUNTIME"] = place.runtime
        program = place.folder / "bare"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
        program.chmod(0o755)
        place.environment["PHOTODOUBLE_ENGINE"] = str(program)
        assert error_of(place.start).code == "engine.not_installed"


def test_no_interpreter_at_all_is_told_as_not_installed():
    with desk() as place:
        place.environment["PHOTODOUBLE_ENGINE"] = ""
        assert error_of(place.start).code == "engine.not_installed"
        (place.folder / "no program").write_text("x")
        (place.folder / "no program").chmod(0o755)
        place.environment["PHOTODOUBLE_ENGINE"] = str(place.folder / "no program")
        assert error_of(place.start).code == "engine.not_installed"


def test_an_engine_of_another_language_is_refused_by_name():
    if not HAS_FORK:
        return
    with desk(protocol=99) as place:
        error = error_of(place.start)
        assert (error.code, error.action) == ("engine.version_mismatch", "restart_engine")
        assert "0.0.9" in error.message
        assert launcher.VERSION in error.message
        place.behave()
        assert Engine.connect_anew("nuke", environment=place.environment).version == "0.0.9"
        assert place.starts() == 2


def test_waiting_for_the_engine_can_be_given_up():
    if not HAS_FORK:
        return
    with desk(slow=30) as place:
        error = error_of(lambda: place.start(stop=lambda: place.starts() > 0))
        assert error.code == "engine.stopped"
        settings = ClientSettings(str(place.python), (), 0.2)
        assert error_of(lambda: place.start(settings=settings)).code == "engine.unreachable"


def test_ending_an_engine_that_is_not_there_says_so():
    with desk() as place:
        assert launcher.end(place.runtime) is False


def test_an_engine_ends_when_asked_and_takes_its_address_with_it():
    if not HAS_FORK:
        return
    with desk() as place:
        engine = place.connect()
        engine.shutdown()
        assert Endpoint.read(place.runtime) is None
        assert not launcher.is_running(place.runtime)
        assert error_of(lambda: place.connect(start=False)).code == "engine.unreachable"


def test_a_job_is_handed_over_once_and_followed_to_its_end():
    if not HAS_FORK:
        return
    with desk() as place:
        engine = place.connect()
        submission = Submission(JobRequest("inpaint"), new_id())
        job = engine.submit(submission)
        assert engine.submit(submission) == job
        assert (job.host, job.take, len(engine.jobs())) == ("nuke", job.job, 1)
        assert engine.jobs(script="none") == []
        events = [report.event for report in engine.events(job.job) if not is_progress(report)]
        assert isinstance(events[0], Failed), "a job that was resumed tells of its failure first"
        assert events[1:] == [FrameDone(frame, "x") for frame in range(2, 6)] + [Finished("m", "t", "f")]
        assert engine.cancel(job.job).state == "cancelled"
        assert error_of(lambda: engine.job(new_id())).code == "engine.no_job"
        assert error_of(lambda: list(engine.events(new_id()))).code == "engine.no_job"


def test_a_job_is_followed_through_the_deaths_of_three_engines_and_nothing_is_told_twice():
    if not HAS_FORK:
        return
    with desk(die_after={"1": 2, "2": 1, "3": 0}) as place:
        engine = place.connect()
        job = engine.submit(JobRequest("inpaint"))
        done = [report.seq for report in engine.events(job.job) if not is_progress(report)]
        assert done == [1, 2, 3, 4, 5, 6]
        assert place.starts() == 4


def test_an_engine_that_dies_again_and_again_is_given_up():
    if not HAS_FORK:
        return
    from photodouble_client import jobs

    before = jobs.MOST_LOSSES
    jobs.MOST_LOSSES = 2
    try:
        with desk() as place:
            engine = place.connect()
            job = engine.submit(JobRequest("inpaint"))
            place.behave(fail="it cannot start any more")
            place.kill()
            wait_until(lambda: not launcher.is_running(place.runtime))
            assert error_of(lambda: list(engine.events(job.job))).code == "engine.start_failed"
    finally:
        jobs.MOST_LOSSES = before


def test_an_engine_that_died_between_two_calls_is_started_unseen():
    if not HAS_FORK:
        return
    with desk() as place:
        engine = place.connect()
        job = engine.submit(JobRequest("inpaint"))
        place.kill()
        assert engine.job(job.job).job == job.job
        assert place.starts() == 2


def test_a_task_and_a_preview_are_asked_anew_of_a_new_engine():
    if not HAS_FORK:
        return
    with desk(die_after={"1": 1, "2": 20, "3": 2}) as place:
        engine = place.connect()
        assert engine.task("takes.list", {"shot": "a"}) == {"starts": 2}
        assert engine.preview(PreviewWanted(JobRequest("inpaint"), 1)).picture == "q"


def test_a_watcher_starts_the_engine_hands_over_and_follows_without_the_host_waiting():
    if not HAS_FORK:
        return
    with desk(slow=0.2, die_after={"1": 3}) as place:
        watcher = watch_submission(Submission(JobRequest("inpaint")), "nuke", environment=place.environment)
        assert watcher.poll() == []
        reports = all_of(watcher)
        assert [report.seq for report in reports if not is_progress(report)] == [1, 2, 3, 4, 5, 6]
        assert reports[-1].is_last
        again = watch_job(watcher.job, 4, "nuke", environment=place.environment)
        assert [report.seq for report in all_of(again) if not is_progress(report)] == [5, 6]
        assert place.starts() == 2


def test_a_watcher_gives_the_answer_of_a_task():
    if not HAS_FORK:
        return
    with desk() as place:
        reports = all_of(watch_task("takes.list", {}, "nuke", environment=place.environment))
        assert reports[-1].event == Answered({"starts": 1})


def test_a_watcher_tells_why_there_is_no_engine():
    with desk() as place:
        place.environment["PHOTODOUBLE_ENGINE"] = ""
        [report] = all_of(watch_job(new_id(), environment=place.environment))
        assert isinstance(report.event, Failed)
        assert (report.seq, report.event.error.code) == (0, "engine.not_installed")


def test_a_watcher_that_is_closed_leaves_no_thread_and_no_report():
    if not HAS_FORK:
        return
    with desk(slow=30) as place:
        watcher = watch_job(new_id(), environment=place.environment)
        wait_until(lambda: watcher.note != "")
        watcher.close()
        assert watcher.is_done
        assert not any(thread.name.startswith("photodouble") for thread in threading.enumerate())


def test_a_watcher_is_closed_though_its_engine_hangs():
    if not HAS_FORK:
        return
    with desk() as place:
        engine = place.connect()
        watcher = watch_task("hang", {}, "nuke", environment=place.environment)
        wait_until(lambda: (Path(place.runtime) / "hangs").exists())
        watcher.close()
        assert watcher.is_done
        engine.close()


def all_of(watcher):
    reports = []
    end = time.monotonic() + 60
    while not watcher.is_done and time.monotonic() < end:
        reports += watcher.wait(0.1)
    watcher.close()
    return reports


def is_progress(report):
    return report.event.to_json()["event"] == "progress"


def wait_until(fact):
    end = time.monotonic() + 30
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.01)
