"""What Nuke's menus list is what is declared."""

from __future__ import annotations

import ast
from pathlib import Path

from photodouble.generate.nuke_menu import MENU, is_stale, write_menu
from photodouble_client.specs import SPECS


def test_the_menu_is_current() -> None:
    assert not is_stale(), "run: python -m photodouble.generate"


def test_it_names_every_operation_and_reads_nothing() -> None:
    tree = ast.parse(MENU.read_text(encoding="utf-8"), feature_version=(3, 7))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assigned = next(node for node in tree.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(assigned.value) == tuple((key, spec.name) for key, spec in SPECS.items())


def test_a_changed_menu_is_stale_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "operations.py"
    assert is_stale(path) and write_menu(path) == [path] and write_menu(path) == []
    path.write_text("OPERATIONS = ()\n", encoding="utf-8")
    assert is_stale(path)


def test_names_are_those_that_nodes_always_had() -> None:
    wanted = {
        "inpaint": "Inpaint",
        "replace": "Replace",
        "crowd": "Crowd",
        "tiles": "Tiles",
        "deage": "DeAge",
    }
    assert {key: SPECS[key].name for key in wanted} == wanted
