"""Sentences in another language: found by their fixed words, with what stands in them put back."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_catalogue import compiled

from photodouble_client import language
from photodouble_client.language import Catalogue, read_catalogue, said, use_language

PAIRS = {
    "Stopped.": "Angehalten.",
    "{path} holds {count} frames.": "{count} Bilder liegen in {path}.",
    "{path} holds no frames.": "In {path} liegt kein Bild.",
    "{state}, {done} of {frames} frames": "{state}, {done} von {frames} Bildern",
    "running": "läuft",
    "{one} and {one}": "{one}, zweimal",
}


@pytest.fixture
def english_again() -> Iterator[None]:
    yield
    language._chosen.clear()


@pytest.fixture
def german() -> Catalogue:
    return Catalogue(PAIRS)


def test_a_sentence_is_looked_up_by_itself(german: Catalogue) -> None:
    assert german.said("Stopped.") == "Angehalten."
    assert german.said("Stopped") == "Stopped"


def test_what_stands_in_a_sentence_is_put_where_the_translation_wants_it(german: Catalogue) -> None:
    assert german.said("/shots/sh010 holds 12 frames.") == "12 Bilder liegen in /shots/sh010."


def test_of_two_sentences_that_fit_the_more_exact_one_is_taken(german: Catalogue) -> None:
    assert german.said("/shots/sh010 holds no frames.") == "In /shots/sh010 liegt kein Bild."


def test_words_inside_a_sentence_are_translated_too(german: Catalogue) -> None:
    assert german.said("running, 3 of 8 frames") == "läuft, 3 von 8 Bildern"


def test_a_name_that_comes_twice_has_to_be_the_same(german: Catalogue) -> None:
    assert german.said("this and this") == "this, zweimal"
    assert german.said("this and that") == "this and that"


def test_lines_are_looked_up_one_by_one(german: Catalogue) -> None:
    assert german.said("Stopped.\nv003") == "Angehalten.\nv003"


def test_what_is_not_in_the_catalogue_stays_as_it_is(german: Catalogue) -> None:
    for text in ("", "  ", "v003", "{path}", "x" * 100_000, "a{1}b", "\\g<0> holds frames"):
        assert german.said(text) == text


def test_braces_and_backslashes_in_names_are_no_pattern(german: Catalogue) -> None:
    assert german.said("C:\\a\\1{count} holds 2 frames.") == "2 Bilder liegen in C:\\a\\1{count}."


def test_a_compiled_catalogue_is_read(tmp_path: Path) -> None:
    read = read_catalogue(str(compiled(PAIRS, tmp_path / "de.mo")))
    assert read.said("Stopped.") == "Angehalten."


def test_a_damaged_catalogue_is_a_plain_error(tmp_path: Path) -> None:
    path = compiled(PAIRS, tmp_path / "de.mo")
    whole = path.read_bytes()
    taken = []
    for size in range(0, len(whole) - 20, 7):
        path.write_bytes(whole[:size])
        try:
            read_catalogue(str(path))
            taken.append(size)
        except ValueError:
            pass
    assert taken == [], "bytes of a cut file were taken for a catalogue"


@pytest.mark.parametrize("named", ["variable", "settings", "path"])
def test_the_language_is_named_by_variable_settings_or_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, english_again: None
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    monkeypatch.delenv("PHOTODOUBLE_LANGUAGE", raising=False)
    (tmp_path / "photodouble" / "languages").mkdir(parents=True)
    path = compiled(PAIRS, tmp_path / "photodouble" / "languages" / "de.mo")
    if named == "settings":
        (tmp_path / "client.json").write_text('{"language": "de", "schema": 1}')
    else:
        monkeypatch.setenv("PHOTODOUBLE_LANGUAGE", "de" if named == "variable" else str(path))
    use_language()
    assert said("Stopped.") == "Angehalten."


def test_a_language_that_is_not_there_leaves_everything_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english_again: None
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    for named in ("fr", str(tmp_path / "none.mo"), str(tmp_path)):
        monkeypatch.setenv("PHOTODOUBLE_LANGUAGE", named)
        use_language()
        assert said("Stopped.") == "Stopped."


def test_a_long_text_that_nearly_fits_a_sentence_of_many_names_is_given_back_at_once() -> None:
    """Tried in every way, these would take longer than anybody lives."""
    source = "{a}, {b}, {c}, {d}, {e}, {f}, {g} of {h} done"
    catalogue = Catalogue({source: "fertig"})
    for text in (", " * 500 + "of done done!", "done, " * 190 + "of ", ", of done" * 120 + "?"):
        assert catalogue.said(text) == text


def test_sentences_are_recognised_as_an_expression_would() -> None:
    """A slow and sure way finds the same names, on short texts of few letters."""
    chance = random.Random(13)
    compared = 0
    while compared < 500:
        pieces = ["{a}", "{b}", "{c}", "x", "y ", "xy", " "]
        source = "".join(chance.sample(pieces, 5))
        words = re.findall(r"\w+", re.sub(r"\{\w\}", "\n", source))
        text = "".join(chance.choice("xy ") for _ in range(9))
        pattern = re.sub(r"\\\{(\w)\\\}", r"(?P<\1>.*?)", re.escape(source))
        found = re.fullmatch(pattern, text, re.DOTALL)
        if not words or max(words, key=len) not in re.findall(r"\w+", text):
            continue
        if found is not None and any(re.fullmatch(pattern, part, re.DOTALL) for part in found.groups()):
            continue  # a sentence within itself is translated once more
        names = sorted(re.findall(r"\{(\w)\}", source))
        told = "|".join(f"{{{name}}}" for name in names) + "!"
        wanted = "|".join(found[name] for name in names) + "!" if found else text
        assert Catalogue({source: told}).said(text) == wanted, (source, text)
        compared += 1
