"""Source rules that keep the client in every host: standard library only, Python 3.7, relative imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "core"
CLIENT_FILES = sorted((CORE / "photodouble_client").rglob("*.py"))
CLIENT_TESTS = sorted((CORE.parent / "tests" / "client").glob("*.py"))
ALL_FILES = CLIENT_FILES + sorted((CORE / "photodouble").rglob("*.py"))
# What the client may import: modules that Python 3.7 has on every system, and no window among them.
ALLOWED = {
    "__future__",
    "abc",
    "atexit",  # a thread that still watches when the host ends would crash or hang some hosts
    "collections",
    "contextlib",
    "ctypes",  # Windows: whether a process lives, inside the function that asks
    "dataclasses",
    "difflib",
    "enum",
    "errno",
    "fcntl",  # POSIX: the lock that keeps two hosts from starting two engines
    "gettext",  # reads a compiled catalogue of words
    "glob",  # where hosts lie, with a star for their version
    "hashlib",
    "http",  # the engine is asked over 127.0.0.1; the host's proxies are never used
    "json",
    "math",
    "msvcrt",  # Windows: the same lock
    "ntpath",
    "os",
    "pathlib",
    "platform",
    "posixpath",
    "queue",  # from the watching thread to the host's own
    "re",
    "secrets",
    "signal",  # an engine that hangs is ended on demand
    "socket",  # a connection to 127.0.0.1, without the delay that gathers small messages
    "stat",
    "struct",  # the head of an EXR: which layers of IDs a take has
    "subprocess",  # the engine is started in its own interpreter
    "sys",
    "tempfile",
    "threading",
    "time",
    "typing",
    "urllib",  # urllib.parse only, to write addresses
    "uuid",
    "winreg",  # Windows: the name of the machine
}
# Only these modules of the client open a connection, start a process or know threads: the declarations that
# an adapter imports can do none of it.
AT_THE_EDGE = {
    "http": {"transport"},
    "socket": {"transport"},
    "threading": {"transport", "watch"},
    "subprocess": {"detached", "machine"},
}
TYPING_ONLY = {"Protocol", "Literal", "TypedDict", "Final", "get_type_hints"}


def imported_modules(source: str) -> set[str]:
    """List the top names of absolute imports; a relative import counts as a dot."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else str(node.module).split(".")[0])
    return found


def top_imports(source: str) -> set[str]:
    """List the modules that are imported when the file itself is: imports inside functions do not count."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= imported_modules(ast.unparse(node))
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)
    return found


def parses_on_3_7(source: str) -> bool:
    """Say whether the grammar of Python 3.7 takes the source."""
    try:
        ast.parse(source, feature_version=(3, 7))
    except SyntaxError:
        return False
    return True


def typing_names_at_run_time(source: str) -> set[str]:
    """List the typing names that Python 3.7 lacks and that are imported outside `if TYPE_CHECKING`."""
    return _newer_names(ast.parse(source))


def bare_excepts(source: str) -> int:
    """Count the handlers that catch everything, interrupts included."""
    handlers = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler)]
    return sum(handler.type is None for handler in handlers)


def _newer_names(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "typing":
            found |= TYPING_ONLY & {alias.name for alias in node.names}
        if isinstance(node, ast.Attribute):
            found |= TYPING_ONLY & {node.attr}
        found |= _newer_names(node)
    return found


def _names(files: list[Path]) -> list[str]:
    return [path.relative_to(CORE.parent).as_posix() for path in files]


@pytest.mark.parametrize("path", CLIENT_FILES, ids=_names(CLIENT_FILES))
def test_the_client_imports_the_standard_library_and_itself_relatively(path: Path) -> None:
    assert imported_modules(path.read_text(encoding="utf-8")) - ALLOWED - {"."} == set()


@pytest.mark.parametrize("module", AT_THE_EDGE)
def test_few_modules_of_the_client_reach_outside_the_process(module: str) -> None:
    users = {
        path.stem for path in CLIENT_FILES if module in imported_modules(path.read_text(encoding="utf-8"))
    }
    assert users - AT_THE_EDGE[module] == set()


def test_an_import_the_client_may_not_have_would_be_noticed() -> None:
    planted = "import numpy\nfrom photodouble_client.frames import FrameRange\nfrom .param import Param\n"
    assert imported_modules(planted) - ALLOWED == {"numpy", "photodouble_client", "."}
    assert imported_modules("def late():\n    import photodouble.image") == {"photodouble"}


@pytest.mark.parametrize("path", CLIENT_FILES + CLIENT_TESTS, ids=_names(CLIENT_FILES + CLIENT_TESTS))
def test_the_client_is_written_in_the_grammar_of_python_3_7(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert parses_on_3_7(source)
    assert typing_names_at_run_time(source) == set()
    assert "from __future__ import annotations" in source or source.count("\n") == 1


def test_newer_grammar_and_newer_typing_would_be_noticed() -> None:
    assert not parses_on_3_7("if (n := 3) > 2:\n    pass\n")
    assert not parses_on_3_7("def f(a, /):\n    pass\n")
    assert typing_names_at_run_time("from typing import Any, Literal\n") == {"Literal"}
    assert typing_names_at_run_time("import typing\nclass A(typing.Protocol):\n    pass\n") == {"Protocol"}
    guarded = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from typing import Protocol\n"
    assert typing_names_at_run_time(guarded) == set()


def test_nothing_catches_everything() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in ALL_FILES}
    assert [_names([path]) for path, source in sources.items() if bare_excepts(source)] == []


def test_a_handler_that_catches_everything_would_be_noticed() -> None:
    assert bare_excepts("try:\n    pass\nexcept:\n    pass\n") == 1
    assert bare_excepts("try:\n    pass\nexcept ValueError:\n    pass\n") == 0


def test_no_module_imports_torch_when_it_is_imported() -> None:
    assert [path for path in ALL_FILES if "torch" in top_imports(path.read_text(encoding="utf-8"))] == []


def test_an_import_of_torch_at_the_top_would_be_noticed() -> None:
    assert "torch" in top_imports("if True:\n    import torch.nn\n")
    assert "torch" in top_imports("class A:\n    from torch import nn\n")
    assert "torch" not in top_imports("def late():\n    import torch\n")
