"""Errors are read in every host, so a flag of the command line only stands in brackets behind the words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import photodouble
import photodouble_client

CORE = Path(photodouble.__file__).parent
CLIENT = Path(photodouble_client.__file__).parent
COMMAND_LINE_ONLY = ("cli", "demo", "farm", "generate")
"""What only the command line reaches, or what writes its commands."""
BARE_FLAG = re.compile(r"(?<!\()--[a-z]")


def texts(source: str) -> Iterator[str]:
    """Yield the texts that are given to the errors that a source file makes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ArtistError":
            for argument in node.args:
                parts = [part.value for part in ast.walk(argument) if isinstance(part, ast.Constant)]
                yield " ".join(part for part in parts if isinstance(part, str))


def bare_flags(source: str) -> list[str]:
    """Return the texts that tell a host to use a flag; a whole command to type is one for a terminal."""
    return [text for text in texts(source) if BARE_FLAG.search(text) and "photodouble " not in text]


def test_errors_name_a_flag_only_in_brackets() -> None:
    files = [*CLIENT.rglob("*.py"), *CORE.rglob("*.py")]
    seen = [path for path in files if not set(COMMAND_LINE_ONLY) & set(path.relative_to(CORE.parent).parts)]
    assert len(seen) > 100
    assert {str(path): found for path in seen if (found := bare_flags(path.read_text("utf-8")))} == {}


def test_a_flag_without_brackets_would_be_found() -> None:
    assert bare_flags('raise ArtistError("a.b", "T", "M", f"Leave out --resume {x}.")') != []
    assert bare_flags('raise ArtistError("a.b", "T", "M", "Resume the job (--resume).")') == []
