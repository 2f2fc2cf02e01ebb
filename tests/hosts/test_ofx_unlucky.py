"""What artists paste and what cameras hold: paths in quotation marks, lamps brighter than any number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ofx_stage import plate, same_bits

from photodouble.ofx.host import Host

TIME = 1002.0


@pytest.fixture
def shown(ofx_resolve: Host, staged_take: Path) -> np.ndarray:
    with ofx_resolve.instance("filter", {"take": str(staged_take)}) as node:
        return node.render(plate(), time=TIME)


@pytest.mark.parametrize("around", ['"{}"', "'{}'", ' "{}/" ', '"{}/node.txt"'])
def test_a_path_may_be_pasted_with_its_quotation_marks(
    ofx_resolve: Host, staged_take: Path, shown: np.ndarray, around: str
) -> None:
    assert not same_bits(shown, plate())
    with ofx_resolve.instance("filter", {"take": around.format(staged_take)}) as node:
        assert same_bits(node.render(plate(), time=TIME), shown)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_endless_stays_so_under_a_soft_matte(
    ofx_resolve: Host, staged_take: Path, shown: np.ndarray, value: float
) -> None:
    changed = np.abs(shown - plate())[..., 0] > 0
    source = plate()
    source[changed, :3] = value
    with ofx_resolve.instance("filter", {"take": str(staged_take)}) as node:
        found = node.render(source, time=TIME)[changed, :3]
    same = found.view(np.uint32) == source[changed, :3].view(np.uint32)
    whole = np.isfinite(found)
    assert same.any()
    assert whole.any()
    assert (same | whole).all()
