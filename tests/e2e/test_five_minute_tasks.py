"""Every five-minute task is typed as its page has it, in an empty home, and shows what the page promises."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "install"))

from documenting.pages import Page
from documenting.run_tasks import BLENDER, desk, is_for_blender
from documenting.tasks import task_pages

pytestmark = pytest.mark.tasks
PAGES = task_pages()
_FACES = ("mediapipe", "ai_edge_litert", "skimage")


@pytest.mark.parametrize("page", PAGES, ids=[page.path.stem for page in PAGES])
def test_the_task_runs_as_its_page_says(page: Page) -> None:
    if is_for_blender(page) and not BLENDER.exists():
        pytest.skip("Blender cannot be had here: install/blender --environment makes it")
    if "demo face" in page.text and not all(importlib.util.find_spec(name) for name in _FACES):
        pytest.skip("the face extra is not installed")
    with desk(page) as made:
        made.work_through(page)
        assert list((made.folder.parent).rglob("manifest.json")), "no take was made"
