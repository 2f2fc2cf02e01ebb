"""The reference pages are complete and never stale."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from photodouble.generate.reference import (
    FAMILIES,
    command_page,
    error_page,
    operation_page,
    pages,
    troubleshooting_page,
)
from photodouble.generate.write import REFERENCE, stale, write_all
from photodouble_client.errors import CODES, EXIT_CODES
from photodouble_client.specs import INPAINT, SPECS


def test_the_committed_reference_is_not_stale() -> None:
    assert stale(REFERENCE) == [], "run: python -m photodouble.generate"


def test_a_changed_a_missing_and_a_left_over_page_are_stale(tmp_path: Path) -> None:
    write_all(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "index.md").write_text("changed", encoding="utf-8")
    (tmp_path / "operations" / "inpaint.md").unlink()
    (tmp_path / "errors" / "input.gone.md").write_text("old", encoding="utf-8")
    assert stale(tmp_path) == ["errors/input.gone.md", "index.md", "operations/inpaint.md"]
    write_all(tmp_path)
    assert stale(tmp_path) == []


def test_every_operation_and_every_error_has_a_page() -> None:
    made = set(pages())
    wanted = {f"operations/{key}.md" for key in SPECS} | {f"errors/{code}.md" for code in CODES}
    assert wanted - made == set()


def test_an_operation_page_explains_every_control_port_and_preset() -> None:
    page = operation_page(INPAINT)
    explained = [one.help for one in (*INPAINT.params, *INPAINT.ports)] + list(INPAINT.presets)
    assert [text for text in explained if text.replace("|", "\\|") not in page] == []


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_error_page_says_what_it_means_and_how_the_command_ends(code: str) -> None:
    page = error_page(code)
    assert CODES[code] in page
    assert f"exit status {EXIT_CODES[code.split('.')[0]]}." in page
    assert len(page.split("## What to do")[1]) > 40


def test_every_error_is_on_the_page_of_troubleshooting_once() -> None:
    page = troubleshooting_page()
    assert [code for code in CODES if page.count(f"[`{code}`](errors/{code}.md)") != 1] == []
    assert [text for text in CODES.values() if text not in page] == []
    assert set(FAMILIES) == set(EXIT_CODES) == {code.split(".")[0] for code in CODES}


def test_no_link_of_the_index_is_broken() -> None:
    made = pages(argparse.ArgumentParser(prog="photodouble"))
    links = re.findall(r"\]\(([^)]+)\)", made["index.md"])
    assert len(links) > len(CODES)
    assert [link for link in links if link not in made] == []


def test_the_command_line_page_names_every_command_and_flag() -> None:
    parser = argparse.ArgumentParser(prog="photodouble", description="Make pictures.")
    commands = parser.add_subparsers(metavar="COMMAND")
    inpaint = commands.add_parser("inpaint", help="Remove.", description="Take something out.")
    inpaint.add_argument("--plate", metavar="PATTERN", help="The plate | 100 %% of it.")
    inpaint.add_argument("--quiet", action="store_true", help="Say nothing.")
    inpaint.add_argument("--hidden", help=argparse.SUPPRESS)
    page = command_page(parser)
    assert "| `inpaint` | Remove. |" in page
    assert "## `photodouble inpaint`\n\nTake something out." in page
    assert "| `--plate PATTERN` | The plate \\| 100 % of it. |" in page
    assert "| `--quiet` | Say nothing. |" in page
    assert "hidden" not in page
