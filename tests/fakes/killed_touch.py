"""Run the installer and kill it at its Nth touch of the disk: `killed_touch.py N INSTALL.PY WORDS...`.

A touch is a file opened for writing, a folder made, a name given or taken. With N = 0 nothing is killed, and
the number of touches is printed at the end.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys

NAMES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
count = 0


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Count the touches, and end without a word at the one that was named."""
    global count
    if event not in NAMES or (event == "open" and not is_written(arguments)):
        return
    count += 1
    if count == wanted:
        os.kill(os.getpid(), signal.SIGKILL)


def is_written(arguments: tuple[object, ...]) -> bool:
    """Say whether a file is opened to be written, by its mode or its flags."""
    mode, flags = arguments[1], arguments[2]
    return "w" in str(mode or "") or bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR))


wanted = int(sys.argv[1])
sys.argv = sys.argv[2:]
sys.addaudithook(watch)
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    if not wanted:
        os.write(2, f"touches {count}\n".encode())
