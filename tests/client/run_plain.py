"""Run the client's own tests under a bare Python, without pytest: `python3.7 -S run_plain.py [FOLDER]`.

Every function called test_* of every test_client_*.py is called once. Ends with status 1 if one fails or if
none is found.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
CORE = HERE.parents[1] / "core"


def main(folder: Path) -> int:
    """Run the tests of a folder and return the exit status."""
    sys.path.insert(0, str(CORE))
    run = failed = 0
    for name, test in _tests(folder):
        run += 1
        try:
            test()
        except Exception:  # noqa: BLE001 - whatever a test raises is its failure
            failed += 1
            sys.stdout.write(f"FAILED {name}\n{traceback.format_exc()}")
    sys.stdout.write(f"{run} run, {failed} failed, Python {sys.version_info[0]}.{sys.version_info[1]}\n")
    return 1 if failed or not run else 0


def _tests(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    for path in sorted(folder.glob("test_client_*.py")):
        for name, value in sorted(vars(_load(path)).items()):
            if name.startswith("test_"):
                yield f"{path.name}::{name}", value


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, str(path))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
