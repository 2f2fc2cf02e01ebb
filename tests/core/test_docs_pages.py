"""The pages for artists say only what the command line understands, and link to what is there."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

import pytest

from photodouble.cli.main import parser
from photodouble.settings import Settings

DOCS = Path(__file__).parents[2] / "core" / "docs"
PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_is_understood(page):
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [shlex.split(line) for block in blocks for line in block.strip().splitlines()]
    assert all(line[0] == "photodouble" for line in lines)
    assert all(callable(parser().parse_args(line[1:]).call) for line in lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_on_a_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_setting_is_on_the_page_of_takes():
    page = (DOCS / "takes.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert named == [field.name for field in dataclasses.fields(Settings)]
