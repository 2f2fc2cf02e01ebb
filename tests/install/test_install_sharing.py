"""install.py beside another: an older version that goes on working, and two at work in one studio."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from stand_in_project import Project, held, make_project

from photodouble_client.runtime import FileLock

NUKE = ("--host", "nuke", "--engine", "none")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights and locks of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a small project and an empty home."""
    return make_project(tmp_path)


def files(project: Project) -> dict[str, str]:
    """Give the files in the home; a folder with nothing in it may come and go."""
    return {name: content for name, content in project.held().items() if content != "folder"}


def break_step(project: Project, path: str) -> None:
    """Let the disk be full when the file or folder of that name is to be made."""
    putting = project.root / "install/installing/putting.py"
    text = putting.read_text(encoding="utf-8")
    head = "        replaced = {} if earlier is None else"
    assert text.count(head) == 1
    fault = f"        if step.entry.path.endswith({path!r}):\n"
    fault += '            raise OSError(28, "No space left on device")\n'
    putting.write_text(text.replace(head, fault + head), encoding="utf-8")


@pytest.mark.parametrize("fails_at", ["/Photo Double.py", "/init.py", "/user_default/photodouble_blender"])
def test_a_newer_version_that_does_not_go_leaves_the_older_one_whole(project: Project, fails_at: str) -> None:
    """Every host's files, the block in init.py, the command and the settings are the older version's."""
    (project.home / ".config/blender/5.0").mkdir(parents=True)
    hosts = ("--host", "nuke", "--host", "blender", "--host", "resolve")
    words = (*hosts, "--engine", "cpu")
    project.install(*words, "--wheelhouse", str(project.make_wheels()))
    before = files(project)
    receipt = next(project.home.rglob("receipt-*.json"))
    noted = json.loads(receipt.read_text(encoding="utf-8"))
    project.become("0.9.0")
    (project.root / "blender/photodouble_blender/news.py").write_text("NEW = True\n", encoding="utf-8")
    (project.root / "resolve/photodouble_resolve/news.py").write_text("NEW = True\n", encoding="utf-8")
    break_step(project, fails_at)
    ran = project.run(*words, "--wheelhouse", str(project.make_wheels()))
    assert ran.returncode == 1 and "The disk is full" in ran.stderr, ran.stderr
    after = files(project)
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} <= {
        receipt.relative_to(project.home).as_posix()
    }
    kept = json.loads(receipt.read_text(encoding="utf-8"))
    assert [kept["state"], kept["entries"]] == [noted["state"], noted["entries"]]
    project.install("--uninstall")
    assert files(project) == {}


def test_a_second_installation_to_a_studio_waits_outside_whatever_its_folder_for_passing_files(
    project: Project, tmp_path: Path
) -> None:
    share, other = tmp_path / "share", tmp_path / "other passing files"
    other.mkdir()
    make = project.root / "install/installing/putting.py"
    text = make.read_text(encoding="utf-8")
    head = "def put(step: Step, receipt: Receipt, say: Say, earlier: Optional[Entry] = None) -> None:\n"
    assert head in text
    inside, go = tmp_path / "inside", tmp_path / "go"
    wait = f"    import time\n    open({str(inside)!r}, 'w').close()\n"
    wait += f"    while not os.path.exists({str(go)!r}):\n        time.sleep(0.02)\n"
    make.write_text(text.replace(head, head + wait), encoding="utf-8")
    alone = project.root / "install/installing/alone.py"
    patience = "_PATIENCE = 20.0"
    assert patience in alone.read_text(encoding="utf-8")
    alone.write_text(alone.read_text(encoding="utf-8").replace(patience, "_PATIENCE = 1.0"), encoding="utf-8")
    words = project.words("--studio", str(share), *NUKE)
    first = subprocess.Popen(words, env=project.environment, stdout=subprocess.DEVNULL)
    try:
        while not inside.exists():
            assert first.poll() is None
        project.variables["TMPDIR"] = str(other)
        second = subprocess.Popen(
            words, env=project.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        inside.unlink()
        said, refused = second.communicate(timeout=60) if _refused(second, inside) else ("", "")
        assert "Another installation is at work" in refused, said
    finally:
        go.touch()
        assert first.wait(timeout=60) == 0
        second.wait(timeout=60)
    project.install("--uninstall", "--studio", str(share))
    assert not share.exists()


def _refused(second: subprocess.Popen[str], inside: Path) -> bool:
    """Wait until a second installation has ended or has come in; say which."""
    while not inside.exists():
        if second.poll() is not None:
            return True
    return False


def test_a_lock_that_somebody_left_in_the_studio_is_in_nobodys_way(project: Project, tmp_path: Path) -> None:
    """Killed, the holder of a lock leaves its file behind; it goes with the next installation."""
    share = tmp_path / "share"
    share.mkdir()
    left = share / ".photodouble-install.lock"
    lock = FileLock(str(left))
    assert lock.acquire()
    lock.release()
    project.install("--studio", str(share), *NUKE)
    assert not left.exists()
    project.install("--studio", str(share), "--uninstall")
    assert held(share) == {}


def test_what_is_only_looked_at_is_not_locked(project: Project, tmp_path: Path) -> None:
    share = tmp_path / "share"
    project.install("--studio", str(share), *NUKE, "--dry-run")
    project.install("--studio", str(share), "--uninstall")
    assert not share.exists()
