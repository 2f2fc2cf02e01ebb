"""The node in the Python of Nuke 13, in its own process; every file parses as that Python reads it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_37 = Path.home() / ".pyenv/versions/3.7.16/bin/python"

PLAY = """
import json, sys
adapter, fakes, core, take, folder = sys.argv[1:6]
sys.path[:0] = [adapter, fakes, core]
import nuke_host
host = nuke_host.install(version=(13, 2, 9))
import nuke
from photodouble_nuke import start
start.everywhere()
start.with_window()
for label in ("PD_Inpaint", "PD_Crowd", "PD_DeAge", "PD_Replace", "PD_Tiles"):
    host.click("Nodes/Photo Double/" + label)
from photodouble_nuke import locks, snippet, stale
from photodouble_nuke.node import PhotoDoubleNode, all_nodes
pd = next(one for one in all_nodes() if one.operation == "inpaint")
pd.node["frames"].setValue("these")
pd.node["frame_list"].setValue("1001-1002")
pd.choose(take)
before = stale.mark(pd)
pd.node["matte_grow"].setValue(2)
after = stale.mark(pd)
locks.keep(pd, 1001)
script = snippet.write(pd, folder + "/take")
host.save(folder + "/saved.nk")
host.open(folder + "/saved.nk")
pd = next(one for one in all_nodes() if one.operation == "inpaint")
print(json.dumps({
    "nodes": len(all_nodes()), "before": before, "after": after, "take": pd.take, "locked": sorted(pd.locked),
    "label": host.label(pd.node), "said": host.tprint, "messages": host.messages, "script": script,
}))
"""


@pytest.mark.skipif(not PYTHON_37.is_file(), reason="there is no Python 3.7 on this machine")
def test_the_node_works_in_the_python_of_nuke_13(made: Any, tmp_path: Path) -> None:
    places = [str(ROOT / place) for place in ("nuke", "tests/fakes", "core")]
    command = [str(PYTHON_37), "-B", "-c", PLAY, *places, str(made.take.folder), str(tmp_path)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment["PYTHONIOENCODING"] = "utf-8"
    ran = subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=120, check=False, env=environment
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["nodes"] == 5 and found["take"] == made.take.take_id and found["locked"] == [1001]
    assert (found["before"], found["after"]) == ("", "Stale: Grow was 0 and is now 2.")
    assert found["label"].startswith("PD_Inpaint1\nv001 · finished")
    assert found["said"] == [] and found["messages"] == []
    assert Path(found["script"]).is_file()


def files() -> list[Path]:
    found = sorted((ROOT / "nuke").rglob("*.py"))
    return [path for path in found if "_vendor" not in path.parts]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_every_file_parses_as_python_3_7(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
    names = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    guarded = {"Protocol", "Literal", "Final", "TypedDict"}
    assert not names & guarded or "TYPE_CHECKING" in names


def test_the_check_notices_what_python_3_7_cannot_read() -> None:
    with pytest.raises(SyntaxError):
        ast.parse("if (found := 3): pass", feature_version=(3, 7))
