"""Every five-minute task is typed as its page has it, in an empty home, and shows what the page promises."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "install"))

from documenting import pictures
from documenting.pages import Page
from documenting.run_tasks import BLENDER, desk, is_for_blender
from documenting.tasks import task_pages

pytestmark = pytest.mark.tasks
PAGES = task_pages()
_FACES = ("mediapipe", "ai_edge_litert", "skimage")


@pytest.mark.parametrize("page", PAGES, ids=[page.path.stem for page in PAGES])
def test_the_task_runs_as_its_page_says(page: Page, tmp_path: Path) -> None:
    if is_for_blender(page) and not BLENDER.exists():
        pytest.skip("Blender cannot be had here: install/blender --environment makes it")
    if "demo face" in page.text and not all(importlib.util.find_spec(name) for name in _FACES):
        pytest.skip("the face extra is not installed")
    with desk(page) as made:
        made.work_through(page)
        assert list((made.folder.parent).rglob("manifest.json")), "no take was made"
        keep = pictures.OF_TASKS.get(page.path.stem)
        if keep is not None and "face" not in keep.__name__:
            shown = keep(made.folder, tmp_path)
            assert apart(shown, pictures.FOLDER / shown.name) < 3, "run: install/pictures tasks"


def apart(now: Path, then: Path) -> float:
    """Say how far two pictures are apart on the mean, in codes of 8 bits."""
    pair = [cv2.imread(str(path)).astype(np.float32) for path in (now, then)]
    assert pair[0].shape == pair[1].shape
    return float(np.abs(pair[0] - pair[1]).mean())


def test_a_picture_that_is_another_is_found(tmp_path: Path) -> None:
    then = pictures.FOLDER / "task_stand.jpg"
    cv2.imwrite(str(tmp_path / "turned.png"), cv2.imread(str(then))[:, ::-1])
    assert apart(then, then) == 0
    assert apart(tmp_path / "turned.png", then) > 3
