"""A take as a piece of a Nuke script: the same nodes as in the node, by the command and by the task."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.specs import SPECS
from photodouble_client.take_folder import read_take, takes_of
from photodouble_client.take_nodes import as_text, input_nodes, picture_knobs, take_nodes
from photodouble_client.take_snippet import snippet_text


def test_command_and_task_and_button_write_the_same_text(
    made: Any, photodouble: Callable[..., Any], tmp_path: Path, nuke_host: Any
) -> None:
    from nuke_adapter import fresh

    take, root = str(made.take.folder), str(made.show / "takes")
    ran = photodouble("takes", "nuke", take, "--output", tmp_path / "a.nk", "--json")
    assert json.loads(ran.stdout)["script"] == str(tmp_path / "a.nk"), ran.stderr
    given = {"take": take, "root": root, "output": str(tmp_path / "b.nk")}
    assert run_task("takes.nuke", given, Settings(), Reporter())["take"] == made.take.take_id
    ours = fresh()
    node = ours.group.make("inpaint")
    pd = ours.node.PhotoDoubleNode(node)
    pd.choose(take)
    ours.snippet.write(pd, str(tmp_path / "c"))
    texts = {(tmp_path / f"{name}.nk").read_text(encoding="utf-8") for name in "abc"}
    assert len(texts) == 1


def test_a_script_that_exists_is_not_overwritten_unasked(made: Any, tmp_path: Path) -> None:
    given = {"take": str(made.take.folder), "output": str(tmp_path / "a.nk")}
    run_task("takes.nuke", given, Settings(), Reporter())
    with pytest.raises(ArtistError) as caught:
        run_task("takes.nuke", given, Settings(), Reporter())
    assert caught.value.code == "input.output_exists"
    run_task("takes.nuke", {**given, "overwrite": True}, Settings(), Reporter())


def test_a_snippet_holds_no_code_and_names_nobody(made: Any) -> None:
    from finished_takes import PERSON

    text = snippet_text(read_take(str(made.take.folder)))
    assert "22 " not in [line.split("{")[-1][:3] for line in text.splitlines() if "addUserKnob" in line]
    assert "import" not in text and "python" not in text.lower()
    assert PERSON not in text


def test_the_folder_can_be_that_of_whoever_gets_it(made: Any) -> None:
    text = snippet_text(read_take(str(made.take.folder)), at="/their/[shows]/take")
    assert str(made.take.folder) not in text
    assert r'folder "/their/\\\[shows\\\]/take"' in text


def test_a_take_without_a_fill_has_no_snippet(made: Any) -> None:
    for record in (made.take.folder / "frames").glob("*.json"):
        record.unlink()
    (made.take.folder / "manifest.json").unlink()
    with pytest.raises(ArtistError) as caught:
        snippet_text(read_take(str(made.take.folder)))
    assert caught.value.code == "engine.no_take"


@pytest.mark.parametrize("operation", sorted(SPECS))
def test_no_node_inside_has_the_name_of_another(operation: str) -> None:
    inputs = input_nodes([port.key for port in SPECS[operation].inputs])
    nodes = inputs + take_nodes(picture_knobs(None))
    names = [node.name for node in nodes]
    assert len(names) == len(set(names))
    placed = {node.name: number for number, node in enumerate(nodes)}
    for node in nodes:
        assert all(placed[source] < placed[node.name] for source in node.inputs), node.name


def test_the_fill_is_keyed_exactly_once() -> None:
    nodes = take_nodes(picture_knobs(None))
    keying = [
        node for node in nodes if node.kind in ("Keymix", "Merge2", "Premult") and node.name != "take_delta"
    ]
    assert [node.name for node in keying] == ["take_keyed"]


def test_signs_that_nuke_would_run_are_escaped() -> None:
    assert as_text(r"C:\shows\[old] $x") == r"C:/shows/\[old\] \$x"


def test_a_take_on_disk_is_read_without_an_engine(made: Any) -> None:
    take = read_take(str(made.take.folder))
    assert (take.take, take.operation, take.version) == (made.take.take_id, "inpaint", "v001")
    assert take.range.to_text() == "1001-1002" and take.is_sealed
    assert take.pattern("fill") == f"fill/{made.take.stem}.####.exr"
    assert takes_of(str(made.take.folder.parent)) == (str(made.take.folder),)
    assert not take.is_premultiplied


def test_an_unfinished_take_is_read_from_what_is_there(made: Any) -> None:
    (made.take.folder / "manifest.json").unlink()
    take = read_take(str(made.take.folder))
    assert not take.is_sealed
    assert take.pattern("matte") == f"matte/{made.take.stem}.####.exr"


def test_the_eyes_of_a_stereo_take_become_one_pattern(made: Any) -> None:
    path = made.take.folder / "manifest.json"
    stored = json.loads(path.read_text())
    stem = made.take.stem
    stored["outputs"] = {f"fill.{eye}": f"fill/{stem}_{eye}.####.exr" for eye in ("left", "right")}
    path.write_text(json.dumps(stored))
    assert read_take(str(made.take.folder)).pattern("fill") == f"fill/{stem}_%V.####.exr"


def test_a_folder_without_a_take_is_said_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        read_take(str(tmp_path / "nothing"))
    assert caught.value.code == "engine.no_take" and "nothing" in caught.value.message
