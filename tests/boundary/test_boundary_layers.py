"""What lies below knows nothing of what lies above: takes and operations run without an engine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "core" / "photodouble"
ABOVE = {
    "image": ("engine", "takes", "ops", "provenance", "models", "cli", "farm"),
    "ops": ("engine", "takes", "provenance", "cli", "farm"),
    "takes": ("engine", "cli", "farm"),
    "engine": ("cli",),
}


def imported(source: str) -> set[str]:
    """Return the packages of the program that a module imports, at its head or within its functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("photodouble.")}
    return found


@pytest.mark.parametrize("package", ABOVE)
def test_no_module_imports_what_lies_above_it(package: str) -> None:
    wrong = {
        str(path.relative_to(CORE)): sorted(imported(path.read_text("utf-8")) & {*ABOVE[package]})
        for path in (CORE / package).rglob("*.py")
    }
    assert {path: names for path, names in wrong.items() if names} == {}


def test_a_planted_import_is_seen_wherever_it_stands() -> None:
    assert imported("def f():\n    from photodouble.engine.prepare import prepare\n") == {"engine"}
    assert imported("import photodouble.cli.main\nfrom .store import Take\n") == {"cli"}
