"""The extension in another language: Blender's own look-up finds its words, and loses them with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_catalogue import compiled

from photodouble_client.specs import SPECS

pytestmark = pytest.mark.blender


def test_blender_is_handed_every_plain_sentence_and_the_rest_is_looked_up_where_it_is_shown(
    in_blender: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """Blender as a module carries no languages, so what its window shows is not asked here."""
    param = next(param for param in SPECS["inpaint"].params if param.key == "matte_grow")
    pairs = {param.label: "Maske weiten", "{path} holds no frames.": "Leer: {path}."}
    given = {"label": param.label, "tip": param.help, "sentence": "/a/b holds no frames."}
    found = in_blender("language", catalogue=str(compiled(pairs, tmp_path / "de.mo")), **given)
    assert found["sentence"] == "Leer: /a/b."
    words = {tuple(place): text for place, text in found["catalogue"]}
    assert words == {("*", param.label): "Maske weiten", ("Operator", param.label): "Maske weiten"}
    assert found["after"] == param.label
