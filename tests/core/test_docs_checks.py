"""The documentation leads somewhere and asks for what there is; every checker finds a planted fault."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "install"))

from documenting import commands, links, site_files  # noqa: E402, from the folder of scripts
from documenting.pages import DOCS, Page, all_pages, slug, written_pages  # noqa: E402

BUILDER = ROOT / ".venv-docs" / "bin" / "python"
PAGES = {page.path: page for page in (*written_pages(), *all_pages())}


def page(folder: Path, text: str) -> Page:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return Page(path, text)


def test_every_link_and_heading_of_every_page_is_there() -> None:
    assert links.faults(PAGES.values()) == []


def test_every_picture_is_shown() -> None:
    assert links.unused_pictures(DOCS / "pictures", written_pages()) == []


def test_every_command_of_every_page_is_understood() -> None:
    assert commands.faults(PAGES.values()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](gone.md)", "gone.md leads nowhere"),
        ("[a](page.md#nothing)", "page.md#nothing: there is no heading of that name"),
        ("[a](#nothing)", "#nothing: there is no heading of that name"),
        ("![a](pictures/gone.png)", "pictures/gone.png leads nowhere"),
        ("[a](https://example.com)", "https://example.com leads to another machine"),
        ("[a][there]\n\n[there]: gone.md", "gone.md leads nowhere"),
        ('<img alt="x" src="pictures/gone.png">', "pictures/gone.png leads nowhere"),
    ],
)
def test_a_broken_link_is_found(text: str, said: str, tmp_path: Path) -> None:
    assert links.faults([page(tmp_path, f"# Head\n\n{text}\n")]) == [f"page.md: {said}"]


def test_what_is_no_link_is_none(tmp_path: Path) -> None:
    text = "# A `b` head\n\n[up](#a-b-head) `[a](gone.md)`\n\n```\n# no heading\n[a](gone.md)\n```\n"
    assert links.faults([page(tmp_path, text)]) == []


def test_a_heading_is_named_as_the_site_does() -> None:
    assert slug("By files, in five minutes") == "by-files-in-five-minutes"
    assert slug("Label exported pictures (C2PA)") == "label-exported-pictures-c2pa"


def test_a_picture_that_nobody_shows_is_found(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for name in ("shown.png", "left.jpg", "notes.txt"):
        (tmp_path / "pictures" / name).write_bytes(b"")
    shown = page(tmp_path, "![x](pictures/shown.png)")
    assert links.unused_pictures(tmp_path / "pictures", [shown]) == ["left.jpg"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```sh\nphotodouble inpaint --plate a.####.exr --mate b\n```", "--mate"),
        ("```\n.venv/bin/photodouble engine submitt a.json\n```", "submitt"),
        ("1. Do it:\n\n       photodouble tiles --plat a.exr \\\n           --output b.exr\n", "--plat"),
        ("Type `photodouble takes shwo TAKE`.", "photodouble takes has no 'shwo'"),
        ("Type `photodouble paint out 1020 --fil ...`.", "photodouble paint out has no --fil"),
        ("Type ``photodouble takes shwo TAKE``.", "photodouble takes has no 'shwo'"),
        ("~~~sh\nphotodouble engine submitt a.json\n~~~", "submitt"),
        ("Use `--matte-groww 4`.", "no command has --matte-groww"),
        ("Run `install/nothing`.", "there is no install/nothing"),
        ("```\ninstall/test\ninstall/blender --matricks\n```", "install/blender has no --matricks"),
        ("```sh\nrm -rf takes\n```", "'rm' is no command that a page may ask for"),
        ('```sh\nphotodouble inpaint --plate "a\n```', "cannot be typed"),
    ],
)
def test_a_command_that_would_be_refused_is_found(text: str, said: str, tmp_path: Path) -> None:
    found = commands.faults([page(tmp_path, text)])
    assert len(found) == 1 and said in found[0], found


def test_a_command_cut_short_and_one_with_places_to_fill_are_understood(tmp_path: Path) -> None:
    text = (
        "`photodouble inpaint ...` `--matte-grow 4`\n\n```sh\nphotodouble takes check TAKE  # as it is\n```\n"
    )
    assert commands.faults([page(tmp_path, text)]) == []


def test_a_site_that_asks_another_machine_or_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<script src="https://unpkg.com/x"></script><link rel="stylesheet" href="//fonts.example/a.css">'
        '<img src="gone.png"><a href="other.html#here">x</a><a href="other.html#there">x</a>'
        '<pre class="mermaid"></pre><a href="https://example.com">may be followed</a>',
        encoding="utf-8",
    )
    (tmp_path / "other.html").write_text('<h1 id="here">x</h1>', encoding="utf-8")
    assert site_files.faults(tmp_path) == [
        "index.html fetches https://unpkg.com/x",
        "index.html fetches //fonts.example/a.css",
        "index.html draws by a program of another machine",
        "index.html: gone.png leads nowhere",
        "index.html: other.html#there leads nowhere",
    ]


def built(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BUILDER), *map(str, words)], capture_output=True, text=True, timeout=300, cwd=ROOT, check=False
    )


needs_builder = pytest.mark.skipif(
    not BUILDER.exists(), reason="install/docs --environment makes what builds it"
)


@needs_builder
def test_the_site_builds_without_a_warning_and_stands_by_itself(tmp_path: Path) -> None:
    made = built("-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site")
    assert made.returncode == 0, made.stderr
    assert site_files.faults(tmp_path / "site") == []
    assert (tmp_path / "site" / "assets" / "search_here.js").is_file()


@needs_builder
def test_a_misspelt_word_is_found_and_ours_are_known(tmp_path: Path) -> None:
    page(tmp_path, "# The colour of a matte\n\nA plaate is recieved. `plaate` in code is not read.\n")
    asked = (
        "import sys, pathlib; sys.path.insert(0, 'install'); from documenting import pages, spelling\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "print(*spelling.faults([pages.read(path)]), *spelling.misspellings([path]), sep='\\n')"
    )
    said = built("-c", asked, tmp_path / "page.md").stdout.splitlines()
    assert said[0] == "page.md:3: 'plaate' is in no list"
    assert said[1] == "page.md:3: 'recieved' is in no list"
    assert said[2].endswith("recieved ==> received") and len(said) == 3


@needs_builder
def test_every_word_of_every_page_is_spelt_right() -> None:
    said = built("install/documenting/check.py")
    assert said.returncode == 0, said.stdout
