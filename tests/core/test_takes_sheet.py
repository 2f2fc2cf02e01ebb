"""The contact sheet of a take: readable at any size of plate."""

from __future__ import annotations

import numpy as np

from photodouble.takes.sheet import KINDS, SHORTEST, lay_out


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
