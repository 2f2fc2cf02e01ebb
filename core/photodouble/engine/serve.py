"""The engine process: one for each user, machine and login session, on 127.0.0.1, until nobody needs it.

Started by a host as `python -I -m photodouble.engine.serve --detach`. It is small and starts quickly: what
reads pictures is loaded in its workers only.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engine until it is told to end, or has been idle long enough; return its exit status."""
    parser = argparse.ArgumentParser(prog="photodouble.engine.serve", description="Run the engine.")
    parser.add_argument("--detach", action="store_true", help="go on alone, in a session of its own")
    given = parser.parse_args(arguments)
    if given.detach and hasattr(os, "fork") and not _detached():
        return 0
    from .server.process import run

    return run()


def _detached() -> bool:
    """Fork twice, before anything large is loaded; True in the process that goes on.

    The middle process ends at once, so that the engine belongs to nobody: a host that started it never has
    to wait for it, and never holds a zombie.
    """
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return False
    os.setsid()
    if os.fork():
        os._exit(0)
    return True


if __name__ == "__main__":
    sys.exit(main())
