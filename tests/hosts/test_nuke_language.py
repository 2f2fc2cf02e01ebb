"""A node of Nuke in another language: every label, tip and button; what a script stores stays as declared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_catalogue import LEFT, bracketed

from photodouble_client import language
from photodouble_client.language import Catalogue, use_language
from photodouble_client.specs import SPECS

TEMPLATE = Path(__file__).resolve().parents[2] / "core" / "languages" / "photodouble.pot"


@pytest.fixture
def node(nuke_host: Any) -> Iterator[Any]:
    use_language(Catalogue(bracketed(TEMPLATE)))
    from photodouble_nuke import group

    yield group.make("inpaint")
    language._chosen.clear()


def test_every_control_of_a_node_is_in_the_language(node: Any) -> None:
    for param in SPECS["inpaint"].params:
        knob = node.knobs().get(param.key) or node.knobs().get("pd_" + param.key)
        if knob is not None:
            assert LEFT in knob.label(), param.key
            assert LEFT in knob.tooltip(), param.key


def test_what_a_choice_stores_is_the_declared_word(node: Any) -> None:
    choices = [param for param in SPECS["inpaint"].params if param.kind == "choice"]
    stored = {param.key: node[param.key].value() for param in choices if param.key in node.knobs()}
    assert len(stored) > 2
    assert stored == {param.key: param.default for param in choices if param.key in stored}
