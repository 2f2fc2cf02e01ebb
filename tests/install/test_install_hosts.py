"""install.py without an engine: what it writes for each host, and that all of it goes again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from stand_in_project import Project, make_project

NUKE = ".nuke/init.py"
FUSION = ".local/share/DaVinciResolve/Fusion"
ALL = ("--host", "nuke", "--host", "blender", "--host", "resolve", "--engine", "none")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a small project and an empty home."""
    return make_project(tmp_path)


def place(project: Project) -> Path:
    """Name the folder of the version that is installed."""
    return project.home / ".local/share/photodouble" / project.version


def test_an_empty_home_is_as_before_after_it_was_taken_out(project: Project) -> None:
    before = project.held()
    project.install(*ALL)
    assert {NUKE, f"{FUSION}/Scripts/Utility/Photo Double.py"} <= set(project.held())
    project.install("--uninstall")
    assert project.held() == before


def test_a_home_with_work_in_it_is_as_before_byte_for_byte(project: Project) -> None:
    nuke, own = project.home / ".nuke", project.home / FUSION / "Scripts/Utility"
    for folder in (nuke, own, project.home / ".config/photodouble"):
        folder.mkdir(parents=True)
    (nuke / "init.py").write_bytes(b"import nuke\r\nnuke.pluginAddPath('gizmos')  # no line's end")
    (own / "My Script.py").write_text("print('mine')\n", encoding="utf-8")
    before = project.held()
    project.install(*ALL)
    written = (nuke / "init.py").read_bytes()
    assert written.startswith(b"import nuke\r\nnuke.pluginAddPath('gizmos')  # no line's end\n")
    project.install("--uninstall")
    assert project.held() == before


def test_a_dry_run_says_every_path_and_touches_nothing(project: Project) -> None:
    before = project.held()
    said = project.install(*ALL, "--dry-run")
    assert project.held() == before
    project.install(*ALL)
    new = [name for name, kind in project.held().items() if kind != "folder"]
    unsaid = [name for name in new if not any(name.startswith(one) for one in _said(said, project))]
    assert not unsaid


def _said(text: str, project: Project) -> list[str]:
    """List the paths that were said, as they lie in the home."""
    home = f"{project.home}/"
    return [line[line.index(home) + len(home) :].split(" (")[0] for line in text.splitlines() if home in line]


