"""Play a short day with the panel under any Python and Qt: `play_panel.py PATHS FOLDER PLATE MATTE`.

In the grammar of Python 3.7, with nothing but Qt and the client, as in a host. Prints what came of it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main(paths: str, folder: str, plate: str, matte: str) -> None:
    """Start the engine, make a take, look at it, keep a frame, stop a job, come and go."""
    sys.path[:0] = paths.split(os.pathsep)
    from panel_hand import Hand, StudioDesk

    from photodouble_client.frames import FrameRange
    from photodouble_client.request import JobRequest, PortInput
    from photodouble_qt.qt import BINDING

    inputs = {"plate": PortInput(plate), "matte": PortInput(matte)}
    frames = FrameRange(range(1001, 1005))
    request = JobRequest("inpaint", inputs, range=frames, output_root=folder, shot="sh010")
    desk = StudioDesk(dict(os.environ), request, takes_root=folder, shot="sh010", operation="inpaint")
    hand = Hand()
    panel = hand.open(desk)
    hand.click(panel.start)
    hand.until(lambda: not panel.start.isVisible(), "for the engine")
    hand.keys(panel, "Return", "Control")
    hand.row(panel, "finished")
    hand.until(lambda: panel.takes.take() and panel.compare.picture.is_wipe, "for the picture")
    hand.drag(panel.compare.picture, (0.5, 0.5), (0.6, 0.5))
    hand.keys(panel.compare.picture, "K")
    hand.until(desk.locked_frames, "for the lock")
    hand.keys(panel.compare.picture, "D")
    hand.until(lambda: not panel.compare.picture.is_wipe, "for the difference")
    told = {
        "python": list(sys.version_info[:2]),
        "qt": BINDING,
        "other": [name for name in ("PySide2", "PySide6") if name in sys.modules and name != BINDING],
        "engine": [name for name in ("numpy", "photodouble") if name in sys.modules],
        "take": panel.takes.take().version,
        "kept": desk.locked_frames(),
        "wipe": desk.notes["wipe"],
    }
    hand.close(panel)
    for _ in range(5):
        panel = _come_and_go(hand, desk)
    told["error"] = str(panel.error.error or "")
    print(json.dumps(told))  # noqa: T201, the test reads it
    sys.stdout.flush()
    # Nothing of a host's end is played here: its application ends with the program, and not with Python's.
    os._exit(0)


def _come_and_go(hand: Any, desk: Any) -> Any:
    panel = hand.open(desk)
    hand.until(lambda: panel.takes.takes() and not panel.asker.is_asking("pictures"), "for the takes")
    hand.close(panel)
    return panel


if __name__ == "__main__":
    main(*sys.argv[1:])
