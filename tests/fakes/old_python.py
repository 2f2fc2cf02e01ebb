"""What a host's old Python can read, and where a real one is on this machine; for tests of the adapters."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from pathlib import Path

import pytest

TYPING_ONLY = {"Protocol", "Literal", "TypedDict", "Final", "get_type_hints"}


def python_3_7() -> str:
    """Find a real Python 3.7 on this machine, or skip."""
    installed = sorted((Path.home() / ".pyenv" / "versions").glob("3.7*/bin/python"))
    named = os.environ.get("PHOTODOUBLE_PYTHON37") or shutil.which("python3.7")
    for candidate in [*map(str, installed), *([named] if named else [])]:
        run = subprocess.run(
            [candidate, "--version"], capture_output=True, text=True, check=False, timeout=30
        )
        if run.returncode == 0 and run.stdout.startswith("Python 3.7"):
            return candidate
    pytest.skip("no Python 3.7 on this machine: put python3.7 on PATH or name it in PHOTODOUBLE_PYTHON37")


def parses_on_3_7(source: str) -> bool:
    try:
        ast.parse(source, feature_version=(3, 7))
    except SyntaxError:
        return False
    return True


def imported(source: str) -> set[str]:
    """List the top names of absolute imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).split(".")[0])
    return found


def newer_typing(tree: ast.AST) -> set[str]:
    """List the typing names that 3.7 lacks and that are imported outside `if TYPE_CHECKING`."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "typing":
            found |= TYPING_ONLY & {alias.name for alias in node.names}
        found |= newer_typing(node)
    return found