def test_nuke_reads_the_block_as_python_and_finds_the_folder(project: Project) -> None:
    project.install("--host", "nuke", "--engine", "none")
    stand_in = "import sys, types\nnuke = types.ModuleType('nuke')\nnuke.pluginAddPath = print\n"
    code = f"{stand_in}sys.modules['nuke'] = nuke\nexec(open(sys.argv[1]).read())"
    ran = subprocess.run(
        [sys.executable, "-c", code, project.home / NUKE],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    folder = Path(ran.stdout.strip())
    assert folder == place(project) / "nuke"
    assert (folder / "init.py").is_file() and (
        folder / "photodouble_nuke/_vendor/photodouble_client"
    ).is_dir()


def test_the_same_again_changes_nothing(project: Project) -> None:
    project.install(*ALL)
    before = project.held()
    project.install(*ALL)
    assert project.held() == before


def test_lines_that_were_added_after_the_block_stay(project: Project) -> None:
    project.install("--host", "nuke", "--engine", "none")
    with (project.home / NUKE).open("a", encoding="utf-8") as stream:
        stream.write("print('mine')\n")
    project.install("--uninstall")
    assert (project.home / NUKE).read_text(encoding="utf-8") == "print('mine')\n"


def test_a_file_that_is_not_ours_is_neither_replaced_nor_removed(project: Project) -> None:
    script = project.home / FUSION / "Scripts/Utility/Photo Double.py"
    script.parent.mkdir(parents=True)
    script.write_text("print('somebody else')\n", encoding="utf-8")
    before = project.held()
    ran = project.run("--host", "resolve", "--engine", "none")
    assert ran.returncode == 1 and str(script) in ran.stderr and "--force" in ran.stderr
    assert project.held() == before


def test_what_was_changed_since_stays_and_is_named(project: Project) -> None:
    project.install("--host", "resolve", "--engine", "none")
    macro = project.home / FUSION / "Templates/Fusion/Photo Double/PD_Inpaint.setting"
    macro.write_text("changed\n", encoding="utf-8")
    ran = project.run("--uninstall")
    assert ran.returncode == 1 and str(macro) in ran.stdout
    assert [name for name, kind in project.held().items() if kind != "folder" and FUSION in name] == [
        str(macro.relative_to(project.home))
    ]
    project.install("--uninstall", "--force")
    assert project.held() == {}


def test_one_host_is_taken_out_and_the_others_stay(project: Project) -> None:
    project.install(*ALL)
    project.install("--uninstall", "--host", "nuke")
    files = set(project.held())
    assert NUKE not in files and f"{FUSION}/Scripts/Utility/Photo Double.py" in files
    project.install("--uninstall")
    assert project.held() == {}


def test_compiled_files_that_a_host_left_go_too(project: Project) -> None:
    project.install("--host", "resolve", "--engine", "none")
    cache = project.home / FUSION / "photodouble_resolve/__pycache__"
    cache.mkdir()
    (cache / "starting.cpython-311.pyc").write_bytes(b"\0")
    project.install("--uninstall")
    assert project.held() == {}


def test_a_newer_version_takes_the_place_of_the_older_one(project: Project) -> None:
    project.install(*ALL)
    older = place(project)
    project.become("0.9.0")
    project.install("--engine", "none")
    assert not older.exists() and place(project).is_dir()
    assert "0.9.0/nuke" in (project.home / NUKE).read_text(encoding="utf-8")
    project.install("--uninstall")
    assert project.held() == {}


def test_two_prefixes_lie_side_by_side_and_go_in_any_order(project: Project) -> None:
    one, two = (str(project.home / name) for name in ("one place", "another"))
    project.install(*ALL, "--prefix", one)
    project.install(*ALL, "--prefix", two)
    assert json.dumps(two)[1:-1] in (project.home / NUKE).read_text(encoding="utf-8")
    project.install("--uninstall", "--prefix", one)
    assert Path(two, project.version, "nuke/init.py").is_file() and not Path(one).exists()
    assert json.dumps(two)[1:-1] in (project.home / NUKE).read_text(encoding="utf-8")
    project.install("--uninstall", "--prefix", two)
    assert project.held() == {}


def test_a_blender_without_its_program_is_given_the_files(project: Project) -> None:
    for version in ("4.1", "4.2", "5.0"):
        (project.home / ".config/blender" / version).mkdir(parents=True)
    before = project.held()
    said = project.install("--host", "blender", "--engine", "none")
    folders = sorted(project.home.glob(".config/blender/*/extensions/user_default/photodouble_blender"))
    assert [folder.parents[2].name for folder in folders] == ["4.2", "5.0"]
    assert (folders[0] / "_vendor/__init__.py").is_file() and "tick Photo Double once" in said
    project.install("--uninstall")
    assert project.held() == before


def test_a_blender_installs_it_itself_and_what_it_wrote_goes_again(project: Project, tmp_path: Path) -> None:
    """Blender is played by a script that writes what Blender 5.2 was seen to write."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "blender").write_text(
        '#!/bin/sh\nroot="$HOME/.config/blender/5.2"; user="$root/extensions/user_default"\n'
        'case "$*" in\n'
        "  --version) echo 'Blender 5.2.2 LTS'; exit;;\n"
        '  *install-file*) mkdir -p "$user/photodouble_blender" "$user/.blender_ext/cache"\n'
        '    echo manifest > "$user/photodouble_blender/blender_manifest.toml";;\n'
        '  *remove*) rm -r "$user/photodouble_blender";;\n'
        'esac\nmkdir -p "$root/config" "$root/extensions/.cache"\n'
        'echo "$*" >> "$root/config/userpref.blend"; echo "$$" > "$root/extensions/.cache/compat.dat"\n',
        encoding="utf-8",
    )
    (programs / "blender").chmod(0o755)
    project.variables["PATH"] = f"{programs}:/usr/bin:/bin"
    preferences = project.home / ".config/blender/5.2/config/userpref.blend"
    preferences.parent.mkdir(parents=True)
    preferences.write_text("mine\n", encoding="utf-8")
    before = project.held()
    project.install("--host", "blender", "--engine", "none")
    project.install("--host", "blender", "--engine", "none")
    assert "--enable" in preferences.read_text(encoding="utf-8")
    project.install("--uninstall")
    assert project.held() == before


def test_homes_that_cannot_be_written_end_with_one_plain_sentence(project: Project, tmp_path: Path) -> None:
    project.home = tmp_path / "a file"
    project.home.write_text("no folder\n", encoding="utf-8")
    ran = project.run(*ALL)
    assert ran.returncode == 1 and "cannot be written" in ran.stderr and "--studio" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_link_in_the_place_of_init_is_followed_and_stays_a_link(project: Project) -> None:
    kept = project.home / "dotfiles/init.py"
    kept.parent.mkdir()
    kept.write_text("print('mine')\n", encoding="utf-8")
    (project.home / ".nuke").mkdir()
    (project.home / NUKE).symlink_to(kept)
    before = project.held()
    project.install("--host", "nuke", "--engine", "none")
    assert (project.home / NUKE).is_symlink() and "Photo Double" in kept.read_text(encoding="utf-8")
    project.install("--uninstall")
    assert project.held() == before


def test_a_receipt_names_every_file_that_was_made(project: Project) -> None:
    project.install(*ALL)
    receipt = next((project.home / ".local/state/photodouble/install").glob("receipt-*.json"))
    stored = json.loads(receipt.read_text(encoding="utf-8"))
    named = set()
    for entry in stored["entries"]:
        inside = entry["files"] or {"": ""}
        named |= {str(Path(entry["path"], name)) for name in inside}
    made = {str(project.home / name) for name, kind in project.held().items() if kind != "folder"}
    assert stored["state"] == "installed" and made - {str(receipt)} <= named


@pytest.mark.parametrize("version", ["2.7.18", "3.6.15", "3.8.18"])
def test_an_old_python_says_which_one_it_takes(project: Project, version: str) -> None:
    python = Path.home() / ".pyenv/versions" / version / "bin/python"
    if not python.exists():
        pytest.skip(f"no Python {version} here")
    ran = project.run(*ALL, python=str(python))
    assert ran.returncode == 2 and "needs Python 3.9" in ran.stderr and len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize("version", ["3.9.18", "3.13.0"])
def test_the_oldest_and_the_newest_python_install_all_the_same(project: Project, version: str) -> None:
    python = Path.home() / ".pyenv/versions" / version / "bin/python"
    if not python.exists():
        pytest.skip(f"no Python {version} here")
    ran = project.run(*ALL, python=str(python))
    assert ran.returncode == 0, ran.stderr
    assert project.run("--uninstall", python=str(python)).returncode == 0 and project.held() == {}
