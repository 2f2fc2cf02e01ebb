"""The motion's view of a long shot reads every frame once and keeps memory bounded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from photodouble.ops.inpaint import views
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.ops.inpaint.views import View


class CountedFootage(ArrayFootage):
    """Counts how often each picture is read."""

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(0)
        pictures = [rng.random((40, 60, 3), np.float32) for _ in range(count)]
        holes = [np.zeros((40, 60), np.uint8) for _ in range(count)]
        for index, hole in enumerate(holes):
            hole[10:20, index : index + 10] = 1
        super().__init__(pictures, holes)
        self.reads: Counter[int] = Counter()

    def picture(self, index: int) -> np.ndarray:
        self.reads[index] += 1
        return super().picture(index)


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_PICTURE_BYTES", 5 * 40 * 60 * 7)
    monkeypatch.setattr(views, "_MASK_BYTES", 5 * 40 * 60 // 4)


def test_a_sweep_longer_than_the_memory_reads_every_frame_once(tight: None, tmp_path: Path) -> None:
    footage = CountedFootage(20)
    fill = View(footage, scratch=FolderScratch(tmp_path, cache_bytes=1))
    check = View(footage, 4, share=fill)
    for _ in range(3):
        for index in range(20):
            fill.codes(index)
            check.picture(index)
    assert set(footage.reads.values()) == {1}


def test_what_comes_back_is_what_went(tight: None, tmp_path: Path) -> None:
    footage = CountedFootage(20)
    plain, kept = View(footage), View(footage, scratch=FolderScratch(tmp_path, cache_bytes=1))
    for _ in range(2):
        for index in range(20):
            assert np.array_equal(kept.codes(index), plain.codes(index))
            assert np.array_equal(kept.grey(index), plain.grey(index))
            assert np.array_equal(kept.hole(index), footage.hole(index))
            assert np.array_equal(kept.closed(index), footage.banned(index))


def test_only_so_many_pictures_stay_in_memory(tight: None, tmp_path: Path) -> None:
    view = View(CountedFootage(20), scratch=FolderScratch(tmp_path))
    for index in range(20):
        view.picture(index)
    assert len(view._pictures) == 5
    assert len(view._masks) == 5
