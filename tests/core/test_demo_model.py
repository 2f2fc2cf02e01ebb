"""The demo of the presets for a model: every preset makes a take, and nothing changes beside its matte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.sequence import Sequence


def test_every_preset_makes_a_take_and_the_demo_ends_by_naming_the_picture(
    photodouble: Callable[..., Any], tmp_path: Path
) -> None:
    done = photodouble("demo", "model", "--output", "shown", "--frames", "2", "--size", "96x64", "--quiet")
    assert done.returncode == 0, done.stderr
    sheet = tmp_path / "shown" / "models_sheet.png"
    assert done.stdout.splitlines()[-1] == f"Look at: {sheet}" and sheet.is_file()
    takes = sorted((tmp_path / "shown" / "takes" / "demo_model" / "inpaint").iterdir())
    assert len(takes) == 3
    for take in takes:
        result = next((take / "result").glob("*.1001.exr"))
        made = Sequence.find(result).read(1001)
        plate = Sequence.find(str(tmp_path / "shown" / "plate" / "plate" / "plate.####.exr")).read(1001)
        matte = Sequence.find(next((take / "matte").glob("*.1001.exr")), channels="A").read(1001)
        covered = np.zeros(plate.data_window.size, np.bool_)
        covered[matte.data_window.slices_in(plate.data_window)] = matte.stored()[:, :, 0] > 0
        changed = (made.linear() != plate.linear()).any(axis=2)
        assert changed.any() and not (changed & ~covered).any()
