"""The words of the OpenFX node are those of the declarations, and never stale."""

from __future__ import annotations

import re
from pathlib import Path

from photodouble.generate.ofx_words import WORDS, is_stale, words, write_words
from photodouble_client.take_nodes import KINDS
from photodouble_client.view_controls import STAGED, VIEWS, view_choices


def test_the_committed_words_of_the_node_are_not_stale() -> None:
    assert not is_stale(WORDS), "run: python -m photodouble.generate"


def test_a_missing_and_a_changed_table_are_stale_and_made_again(tmp_path: Path) -> None:
    path = tmp_path / "words.h"
    assert is_stale(path)
    assert write_words(path) == [path]
    assert (is_stale(path), write_words(path)) == (False, [])
    path.write_text(words().replace("Mix", "Blend"), encoding="utf-8")
    assert is_stale(path)


def test_every_control_stands_in_the_table_with_its_words() -> None:
    table = words()
    parts = table.split("{PD_CONTROL, ")[1:]
    assert [part.split(",")[0] for part in parts] == [f'"{one.key}"' for one in STAGED]
    for one, part in zip(STAGED, parts, strict=True):
        assert f'OFX(PropLabel), "{one.label}", 0' in part
        assert f'OFX(ParamPropHint), "{one.help}", 0' in part


def test_a_range_comes_before_the_one_that_is_shown_which_a_host_sets_anew_with_it() -> None:
    part = words().split('{PD_CONTROL, "offset"')[1].split("PD_CONTROL")[0]
    told = re.findall(r"\{PD_INT, OFX\(ParamProp(\w+)\), 0, (\S+)\}", part)
    assert told[1:] == [
        ("Min", "-1e+06"),
        ("Max", "1e+06"),
        ("DisplayMin", "-100"),
        ("DisplayMax", "100"),
        ("Default", "0"),
    ]


def test_views_and_colours_of_origin_are_those_of_the_other_hosts() -> None:
    table = words()
    order = re.findall(r"PD_VIEW_([A-Z]+)[,} ]", table.split("enum")[1])
    assert tuple(view.lower() for view in order) == VIEWS
    choices = re.findall(r'OFX\(ParamPropChoiceOption\), "(.+)", (\d)', table)
    assert choices == [(text, str(place)) for place, text in enumerate(view_choices())]
    kinds = re.findall(r"\{([\d.]+)f, ([\d.]+)f, ([\d.]+)f\}", table)
    assert tuple(tuple(float(value) for value in kind) for kind in kinds) == KINDS


def test_a_quotation_mark_or_a_sign_of_another_language_cannot_break_the_table() -> None:
    from photodouble.generate.ofx_words import _quoted

    assert _quoted('a "b" \\ ??= é') == '"a \\"b\\" \\\\ \\?\\?= \\303\\251"'
