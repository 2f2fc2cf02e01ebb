"""The contact sheet of a take: readable at any size of plate."""

from __future__ import annotations

import numpy as np
import pytest

from photodouble.takes.sheet import KINDS, SHORTEST, coloured_origin, lay_out


def test_real_is_green_invented_red_and_the_artists_blue():
    grey = np.full((1, 6, 3), 100, np.uint8)
    shown = coloured_origin(np.arange(6, dtype=np.float32)[None], grey)[0].astype(int)
    assert shown[0].max() < 80
    assert shown[1].argmax() == 1
    assert shown[3].argmax() == 0
    assert shown[4].argmax() == 2


@pytest.mark.parametrize("size", [(27, 48), (270, 480)])
def test_words_stand_above_the_pictures_and_small_pictures_are_enlarged(size):
    white = np.full((*size, 3), 255, np.uint8)
    sheet = lay_out([[("plate 1001", white), ("matte", white), ("result 1001", white), ("origin", white)]])
    assert sheet.shape[1] >= 4 * SHORTEST
    times = max(1, -(-SHORTEST // size[1]))
    whole = (sheet == 255).all(axis=2).sum()
    assert whole >= 4 * size[0] * size[1] * times**2
    assert (sheet[:24] > 200).any()
    legend = sheet[-34:].reshape(-1, 3)
    for _, colour in KINDS[:5]:
        assert (legend == colour).all(axis=1).any()


@pytest.mark.parametrize(("operation", "known"), [("inpaint", 5), ("crowd", 6)])
def test_the_legend_has_the_colours_of_the_operation(operation, known):
    picture = np.full((20, 360, 3), 128, np.uint8)
    sheet = lay_out([[("plate", picture)] * 4], operation)
    shown = {tuple(pixel) for pixel in sheet[-34:].reshape(-1, 3).tolist()}
    assert [colour in shown for _, colour in KINDS] == [number < known for number in range(len(KINDS))]
