"""An engine, or a worker of it, that knows the tiny operation of the tests: a process of its own.

`likeness_engine.py --detach` is `photodouble.engine.serve` with workers that are `likeness_engine.py worker`.
A worker waits while the file that LIKENESS_HOLD names is there, so that something can happen in between.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).absolute()
HOLD = "LIKENESS_HOLD"


def main() -> None:
    """Register the operation, then be what was asked for."""
    sys.path.insert(0, str(HERE.parent))
    import likeness
    import pytest

    likeness.register(pytest.MonkeyPatch())
    if sys.argv[1:2] == ["worker"]:
        del sys.argv[1]
        _work()
    else:
        _serve()


def _work() -> None:
    from photodouble.engine.worker.start import main as work

    while Path(os.environ[HOLD]).exists():
        time.sleep(0.02)
    work()


def _serve() -> None:
    from photodouble.engine import serve
    from photodouble.engine.server import process

    command = (sys.executable, "-I", str(HERE), "worker")
    process.Queue = functools.partial(process.Queue, command=command)  # type: ignore[assignment,misc]
    sys.exit(serve.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
