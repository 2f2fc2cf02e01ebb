"""`photodouble doctor` as it is typed: the table, JSON, exit status; it leaves nothing and starts nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from photodouble.doctor.row import EXIT_STATUS
from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """Give the environment of somebody who has just come to this machine."""
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    kept = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ
    }
    return {**kept, "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}


def doctor(
    environment: dict[str, str], *words: str, module: str = "photodouble.cli.main doctor"
) -> tuple[int, str]:
    name, *first = module.split()
    done = subprocess.run(
        [sys.executable, "-B", "-m", name, *first, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=environment["HOME"],
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def tree(folder: Path) -> dict[str, int]:
    paths = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): 0 if path.is_dir() else path.lstat().st_mtime_ns for path in paths}


def test_it_leaves_nothing_behind_and_starts_nothing(empty: dict[str, str], tmp_path: Path) -> None:
    before = tree(tmp_path)
    status, text = doctor(empty, "--json")
    found = json.loads(text)
    assert tree(tmp_path) == before
    assert status == EXIT_STATUS[found["worst"]]
    engine = next(row for row in found["rows"] if row["name"] == "Engine")
    assert engine["state"] == "note"
    assert {row["area"] for row in found["rows"]} >= {
        "program",
        "engine",
        "hosts",
        "machine",
        "disks",
        "models",
    }


def test_the_table_has_words_and_no_colour_outside_a_terminal(empty: dict[str, str]) -> None:
    status, text = doctor(empty)
    assert status in (0, 1, 5)
    assert "\x1b" not in text
    assert "  good  Python" in text
    assert "engine use" in text


def test_a_terminal_that_knows_ascii_only_gets_it(empty: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "hömé"
    home.mkdir()
    environment = {**empty, "HOME": str(home), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    status, text = doctor(environment)
    assert status in (0, 1, 5)
    assert "h\\xf6m\\xe9" in text


def test_it_runs_where_the_libraries_are_what_is_missing(empty: dict[str, str]) -> None:
    core = Path(__file__).parents[2] / "core"
    script = "import sys; from photodouble.doctor.__main__ import main; sys.exit(main(['--json']))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(core)!r}); {script}"],
        capture_output=True,
        text=True,
        env=empty,
        timeout=120,
    )
    found = json.loads(done.stdout)
    assert done.returncode == EXIT_STATUS["bad"]
    said = {row["name"]: row for row in found["rows"]}
    assert said["Python"]["state"] == "good"
    assert said["Picture libraries"]["state"] == "good", "they are there for a Python with its site"
    assert "cannot be loaded" in said["Colours"]["found"]


def test_torch_is_not_imported_unasked(empty: dict[str, str]) -> None:
    script = (
        "import sys; from pathlib import Path; from photodouble.doctor.examine import examined; "
        "examined(Path.cwd()); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=empty,
        cwd=empty["HOME"],
        timeout=120,
    )
    assert done.stdout.strip() == "False"


def test_the_task_gives_the_same_rows_as_the_command(tmp_path: Path) -> None:
    found = run_task("doctor", {"near": str(tmp_path)}, Settings(), Reporter())
    assert json.loads(json.dumps(found)) == found
    assert found["near"] == str(tmp_path)
    assert all(row["fix"] for row in found["rows"] if row["state"] in ("look", "bad"))
