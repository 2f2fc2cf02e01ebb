"""Stand for Resolve and for the hand at the mouse: a made-up Resolve, our real window, real clicks.

Each line of the input is a block of a page, as JSON: its title says where the steps are done, in Resolve or
in the window of Photo Double, and each of its lines is one step, `what: with which`. The answer is a line of
JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / part) for part in ("core", "tests/fakes")]
PATIENCE = 300.0
MENU = "Workspace > Scripts > Photo Double"
COLOUR = {"colour": "aces"}
"""The project of the page."""


class Hand:
    """Do in Resolve and in our window what the lines of a page say."""

    def __init__(self) -> None:
        from panel_hand import Hand as Fingers
        from resolve_menu_hand import Menu

        self.folder = Path(tempfile.mkdtemp(prefix="pd-"))
        takes = {"PHOTODOUBLE_TAKES": str(Path(os.environ["HOME"]) / "Photo Double" / "takes")}
        self.menu = Menu(self.folder, dict(os.environ))
        self.menu.environment.update(takes)
        self.fingers = Fingers()
        self.story: dict[str, Any] = {"host": dict(COLOUR), "properties": {}}
        self.window: Any = None
        self.engine: Any = None

    def do(self, title: str, step: str) -> str:
        """Do one step; give what is seen of it."""
        what, _, value = (part.strip() for part in step.partition(":"))
        return self._in_resolve(what, value) if title == "Resolve" else self._in_window(what, value)

    def _in_resolve(self, what: str, value: str) -> str:
        if what == "import into the media pool":
            self._import(value)
        elif what == "ACES input transform of the clip":
            self.story["properties"]["IDT"] = value
        elif what.startswith("put it on a new timeline"):
            self.story["playhead"] = int(value) - 1
        elif (what, value) == ("choose", MENU):
            self.menu.choose(**self.story)
            self._open()
        else:
            raise ValueError(f"nobody knows how to do this in Resolve: {what}: {value}")
        return ""

    def _import(self, name: str) -> None:
        found = re.fullmatch(r"(.*)\[(\d+)-(\d+)\](\..+)", str(Path(name).absolute()))
        if found is None:
            raise ValueError(f"this is no sequence as Resolve shows one: {name}")
        first, last = int(found[2]), int(found[3])
        self.story.update(plate=f"{found[1]}%0{len(found[2])}d{found[4]}", frames=[first, last])
        import OpenImageIO

        picture = OpenImageIO.ImageInput.open(f"{found[1]}{first}{found[4]}").spec()
        self.story["host"]["size"] = [picture.full_width, picture.full_height]

    def _open(self) -> None:
        from photodouble_qt.resolve_desk import ResolveDesk
        from photodouble_qt.resolve_window import ResolveWindow

        self.engine = self.menu.engine()
        session = self.menu.session(self.engine)["session"]
        desk = ResolveDesk(session, {"environment": self.menu.environment})
        self.window = self.fingers.show(ResolveWindow(desk))
        self.window.resize(1150, 680)
        self.fingers.until(lambda: self.window.tools.shapes.is_ready, "for the still")

    def _in_window(self, what: str, value: str) -> str:
        tools = self.window.tools
        if what == "tab":
            named = {tools.tabs.tabText(at): at for at in range(tools.tabs.count())}
            tools.tabs.setCurrentIndex(named[value])
            self.fingers.pump()
        elif what == "press":
            return self._press(value)
        else:
            field = self._field(what)
            line = field.lineEdit() if hasattr(field, "lineEdit") else field
            self.fingers.type(line, value)
            self.fingers.keys(field, "Return")
        return ""

    def _field(self, label: str) -> Any:
        """Find the field that stands behind a label, as somebody who reads the window does."""
        from photodouble_qt.qt import QtWidgets

        form = self.window.tools.form
        for layout in form.findChildren(QtWidgets.QFormLayout):
            for row in range(layout.rowCount()):
                said = layout.itemAt(row, QtWidgets.QFormLayout.ItemRole.LabelRole)
                if said is not None and said.widget().text() == label:
                    beside = layout.itemAt(row, QtWidgets.QFormLayout.ItemRole.FieldRole).widget()
                    return said.widget().buddy() or beside
        raise ValueError(f"the window has no field {label!r}")

    def _press(self, text: str) -> str:
        from photodouble_qt.qt import QtWidgets

        tools = self.window.tools
        button = next(one for one in tools.findChildren(QtWidgets.QPushButton) if one.text() == text)
        tools.error.clear()
        jobs = len(self.engine.jobs())
        self.fingers.click(button)
        if text == "Make a Take":
            job = self.fingers.until(lambda: self._newest(jobs) or self._refused(), "for the job")
            if isinstance(job, str):
                return job
            ended = self._ended(job.job)
            self.fingers.until(lambda: tools.desk.clip.take == ended.take, "for its place on the timeline")
            return f"{ended.state} {ended.take_label} {ended.error or ''}"
        self.fingers.until(lambda: not tools.result.is_empty or self._refused(), "for the preview")
        self.fingers.until(lambda: not tools.desk.is_busy("preview"), "for the preview's end")
        self._keep_picture()
        return self._refused() or str(tools.told.text())

    def _newest(self, before: int) -> Any:
        jobs = self.engine.jobs()
        return jobs[0] if len(jobs) > before else None

    def _ended(self, job: str) -> Any:
        """Wait for the end of a job as an artist does, who looks now and then."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.engine.job(job)
            if found.has_ended:
                return found
            self.fingers.pump()
            time.sleep(0.5)
        raise TimeoutError("the take is not finished")

    def _refused(self) -> str:
        error = self.window.tools.error.error
        return "" if error is None else f"{error.title}: {error.message} {error.fix}"

    def _keep_picture(self) -> None:
        """Keep what is to be seen, where a picture is wanted."""
        wanted = os.environ.get("TASK_PICTURE")
        if wanted and not self._refused():
            self.fingers.pump(20)
            self.window.grab().save(wanted, "JPG", 88)

    def end(self) -> None:
        """Close the window and Resolve."""
        self.fingers.close_all()
        self.menu.end()


def main() -> None:
    """Do every block until there are none left."""
    hand = Hand()
    try:
        for line in sys.stdin:
            block, seen, error = json.loads(line), [], ""
            try:
                for step in filter(None, (step.strip() for step in block["text"].splitlines())):
                    seen.append(hand.do(block["title"], step))
            except Exception:  # noqa: BLE001, whatever fails is the answer
                error = traceback.format_exc()
            print(json.dumps({"error": error, "seen": "\n".join(filter(None, seen))}), flush=True)
    finally:
        hand.end()


if __name__ == "__main__":
    main()
