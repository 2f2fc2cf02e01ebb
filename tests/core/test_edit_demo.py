"""The demo of edits: the new cut keeps what it can, asks for the rest, and ends with a picture."""

from __future__ import annotations

from pathlib import Path

import cv2

from photodouble.demo.edit import run_edit_demo
from photodouble.demo.edit_sheet import PLATE, TEMP


def test_the_demo_ends_with_all_takes_in_the_new_cut(tmp_path: Path) -> None:
    made = run_edit_demo(tmp_path / "demo", size=(96, 64))
    assert [(one.kind, one.frames_needed.to_text()) for one in made.changes] == [
        ("trimmed", ""),
        ("extended", "1013-1014"),
        ("trimmed", ""),
    ]
    assert (made.made, made.linked) == (4, 12)
    assert all(cut.is_file() for cut in made.cuts)
    sheet = cv2.imread(str(made.sheet))
    assert sheet is not None
    bars = [(sheet == colour[::-1]).all(axis=2).sum() for colour in (PLATE, TEMP)]
    assert all(count > 10_000 for count in bars)
    assert "sh010" in "\n".join(made.lines())
