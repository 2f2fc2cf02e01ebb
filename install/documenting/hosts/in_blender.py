"""Stand for the hand at Blender's Python Console: real Blender, as a module, with the extension put in.

    in_blender.py ZIP

Each line of the input is a block of a page, as JSON. It is typed; then Blender's timers go on until no job is
at work and nothing is asked any more, as while an artist waits. The answer is a line of JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
import traceback
from typing import Any

import bpy

MODULE = "bl_ext.user_default.photodouble_blender"
PATIENCE = 300.0
_SUBMITTED = ("inpaint", "crowd", "deage", "replace", "tiles")


def main() -> None:
    """Put the extension in, and type every block until there are none left."""
    bpy.ops.extensions.package_install_files(
        filepath=sys.argv[1], repo="user_default", enable_on_install=True
    )
    typed: dict[str, Any] = {"__name__": "__main__"}
    for line in sys.stdin:
        printed, error = io.StringIO(), ""
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(json.loads(line)["text"], "<Python Console>", "exec"), typed)
                wait()
            error = refused()
        except Exception:  # noqa: BLE001, whatever fails is the answer
            error = traceback.format_exc()
        sys.stdout.flush()
        print(json.dumps({"error": error, "seen": printed.getvalue()}), flush=True)


def part(name: str) -> Any:
    """Give a module of the extension."""
    return sys.modules[f"{MODULE}.{name}"]


def wait() -> None:
    """Do what Blender's timer does until nothing is to come."""
    end = time.monotonic() + PATIENCE
    while part("listening").poll() or any(shown(key).is_at_work for key in _SUBMITTED):
        time.sleep(0.02)
        if time.monotonic() > end:
            raise TimeoutError("the job does not end")


def shown(operation: str) -> Any:
    """Give what the panel of an operation shows of its job."""
    return part("jobs").shown(bpy.context.scene, operation)


def refused() -> str:
    """Give what is written in a panel as wrong."""
    errors = [shown(key).error for key in _SUBMITTED]
    errors += [part("crowd_desk").error(), part("take_list").error()]
    return "\n".join(str(error) for error in errors if error is not None)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Blender as a module may hang or crash in the ordinary way out
