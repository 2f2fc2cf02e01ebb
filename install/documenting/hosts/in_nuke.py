"""Stand for Nuke: the strict made-up one of the tests, with the plug-in of this checkout.

Each line of the input is a block of a page, as JSON. It is typed as into the Script Editor; then Nuke idles
until no job is at work, as while an artist waits. The answer is a line of JSON: what was printed and shown.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / part) for part in ("nuke", "tests/fakes", "core")]
PATIENCE = 300.0


def main() -> None:
    """Type every block until there are none left."""
    import nuke_host

    host = nuke_host.install()
    for name in ("init.py", "menu.py"):
        path = ROOT / "nuke" / name
        exec(compile(path.read_text("utf-8"), str(path), "exec"), {"__file__": str(path)})
    typed: dict[str, Any] = {"__name__": "__main__"}
    for line in sys.stdin:
        printed, error = io.StringIO(), ""
        try:
            with contextlib.redirect_stdout(printed):
                host.answers[:] = [True, "The wire is gone."]
                exec(compile(json.loads(line)["text"], "<Script Editor>", "exec"), typed)
                idle(host)
        except Exception:  # noqa: BLE001, whatever fails is the answer
            error = traceback.format_exc()
        seen = "\n".join([printed.getvalue(), *host.messages])
        host.messages.clear()
        if not error and host.printed:
            error = "\n".join(host.printed)
        print(json.dumps({"error": error, "seen": seen}), flush=True)
    from photodouble_nuke import running

    running.forget()


def idle(host: Any) -> None:
    """Wait as an artist does: until no node is at work, and for a second after it."""
    from photodouble_nuke import node, running

    end, quiet = time.monotonic() + PATIENCE, 0
    while quiet < 20:
        host.idle()
        time.sleep(0.05)
        at_work = [pd for pd in node.all_nodes() if (seen := running.shown(pd.node)) and seen.is_at_work]
        quiet = 0 if at_work else quiet + 1
        if time.monotonic() > end:
            raise TimeoutError("the job does not end")


if __name__ == "__main__":
    main()
