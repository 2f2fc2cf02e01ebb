"""One catalogue of all words: it is fresh, it holds what errors say, and its collector finds what is said."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from made_catalogue import sentences

from photodouble.generate.catalogue import CATALOGUE, PLACES, ROOT, catalogue_text, sentences_in
from photodouble_client.errors import CODES
from photodouble_client.language import Catalogue
from photodouble_client.specs import SPECS


@pytest.fixture(scope="module")
def known() -> frozenset[str]:
    return frozenset(sentences(CATALOGUE))


def test_the_catalogue_is_what_would_be_written_now() -> None:
    assert CATALOGUE.read_text(encoding="utf-8") == catalogue_text(), "run: python -m photodouble.generate"


def test_it_holds_every_control_and_every_error(known: frozenset[str]) -> None:
    told = {param.help for spec in SPECS.values() for param in spec.params}
    told |= {param.label for spec in SPECS.values() for param in spec.params}
    assert told | set(CODES.values()) <= known


def test_every_title_of_an_error_can_be_translated(known: frozenset[str]) -> None:
    """A title that is put together elsewhere reads as no sentence: those few are counted."""
    titles, built = [], []
    for folder in PLACES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "_vendor" not in path.parts:
                for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "ArtistError":
                        title = call.args[1] if len(call.args) > 1 else None
                        is_plain = isinstance(title, ast.Constant)
                        (titles if is_plain else built).append(getattr(title, "value", str(path)))
    assert len(titles) > 500
    assert set(titles) <= known
    assert len(built) < len(titles) / 10


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("button('Use', 'Take it')", {"Use", "Take it"}),
        ("label.setText('Stopped.' if done else 'Waiting ...')", {"Stopped.", "Waiting ..."}),
        (
            "raise ArtistError('a.b', 'A title', f'{path.name} is no {kind}.', 'Do it')",
            {"A title", "{path} is no {kind}.", "Do it"},
        ),
        ("WORDS = {'key': 'Sign'}", {"Sign"}),
        ("report.progress(1, 2, 'looking for people')", {"looking for people"}),
        (
            "def f():\n    '''Say nothing to anybody.'''\n    return 'A whole sentence is found.'",
            {"A whole sentence is found."},
        ),
        ("f'{first} and {second} are {first} again.'", set()),
        ("x = f'Frame {a.b} and {c.b} differ.'", {"Frame {b} and {b2} differ."}),
        ("x = 'no_sentence'\ny = 'SELECT a FROM b.'", set()),
    ],
)
def test_what_is_said_is_collected(source: str, expected: set[str]) -> None:
    assert {entry.text for entry in sentences_in(source, "here.py")} == expected


def test_what_an_error_says_at_last_is_found_by_its_sentence(known: frozenset[str]) -> None:
    catalogue = Catalogue({one: f"<{one}>" for one in known})
    told = catalogue.said(f"{Path('/shots/a b/plate.####.exr')} has no frame 1004-1006.")
    assert told == "</shots/a b/plate.####.exr has no frame 1004-1006.>"
